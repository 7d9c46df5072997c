"""Effects over paired seeds, with an interval, and a rule that stands before the run."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from simulation.checks import InputError

CONFIDENCE = 0.95

SMALLEST_EFFECT = 0.01
"""Smallest effect of interest on a quality or an accuracy, fixed before anything is run."""


@dataclass(frozen=True)
class Effect:
    """What changed between two conditions that share their seeds.

    Attributes
    ----------
    before, after : float
        Mean over the seeds in each condition.
    low, high : float
        95% bootstrap interval of the mean paired difference after - before.
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
        """'higher' or 'lower' if the whole interval is on one side of 0.

        Else 'no difference shown', which does not say that there is none: see `within`.
        """
        if self.low > 0:
            return "higher"
        if self.high < 0:
            return "lower"
        return "no difference shown"

    def to_json(self) -> dict[str, float | int | str]:
        """Return all of it as JSON can hold it."""
        return asdict(self) | {"difference": self.difference, "verdict": self.verdict}

    def within(self, smallest_effect: float) -> bool:
        """Whether the data show equivalence: all of the interval is closer to 0 than that.

        It is the smallest effect of interest, fixed before the run.
        """
        return -smallest_effect < self.low and self.high < smallest_effect


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
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise InputError("paired figures are not all finite numbers: take out NaN and infinity")
    gain = second - first
    scale = max(np.abs(first).max(), np.abs(second).max())
    if np.ptp(gain) <= 1e-14 * scale:  # nothing to resample: every seed says the same
        low = high = float(gain.mean())
    else:
        # scipy.stats takes a third of a second, which not every command should have to wait.
        from scipy.stats import bootstrap

        # A bootstrap interval of a few figures is too narrow: at 10 it covers 90%, not 95%. The
        # level is raised to where a percentile interval is as wide as Student's t would have it
        # (Hesterberg 2015, What teachers should know about the bootstrap, section 3.3).
        n = len(gain)
        z = np.sqrt(n / (n - 1)) * stdtrit(n - 1, (1 + CONFIDENCE) / 2)
        # A fixed generator: the interval belongs to the data, not to the moment it is computed.
        interval = bootstrap(
            (gain,),
            np.mean,
            confidence_level=1 - 2 * ndtr(-z),
            # BCa estimates a bias and a skewness, which fewer than five figures do not have.
            method="BCa" if n >= 5 else "percentile",
            rng=np.random.default_rng(0),
        ).confidence_interval
        low, high = float(interval.low), float(interval.high)
    return Effect(float(first.mean()), float(second.mean()), low, high, len(gain))
