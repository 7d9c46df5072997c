"""A figure with its uncertainty: from the rows and columns that counted as drawn at random."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from simulation.arrays import FloatArray
from simulation.intervals import (
    CONFIDENCE,
    Interval,
    of_draws_and_examples,
    of_seeds,
    pseudo_values,
)
from simulation.statistics import ROUNDING


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
        What the interval counts as drawn at random, of 'examples', noisy 'calls', 'masks' and
        'starts'. Empty: nothing, so there is no interval.

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


@dataclass(frozen=True)
class Drawn:
    """What the rows of a table of figures are, and what its columns are parts of.

    Attributes
    ----------
    rows : tuple of str
        What varies from row to row: 'masks', 'starts', or both; nothing where there is one row.
    exact : bool
        Whether each row knows all coalitions that its figure is about.
    columns : str
        'examples' or 'calls'.
    """

    rows: tuple[str, ...] = ()
    exact: bool = True
    columns: str = "examples"


def contributions(figures: FloatArray) -> FloatArray:
    """Return what each part of the examples contributes, (..., 1 + G) to (..., G).

    Where there are no parts to leave out, G = 0, the figure itself, (..., 1).
    """
    return pseudo_values(figures) if figures.shape[-1] > 1 else figures


def estimated(figures: FloatArray, drawn: Drawn, share_of: int = 0) -> Estimate:
    """Estimate the mean of figures (R, 1 + G): see `of_contributions`."""
    return of_contributions(contributions(figures), drawn, float(figures[:, 0].mean()), share_of)


def of_contributions(
    table: FloatArray, drawn: Drawn, value: float | None = None, share_of: int = 0
) -> Estimate:
    """Estimate a mean over masks or starts, judged on the same examples.

    Rows are independent draws of masks, or starts (each with masks of its own, whose chance is
    then in what differs between starts); columns are parts of the examples. With several of both
    it is `simulation.intervals.of_draws_and_examples`, with one row or one column `of_seeds`:
    Student's t with the skewness taken out.

    Parameters
    ----------
    table : (R, G) array
        What each part contributes to each row's figure; G = 1 where there are no parts.
    drawn : Drawn
    value : float or None
        The figure itself; None: the table's mean.
    share_of : int
        M, where the figure is a share of the examples, or a mean of such shares: no interval leaves
        [0, 1] then. With one row it is Wilson's, for the number of examples that would give the
        same standard error. Wilson (1927), Probable inference, the law of succession, and
        statistical inference; Korn and Graubard (1998), Confidence intervals for proportions with
        small expected number of positive counts estimated from survey data, for that number.
    """
    rows, parts = table.shape
    value = float(table.mean()) if value is None else value
    over = (*([drawn.columns] if parts > 1 else []), *(drawn.rows if rows > 1 else []))
    if not over or not np.isfinite(table).all() or not math.isfinite(value):
        return Estimate(value, exact=drawn.exact)
    rounding = ROUNDING * max(1.0, np.abs(table).max())
    value = 0.0 if abs(value) <= rounding else value
    if np.ptp(table) <= rounding:
        around = Interval(0.0, math.inf, 0.0, 0.0, 0.0)
    elif rows == 1 or parts == 1:
        around = of_seeds(table.ravel())
    else:
        around = of_draws_and_examples(table)
    low, high = value + around.low, value + around.high
    if share_of and 0 <= value <= 1:
        low, high = max(low, 0.0), min(high, 1.0)
        if rows == 1 or not around.error:
            low, high = _of_share(value, around, share_of)
    return Estimate(value, around.error, low, high, drawn.exact, over)


def _of_share(share: float, around: Interval, examples: int) -> tuple[float, float]:
    """Wilson's interval for a share with this standard error."""
    spread = share * (1 - share)
    number = spread / around.error**2 if spread and around.error else examples
    degrees = around.degrees if around.error else math.inf
    square = stdtrit(degrees, (1 + CONFIDENCE) / 2) ** 2 / number
    middle = (share + square / 2) / (1 + square)
    half = math.sqrt(square * (spread + square / 4)) / (1 + square)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))
