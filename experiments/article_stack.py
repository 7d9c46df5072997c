"""The article's teams as a stack, where the story needs many of them and nobody watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.stack import TeamStack
from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.scenario import HEAD_START, Schedule, show_measures
from simulation.show import Show
from simulation.talk import Talk

TOLD = (
    "all there", "one missing, mean", "two missing, mean", "cost of losing one",
    "hard section, without B", "hard section, B's share",
)  # fmt: skip
"""What is told of them: what generalises, and what hangs on single persons."""

Figures = dict[str, FloatArray]
"""One figure a seed, (S,), by measure."""


def article_stack(
    talks: Sequence[Talk],
    law: AttendanceLaw,
    seeds: Sequence[int],
    schedule: Schedule,
    **options: Any,
) -> TeamStack:
    """Build the teams that `simulation.scenario.article_team` builds, before their first rehearsal.

    Parameters
    ----------
    talks : sequence of Talk
        One a seed.
    law : AttendanceLaw
    seeds : sequence of int
    schedule : Schedule
    **options
        Of `TeamStack`.
    """
    stack = TeamStack(talks, [law] * len(seeds), seeds, **options)
    stack.practise_alone(HEAD_START, schedule.alone)
    return stack


def member_measures(stack: TeamStack, member: int) -> dict[str, float]:
    """Judge a member's show as that of `simulation.scenario.team_result`, in what is told."""
    show = Show(stack.game(member), stack.talk(member).hard_section)
    measures = show_measures(show, stack.names.index(HEAD_START))
    return {name: measures[name] for name in TOLD}


def figures_of(measured: Sequence[dict[str, float]]) -> Figures:
    """Turn one dict of measures a seed into one array a measure."""
    return {name: np.array([each[name] for each in measured]) for name in TOLD}
