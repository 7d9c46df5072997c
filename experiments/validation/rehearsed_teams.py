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
"""Times that a team is looked at while it rehearses, where it is to stop early."""


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
    choice_quality : float
        On the choice questions.
    """

    game: Game
    practised: Game
    squared_weights: float
    came: BoolArray
    choice_quality: float


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
    came: list[BoolArray] = []
    along = []
    for some in _between_checkpoints(rehearsals * condition.slow, condition.stop):
        for _ in range(some):
            team.step()
            assert team.last_rehearsal is not None
            came.append(team.last_rehearsal.attendance)
        along.append(
            Rehearsed(
                game=team.game(),
                practised=team.game("practice"),
                squared_weights=team.squared_weights,
                came=np.array(came),
                choice_quality=_quality(team.game("choice")),
            )
        )
    return _best(along)


def as_stack(
    condition: TeamCondition, talks: Sequence[Talk], seeds: Sequence[int], rehearsals: int
) -> list[Rehearsed]:
    """Rehearse a stack with a member for each talk and seed."""
    laws = [condition.law] * len(seeds)
    stack = TeamStack(
        talks,
        laws,
        seeds,
        learning_rate=LEARNING_RATE / condition.slow,
        weight_decay=condition.decay,
        target_noise=None if condition.noise is None else partial(TargetNoise, condition.noise),
    )
    stack.practise_alone(HEAD_START, ALONE * condition.slow)
    # Streams of the same seeds give the attendance that the stack's own streams give it.
    streams = Streams(laws, seeds, practice=len(talks[0].practice_questions), questions=1)
    came = streams.attendance(rehearsals * condition.slow)  # (R, T, N)
    along: list[list[Rehearsed]] = []
    for some in _between_checkpoints(rehearsals * condition.slow, condition.stop):
        stack.rehearse(some)
        weights = squared_weights(stack.skills())
        along.append(
            [
                Rehearsed(
                    game=stack.game(member),
                    practised=stack.game(member, "practice"),
                    squared_weights=float(weights[member]),
                    came=came[member, : stack.rehearsals],
                    choice_quality=_quality(stack.game(member, "choice")),
                )
                for member in range(stack.n_members)
            ]
        )
    return [_best(of_one) for of_one in zip(*along, strict=True)]


def _best(along: Sequence[Rehearsed]) -> Rehearsed:
    """Return the team as it was when it was best on the choice questions; the first if tied."""
    return max(along, key=lambda team: team.choice_quality)


def _quality(game: Game) -> float:
    return float(game.quality(np.ones((1, game.n_members), dtype=bool))[0])


def _between_checkpoints(rehearsals: int, stop: bool) -> list[int]:
    """Numbers of rehearsals from one checkpoint to the next; they add up to all of them."""
    checkpoints = CHECKPOINTS if stop else 1
    at = [rehearsals * number // checkpoints for number in range(checkpoints + 1)]
    return [later - earlier for earlier, later in itertools.pairwise(at)]
