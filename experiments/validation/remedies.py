"""Other remedies than absences for unseen questions (C9): early stopping, and weight decay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.validation.conditions import (
    NOISY,
    TEAM,
    Condition,
    NetworkCondition,
    TeamCondition,
    World,
)
from simulation.statistics import Effect, paired_effect

TEAM_DECAYS = [TeamCondition(decay=strength) for strength in (0.01, 0.03, 0.1, 0.3)]
NETWORK_DECAYS = [NetworkCondition(NOISY, decay=strength) for strength in (0.1, 0.3, 1.0, 3.0)]
"""Strengths of weight decay tried beside dropout; the best is chosen on half of the show."""

CONDITIONS: list[Condition] = [*NETWORK_DECAYS, *TEAM_DECAYS]


@dataclass(frozen=True)
class Remedy:
    """Quality on unseen questions by a remedy, against nothing at all.

    Attributes
    ----------
    world : {'team', 'network'}
    name : str
    effect : Effect
    """

    world: str
    name: str
    effect: Effect


def remedies(world: World) -> list[Remedy]:
    """Set early stopping and weight decay beside absences, on the half of the show that judges."""
    found = []
    for place, decays in ((TEAM, TEAM_DECAYS), (NOISY, NETWORK_DECAYS)):
        nothing = world[place.without]
        choosing = np.array([world[decay]["quality, choosing half"] for decay in decays])
        judged = np.array([world[decay]["quality, judged half"] for decay in decays])
        best = np.take_along_axis(judged, choosing.argmax(axis=0)[None], axis=0)[0]  # (S,)
        for name, quality in (
            ("absences", world[place.absences]["quality, judged half"]),
            ("early stopping", nothing["early-stopped quality"]),
            ("weight decay, best of four", best),
        ):
            effect = paired_effect(nothing["quality, judged half"], quality)
            found.append(Remedy(place.world, name, effect))
    return found
