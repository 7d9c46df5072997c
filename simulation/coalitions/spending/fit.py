"""Shapley values from pairs of coalitions, and how much of their variance each stratum adds.

Of a pair of coalitions, S and all others, let D = v(N - S) - v(S), x_i = 1 for i in the larger and
0 for i in the smaller one, p = |S| / N and q = 1 - p. Then

    phi_i = [v(N) - v(nobody)] / N + 1/N sum over k <= N/2 of w_k E[D (x_i - q) / (p q) : |S| = k]

with w_k = 1, or 1/2 for halves. What is regular in D, a_k + sum_j b_j (2 x_j - 1), is fitted: its
part of phi_i is known to be b_i less the mean b. Only what the fit leaves is estimated from means.
It leaves nothing where no three members interact.

Covert and Lee (2021), Improving KernelSHAP: practical Shapley value estimation using linear
regression, for regression on pairs; Cochran (1977), Sampling techniques, chapter 7, for estimates
that are about right whatever was fitted, and the better the closer the fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray

FOLDS = 10
"""Parts of the pairs; what the fit leaves of one is judged by a fit to the others."""

PRIOR = 2.0
"""Degrees of freedom for which each stratum's variance is that over all strata.

So a stratum in which the few pairs asked happen to agree is not taken to be known.
"""


class Sample(NamedTuple):
    """The pairs of a stratum that have been asked, n of them.

    Attributes
    ----------
    weight : float
        Sum of the w_k of its sizes.
    pairs : float
        How many there are, or inf.
    smaller : (n, N) bool array
        S.
    differences : (n,) array
        D.
    """

    weight: float
    pairs: float
    smaller: BoolArray
    differences: FloatArray

    @property
    def n(self) -> int:
        """How many were asked."""
        return len(self.differences)

    @property
    def p_q(self) -> FloatArray:
        """The product of each, (n, 1)."""
        p = self.smaller.mean(axis=1, keepdims=True)
        return np.asarray(p * (1 - p))

    @property
    def lever(self) -> FloatArray:
        """(x_i - q) / (p q), (n, N); 1 for nobody and everyone."""
        p = self.smaller.mean(axis=1, keepdims=True)
        if not p.any():
            return np.ones(self.smaller.shape)
        return np.asarray((p - self.smaller) / self.p_q)


class Fit(NamedTuple):
    """What the pairs say.

    Attributes
    ----------
    values : (N,) array
    variances : (strata, N) array
        Of what one pair of a stratum says of each value.
    added : (strata, N) array
        Variance of each value that a stratum is to blame for.
    degrees : (strata,) array
        Of freedom of that; 0 where there is none.
    """

    values: FloatArray
    variances: FloatArray
    added: FloatArray
    degrees: FloatArray


def fit(samples: Sequence[Sample], noisy: bool) -> Fit:
    """Estimate Shapley values.

    Parameters
    ----------
    samples : sequence of Sample
        The strata; the first is that of nobody and everyone.
    noisy : bool
        Whether a pair that is asked again may say something else.
    """
    n = samples[0].smaller.shape[1]
    features = _features(samples)
    slopes, of_others = _slopes(samples, features, noisy)
    values, judged = _centred(slopes[:n]), []
    for sample, feature in zip(samples, features, strict=True):
        others = of_others[_fold(sample)]
        unseen = sample.differences - (feature * others).sum(axis=1)
        said = unseen[:, None] * sample.lever
        if feature.any():
            said += 2 * n / (n - 1) * _centred(others[:, :n])
        judged.append(_judged(sample, unseen, said, noisy))
        left = sample.differences - feature @ slopes
        values = values + sample.weight / n * ((judged[-1].counted * left) @ sample.lever)
    largest = max(float(np.abs(sample.differences).max()) for sample in samples)
    errors = np.concatenate([each.errors for each in judged])
    pooled = float(np.square(errors).mean()) if len(errors) else 0.0
    if pooled <= (1e-12 * largest) ** 2:  # all alike: the next may be as far off as any difference
        pooled = largest**2 / max(len(errors), 1)
    variances, added = [], []
    for sample, each in zip(samples, judged, strict=True):
        prior = pooled * float(np.square(sample.lever).mean())
        together = (each.degrees * each.variances + PRIOR * prior) / (each.degrees + PRIOR)
        variances.append((sample.weight / n) ** 2 * together * (each.degrees > 0))
        added.append(variances[-1] * each.open / len(each.counted))
    return Fit(
        values, np.array(variances), np.array(added), np.array([each.degrees for each in judged])
    )


class _Judged(NamedTuple):
    """How the pairs of a stratum vary.

    Attributes
    ----------
    counted : (n,) array
        What each counts in their mean; adds up to 1.
    errors : array
        What was not known of D beforehand.
    variances : (N,) array
        Of what a pair says of the members.
    degrees : float
        Of freedom of these; 0 if all is known.
    open : float
        Part of the stratum that was not looked at, which alone varies where nothing is noisy.
    """

    counted: FloatArray
    errors: FloatArray
    variances: FloatArray
    degrees: float
    open: float


def _judged(sample: Sample, unseen: FloatArray, said: FloatArray, noisy: bool) -> _Judged:
    n, members = sample.smaller.shape
    counted = np.full(n, 1 / n)
    if noisy and n >= 2 * sample.pairs:  # each came twice: nothing but noise is left to vary
        _, same, times = np.unique(sample.smaller, axis=0, return_inverse=True, return_counts=True)
        counted = 1 / (len(times) * times[same])
        means = np.bincount(same, sample.differences) / times
        errors = (sample.differences - means[same]) * np.sqrt(times / (times - 1))[same]
        terms = (counted * errors)[:, None] * sample.lever
        return _Judged(counted, errors, n * np.square(terms).sum(axis=0), n - sample.pairs, 1.0)
    if not noisy and n >= sample.pairs:
        return _Judged(counted, np.zeros(0), np.zeros(members), 0.0, 0.0)
    not_seen = 1.0 if noisy else 1 - n / sample.pairs
    return _Judged(counted, unseen, said.var(axis=0, ddof=1), n - 1.0, not_seen)


def _centred(slopes: FloatArray) -> FloatArray:
    """What slopes (..., N) give each member that they do not give all."""
    return np.asarray(slopes - slopes.mean(axis=-1, keepdims=True))


def _fold(sample: Sample) -> IntArray:
    """In which part each pair is."""
    return np.arange(sample.n) % FOLDS


def _features(samples: Sequence[Sample]) -> list[FloatArray]:
    """What D is fitted by: 2 x - 1, its sum, and which stratum it is, (n, N + 1 + strata) for each.

    Halves have no a_k, for which of the two is called larger is a matter of course; nobody and
    everyone are not fitted.
    """
    features = []
    for number, sample in enumerate(samples):
        stratum = np.arange(len(samples)) == number
        halves = sample.smaller.mean(axis=1, keepdims=True) == 0.5
        signs = np.where(sample.smaller, -1.0, 1.0)
        columns = [signs, signs.sum(axis=1), stratum & ~halves]
        features.append(np.column_stack(columns) * (number > 0))
    return features


def _slopes(
    samples: Sequence[Sample], features: Sequence[FloatArray], noisy: bool
) -> tuple[FloatArray, FloatArray]:
    """Fit D to the features, and again without each part, (FOLDS, ..).

    By least squares; pairs are weighted by what they are worth to the Shapley values.
    """
    of_fold = np.zeros((FOLDS, features[0].shape[1], features[0].shape[1] + 1))
    total = 0.0
    for sample, feature in zip(samples[1:], features[1:], strict=True):
        known = 0.0 if noisy else min(sample.n / sample.pairs, 1.0)
        worth = sample.weight / sample.n * max(1 - known, 1e-9) / sample.p_q
        total += float(worth.sum())
        both = np.column_stack([feature, sample.differences])
        for part in range(FOLDS):
            rows = _fold(sample) == part
            of_fold[part] += (worth[rows] * feature[rows]).T @ both[rows]
    pairs = sum(sample.n for sample in samples[1:])
    # Enough to solve what leaves some of them open, too little to be seen.
    ridge = 1e-8 * np.eye(len(of_fold[0])) * (total / max(pairs, 1) or 1.0)
    sums = of_fold.sum(axis=0)
    solved = [
        np.linalg.solve(each[:, :-1] + ridge, each[:, -1]) for each in (sums, *(sums - of_fold))
    ]
    return solved[0], np.array(solved[1:])
