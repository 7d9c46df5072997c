"""The article's two teams once more, with one thing changed: on what their difference depends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.article_stack import Figures, article_stack, figures_of, member_measures
from experiments.costs import Cost, costing
from simulation.laws import Everyone, one_or_two_absent
from simulation.scenario import PRESENTERS, Schedule
from simulation.talk import synthetic_talk


@dataclass(frozen=True)
class Condition:
    """What both teams rehearse with.

    Attributes
    ----------
    practice : int
        P, practice questions.
    noise : float
        Standard deviation of what is wrong in the practice answers.
    abilities : int
        H, of each presenter.
    """

    practice: int = 40
    noise: float = 0.3
    abilities: int = 4


USUAL = Condition()
"""That of the story."""

CONDITIONS = {
    "400 practice questions": Condition(practice=400),
    "one ability each": Condition(abilities=1),
}


@costing(lambda _, seeds, schedule: Cost(len(seeds) * schedule.rehearsals * 1.7e-5))
def rehearse_pairs(
    condition: Condition, seeds: Sequence[int], schedule: Schedule
) -> tuple[Figures, Figures]:
    """Rehearse the two teams under a condition: always complete, and one or two absent."""
    talks = [
        synthetic_talk(
            np.random.default_rng([seed, 0]), practice=condition.practice, noise=condition.noise
        )
        for seed in seeds
    ]
    found = []
    for law in (Everyone(PRESENTERS), one_or_two_absent(PRESENTERS)):
        stack = article_stack(talks, law, seeds, schedule, abilities=condition.abilities)
        stack.rehearse(schedule.rehearsals)
        found.append(figures_of([member_measures(stack, member) for member in range(len(seeds))]))
    return found[0], found[1]
