"""How sure is a mean difference: its standard error, and an interval around it.

Each is chosen for how often it covers the truth: docs/validation/coverage.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from simulation.arrays import FloatArray

CONFIDENCE = 0.95

FEWEST_SEEDS = 5
"""Fewer than these have no skewness to speak of, and no verdict."""

MANY_SEEDS = 10
"""With fewer than these no interval is narrower than Student's on either side."""


class Interval(NamedTuple):
    """Where the truth may lie, seen from the estimate: from `low` below it to `high` above it.

    `error` is the estimate's standard error, of which `degrees` of freedom are known, and
    `skewness` that of the estimate's distribution.
    """

    error: float
    degrees: float
    skewness: float
    low: float
    high: float


def of_seeds(values: FloatArray) -> Interval:
    """Return the interval of the mean of independent figures.

    Student's t with the skewness taken out: a monotone cubic makes the studentised mean symmetric,
    and is inverted at Student's quantiles. The coverage is then off by O(1 / S), where that of
    Student's own interval, which it is without skewness, is off by O(S^-1/2). Hall (1992), On the
    removal of skewness by transformation, Journal of the Royal Statistical Society B 54; with
    others in Zhou and Dinh (2005), Nonparametric confidence intervals for the one- and two-sample
    problems, Biostatistics 6.

    Parameters
    ----------
    values : (S,) array
        Not all the same; S >= 2.
    """
    n = len(values)
    error = float(values.std(ddof=1) / np.sqrt(n))
    skewness = 0.0
    if n >= FEWEST_SEEDS:
        skewness = float(np.mean((values - values.mean()) ** 3) / values.std() ** 3 / np.sqrt(n))
    student = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2))
    below, above = _quantiles(student, skewness)
    if n < MANY_SEEDS:
        below, above = max(below, student), min(above, -student)
    return Interval(error, n - 1, skewness, float(-error * below), float(-error * above))


def _quantiles(student: float, skewness: float) -> tuple[float, float]:
    """Invert the cubic that makes a studentised mean symmetric at Student's two quantiles."""
    if abs(skewness) <= 1e-6:  # there the cubic is the identity, but not as it is computed
        return student, -student
    below, above = (
        float(3 / skewness * (np.cbrt(1 + skewness * (t - skewness / 6)) - 1))
        for t in (student, -student)
    )
    return below, above


def symmetric(t: float, skewness: float, seeds: int) -> float:
    """Take the skewness out of a studentised mean: the cubic that `of_seeds` inverts.

    It is on the far side of Student's quantile where the mean's distance lies outside the interval.
    """
    cubic = t + skewness * (t**2 / 3 + 1 / 6) + skewness**2 * t**3 / 27
    return min(cubic, t) if seeds < MANY_SEEDS else cubic


def pseudo_values(figures: FloatArray) -> FloatArray:
    """Return what each of G equal parts of the images contributes to a figure, (..., G).

    p_g = G x - (G - 1) x(-g), the jackknife's; for a figure that is a mean over images it is the
    mean over part g.

    Parameters
    ----------
    figures : (..., 1 + G) array
        Column 0: the figure x on all images; column 1 + g: x(-g), without part g of them.
    """
    parts = figures.shape[-1] - 1
    return np.asarray(parts * figures[..., :1] - (parts - 1) * figures[..., 1:])


def of_seeds_and_images(pseudo: FloatArray) -> Interval:
    """Return the interval of the mean over seeds that are judged on the same images.

    Seeds and images both count as drawn at random: p_sg = mean + seed_s + image_g + rest_sg. The
    mean's variance is the sum of the three components over S, G and S G, each by analysis of
    variance and none below 0. Dorfman, Berbaum and Metz (1992), Receiver operating characteristic
    rating analysis, Investigative Radiology 27, who have readers and patients for seeds and images.
    Its degrees of freedom are Satterthwaite's, as Hillis (2007), Statistics in Medicine 26, has
    them for that, but for the images too, which are but G parts; they are at least those of the
    seeds or of the parts, whichever are fewer.

    Parameters
    ----------
    pseudo : (S, G) array
        Of `pseudo_values`, not all the same; S >= 2, G >= 2.
    """
    seeds, parts = pseudo.shape
    rows, columns = pseudo.mean(axis=1), pseudo.mean(axis=0)
    rest = pseudo - rows[:, None] - columns + pseudo.mean()
    degrees = np.array([seeds - 1, parts - 1, (seeds - 1) * (parts - 1)])
    squares = np.array(
        [parts * rows.var() * seeds, seeds * columns.var() * parts, np.square(rest).sum()]
    )
    squares /= degrees
    above = squares[:2] > squares[2]  # whose component is above 0
    terms = squares * [*above, 1 - above.sum()]
    of_mean = terms.sum()
    known = max(of_mean**2 / (terms**2 / degrees).sum(), degrees[:2].min())
    error = np.sqrt(of_mean / pseudo.size)
    half = float(stdtrit(known, (1 + CONFIDENCE) / 2) * error)
    return Interval(float(error), float(known), 0.0, -half, half)


def of_draws_and_examples(pseudo: FloatArray) -> Interval:
    """Return the interval of `of_seeds_and_images` with the skewness taken out, as in `of_seeds`.

    The mean's third cumulant is that of the mean over rows and that of the mean over columns, each
    from what varies there; it is not taken for more than that of one exponential draw. Masks have
    long tails: without the few that matter much, a good network is a bad one.

    Parameters
    ----------
    pseudo : (R, G) array
        Of `pseudo_values`, not all the same; R >= 2, G >= 2.
    """
    around = of_seeds_and_images(pseudo)
    third = sum(_third(pseudo.mean(axis=axis)) for axis in (0, 1))
    skewness = float(np.clip(third / around.error**3, -1.0, 1.0))
    student = float(stdtrit(around.degrees, (1 + CONFIDENCE) / 2))
    below, above = _quantiles(student, skewness)
    return around._replace(skewness=skewness, low=-around.error * below, high=-around.error * above)


def _third(values: FloatArray) -> float:
    """Third cumulant of the mean of independent figures; 0 where they are too few to tell."""
    n = len(values)
    if n < FEWEST_SEEDS:
        return 0.0
    return float(((values - values.mean()) ** 3).sum() / ((n - 1) * (n - 2) * n))
