"""How sure is a mean difference: its standard error, and an interval around it.

How often these intervals cover the truth is measured in docs/validation/coverage.md.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, stdtrit

from simulation.arrays import FloatArray

CONFIDENCE = 0.95

FEWEST_SEEDS = 5
"""Fewer than these have no skewness to speak of, and no verdict."""

MANY_SEEDS = 10
"""With fewer than these no interval is narrower than Student's."""

_RESAMPLES = 9_999


class Interval(NamedTuple):
    """How far the truth may be from the estimate: at `low` <= 0 below it to `high` >= 0 above."""

    error: float
    low: float
    high: float


def of_seeds(values: FloatArray) -> Interval:
    """Return the interval of the mean of independent figures.

    Student's t with the skewness taken out: the studentised mean is made symmetric by a monotone
    cubic, which is inverted at Student's quantiles. Its coverage is off by O(1 / S), where that of
    t is off by O(S^-1/2); figures without skewness give Student's interval. Hall (1992), On the
    removal of skewness by transformation, Journal of the Royal Statistical Society B 54; compared
    with others by Zhou and Dinh (2005), Biostatistics 6.

    Parameters
    ----------
    values : (S,) array
        Not all the same; S >= 2.
    """
    n = len(values)
    error = values.std(ddof=1) / np.sqrt(n)
    skewness = np.mean((values - values.mean()) ** 3) / values.std() ** 3 / np.sqrt(n)
    quantiles = np.array([1, -1]) * stdtrit(n - 1, (1 + CONFIDENCE) / 2)
    if abs(skewness) > 1e-6:  # below, the inverse is the identity, and this a difference of ones
        cubed = 1 + skewness * (quantiles - skewness / 6)
        quantiles = 3 / skewness * (np.cbrt(cubed) - 1)
    return _beside_student(n, error, *(-error * quantiles))


def of_seeds_and_images(figures: FloatArray) -> Interval:
    """Return the interval of the mean over seeds that share their test images.

    The jackknife's pseudo-values p_sg = G x_s - (G - 1) x_s(-g) say what part g of the images
    contributes to seed s; for a figure that is a mean over images p_sg is its mean over that part.
    Their rows and their columns are drawn anew, independently and with replacement: Owen (2007),
    The pigeonhole bootstrap, Annals of Applied Statistics 1. The variance it finds is never too
    small on average, and up to three times as large as it should be where neither seeds nor images
    matter but in one another's company. Because S seeds and G parts are few, error and level are
    raised to Student's for the smaller number of them, as Hesterberg (2015), What teachers should
    know about the bootstrap, American Statistician 69, section 3.3, does for one sample.

    Parameters
    ----------
    figures : (S, 1 + G) array
        Column 0: the figure x_s on all images; column 1 + g: x_s(-g), without part g of them.
    """
    seeds, parts = len(figures), figures.shape[1] - 1
    pseudo = parts * figures[:, :1] - (parts - 1) * figures[:, 1:]  # (S, G)
    rows, columns = _drawn_weights(seeds, parts)
    means = ((rows @ pseudo) * columns).sum(axis=1) - pseudo.mean()  # (resamples,)
    n = min(seeds, parts)
    raised = np.sqrt(n / (n - 1))
    level = ndtr(raised * stdtrit(n - 1, (1 + CONFIDENCE) / 2))
    low, high = np.quantile(means, [1 - level, level])
    return _beside_student(seeds, raised * means.std(), low, high)


@cache
def _drawn_weights(*sizes: int) -> list[FloatArray]:
    # A fixed generator: the interval belongs to the data, not to the moment it is computed.
    rng = np.random.default_rng(0)
    return [rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES) / n for n in sizes]


def _beside_student(seeds: int, error: float, low: float, high: float) -> Interval:
    student = float(stdtrit(seeds - 1, (1 + CONFIDENCE) / 2) * error)
    if seeds < FEWEST_SEEDS:
        low, high = -student, student
    elif seeds < MANY_SEEDS:
        low, high = min(low, -student), max(high, student)
    return Interval(float(error), float(low), float(high))
