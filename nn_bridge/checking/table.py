"""The rows of a check-up: every place where chance entered, or was meant to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from nn_bridge.checking.seen import Seen, Spot, inside, site_of, spots
from nn_bridge.checking.sites import Rate, Site
from nn_bridge.checking.watching import Declared, Draw, Pass

CLOSE = 1e-3
"""How near two numbers must be that are written down, a rate and a factor: single precision."""


class Table:
    """Places of chance, and what ran around them.

    Parameters
    ----------
    seen : Seen

    Attributes
    ----------
    passes : list of Pass
        All that were watched.
    places : list of (Spot, Site)
        Where something was drawn, or could have been.
    skipped : list of Site
        Layers that some passes in training skip: layer drop.
    """

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.passes: list[Pass] = [*seen.training, *seen.evaluation, *seen.again]
        found = spots(seen)
        self.places = [
            (each, site_of(each, self._calls(each), _guessed(each, found))) for each in found
        ]
        self.skipped = self._skipped()

    @property
    def sites(self) -> list[Site]:
        """All rows."""
        return [*(site for _, site in self.places), *self.skipped, *self._without_draws()]

    @cached_property
    def anew(self) -> tuple[str, ...]:
        """Layers of chance that are made in the forward pass."""
        return tuple(dict.fromkeys(each for one in self.passes for each in one.anew))

    @cached_property
    def drawn(self) -> set[str | None]:
        """Layers that declare a rate and whose call came to a draw, or could have."""
        return {each.layer for spot, _ in self.places for each in spot.all}

    def called(self, layer: str) -> bool:
        """Whether any pass called a layer."""
        return any(one.called.get(layer, 0) for one in self.passes)

    def asleep(self, part: str) -> bool:
        """Whether a part of the model did not run at all on these data."""
        return bool(part) and not any(
            inside(path, part) for one in self.passes for path, n in one.called.items() if n
        )

    def carried_out(self, one: Declared) -> bool:
        """Whether some place within its scope has the rate of a setting or of an uncalled layer."""
        for spot, site in self.places:
            within = spot.all[0].within
            if not inside(within, one.scope) or (one.runs and within != one.scope):
                continue
            if site.asked is None:
                same = site.rate is not None and site.rate.agrees_with(one.rate)
            else:
                same = abs(site.asked - one.rate) < CLOSE or (
                    one.lowest is not None and one.lowest < site.asked <= one.rate
                )
            if same:
                return True
        if one.kind != "setting":
            return False
        return any(
            other.kind != "setting" and abs(other.rate - one.rate) < CLOSE
            and inside(other.where, one.scope)
            for other in self.seen.declared
        ) or any(
            one.lowest is not None and inside(site.where, one.scope) for site in self.skipped
        )  # fmt: skip

    def _calls(self, spot: Spot) -> float:
        number, layer = len(self.seen.training), spot.all[0].layer
        if layer is not None and spot.all[0].within == layer:
            return sum(one.called.get(layer, 0) for one in self.seen.training) / number
        return sum(map(len, spot.training)) / number

    def _skipped(self) -> list[Site]:
        training, again = self.seen.training, self.seen.again
        found: list[Site] = []
        for path in dict.fromkeys(each for one in (*training, *again) for each in one.called):
            absent = [not one.called.get(path, 0) for one in training]
            above = path.rpartition(".")[0]
            if any(inside(path, top.where) for top in found) or path in self.anew:
                continue
            if any(absent) and not all(absent) and training[0].called.get(above, 1):
                still = [one.called.get(path, 0) for one in self.seen.evaluation]
                later = any(not one.called.get(path, 0) for one in again)
                found.append(
                    Site(
                        path, "layer drop", None, Rate(sum(absent), len(absent)), None, True,
                        any(still) and not all(still), later, 1.0, "shared by the batch",
                    )
                )  # fmt: skip
        return found

    def _without_draws(self) -> list[Site]:
        """Layers that declare a rate which comes to no draw, there or elsewhere."""
        number = len(self.seen.training)
        return [
            Site(each.where, each.kind, each.rate, None, None, False, False, False,
                 sum(one.called.get(each.where, 0) for one in self.seen.training) / number, "")
            for each in self.seen.declared
            if each.kind != "setting" and each.where not in self.drawn
            and not (each.runs and each.rate and self.carried_out(each))
        ]  # fmt: skip


def _guessed(spot: Spot, others: Sequence[Spot]) -> bool:
    """Whether a mask by hand may have nothing to do with the rate its layer has."""

    def alike(one: Draw, other: Draw) -> bool:
        return one.within == other.within and one.asked == other.asked

    draw = spot.all[0]
    return draw.layer is None and draw.kind == "by hand" and any(
        alike(draw, other.all[0]) for other in others if other is not spot
    )  # fmt: skip
