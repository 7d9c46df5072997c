"""A draw of random numbers: where it was made, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nn_bridge.checking.sites import Mask
from nn_bridge.checking.watching import Draw


class Place(NamedTuple):
    """Where in the model something happens.

    Attributes
    ----------
    where, kind : str
        As in `Draw`.
    layer : str or None
        Path of the layer that declares the rate.
    within : str
        Path of the innermost layer.
    asked : float or None
    """

    where: str
    kind: str
    layer: str | None
    within: str
    asked: float | None


@dataclass(eq=False)
class Root:
    """One draw of random numbers, and what became of it."""

    place: Place
    numbers: int
    kept: Any = None
    """Of a draw of two values: a copy from before anything was made of it."""
    silent: bool = False
    """Whether nothing was drawn where something could have been."""
    mask: Mask | None = None
    noise: bool = False
    scale: float | None = None
    factors: list[float] = field(default_factory=list)
    """Numbers by which the values were multiplied just before or just after."""
    shape: tuple[int, ...] = ()
    misfit: str = ""
    features: int | None = None

    @property
    def scales(self) -> tuple[float, ...]:
        """By what survivors may have been multiplied, all readings."""
        if self.scale is None:
            return ()
        found = [self.scale]
        for factor in self.factors:
            found += [each * factor for each in found]
        return tuple(found)

    @property
    def entered(self) -> bool:
        """Whether chance came to something: what only decides, and what is unused, does not."""
        known = self.place.layer is not None or self.place.asked is not None
        laid = self.mask is not None or self.noise
        return laid or self.silent or (known and self.kept is not None)

    def told(self, used: bool) -> Draw:
        """Return what there is to tell of it."""
        place, mask = self.place, self.mask
        if mask is None and not self.noise and self.kept is not None:  # not laid as it was drawn
            mask = Mask.of(self.kept, self.kept.shape)
        return Draw(
            place.where, place.kind, place.layer, place.within, place.asked, mask, self.noise,
            self.scales, used, self.shape, self.misfit, self.features,
        )  # fmt: skip
