"""How cost grows with size: exponents, fitted where size already dominates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import linregress, t

LEAST = 3
"""Fewest sizes to fit a slope to, with its error."""


@dataclass(frozen=True)
class Growth:
    """Seconds grow as size ** slope, or, `doubling`, as 2 ** (slope * size).

    Attributes
    ----------
    slope, low, high : float
        With its 95% interval, from how far the times scatter about the line.
    from_size : int
        The smallest size that was used.
    doubling : bool
    """

    slope: float
    low: float
    high: float
    from_size: int
    doubling: bool

    def __str__(self) -> str:
        what = "doublings a member" if self.doubling else "exponent"
        return f"{what} {self.slope:.2f} [{self.low:.2f}, {self.high:.2f}]"


def growth(
    sizes: Sequence[int], seconds: Sequence[float], *, doubling: bool = False
) -> Growth | None:
    """Fit the upper half of the sizes (at least `LEAST`); None if there are fewer.

    Parameters
    ----------
    sizes : (n,) increasing
    seconds : (n,)
    doubling : bool
        Fit the logarithm of the time against the size itself.

    Examples
    --------
    >>> found = growth([1, 2, 4, 8, 16], [9.0, 9.0, 16.0, 64.0, 256.0])
    >>> round(found.slope, 3), found.from_size
    (2.0, 4)
    """
    used = max(LEAST, (len(sizes) + 1) // 2)
    if len(sizes) < LEAST:
        return None
    x = np.asarray(sizes[-used:], dtype=float)
    fit = linregress(x if doubling else np.log2(x), np.log2(seconds[-used:]))
    # A fit without scatter has no error; linregress gives its rounding error or nan.
    half = float(np.nan_to_num(fit.stderr)) * float(t.ppf(0.975, used - 2))
    slope = float(fit.slope)
    return Growth(slope, slope - half, slope + half, int(sizes[-used]), doubling)
