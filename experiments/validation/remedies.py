"""The control that most reports leave out: what other regularisers do, on every measure.

Early stopping and weight decay let everybody come. Whatever they bring as well is generalisation,
and not the absences' own. How strong a decay, and when to stop, is chosen for each seed on
questions that are neither practised nor judged; the weakest, and the first, if they are tied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.validation.claims import CLAIMS
from experiments.validation.conditions import (
    NOISY,
    TEAM,
    Condition,
    Figures,
    NetworkCondition,
    Place,
    TeamCondition,
    World,
    on_all,
)
from experiments.validation.rules import Change, Finding
from simulation.arrays import IntArray

TEAM_DECAYS = [TeamCondition(decay=strength) for strength in (0.01, 0.03, 0.1, 0.3)]
NETWORK_DECAYS = [NetworkCondition(NOISY, decay=strength) for strength in (0.1, 0.3, 1.0, 3.0)]
"""Strengths of weight decay tried beside dropout."""

TEAM_STOPPED, NETWORK_STOPPED = TeamCondition(stop=True), NetworkCondition(NOISY, stop=True)

CONDITIONS: list[Condition] = [NETWORK_STOPPED, *NETWORK_DECAYS, TEAM_STOPPED, *TEAM_DECAYS]

WHERE: list[tuple[Place, list[Condition], Condition]] = [
    (TEAM, [*TEAM_DECAYS], TEAM_STOPPED),
    (NOISY, [*NETWORK_DECAYS], NETWORK_STOPPED),
]
"""Where remedies are tried, with the decays and early stopping there."""

COMPARED = [
    rule
    for claim in CLAIMS.values()
    for rule in claim.rules
    if isinstance(rule, Change)
    and rule.expect in ("higher", "lower")
    and rule.measure != "spread over starts"  # it needs a second start, which remedies do not get
]
"""All changes that the claims ask for."""


@dataclass(frozen=True)
class Remedy:
    """One measure under a remedy.

    Attributes
    ----------
    place : TeamSetting or NetworkSetting
    name : {'weight decay', 'early stopping'}
    without : Finding
        What the remedy does to it, against always complete with neither.
    beside : Finding
        What absences do beyond the remedy: 'holds' if they do more, 'the other way' if less.
    """

    place: Place
    name: str
    without: Finding
    beside: Finding


def remedies(world: World) -> list[Remedy]:
    """Set early stopping and weight decay beside absences, on every measure of the claims."""
    found = []
    for place, decays, stopped in WHERE:
        nothing, absences = world[place.without], world[place.absences]
        decayed = best_decay([world[decay] for decay in decays])
        for rule in COMPARED:
            margin = rule.margin.value(nothing)
            for name, figures in (("weight decay", decayed), ("early stopping", world[stopped])):
                measure = figures[rule.measure]
                found.append(
                    Remedy(
                        place,
                        name,
                        rule.compare(nothing[rule.measure], measure, margin),
                        rule.compare(measure, absences[rule.measure], margin),
                    )
                )
    return found


def strengths(world: World, place: Place) -> dict[float, int]:
    """Count by how many seeds each strength of weight decay was chosen in a place."""
    decays = next(decays for where, decays, _ in WHERE if where == place)
    best = _best([world[decay] for decay in decays])
    return {decay.decay: int((best == number).sum()) for number, decay in enumerate(decays)}


def best_decay(decays: list[Figures]) -> Figures:
    """Return, for each seed, the figures under the decay that was best on its choice questions."""
    best = _best(decays)
    seeds = np.arange(len(best))
    return {name: np.array([each[name] for each in decays])[best, seeds] for name in decays[0]}


def _best(decays: list[Figures]) -> IntArray:
    """Return which decay was best on each seed's choice questions, the weakest if tied, (S,)."""
    quality = np.array([on_all(decay["choice quality"]) for decay in decays])  # (D, S)
    return np.asarray(quality.argmax(axis=0))
