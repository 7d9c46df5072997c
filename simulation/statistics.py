"""Effects over paired seeds, with an interval, and a rule that stands before the run."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.arrays import FloatArray
from simulation.checks import InputError, real
from simulation.intervals import (
    FEWEST_SEEDS,
    Interval,
    of_seeds,
    of_seeds_and_images,
    pseudo_values,
)

SMALLEST_EFFECT = 0.01
"""Smallest effect of interest on a quality or an accuracy, fixed before anything is run."""

ROUNDING = 1e-12
"""Differences up to this part of the figures, or of 1 if they are smaller, are rounding: 0."""


@dataclass(frozen=True)
class Effect:
    """What changed between two conditions that share their seeds.

    Attributes
    ----------
    before, after : float
        Mean over the seeds in each condition.
    low, high : float
        95% interval of the mean paired difference after - before.
    seeds : int
    error : float
        Standard error of the mean paired difference; nan where it was not computed.
    degrees : float
        Of freedom of that error.
    skewness : float
        Of the mean's distribution, as the interval takes it into account.
    values : tuple of float
        Paired difference of each seed.
    """

    before: float
    after: float
    low: float
    high: float
    seeds: int
    error: float = math.nan
    degrees: float = math.nan
    skewness: float = 0.0
    values: tuple[float, ...] = ()

    @property
    def difference(self) -> float:
        """Mean paired difference."""
        return self.after - self.before

    @property
    def verdict(self) -> str:
        """'higher' or 'lower' if the whole interval is on one side of 0.

        Else 'no difference shown', which does not say that there is none: see `within`. With fewer
        than five seeds it is 'too few seeds to say', whatever the interval.
        """
        if self.seeds < FEWEST_SEEDS:
            return "too few seeds to say"
        if self.low > 0:
            return "higher"
        if self.high < 0:
            return "lower"
        return "no difference shown"

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it; seed by seed where they are too few to say."""
        fields = asdict(self) | {"difference": self.difference, "verdict": self.verdict}
        values = fields.pop("values")
        return fields | ({"values": list(values)} if self.seeds < FEWEST_SEEDS else {})

    def within(self, smallest_effect: float) -> bool:
        """Whether the data show equivalence: all of the interval is closer to 0 than that.

        It is the smallest effect of interest, fixed before the run.
        """
        return -smallest_effect < self.low and self.high < smallest_effect


def paired_effect(
    before: npt.ArrayLike, after: npt.ArrayLike, *, test_to_train: float = 0.0
) -> Effect:
    """Compare two conditions seed by seed.

    Seeds that share nothing are independent replications: `intervals.of_seeds`. Seeds judged on the
    same test images are not, for what these images favour they favour in every seed: give each
    figure without each part of the images too, and seeds and images both count as drawn at random:
    `intervals.of_seeds_and_images`.

    Where every seed splits one data set anew, the training sets overlap, and s^2 / S is too small a
    variance of the mean. It is taken as s^2 (1 / S + n_test / n_train): Nadeau and Bengio (2003),
    Inference for the generalization error, Machine Learning 52, equation 19.

    Parameters
    ----------
    before, after : (S,) or (S, 1 + G) array_like
        One figure a seed, in the same order; S >= 2. Or, for seeds with the same test images:
        column 0 the figure on all of them, column 1 + g the same without part g of G >= 2 equal
        parts.
    test_to_train : float
        n_test / n_train, where every seed splits one data set anew; else 0.

    Raises
    ------
    InputError
        If the shapes are others, a figure is not finite, or `test_to_train` is negative.

    Examples
    --------
    >>> paired_effect([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 3.1, 3.9, 4.8, 6.0]).verdict
    'higher'
    >>> paired_effect([1.0, 2.0], [2.0, 3.1]).verdict
    'too few seeds to say'
    """
    real("test_to_train", test_to_train, least=0.0)
    first, second = _checked(before, after)
    rounding = ROUNDING * max(1.0, np.abs(first).max(), np.abs(second).max())
    gain = second - first
    gain[np.abs(gain) <= rounding] = 0.0
    seeds, mean = len(gain), gain[:, 0].mean()
    contributions = gain if gain.shape[1] == 1 else pseudo_values(gain)
    if np.ptp(contributions) <= rounding:  # every seed says the same
        around = Interval(0.0, seeds - 1, 0.0, 0.0, 0.0)
    elif gain.shape[1] == 1:
        around = of_seeds(gain[:, 0])
    else:
        around = of_seeds_and_images(contributions)
    wider = math.sqrt(1 + seeds * test_to_train)
    return Effect(
        before=float(first[:, 0].mean()),
        after=float(second[:, 0].mean()),
        low=float(mean + wider * around.low),
        high=float(mean + wider * around.high),
        seeds=seeds,
        error=wider * around.error,
        degrees=around.degrees,
        skewness=around.skewness,
        values=tuple(gain[:, 0].tolist()),
    )


def _checked(before: npt.ArrayLike, after: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return both as (S, 1) or (S, 1 + G) arrays."""
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    parts = first.shape[1] - 1 if first.ndim == 2 else 0
    if (
        first.ndim not in (1, 2)
        or first.shape != second.shape
        or len(first) < 2
        or parts in (-1, 1)
    ):
        raise InputError(
            f"paired figures have shapes {first.shape} and {second.shape}, but an interval needs "
            "one figure for each of at least two seeds in both conditions, and beside it none or "
            "at least two without a part of the test images"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise InputError("paired figures are not all finite numbers: take out NaN and infinity")
    return first.reshape(len(first), -1), second.reshape(len(second), -1)
