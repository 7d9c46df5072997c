"""The rules for one place where chance enters.

No threshold here was fitted to a model. Statistical rules alarm at the level `sites.ALARM`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nn_bridge.checking.seen import Seen, Spot, always_the_same, asked_in, measured
from nn_bridge.checking.sites import ALARM, Rate, Site
from nn_bridge.checking.table import CLOSE

Wrong = tuple[str, str, dict[str, Any]]
"""A kind of finding, where, and its facts."""

KEEP_LIKE = 0.8
"""From this rate on: keep probabilities are mostly .8 and .9, rates of dropping .5 and below."""

LOOKED_FOR = {"dropout1d": 3, "dropout2d": 4, "dropout3d": 5}
"""Axes that layers look for which drop whole channels, by kind in lower case."""


def at_place(seen: Seen, spot: Spot, site: Site, lost: bool) -> Iterator[Wrong]:
    """Judge one place; `lost` if its mode is wrong for a reason told already."""
    where, rate, asked = spot.where, site.rate, site.asked
    live = [each for one in (*spot.training, *spot.again) for each in one]
    if site.evaluation and not lost:
        norms = {} if seen.still is None else seen.still.norms
        norm = next((path for path, each in norms.items() if where in each.before), None)
        yield "drops in evaluation", where, {} if norm is None else {"case": "norm", "norm": norm}
    if site.training and not any(each.used for each in live if each.drops):
        yield "result not used", where, {}
    if site.training and not site.again and not lost and _shows(spot, site):
        yield "off after evaluation", where, {}
    yield from _changed(seen, spot)
    if not site.training and not lost and asked and _silent(spot, asked):
        yield "never drops", where, {"rate": asked}
    if rate is not None and asked is not None and not rate.agrees_with(asked):
        found = {"asked": asked, "measured": rate.value, "low": rate.low, "high": rate.high}
        yield "other rate than asked", where, found
    drops = asked if asked is not None else rate.value if rate is not None else 0.0
    if KEEP_LIKE <= drops < 1:
        yield "keep probability", where, {"rate": drops, "kept": round(1 - drops, 6)}
    yield from _scaled(seen, spot, site)
    if always_the_same(spot):
        yield "same mask every pass", where, {"passes": len(seen.training)}
    bad = next((each for each in spot.all if each.misfit), None)
    if bad is not None:
        wanted = next((n for kind, n in LOOKED_FOR.items() if kind in bad.kind.lower()), 0)
        facts = {"case": bad.misfit, "shape": str(bad.shape), "features": bad.features}
        yield "wrong shape", where, {**facts, "wanted": wanted}


def _shows(spot: Spot, site: Site) -> bool:
    """Whether no draw again shows that there is none: with few draws it may be chance."""
    if site.rate is None:
        return True
    draws = sum(mask.draws for one in spot.training for each in one if (mask := each.mask))
    return not Rate(0, max(1, draws)).agrees_with(site.rate.low)


def _silent(spot: Spot, asked: float) -> bool:
    """Whether a place that asks for a rate above 0 shows none."""
    seen = measured(spot.training)
    return seen is None or not seen.agrees_with(asked)


def _changed(seen: Seen, spot: Spot) -> Iterator[Wrong]:
    """A rate that is another one after an evaluation."""
    before: float | None
    if spot.declared is not None:
        later = {each.where: each.rate for each in seen.later}
        before, after = spot.declared.rate, later.get(spot.declared.where)
    else:
        before, after = asked_in(spot.training), asked_in(spot.again)
    if before is not None and after is not None and abs(before - after) > CLOSE**2:
        yield "rate changed", spot.where, {"before": before, "after": after}


def _scaled(seen: Seen, spot: Spot, site: Site) -> Iterator[Wrong]:
    """Survivors are to be scaled by 1/(1 - rate), by one of the readings of what is done."""
    rate = site.rate
    draws = [each for one in spot.training for each in one if each.scales and each.drops]
    if rate is None or not draws or not 0 < rate.value < 1:
        return
    low, high = rate.interval(1 - ALARM)
    low, high = 1 / (1 - low), 1 / (1 - high) if high < 1 else np.inf
    readings = {round(scale, 9) for each in draws for scale in each.scales}
    if any(low * (1 - CLOSE) <= scale <= high * (1 + CLOSE) for scale in readings):
        return
    if site.asked and any(abs(scale * (1 - site.asked) - 1) < CLOSE for scale in readings):
        return  # right for the rate asked for: if that is not what is dropped, it is told so
    within = draws[0].within
    trained = {each for one in seen.training for each in one.factors.get(within, ())}
    still = {each for one in seen.evaluation for each in one.factors.get(within, ())}
    if any(1 / high * (1 - CLOSE) <= each <= 1 / low * (1 + CLOSE) for each in still - trained):
        return  # scaled in evaluation instead, as in the first paper on dropout
    expected = 1 / (1 - (site.asked if site.asked else rate.value))
    found = {"measured": rate.value, "scale": draws[0].scales[0], "expected": expected}
    yield "not scaled", spot.where, found
