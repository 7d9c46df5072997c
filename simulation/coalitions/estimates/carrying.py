"""Who carries the quality, and how many do: standard errors that noise cannot flatter."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.special import stdtrit

from simulation.arrays import FloatArray
from simulation.coalitions.estimates.estimate import (
    Drawn,
    Estimate,
    contributions,
    estimated,
    of_contributions,
)
from simulation.intervals import CONFIDENCE

_STEPS = 41
"""Places on the way from one end of an interval to the other that are looked at."""

_NORMAL = float(stdtrit(math.inf, (1 + CONFIDENCE) / 2))


def carried(gains: FloatArray, drawn: Drawn, looks: float, complete: float) -> list[Estimate]:
    """Estimate what each member carries from what it brought, (R, N, 1 + G).

    A member that brought the same every time has no spread, but that does not make it known: one
    more look might have shown something. Its standard error is that of `looks` looks of which one
    had found what members bring on average: this average over the number of looks. Where nobody
    brings anything, the complete quality stands in for it.

    Parameters
    ----------
    gains : (R, N, 1 + G) array
    drawn : Drawn
    looks : float
        How often a member was looked at: random orders, or examples if they are fewer; infinite
        where nothing is drawn.
    complete : float
        Quality with every member there.
    """
    each = [estimated(gains[:, member], drawn) for member in range(gains.shape[1])]
    typical = float(np.mean([abs(one.value) for one in each])) or abs(complete)
    return [
        replace(
            one,
            error=typical / looks,
            low=one.value - _NORMAL * typical / looks,
            high=one.value + _NORMAL * typical / looks,
        )
        if one.error == 0
        else one
        for one in each
    ]


def effective_number(gains: FloatArray, drawn: Drawn) -> Estimate:
    """Estimate the effective number of carriers from what each member brought, (R, N, 1 + G).

    On the scale of the logarithm, for there the number and its inverse are alike. The jackknife
    over the parts of the examples takes out what noise of the examples adds to the squares of
    shares, as `logarithms_of_number` does for that of the draws.

    The number bends: where chance makes it large its standard error is small, on any scale. So its
    interval's ends are not so many standard errors away, but the numbers of what members bring so
    many standard errors away, in the direction in which they and the number vary together: the
    least favourable one. DiCiccio and Efron (1992), More accurate confidence intervals in
    exponential families, Biometrika 79.

    Returns
    -------
    Estimate
        nan where members add up to nothing, or so little that noise is all there is in their
        squares.
    """
    table, brought = contributions(logarithms_of_number(gains)), contributions(gains)
    of_log = of_contributions(table, drawn)
    if not math.isfinite(of_log.value):
        return Estimate(math.nan, exact=drawn.exact)
    value = _at_most(of_log.value, gains.shape[1])
    ends = np.array([of_log.low, of_log.high])
    if of_log.error > 0:
        mean, turning = _least_favourable(brought, table)
        noise = np.square(mean).sum() - mean.sum() ** 2 / math.exp(of_log.value)
        way = np.linspace(ends[0], ends[1], _STEPS)[:, None] - of_log.value  # (steps, 1)
        on_the_way = mean + way * turning  # (steps, N)
        numbers = _logarithm(on_the_way.sum(axis=1), np.square(on_the_way).sum(axis=1) - noise)
        ends = np.array([np.nanmin(numbers), np.nanmax(numbers)])
    low, high = (_at_most(end, gains.shape[1]) for end in ends)
    return replace(of_log, value=value, error=value * of_log.error, low=low, high=high)


def mean_effective_number(logarithms: FloatArray, drawn: Drawn, members: int) -> Estimate:
    """Estimate the effective number of N carriers from its logarithms in starts, (S, 1 + G).

    Geometric mean; nan where one has none.
    """
    of_log = of_contributions(contributions(logarithms), drawn)
    if not math.isfinite(of_log.value):
        return Estimate(math.nan, exact=drawn.exact)
    value, low, high = (_at_most(each, members) for each in (of_log.value, of_log.low, of_log.high))
    return replace(of_log, value=value, error=value * of_log.error, low=low, high=high)


def _at_most(logarithm: float, members: int) -> float:
    return min(math.exp(logarithm), members)


def _least_favourable(brought: FloatArray, table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what members bring, (N,), and how that moves with a figure by chance, (N,).

    From what each part of the examples contributes to each draw of both, (R, N, G) and (R, G):
    covariance over variance, draws' and parts' added up.
    """
    mean = brought.mean(axis=(0, 2))
    covariance, variance = np.zeros(len(mean)), 0.0
    for theirs, figure in (
        (brought.mean(axis=2), table.mean(axis=1)),  # each draw, (R, N) and (R,)
        (brought.mean(axis=0).T, table.mean(axis=0)),  # each part, (G, N) and (G,)
    ):
        number = len(figure)
        if number > 1:
            off = figure - figure.mean()
            covariance += off @ (theirs - mean) / (number * (number - 1))
            variance += float(off @ off) / (number * (number - 1))
    return mean, covariance / variance


def logarithms_of_number(gains: FloatArray) -> FloatArray:
    """What each draw contributes to log(1 / sum of share^2), (R, N, 1 + G) to (R, 1 + G).

    Noise in the shares adds to their squares, and would make them look more uneven than they are.
    So the products of a draw with itself are left out of the squares of the means; and what is not
    linear is made so by the jackknife: R times the figure of all draws, less R - 1 times that
    without the draw. nan where the figure has no meaning.
    """
    draws, total = len(gains), gains.sum(axis=1)  # (R, 1 + G), alike but for rounding
    sums, squares = gains.sum(axis=0), np.square(gains).sum(axis=0)  # (N, 1 + G)
    if draws == 1:
        return _logarithm(total, squares.sum(axis=0))
    if draws == 2:  # without one of two no products of different draws are left
        return np.full(total.shape, np.nan)

    def of(sums: FloatArray, squares: FloatArray, draws: int, total: FloatArray) -> FloatArray:
        products = (np.square(sums) - squares).sum(axis=-2) / (draws * (draws - 1))
        return _logarithm(total, products)

    every = of(sums, squares, draws, total.mean(axis=0))
    without = of(sums - gains, squares - np.square(gains), draws - 1, total)
    return draws * every - (draws - 1) * without


def _logarithm(total: FloatArray, squares: FloatArray) -> FloatArray:
    """log(total^2 / squares), nan where there is none."""
    number = np.where(squares > 0, np.square(total) / np.where(squares > 0, squares, 1.0), 0.0)
    return np.log(np.where(number > 0, number, np.nan))


def pair_errors(synergy: FloatArray, drawn: Drawn) -> FloatArray:
    """Return the standard errors of pair indices from (R, N, N, 1 + G), as (N, N)."""
    n = synergy.shape[1]
    errors = np.zeros((n, n))
    for i, j in zip(*np.triu_indices(n, 1), strict=True):
        errors[i, j] = errors[j, i] = estimated(synergy[:, i, j], drawn).error
    return errors
