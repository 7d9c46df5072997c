"""What was seen, made into sites and findings: the rules by which something counts as wrong.

No threshold here was fitted to a model. Statistical rules alarm at the level `sites.ALARM`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from nn_bridge.checking.findings import Finding
from nn_bridge.checking.seen import (
    Seen,
    Spot,
    always_the_same,
    asked_in,
    inside,
    measured,
    site_of,
    spots,
)
from nn_bridge.checking.sites import ALARM, Rate, Site
from nn_bridge.checking.watching import Declared, Norm, Pass

KEEP_LIKE = 0.8
"""From this rate on: keep probabilities are mostly .8 and .9, rates of dropping .5 and below."""

SHIFT = 1.1
"""How many times as large the variance before batch normalisation may be with dropout on: at 1.1
its outputs in evaluation are 5% too small."""

CLOSE = 1e-3
"""How near two numbers must be that are written down, a rate and a factor: single precision."""

LOOKED_FOR = {"dropout1d": 3, "dropout2d": 4, "dropout3d": 5}
"""Axes of the values that layers look for which drop whole channels."""


def common(paths: Sequence[str]) -> str:
    """Return the smallest part that holds all of some layers."""
    steps = zip(*(path.split(".") for path in paths), strict=False)
    shared = takewhile(lambda step: len(set(step)) == 1, steps)
    return ".".join(step[0] for step in shared) or "the model"


def judged(seen: Seen, framework: str) -> tuple[list[Site], list[Finding]]:
    """Make sites and findings of what was seen."""
    judge = _Judge(seen, framework)
    findings = list(judge.findings())
    return judge.sites, findings


class _Judge:
    def __init__(self, seen: Seen, framework: str) -> None:
        self.seen, self.framework = seen, framework
        self.spots = spots(seen)
        self.passes = len(seen.training)
        self.sites = [site_of(each, self._calls(each), self._guessed(each)) for each in self.spots]
        self.sites += self._skipped()
        self.sites += self._without_draws()

    def findings(self) -> Iterator[Finding]:
        """Go through all rules."""
        at_fault = {each for one in self._passes() for each in one.anew}
        for where in dict.fromkeys(each for one in self._passes() for each in one.anew):
            yield self._found("made anew in forward", where)
        if self.seen.misled:
            yield self._found("evaluated in training mode", self.seen.misled)
        unreached = list(self._unreached(at_fault))
        for where, switch in unreached:
            yield self._found("not reached", where or "the model", switch=switch)
        parts = [where for where, _ in unreached]
        for spot, site in zip(self.spots, self.sites, strict=False):
            lost = spot.where in at_fault or any(
                inside(each.within, part) for part in parts for each in spot.all[:1]
            )
            yield from self._of_spot(spot, site, lost)
        yield from self._of_declared(parts)
        yield from self._of_norms()
        restless = [
            each.where for each in self.sites if each.kind == "layer drop" and each.evaluation
        ]
        if restless:
            yield self._found("drops in evaluation", common(restless))
        if self.seen.difference > 0 and not any(
            each.drops for one in self.seen.evaluation for each in one.draws
        ):
            yield self._found(
                "other outputs in evaluation", "the model", difference=self.seen.difference
            )

    def _found(self, kind: str, where: str, **facts: Any) -> Finding:
        name = where.rpartition(".")[2]
        return Finding(kind, where, {"framework": self.framework, "name": name, **facts})

    def _passes(self) -> list[Pass]:
        return [*self.seen.training, *self.seen.evaluation, *self.seen.again]

    def _calls(self, spot: Spot) -> float:
        layer = spot.all[0].layer
        if layer is not None and spot.all[0].within == layer:
            return sum(one.called.get(layer, 0) for one in self.seen.training) / self.passes
        return sum(map(len, spot.training)) / self.passes

    def _guessed(self, spot: Spot) -> bool:
        """Whether a mask by hand may have nothing to do with the rate its layer has."""
        draw = spot.all[0]
        return draw.layer is None and draw.kind == "by hand" and any(
            each.within == draw.within and each.asked == draw.asked
            for other in self.spots if other is not spot
            for each in other.all[:1]
        )  # fmt: skip

    def _skipped(self) -> list[Site]:
        """Layers that some passes in training skip: layer drop."""
        found: list[Site] = []
        counts = [one.called for one in (*self.seen.training, *self.seen.again)]
        if not counts:
            return found
        tops: list[str] = []
        anew = {each for one in self._passes() for each in one.anew}
        for path in dict.fromkeys(each for one in counts for each in one):
            absent = [not one.get(path, 0) for one in counts[: self.passes]]
            above = path.rpartition(".")[0]
            if any(inside(path, top) for top in tops) or path in anew:
                continue
            if any(absent) and not all(absent) and (not above or counts[0].get(above, 1)):
                tops.append(path)
                still = [one.called.get(path, 0) for one in self.seen.evaluation]
                rate = Rate(sum(absent), len(absent))
                later = [not one.get(path, 0) for one in counts[self.passes :]]
                off = any(still) and not all(still)
                found.append(
                    Site(path, "layer drop", None, rate, None, True, off, any(later), 1.0,
                         "shared by the batch")
                )  # fmt: skip
        return found

    def _without_draws(self) -> list[Site]:
        """Layers that declare a rate which comes to no draw, there or elsewhere."""
        known = {each.layer for spot in self.spots for each in spot.all}
        live = self._live()
        return [
            Site(each.where, each.kind, each.rate, None, None, False, False, False,
                 sum(one.called.get(each.where, 0) for one in self.seen.training) / self.passes, "")
            for each in self.seen.declared
            if each.kind != "setting" and each.where not in known
            and not (each.runs and each.rate and self._carried_out(each, live))
        ]  # fmt: skip

    def _unreached(self, anew: set[str]) -> Iterator[tuple[str, str]]:
        """Parts that a switch does not reach, and in which that matters."""
        norms = {path for one in self._passes() for path in one.norms}
        told: set[str] = set()
        for training, parts in self.seen.unreached.items():
            for part in parts:
                live = any(
                    inside(each.within, part) and (each.drops or (each.asked or 0) > 0)
                    for spot in self.spots if spot.where not in anew for each in spot.all[:1]
                ) or any(
                    each.rate > 0 and each.kind != "setting" and inside(each.where, part)
                    and self._called(each.where)
                    for each in self.seen.declared
                )  # fmt: skip
                statistics = not training and any(inside(path, part) for path in norms)
                if (live or statistics) and part not in told:
                    told.add(part)
                    yield part, self._switch(training)

    def _switch(self, training: bool) -> str:
        return "train()" if training else "eval()"

    def _called(self, layer: str) -> bool:
        return any(one.called.get(layer, 0) for one in self._passes())

    def _of_spot(self, spot: Spot, site: Site, lost: bool) -> Iterator[Finding]:
        """Judge one place; `lost` if its mode is wrong for a reason told already."""
        where, rate = spot.where, site.rate
        if site.evaluation and not lost:
            yield self._found("drops in evaluation", where)
        live = [each for one in (*spot.training, *spot.again) for each in one]
        if site.training and not any(each.used for each in live if each.drops):
            yield self._found("result not used", where)
        if site.training and not site.again and not lost and self._shows(spot, site):
            yield self._found("off after evaluation", where)
        yield from self._changed(spot)
        asked = site.asked or 0.0
        if not site.training and not lost and self._silent(spot, asked):
            yield self._found("never drops", where, rate=asked)
        if rate is not None and site.asked is not None and not rate.agrees_with(asked):
            yield self._found(
                "other rate than asked", where, asked=asked, measured=rate.value,
                low=rate.low, high=rate.high,
            )  # fmt: skip
        drops = site.asked if site.asked is not None else rate.value if rate is not None else 0.0
        if KEEP_LIKE <= drops < 1:
            yield self._found("keep probability", where, rate=drops, kept=round(1 - drops, 6))
        yield from self._scaled(spot, site)
        if always_the_same(spot):
            yield self._found("same mask every pass", where, passes=self.passes)
        bad = next((each for each in spot.all if each.misfit), None)
        if bad is not None:
            wanted = next((n for kind, n in LOOKED_FOR.items() if kind in bad.kind.lower()), 0)
            yield self._found(
                "wrong shape", where, case=bad.misfit, shape=str(bad.shape), wanted=wanted,
                features=bad.features,
            )  # fmt: skip

    def _shows(self, spot: Spot, site: Site) -> bool:
        """Whether no draw again shows that there is none: with few draws it may be chance."""
        if site.rate is None:
            return True
        draws = Rate(0, max(1, sum(m.draws for one in spot.training for d in one if (m := d.mask))))
        return not draws.agrees_with(site.rate.low)

    def _silent(self, spot: Spot, asked: float) -> bool:
        """Whether a place that asks for a rate above 0 shows none."""
        if asked <= 0:
            return False
        seen = measured(spot.training)
        return seen is None or not seen.agrees_with(asked)

    def _changed(self, spot: Spot) -> Iterator[Finding]:
        """A rate that is another one after an evaluation."""
        before: float | None
        if spot.declared is not None:
            later = {each.where: each.rate for each in self.seen.later}
            before, after = spot.declared.rate, later.get(spot.declared.where)
        else:
            before, after = asked_in(spot.training), asked_in(spot.again)
        if before is not None and after is not None and abs(before - after) > CLOSE**2:
            yield self._found("rate changed", spot.where, before=before, after=after)

    def _scaled(self, spot: Spot, site: Site) -> Iterator[Finding]:
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
        trained = {each for one in self.seen.training for each in one.factors.get(within, ())}
        still = {each for one in self.seen.evaluation for each in one.factors.get(within, ())}
        if any(1 / high * (1 - CLOSE) <= each <= 1 / low * (1 + CLOSE) for each in still - trained):
            return  # scaled in evaluation instead, as in the first paper on dropout
        expected = 1 / (1 - (site.asked if site.asked else rate.value))
        yield self._found(
            "not scaled", spot.where, measured=rate.value, scale=draws[0].scales[0],
            expected=expected,
        )  # fmt: skip

    def _of_declared(self, unreached: Sequence[str]) -> Iterator[Finding]:
        """Rates that are written down and come to nothing."""
        known = {each.layer for spot in self.spots for each in spot.all}
        live = self._live()
        skipped = [site for site in self.sites if site.kind == "layer drop"]
        for one in self.seen.declared:
            if one.one_layer:
                yield self._found("one layer", one.where, rate=one.rate)
            elif one.rate <= 0 or any(inside(one.where, part) for part in unreached if part):
                continue
            elif one.runs:
                if one.where in known or self._carried_out(one, live):
                    continue
                if not self._called(one.where):
                    if not self._asleep(one.part):
                        yield self._found("never called", one.where, rate=one.rate)
                else:
                    yield self._found("never drops", one.where, rate=one.rate)
            elif one.kind == "setting" and not (
                self._asleep(one.part) or self._carried_out(one, live) or any(
                    one.lowest is not None and inside(site.where, one.scope) for site in skipped
                )
            ):  # fmt: skip
                yield self._found("not wired", one.where, rate=one.rate)

    def _live(self) -> list[tuple[Site, str]]:
        """Places of chance, each with the innermost layer around it."""
        return [
            (site, each.within)
            for spot, site in zip(self.spots, self.sites, strict=False)
            for each in spot.all[:1]
        ]

    def _carried_out(self, one: Declared, live: Sequence[tuple[Site, str]]) -> bool:
        """Whether some place within its scope has the rate of a setting or of an uncalled layer."""
        for site, within in live:
            if not inside(within, one.scope) or (one.runs and within != one.scope):
                continue
            rates = [site.asked] if site.asked is not None else []
            if any(abs(rate - one.rate) < CLOSE for rate in rates):
                return True
            if one.lowest is not None and any(one.lowest < rate <= one.rate for rate in rates):
                return True
            if site.asked is None and site.rate is not None and site.rate.agrees_with(one.rate):
                return True
        return any(
            other.kind != "setting" and abs(other.rate - one.rate) < CLOSE
            and inside(other.where, one.scope)
            for other in self.seen.declared if one.kind == "setting"
        )  # fmt: skip

    def _asleep(self, part: str) -> bool:
        """Whether a part of the model did not run at all on these data."""
        return bool(part) and not any(
            inside(path, part) for one in self._passes() for path, n in one.called.items() if n
        )

    def _of_norms(self) -> Iterator[Finding]:
        """Dropout before batch normalisation, and by how much it shifts the variance."""
        still = self.seen.still
        if still is None or not self.seen.chance:
            return
        sharing = {site.where: site.mask for site in self.sites}
        told: set[str] = set()
        for path, norm in self.seen.chance[0].norms.items():
            before = [
                each for each in norm.before if sharing.get(each, "") not in ("", "per sample")
            ]
            if not before or before[-1] in told or path not in still.norms:
                continue
            ratio = _shift([one.norms[path] for one in self.seen.chance if path in one.norms],
                           still.norms[path])  # fmt: skip
            if ratio > SHIFT:
                told.add(before[-1])
                yield self._found("before batch norm", before[-1], norm=path, ratio=ratio)


def _shift(chance: Sequence[Norm], still: Norm) -> float:
    """Return the median over channels of the variance with chance on against off."""
    with_chance = np.mean([each.variances for each in chance], axis=0)
    some = still.variances > 0
    return float(np.median(with_chance[some] / still.variances[some])) if some.any() else 1.0
