"""The yardstick above 20 members: sampled, with standard errors.

Each function takes what to judge as a value function, which turns sub-teams (C, N) into their
values (C,): `game.quality` is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from simulation.attendance import AttendanceLaw
from simulation.checks import InputError, whole

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

ValueFunction = Callable[[BoolArray], FloatArray]
"""v: sub-teams (C, N), True for present, to their values (C,)."""

CONFIDENCE = 0.95

_TURNS = 2**40
"""Turns at which a run may start: so many that each turn of a rota is as likely as the others."""

_SUB_TEAMS = 4_096
"""About how many sub-teams are handed to the value function at a time."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """Means of independent draws, and how sure they are.

    Attributes
    ----------
    mean : (...) array
    standard_error : (...) array
        Standard deviation of the draws / sqrt(draws).
    draws : int
    """

    mean: FloatArray
    standard_error: FloatArray
    draws: int

    @property
    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper end of the 95% confidence interval (Student's t)."""
        reach = stdtrit(self.draws - 1, (1 + CONFIDENCE) / 2) * self.standard_error
        return self.mean - reach, self.mean + reach


def sampled_shapley_values(
    value: ValueFunction, n: int, rng: np.random.Generator, draws: int = 100
) -> Estimate:
    """Estimate the Shapley values of any number of members from random orders of arrival.

    A draw is one random order and its reverse: who came early in one comes late in the other, and
    the two errors partly cancel. They cancel altogether where no three members interact, as under
    squared error when nobody covers: there every draw gives the exact values.

    Parameters
    ----------
    value : callable
        Sub-teams (C, N) to values (C,).
    n : int
        N.
    rng : numpy.random.Generator
    draws : int
        At least 2; each takes 2N sub-teams.

    Returns
    -------
    Estimate
        Of N values, which add up to v(all) - v(nobody) in every draw.

    References
    ----------
    Castro, Gomez, Tejada (2009), Polynomial calculation of the Shapley value based on sampling.
    Mitchell, Cooper, Frank, Holmes (2022), Sampling permutations for Shapley value estimation,
    for the reversed orders.

    Examples
    --------
    An additive team: every order says the same.

    >>> estimate = sampled_shapley_values(lambda masks: masks @ np.arange(30.0), 30,
    ...                                   np.random.default_rng(0), draws=2)
    >>> estimate.mean[:4].round(6).tolist(), bool(estimate.standard_error.max() < 1e-12)
    ([0.0, 1.0, 2.0, 3.0], True)
    """
    whole("members", n, least=1)
    whole("draws", draws, least=2)
    gains = np.empty((draws, n))
    batch = max(1, _SUB_TEAMS // (2 * n + 2))
    for at in range(0, draws, batch):
        rows = min(batch, draws - at)
        place = rng.random((rows, n)).argsort(axis=1)  # (R, N) who arrives when
        place = np.stack([place, n - 1 - place], axis=1)  # (R, 2, N)
        arrived = place[:, :, None] < np.arange(n + 1)[:, None]  # (R, 2, N + 1, N)
        v = _judged(value, arrived.reshape(-1, n)).reshape(rows, 2, n + 1)
        brought = np.take_along_axis(np.diff(v, axis=2), place, axis=2)  # (R, 2, N)
        gains[at : at + rows] = brought.mean(axis=1)
    return _estimate(gains)


def sampled_interactions(
    value: ValueFunction,
    n: int,
    pairs: npt.ArrayLike,
    rng: np.random.Generator,
    draws: int = 100,
) -> Estimate:
    """Estimate the Shapley interaction index of chosen pairs, among any number of members.

    The index is the mean of v(S+i+j) - v(S+i) - v(S+j) + v(S), every size of S alike. A draw lets
    the others come in a random order and takes this gain after 0, 1, .. N - 2 of them have come:
    every size once, so that a draw never misses the few small or large S that may matter most.

    Parameters
    ----------
    value : callable
        Sub-teams (C, N) to values (C,).
    n : int
        N, at least 2.
    pairs : (P, 2) array_like of int
        Members, counted from 0.
    rng : numpy.random.Generator
    draws : int
        At least 2; each takes 4(N - 1) sub-teams a pair.

    Returns
    -------
    Estimate
        Of P indices.

    References
    ----------
    Grabisch, Roubens (1999), An axiomatic approach to the concept of interaction among players in
    cooperative games.

    Examples
    --------
    Members 0 and 1 achieve 2 together, the others add up:

    >>> def value(masks):
    ...     return masks[:, 2:].sum(axis=1) + 2.0 * (masks[:, 0] & masks[:, 1])
    >>> sampled_interactions(value, 30, [(0, 1), (1, 2)], np.random.default_rng(0), 2).mean
    array([2., 0.])
    """
    whole("members", n, least=2)
    whole("draws", draws, least=2)
    chosen = np.asarray(pairs)
    if (
        chosen.ndim != 2
        or chosen.shape[1] != 2
        or not np.issubdtype(chosen.dtype, np.integer)
        or not ((chosen >= 0) & (chosen < n)).all()
        or (chosen[:, 0] == chosen[:, 1]).any()
    ):
        raise InputError(
            f"pairs have shape {chosen.shape} and type {chosen.dtype}, but must be a table "
            f"(pairs, 2) of two different members each, 0 to {n - 1}"
        )
    pair = np.repeat(chosen, draws, axis=0)  # (P * draws, 2)
    gains = np.empty(len(pair))
    batch = max(1, _SUB_TEAMS // (4 * n))
    for at in range(0, len(pair), batch):
        first, second = pair[at : at + batch].T
        rows = np.arange(len(first))
        moment = rng.random((len(rows), n))
        moment[rows, first] = moment[rows, second] = 2.0  # the pair after everybody
        place = moment.argsort(axis=1).argsort(axis=1)  # (R, N) who comes when
        come = place[:, None] < np.arange(n - 1)[:, None]  # (R, N - 1, N)
        there = come[:, :, None].repeat(4, axis=2)  # (R, N - 1, 4, N)
        there[rows, :, :, first] = [True, True, False, False]
        there[rows, :, :, second] = [True, False, True, False]
        v = _judged(value, there.reshape(-1, n)).reshape(len(rows), n - 1, 4)
        gains[at : at + batch] = (v @ [1.0, -1.0, -1.0, 1.0]).mean(axis=1)
    return _estimate(gains.reshape(-1, draws).T)


def sampled_mean_quality(
    value: ValueFunction, law: AttendanceLaw, rng: np.random.Generator, draws: int = 1_000
) -> Estimate:
    """Estimate the mean quality when people come by a law, for any number of members.

    Each draw is the first rehearsal of a run of its own that starts at a random turn, so that
    draws are independent even where rehearsals are not (`Rota`, `Bursts`, `Recorded`).

    Parameters
    ----------
    value : callable
        Sub-teams (C, N) to values (C,).
    law : AttendanceLaw
        Of N presenters.
    rng : numpy.random.Generator
    draws : int
        At least 2.

    Returns
    -------
    Estimate
        Of one number.

    Examples
    --------
    >>> from simulation.laws import k_absent
    >>> estimate = sampled_mean_quality(lambda masks: masks.mean(axis=1), k_absent(40, 10),
    ...                                 np.random.default_rng(0))
    >>> float(estimate.mean), float(estimate.standard_error)
    (0.75, 0.0)
    """
    whole("draws", draws, least=2)
    masks = np.empty((draws, law.n_presenters), dtype=bool)
    for row, turn in enumerate(rng.integers(_TURNS, size=draws).tolist()):
        masks[row] = law.present(rng.random((1, law.n_uniforms)), turn, None)[0]
    values = [_judged(value, masks[at : at + _SUB_TEAMS]) for at in range(0, draws, _SUB_TEAMS)]
    return _estimate(np.concatenate(values))


def _judged(value: ValueFunction, masks: BoolArray) -> FloatArray:
    values = np.asarray(value(masks), dtype=float)
    if values.shape != (len(masks),):
        raise InputError(
            f"the value function gave shape {values.shape} for {len(masks)} sub-teams, "
            f"but must give ({len(masks)},): one value for each row"
        )
    if not np.isfinite(values).all():
        bad = int(np.argmin(np.isfinite(values)))
        raise InputError(
            f"the value function gave {values[bad]} for a sub-team of {masks[bad].sum()}, but "
            "every value must be a finite number: mend the value function"
        )
    return values


def _estimate(draws: FloatArray) -> Estimate:
    """Mean and standard error over the first axis."""
    count = len(draws)
    error = draws.std(axis=0, ddof=1) / np.sqrt(count)
    return Estimate(np.asarray(draws.mean(axis=0)), np.asarray(error), count)
