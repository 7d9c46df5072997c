"""How good a linear team will be at each absence rate: known from the talk, or from practice alone.

Both look at the same team, where dropout leads it (`shrinkage`) from what practice says
(`least_squares`). Neither lets anyone rehearse.
"""

from __future__ import annotations

import numpy as np

from experiments.prediction.least_squares import LeastSquares, least_squares
from experiments.prediction.shrinkage import shrink
from simulation.arrays import FloatArray
from simulation.talk import Talk


def linear_quality(talk: Talk, presenters: int, abilities: int, rates: FloatArray) -> FloatArray:
    """Return the quality at the show of a linear team that has rehearsed to the end, (R,).

    Exact for the talk as it is, also where the truth is not linear in the questions.
    """
    fit = least_squares(talk)
    left, s, right = fit.parts
    values = shrink(s, presenters, abilities, rates).values  # (R, n)
    said = fit.coordinates(talk.show_questions) @ right.T  # (M, n)
    missing = talk.show_answers - fit.handout  # (M, K)
    # |missing - said diag(values) left'|^2, at all rates from the same three sums.
    error = (
        np.square(missing).sum()
        - 2 * values @ (said * (missing @ left)).sum(axis=0)
        + np.square(values) @ np.square(said).sum(axis=0)
    )
    total = np.square(talk.show_answers - talk.show_answers.mean(axis=0)).sum()
    return np.asarray(1 - error / total)


def unbiased_risk(
    fit: LeastSquares,
    noise: FloatArray,
    weights: FloatArray,
    presenters: int,
    abilities: int,
    rates: FloatArray,
) -> FloatArray:
    """Estimate the risk tr (A - M) W (A - M)' of a linear team A at each rate, without bias, (R,).

    Stein's estimate: for a Gaussian F of mean M, |A(F) - F|^2 is too small by what A follows the
    noise in F, which is A's divergence. That of a function of singular values is in closed form;
    here the noise may differ between sections, and directions may count more or less. The
    threshold depends on the data, which the divergence heeds.

    Parameters
    ----------
    fit : LeastSquares
        F (K, d).
    noise : (K, K) array
        Covariance of each column of F, known or `fit.noise`.
    weights : (d, d) array
        W: covariance of the coordinates of the questions to come; 1 for those of practice.
    presenters, abilities : int
        At least as many units, N H, as singular values: else A jumps, and has no divergence.
    rates : (R,) array

    References
    ----------
    Candes, Sing-Long, Trzasko (2013), Unbiased risk estimates for singular value thresholding and
    spectral estimators, equation 9 and theorem IV.3; Stein (1981), Estimation of the mean of a
    multivariate normal distribution.
    """
    left, s, right = fit.parts
    shrunk = shrink(s, presenters, abilities, rates)
    f, g = left.T @ noise @ left, right @ weights @ right.T  # (n, n)
    off = _divergence(s, shrunk.kept, shrunk.jacobian(), f, g)
    # Rows and columns of F that have no singular value of their own.
    rest = f.diagonal() * (np.trace(weights) - np.trace(g))
    rest = rest + g.diagonal() * (np.trace(noise) - np.trace(f))
    divergence = off + shrunk.kept @ rest
    moved = np.square(shrunk.values - s) @ g.diagonal()
    return np.asarray(moved - np.trace(noise) * np.trace(weights) + 2 * divergence)


def _divergence(
    s: FloatArray, kept: FloatArray, jacobian: FloatArray, f: FloatArray, g: FloatArray
) -> FloatArray:
    """Add up the derivatives along and between the singular directions, (R,)."""
    squares = np.square(s)
    apart = squares[:, None] - squares  # (n, n) 0 on the diagonal alone, unless values are equal
    values = s * kept  # (R, n)
    turned = (s * values)[:, :, None] - (s * values)[:, None, :]
    crossed = values[:, :, None] * s - s[:, None] * values[:, None, :]
    between = turned * np.outer(f.diagonal(), g.diagonal()) + crossed * f * g
    between = np.divide(between, apart, out=np.zeros_like(between), where=apart != 0)
    return np.asarray((jacobian * f * g + between).sum(axis=(1, 2)))
