"""How often should someone be missing? The best rate of a grid, and which others are as good.

The rule, fixed here before any sweep is looked at:

1. The best rate is the one with the highest mean over the seeds. Its range holds it in 95% of the
   sweeps that have other seeds (bootstrap over seeds).
2. Every pair of rates is compared seed by seed. A rate drops out if some other is better than it by
   more than `SMALLEST_EFFECT`, shown at 95% for all pairs at once (paired t, Bonferroni); the rates
   that remain are as good as the best. The truly best is among them in at least 95% of sweeps.
3. If every rate remains, the rate makes no difference that could be shown: the curve is flat.

References
----------
Gupta (1965), On some multiple decision (selection and ranking) rules, for selecting a subset that
holds the best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from simulation.arrays import FloatArray
from simulation.intervals import CONFIDENCE
from simulation.statistics import SMALLEST_EFFECT

RESAMPLES = 2_000


@dataclass(frozen=True)
class Curve:
    """A measure against the absence rate.

    Attributes
    ----------
    mean, low, high : (D,) array
        Mean over the seeds at each rate, and its 95% interval.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class BestRate:
    """The answer to 'how often?'.

    Attributes
    ----------
    rate, low, high : float
        The best of the grid, and the range that it falls in.
    quality : float
        Mean at that rate.
    gain, gain_reach : float
        Mean paired difference from the lowest rate of the grid; its 95% interval is
        gain +- gain_reach.
    as_good : tuple of float
        The rates that are as good as the best, it among them.
    flat : bool
        Whether all rates of the grid are.
    at_edge : bool
        Whether the best is the highest rate of the grid, so that a better may lie beyond.
    """

    rate: float
    low: float
    high: float
    quality: float
    gain: float
    gain_reach: float
    as_good: tuple[float, ...]
    flat: bool
    at_edge: bool


def curve(values: FloatArray) -> Curve:
    """Return the mean over seeds of values (D, S), S >= 2, with its interval (Student's t)."""
    mean, reach = values.mean(axis=1), _reach(values, 1.0 - CONFIDENCE)
    return Curve(mean, mean - reach, mean + reach)


def best_rate(rates: FloatArray, values: FloatArray) -> BestRate:
    """Find the best rate by the rule above.

    Parameters
    ----------
    rates : (D,) array
        Rising.
    values : (D, S) array
        What is to be high, a column a seed.

    Examples
    --------
    >>> luck = np.random.default_rng(0).normal(size=30)
    >>> own = 0.02 * np.random.default_rng(1).normal(size=(3, 30))
    >>> best_rate(np.array([0.0, 0.2, 0.4]), luck + own + [[0.0], [0.5], [0.5]]).as_good
    (0.2, 0.4)
    """
    means = values.mean(axis=1)
    best = int(means.argmax())
    winners = rates[_resampled(values).argmax(axis=1)]  # (B,)
    tail = (1.0 - CONFIDENCE) / 2
    low, high = np.quantile(winners, [tail, 1.0 - tail], method="closest_observation")
    pairs = values[:, None] - values  # (D, D, S) by how much row is better than column
    # Of each pair only one can be the better: as many one-sided tests as pairs, both ways round.
    tests = max(len(rates) * (len(rates) - 1), 1)
    shown = pairs.mean(axis=2) - _reach(pairs, 2 * (1.0 - CONFIDENCE) / tests)
    remain = ~(shown > SMALLEST_EFFECT).any(axis=0)
    gain = values[best] - values[0]
    return BestRate(
        rate=float(rates[best]),
        low=float(low),
        high=float(high),
        quality=float(means[best]),
        gain=float(gain.mean()),
        gain_reach=float(_reach(gain, 1.0 - CONFIDENCE)),
        as_good=tuple(rates[remain].tolist()),
        flat=bool(remain.all()),
        at_edge=best == len(rates) - 1,
    )


def _reach(values: FloatArray, outside: float) -> FloatArray:
    """Half the width of the interval of a mean over the last axis, `outside` in both tails."""
    n = values.shape[-1]
    error = values.std(axis=-1, ddof=1) / np.sqrt(n)
    return np.asarray(error * -stdtrit(n - 1, outside / 2))


def _resampled(values: FloatArray) -> FloatArray:
    """Means over resampled seeds, the same seeds at every rate, (B, D)."""
    n = values.shape[1]
    # A fixed generator: the range belongs to the data, not to the moment it is computed.
    counts = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    return np.asarray(counts @ values.T / n)
