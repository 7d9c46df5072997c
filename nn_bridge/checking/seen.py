"""What was watched in all passes, and each place's part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nn_bridge.checking.sites import ALARM, Rate, Site
from nn_bridge.checking.watching import Declared, Draw, Pass


@dataclass
class Seen:
    """All that was watched, in the order in which it happened.

    Attributes
    ----------
    declared, later : list of Declared
        In training, and in training after an evaluation.
    training, evaluation, again : list of Pass
    misled : str
        The user's own function that evaluates, if it does so in training mode.
    unreached : dict of bool to list of str
        Parts in the other mode than the model should be, in training and in evaluation.
    chance, still : Pass or None
        With chance alone, and in evaluation, on the model as it was found.
    difference : float
        By how much outputs differ between evaluations of the same data.
    """

    declared: list[Declared] = field(default_factory=list)
    later: list[Declared] = field(default_factory=list)
    training: list[Pass] = field(default_factory=list)
    evaluation: list[Pass] = field(default_factory=list)
    again: list[Pass] = field(default_factory=list)
    misled: str = ""
    unreached: dict[bool, list[str]] = field(default_factory=dict)
    chance: list[Pass] = field(default_factory=list)
    still: Pass | None = None
    difference: float = 0.0

    @property
    def restless(self) -> bool:
        """Whether chance enters the outputs in evaluation."""
        drawn = (each for one in self.evaluation for each in one.draws)
        return self.difference > 0 or any(each.drops and each.used for each in drawn)


@dataclass
class Spot:
    """All draws at one place, by what the model did at the time."""

    where: str
    training: list[list[Draw]]
    evaluation: list[list[Draw]]
    again: list[list[Draw]]
    declared: Declared | None = None

    @cached_property
    def all(self) -> list[Draw]:
        """All draws, those in training first."""
        return [each for part in (self.training, self.again, self.evaluation) for one in part
                for each in one]  # fmt: skip

    @property
    def first(self) -> Draw:
        """The first draw, in training if there was one."""
        return next((each for each in self.all if each.drops), self.all[0])


def spots(seen: Seen) -> list[Spot]:
    """Gather draws by where they were."""
    declared = {each.where: each for each in seen.declared}
    parts = (seen.training, seen.evaluation, seen.again)
    names: dict[str, None] = {}
    for passes in (seen.training, seen.again, seen.evaluation):
        for one in passes:
            names |= dict.fromkeys(draw.where for draw in one.draws)
    found = []
    for where in names:
        training, evaluation, again = (
            [[each for each in one.draws if each.where == where] for one in passes]
            for passes in parts
        )
        spot = Spot(where, training, evaluation, again)
        layer = next((each.layer for each in spot.all if each.layer is not None), None)
        spot.declared = None if layer is None else declared.get(layer)
        found.append(spot)
    return found


def site_of(spot: Spot, calls: float, guessed: bool) -> Site:
    """Sum up a place.

    Parameters
    ----------
    spot : Spot
    calls : float
        A forward pass in training.
    guessed : bool
        Whether the rate asked for is only what its layer has written down for something else.
    """
    first = spot.first
    dropping = [each for one in spot.training for each in one]
    again = any(each.drops for one in spot.again for each in one)
    asked = asked_in(spot.training)
    if spot.declared is not None:
        asked = spot.declared.rate
    return Site(
        spot.where,
        "noise" if first.noise else first.kind,
        None if first.noise or guessed else asked,
        measured(spot.training[:1] if always_the_same(spot) else spot.training),
        first.scales[0] if first.scales else None,
        any(each.drops for each in dropping),
        any(each.drops for one in spot.evaluation for each in one),
        again,
        calls,
        first.mask.sharing if first.mask is not None else "",
    )


def asked_in(passes: Sequence[Sequence[Draw]]) -> float | None:
    """Return the rate that calls ask for."""
    return next((each.asked for one in passes for each in one if each.asked is not None), None)


def measured(passes: Sequence[Sequence[Draw]]) -> Rate | None:
    """Return the rate over some passes; None where no mask was drawn."""
    masks = [each.mask for one in passes for each in one if each.mask is not None]
    if not masks:
        return None
    return Rate(sum(mask.dropped for mask in masks), sum(mask.draws for mask in masks))


def always_the_same(spot: Spot) -> bool:
    """Whether all passes in training drew the same, where that cannot be chance."""
    by_pass = [tuple(d.mask.print for d in one if d.mask is not None) for one in spot.training]
    rate = measured(spot.training[:1])
    if len(set(by_pass)) > 1 or rate is None or not 0 < rate.value < 1:
        return False
    alike = rate.value**2 + (1 - rate.value) ** 2  # that two draws are
    return bool((len(by_pass) - 1) * rate.draws * np.log(alike) < np.log(ALARM))


def inside(path: str, part: str) -> bool:
    """Whether a layer is a part of the model or in it; '' is the whole."""
    return not part or path == part or path.startswith((f"{part}.", f"{part}["))
