"""Teams that rehearse under a condition, all seeds as one stack.

That a stack's members are the Mesa teams of their seeds, to rounding, is tested; it is some twenty
times as fast.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from experiments.stack import TeamStack
from experiments.stack.draws import Streams
from experiments.stack.measures import squared_weights
from experiments.validation.conditions import TeamCondition
from experiments.validation.control_teams import TargetNoise
from simulation.arrays import BoolArray
from simulation.coalitions import AdditiveGame
from simulation.scenario import HEAD_START, Schedule
from simulation.talk import Talk

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
    game, practised : AdditiveGame
        Its talk on the unseen questions, and on those it practised.
    squared_weights : float
    came : (T, N) bool array
        Who was there at each rehearsal.
    choice_quality : float
        On the choice questions.
    """

    game: AdditiveGame
    practised: AdditiveGame
    squared_weights: float
    came: BoolArray
    choice_quality: float


def rehearsed(
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
    for some in between_checkpoints(rehearsals * condition.slow, condition.stop):
        stack.rehearse(some)
        weights = squared_weights(stack.skills())
        along.append(
            [
                Rehearsed(
                    game=stack.game(member),
                    practised=stack.game(member, "practice"),
                    squared_weights=float(weights[member]),
                    came=came[member, : stack.rehearsals],
                    choice_quality=quality(stack.game(member, "choice")),
                )
                for member in range(stack.n_members)
            ]
        )
    return [best(of_one) for of_one in zip(*along, strict=True)]


def best(along: Sequence[Rehearsed]) -> Rehearsed:
    """Return the team as it was when it was best on the choice questions; the first if tied."""
    return max(along, key=lambda team: team.choice_quality)


def quality(game: AdditiveGame) -> float:
    """Return the quality with everyone there."""
    return float(game.quality(np.ones((1, game.n_members), dtype=bool))[0])


def between_checkpoints(rehearsals: int, stop: bool) -> list[int]:
    """Return the numbers of rehearsals from one checkpoint to the next; all of them in sum."""
    checkpoints = CHECKPOINTS if stop else 1
    at = [rehearsals * number // checkpoints for number in range(checkpoints + 1)]
    return [later - earlier for earlier, later in itertools.pairwise(at)]
