"""Teams that rehearse under a condition: all seeds as one stack, or one Mesa team after another.

By either way a seed's team is the same, to rounding. A stack is some twenty times as fast.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from experiments.decaying_team import DecayingTeam
from experiments.stack import TeamStack
from experiments.stack.draws import Streams
from experiments.stack.measures import squared_weights
from experiments.validation.conditions import TeamCondition
from experiments.validation.control_teams import NoisyTeam, TargetNoise
from experiments.validation.game_measures import quality_on_halves
from simulation.arrays import BoolArray
from simulation.coalitions import Game
from simulation.scenario import HEAD_START, Schedule
from simulation.talk import Talk
from simulation.team import Team

LEARNING_RATE = 0.02
"""Of teams that are not slow."""

ALONE = Schedule.alone
"""Rehearsals that B has alone on the hard section beforehand."""

CHECKPOINTS = 20
"""Times that a team's quality is looked at while it rehearses, for early stopping."""


@dataclass(frozen=True, eq=False)
class Rehearsed:
    """A team after its rehearsals.

    Attributes
    ----------
    game, practised : Game
        Its talk on the unseen questions, and on those it practised.
    squared_weights : float
    came : (T, N) bool array
        Who was there at each rehearsal.
    checkpoints : list of (float, float)
        Quality on two halves of the unseen questions, along the way.
    """

    game: Game
    practised: Game
    squared_weights: float
    came: BoolArray
    checkpoints: list[tuple[float, float]]


Rehearse = Callable[[TeamCondition, Sequence[Talk], Sequence[int], int], list[Rehearsed]]
"""A way to rehearse a team for each talk and seed, so many times."""


def one_by_one(
    condition: TeamCondition, talks: Sequence[Talk], seeds: Sequence[int], rehearsals: int
) -> list[Rehearsed]:
    """Rehearse a Mesa team for each talk and seed, under any condition."""
    return [_one(condition, t, seed, rehearsals) for t, seed in zip(talks, seeds, strict=True)]


def _one(condition: TeamCondition, talk: Talk, seed: int, rehearsals: int) -> Rehearsed:
    kind: Callable[..., Team] = Team
    if condition.noise is not None:
        kind = partial(NoisyTeam, imitated=condition.noise)
    elif condition.decay:
        kind = partial(DecayingTeam, weight_decay=condition.decay)
    team = kind(talk, condition.law, learning_rate=LEARNING_RATE / condition.slow, rng=seed)
    team.practise_alone(HEAD_START, ALONE * condition.slow)
    came, checkpoints = [], []
    for some in _between_checkpoints(rehearsals * condition.slow):
        for _ in range(some):
            team.step()
            assert team.last_rehearsal is not None
            came.append(team.last_rehearsal.attendance)
        checkpoints.append(quality_on_halves(team.game()))
    return Rehearsed(
        game=team.game(),
        practised=team.game("practice"),
        squared_weights=team.squared_weights,
        came=np.array(came),
        checkpoints=checkpoints,
    )


def as_stack(
    condition: TeamCondition, talks: Sequence[Talk], seeds: Sequence[int], rehearsals: int
) -> list[Rehearsed]:
    """Rehearse a stack with a member for each talk and seed; it knows no weight decay."""
    if condition.decay:
        raise ValueError("a stack knows no weight decay: rehearse such teams one by one")
    laws = [condition.law] * len(seeds)
    stack = TeamStack(
        talks,
        laws,
        seeds,
        learning_rate=LEARNING_RATE / condition.slow,
        target_noise=None if condition.noise is None else partial(TargetNoise, condition.noise),
    )
    stack.practise_alone(HEAD_START, ALONE * condition.slow)
    # Streams of the same seeds give the attendance that the stack's own streams give it.
    streams = Streams(laws, seeds, practice=len(talks[0].practice_questions), questions=1)
    came = streams.attendance(rehearsals * condition.slow)  # (R, T, N)
    along = []
    for some in _between_checkpoints(rehearsals * condition.slow):
        stack.rehearse(some)
        along.append([quality_on_halves(stack.game(member)) for member in range(stack.n_members)])
    weights = squared_weights(stack.skills())
    return [
        Rehearsed(
            game=stack.game(member),
            practised=stack.game(member, "practice"),
            squared_weights=float(weights[member]),
            came=came[member],
            checkpoints=[at_once[member] for at_once in along],
        )
        for member in range(stack.n_members)
    ]


def _between_checkpoints(rehearsals: int) -> list[int]:
    """Numbers of rehearsals from one checkpoint to the next; they add up to all of them."""
    at = [rehearsals * number // CHECKPOINTS for number in range(CHECKPOINTS + 1)]
    return [later - earlier for earlier, later in itertools.pairwise(at)]
