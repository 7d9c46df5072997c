"""From the figures of one game, or of one a start, to estimates with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from simulation.arrays import FloatArray
from simulation.coalitions.estimates.carrying import (
    carried,
    effective_number,
    logarithms_of_number,
    mean_effective_number,
    pair_errors,
)
from simulation.coalitions.estimates.estimate import (
    Drawn,
    Estimate,
    contributions,
    estimated,
    of_contributions,
)
from simulation.coalitions.estimates.measures import WARNINGS, Curve, Measures, Pairs, Silent
from simulation.coalitions.estimates.silencing import first_above, last_within
from simulation.coalitions.estimates.start import Start
from simulation.coalitions.game import Game, Reading
from simulation.intervals import FEWEST_SEEDS

Of = Callable[[Start], FloatArray]
"""A figure of a start: (R, ..., 1 + G), R draws or 1."""


def area(start: Start) -> FloatArray:
    """Area under the ablation curve by the trapezoid rule, (R, 1 + G)."""
    return np.asarray(np.trapezoid(start.sizes, dx=1 / (start.sizes.shape[1] - 1), axis=1))


def half_silenced(start: Start) -> FloatArray:
    """Quality with half of the members, rounded down, silenced at random, (R, 1 + G)."""
    return start.sizes[:, -1 - (start.sizes.shape[1] - 1) // 2]


def summed_up(
    starts: Sequence[Start], game: Game, reading: Reading, worth: float, interrupted: bool
) -> Measures:
    """Estimate all figures from the starts that were looked at."""
    about, members = game.described(), game.members
    table = _Table(starts, about.parts)
    n, share_of = len(members), about.examples if about.metric == "accuracy" else 0
    drawn, asked = table.drawn, table.asked
    complete, sizes = table.of(lambda start: start.complete[None]), table.of(lambda s: s.sizes)
    alone = table.of(lambda start: start.alone[None])
    curve = [estimated(sizes[:, n - k], drawn, share_of) for k in range(n + 1)]
    costs = contributions(complete)[:, None] - contributions(sizes[:, ::-1])
    over_examples = about.parts == "examples" and complete.shape[1] > 1
    idle = np.all([start.idle.all(axis=1) for start in starts], axis=0)
    return Measures(
        members=members,
        starts=len(starts),
        examples=about.examples,
        metric=about.metric,
        reading=reading,
        ablation=about.ablation,
        additive=about.additive,
        exact=drawn.exact,
        complete=estimated(complete, asked, share_of),
        nobody=estimated(table.of(lambda start: start.nobody[None]), asked, share_of),
        curve=Curve(tuple(k / n for k in range(n + 1)), tuple(curve)),
        area=estimated(table.of(area), drawn, share_of),
        half=curve[n // 2],
        alone=tuple(estimated(alone[:, j], asked, share_of) for j in range(n)),
        shapley=tuple(
            carried(
                table.of(lambda start: start.gains),
                drawn,
                table.looks(about.examples),
                float(complete[:, 0].mean()),
            )
        ),
        carriers=_carriers(table, n),
        idle=tuple(name for name, is_idle in zip(members, idle, strict=True) if is_idle),
        at_random=_silent(costs, drawn, worth),
        co_adaptation=_co_adaptation(table),
        synergy=_synergy(table),
        least_carrying=_least_carrying(table, worth),
        bus_factor=_bus_factor(table),
        draws=0 if drawn.exact else min(len(start.gains) for start in starts),
        warnings=_warnings(table, over_examples, interrupted),
        interrupted=interrupted,
    )


class _Table:
    """The starts side by side, or the draws of the only one.

    With several starts each counts by its mean over draws: the chance of its masks, which are its
    own, is then part of how starts differ.

    Attributes
    ----------
    asked : Drawn
        What the rows are of figures that rest on no draw.
    drawn : Drawn
        And of those that rest on draws, unless all coalitions were asked.
    """

    def __init__(self, starts: Sequence[Start], parts: str) -> None:
        self.starts = starts
        self.several = ("starts",) if len(starts) > 1 else ()
        self.asked = Drawn(self.several, columns=parts)
        exact = all(start.exact for start in starts)
        self.drawn = self.asked if exact else Drawn(("masks", *self.several), False, parts)

    def of(self, figure: Of) -> FloatArray:
        """Return a figure, one row a start, or the only start's rows."""
        if not self.several:
            return figure(self.starts[0])
        return np.stack([figure(start).mean(axis=0) for start in self.starts])

    def if_all_have(self, figure: Callable[[Start], FloatArray | None]) -> FloatArray | None:
        """Return a figure in the same way, if no start lacks it."""
        if any(figure(start) is None for start in self.starts):
            return None
        return self.of(cast(Of, figure))

    def looks(self, examples: int) -> float:
        """How often a member was looked at: draws, starts or examples, whichever are fewest."""
        looks = [] if self.drawn.exact else [sum(len(start.gains) for start in self.starts)]
        if self.several:
            looks.append(len(self.starts))
        if (parts := self.starts[0].complete.size - 1) > 0:
            looks.append(max(examples, parts))
        return min(looks, default=math.inf)


def _carriers(table: _Table, members: int) -> Estimate:
    if not table.several:
        return effective_number(table.starts[0].gains, table.drawn)
    logarithms = table.of(lambda start: logarithms_of_number(start.gains))
    return mean_effective_number(logarithms, table.drawn, members)


def _silent(costs: FloatArray, drawn: Drawn, worth: float) -> Silent:
    """How many may fall silent by costs (R, N + 1, G)."""
    each = _each(costs, drawn)
    number = last_within(each, worth)
    return Silent(number, each[int(number.value)], worth)


def _each(costs: FloatArray, drawn: Drawn) -> list[Estimate]:
    return [of_contributions(costs[:, k], drawn) for k in range(costs.shape[1])]


def _least_carrying(table: _Table, worth: float) -> Silent | None:
    costs = table.if_all_have(lambda start: start.least)
    return None if costs is None else _silent(costs, table.asked, worth)


def _bus_factor(table: _Table) -> Estimate | None:
    short = table.if_all_have(lambda start: start.most)
    if short is None:
        return None
    return first_above(_each(short, replace(table.asked, exact=table.drawn.exact)))


def _co_adaptation(table: _Table) -> Estimate | None:
    heard = table.if_all_have(lambda start: start.heard)
    if heard is None:
        return None
    exact = len(cast(FloatArray, table.starts[0].heard)) == 1
    return estimated(heard, table.asked if exact else Drawn(("masks", *table.several), False))


def _synergy(table: _Table) -> Pairs | None:
    pairs = table.if_all_have(lambda start: start.synergy)
    if pairs is None:
        return None
    return Pairs(pairs[..., 0].mean(axis=0), pair_errors(pairs, table.asked))


def _warnings(table: _Table, over_examples: bool, interrupted: bool) -> dict[str, str]:
    starts = table.starts
    better = estimated(table.of(lambda one: (one.complete - one.nobody)[None]), table.asked)
    holds = {
        "one start": len(starts) == 1,
        "few starts": 1 < len(starts) < FEWEST_SEEDS,
        "no better than nobody": (better.low if better.over else better.value) <= 0,
        "no examples": not over_examples,
        "same examples": any(one.silencing and not one.silencing.crossed for one in starts),
        "interrupted": interrupted,
    }
    return {key: WARNINGS[key] for key, is_so in holds.items() if is_so}
