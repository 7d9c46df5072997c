"""The yardstick above 20 members: independent draws, whose means are what is asked for.

Each function takes what to judge as a value function, which turns sub-teams (C, N) into their
values (C,): `game.quality` is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.attendance import AttendanceLaw
from simulation.checks import InputError, whole
from simulation.streams import Seed, generator

ValueFunction = Callable[[BoolArray], FloatArray]
"""v: sub-teams (C, N), True for present, to their values (C,)."""

_TURNS = 2**40
"""Turns at which a run may start: so many that each turn of a rota is as likely as the others."""

_SUB_TEAMS = 4_096
"""About how many sub-teams are handed to the value function at a time."""


def arrival_gains(value: ValueFunction, n: int, rng: Seed, draws: int = 100) -> FloatArray:
    """Draw what each member brings in random orders of arrival: their means are Shapley values.

    A draw is one random order and its reverse: who came early in one comes late in the other, and
    the two errors partly cancel. They cancel altogether where no three members interact, as under
    squared error when nobody covers: there every draw gives the exact values.

    Parameters
    ----------
    value : callable
        Sub-teams (C, N) to values (C,).
    n : int
        N.
    rng : int, SeedSequence or Generator
    draws : int
        At least 2; each takes 2N sub-teams.

    Returns
    -------
    (draws, N) array
        Each row adds up to v(all) - v(nobody).

    References
    ----------
    Castro, Gomez, Tejada (2009), Polynomial calculation of the Shapley value based on sampling.
    Mitchell, Cooper, Frank, Holmes (2022), Sampling permutations for Shapley value estimation,
    for the reversed orders.

    Examples
    --------
    An additive team: every order says the same.

    >>> gains = arrival_gains(lambda masks: masks @ np.arange(30.0), 30,
    ...                       np.random.default_rng(0), draws=2)
    >>> gains.mean(axis=0)[:4].round(6).tolist(), bool(np.ptp(gains, axis=0).max() < 1e-12)
    ([0.0, 1.0, 2.0, 3.0], True)
    """
    whole("members", n, least=1)
    whole("draws", draws, least=2)
    at_once = max(1, _SUB_TEAMS // (2 * n + 2))
    batches = arrivals(partial(_judged, value), n, generator(rng), draws, at_once)
    return np.concatenate([batch.gains.mean(axis=1) for batch in batches])


class Arrivals(NamedTuple):
    """What R random orders of arrival and their reverses were worth, member after member.

    Attributes
    ----------
    place : (R, 2, N) array
        When each member arrives, from 0.
    values : (R, 2, N + 1, ...) array
        Of those who have arrived when there are 0, 1, .. N of them.
    """

    place: IntArray
    values: FloatArray

    @property
    def gains(self) -> FloatArray:
        """What each member brings when it arrives, (R, 2, N, ...)."""
        place = self.place.reshape(*self.place.shape, *[1] * (self.values.ndim - 3))
        return np.take_along_axis(np.diff(self.values, axis=2), place, axis=2)


def arrivals(
    value: ValueFunction, n: int, rng: np.random.Generator, draws: int, at_once: int
) -> Iterator[Arrivals]:
    """Draw random orders of arrival with their reverses, `at_once` of them at a time.

    However many are drawn at a time, the same orders come. Those who arrive first are a sub-team
    drawn at random among all of that size, so the same values give the mean quality of every size.

    Parameters
    ----------
    value : callable
        Sub-teams (C, N) to values (C,), or to several values each, (C, V).
    n : int
        N.
    rng : Generator
    draws, at_once : int
    """
    for at in range(0, draws, at_once):
        rows = min(at_once, draws - at)
        place = rng.random((rows, n)).argsort(axis=1)  # (R, N) who arrives when
        place = np.stack([place, n - 1 - place], axis=1)  # (R, 2, N)
        arrived = place[:, :, None] < np.arange(n + 1)[:, None]  # (R, 2, N + 1, N)
        v = value(arrived.reshape(-1, n))
        yield Arrivals(place, v.reshape(rows, 2, n + 1, *v.shape[1:]))


def drawn_qualities(
    value: ValueFunction, law: AttendanceLaw, rng: Seed, draws: int = 1_000
) -> FloatArray:
    """Draw qualities when people come by a law, for any number of members.

    Each draw is the first rehearsal of a run of its own that starts at a random turn, so that
    draws are independent even where rehearsals are not (`Rota`, `Bursts`, `Recorded`).

    Parameters
    ----------
    value : callable
        Sub-teams (C, N) to values (C,).
    law : AttendanceLaw
        Of N presenters.
    rng : int, SeedSequence or Generator
    draws : int
        At least 2.

    Returns
    -------
    (draws,) array

    Examples
    --------
    >>> from simulation.laws import k_absent
    >>> drawn_qualities(lambda masks: masks.mean(axis=1), k_absent(40, 10),
    ...                 np.random.default_rng(0), draws=3)
    array([0.75, 0.75, 0.75])
    """
    whole("draws", draws, least=2)
    rng = generator(rng)
    masks = np.empty((draws, law.n_presenters), dtype=bool)
    for row, turn in enumerate(rng.integers(_TURNS, size=draws).tolist()):
        masks[row] = law.present(rng.random((1, law.n_uniforms)), turn, None)[0]
    values = [_judged(value, masks[at : at + _SUB_TEAMS]) for at in range(0, draws, _SUB_TEAMS)]
    return np.concatenate(values)


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
