"""Effects over paired seeds, with an interval, and a rule that stands before the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import bootstrap

from simulation.checks import InputError

FloatArray = npt.NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Effect:
    """What changed between two conditions that share their seeds.

    Attributes
    ----------
    before, after : float
        Mean over the seeds in each condition.
    low, high : float
        95% bootstrap interval (BCa) of the mean paired difference after - before.
    seeds : int
    """

    before: float
    after: float
    low: float
    high: float
    seeds: int

    @property
    def difference(self) -> float:
        """Mean paired difference."""
        return self.after - self.before

    @property
    def verdict(self) -> str:
        """Rule: 'higher' or 'lower' if the whole interval is on one side of 0, else 'no effect' was shown."""
        if self.low > 0:
            return "higher"
        if self.high < 0:
            return "lower"
        return "no effect"


def paired_effect(before: npt.ArrayLike, after: npt.ArrayLike) -> Effect:
    """Compare two conditions seed by seed.

    Parameters
    ----------
    before, after : (S,) array_like
        One figure a seed, in the same order; S >= 2.

    Raises
    ------
    InputError
        If they differ in length or there are fewer than two seeds.

    Examples
    --------
    >>> paired_effect([1.0, 2.0, 3.0], [2.0, 3.1, 3.9]).verdict
    'higher'
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if first.ndim != 1 or first.shape != second.shape or len(first) < 2:
        raise InputError(
            f"paired figures have shapes {first.shape} and {second.shape}, but an interval needs "
            "one figure for each of at least two seeds in both conditions"
        )
    gain = second - first
    if np.ptp(gain) == 0:  # nothing to resample: every seed says the same
        low = high = float(gain[0])
    else:
        # A fixed generator: the interval belongs to the data, not to the moment it is computed.
        interval = bootstrap(
            (gain,), np.mean, confidence_level=CONFIDENCE, rng=np.random.default_rng(0)
        ).confidence_interval
        low, high = float(interval.low), float(interval.high)
    return Effect(float(first.mean()), float(second.mean()), low, high, len(gain))
