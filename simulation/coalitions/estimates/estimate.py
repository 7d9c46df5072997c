"""A figure with its uncertainty, and what that uncertainty is over."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A number, how sure it is, and what counted as drawn at random when that was said.

    Attributes
    ----------
    value : float
    error : float
        Standard error; nan where it is not known.
    low, high : float
        95% interval; nan where it is not known.
    exact : bool
        Whether all coalitions that the figure is about were asked, none left to chance.
    over : tuple of str
        What the interval counts as drawn at random, of 'examples', 'masks' and 'starts'. Empty:
        nothing, so there is no interval.

    Examples
    --------
    >>> print(Estimate(0.914, 0.009, 0.8951, 0.9306, over=("examples",)))
    0.914 [0.895, 0.931]
    >>> print(Estimate(0.5, exact=True))
    0.5
    """

    value: float
    error: float = math.nan
    low: float = math.nan
    high: float = math.nan
    exact: bool = False
    over: tuple[str, ...] = ()

    def __str__(self) -> str:
        if math.isnan(self.low):
            return f"{self.value:.3g}"
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"
