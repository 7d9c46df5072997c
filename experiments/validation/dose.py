"""The dose: what becomes of the talk as the absence rate grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.validation.conditions import (
    NOISY,
    Condition,
    NetworkCondition,
    TeamCondition,
    World,
)
from experiments.validation.plan import Plan
from simulation.laws import independent
from simulation.scenario import PRESENTERS
from simulation.statistics import Effect, paired_effect

FloatArray = npt.NDArray[np.float64]

MEASURES = ("co-adaptation score", "quality", "two missing, mean")


@dataclass(frozen=True, eq=False)
class Dose:
    """What becomes of the talk as the absence rate grows.

    Attributes
    ----------
    world : {'team', 'network'}
    rates : (D,) array
    measures : dict of str to (D, S) array
    """

    world: str
    rates: FloatArray
    measures: dict[str, FloatArray]

    def effects(self, measure: str) -> list[Effect]:
        """Compare each rate with the first, by one measure."""
        return [paired_effect(self.measures[measure][0], row) for row in self.measures[measure]]


def conditions(plan: Plan) -> list[Condition]:
    """List every rate in both worlds."""
    return [*_network(plan), *_team(plan)]


def dose_response(plan: Plan, world: World) -> list[Dose]:
    """Line up the measures of both worlds against the absence rate."""
    return [
        Dose(
            where,
            np.array(rates),
            {name: np.array([world[each][name] for each in conditions]) for name in MEASURES},
        )
        for where, rates, conditions in (
            ("team", plan.team_rates, _team(plan)),
            ("network", plan.network_rates, _network(plan)),
        )
    ]


def _team(plan: Plan) -> list[Condition]:
    return [TeamCondition(independent(PRESENTERS, rate)) for rate in plan.team_rates]


def _network(plan: Plan) -> list[Condition]:
    return [NetworkCondition(NOISY, rate) for rate in plan.network_rates]
