"""Asking a game for the values of coalitions, while somebody watches how far it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.checks import InputError, given
from simulation.coalitions.game import EXACT_MEMBERS, Game, Reading

Progress = Callable[[int, int], object]
"""Is told how many coalitions have been asked, and of about how many."""

AT_ONCE = 512
"""About how many coalitions are asked at a time: what an interruption may lose."""


def checked_progress(value: Progress | None) -> Progress | None:
    """Return `value` if it can be told something."""
    if value is not None and not callable(value):
        raise InputError(
            f"progress is {given(value)}, but must be None or a function of two numbers: how many "
            "coalitions have been asked, and of how many"
        )
    return value


class Told:
    """How far the work is, all games together."""

    def __init__(self, progress: Progress | None, of: int) -> None:
        self.progress, self.of, self.done = progress, of, 0

    def more(self, number: int) -> None:
        """Say that so many more coalitions have been asked."""
        self.done += number
        self.of = max(self.of, self.done)
        if self.progress is not None:
            self.progress(self.done, self.of)


class Asked:
    """A game's coalitions with their values: up to 20 members each is asked but once.

    Attributes
    ----------
    game : Game
    reading : Reading
    n : int
        N.
    """

    def __init__(self, game: Game, reading: Reading, told: Told) -> None:
        self.game, self.reading, self.told = game, reading, told
        self.n = game.n_members
        self._known: FloatArray | None = None  # (2^N, 1 + G), nan where not asked yet

    def of(self, masks: BoolArray) -> FloatArray:
        """Values of coalitions (C, N) on all examples and without each part, (C, 1 + G)."""
        if self.n > EXACT_MEMBERS:
            return self._ask(masks)
        numbers, known = masks @ (1 << np.arange(self.n)), self._known
        new = np.unique(numbers if known is None else numbers[np.isnan(known[numbers, 0])])
        if len(new):
            values = self._ask((new[:, None] >> np.arange(self.n)) & 1 == 1)
            if known is None:
                known = self._known = np.full((2**self.n, values.shape[1]), np.nan)
            known[new] = values
        assert known is not None
        return known[numbers]

    def all(self) -> FloatArray:
        """Values of all 2^N coalitions in the order of `all_coalitions`, (2^N, 1 + G)."""
        for at in range(0, 2**self.n, AT_ONCE):
            numbers = np.arange(at, min(at + AT_ONCE, 2**self.n))
            self.of((numbers[:, None] >> np.arange(self.n)) & 1 == 1)
        assert self._known is not None
        return self._known

    def _ask(self, masks: BoolArray) -> FloatArray:
        found = []
        for some in np.array_split(masks, max(1, round(len(masks) / AT_ONCE))):
            values = np.asarray(self.game.qualities(some, self.reading), dtype=float)
            if not np.isfinite(values).all():
                bad = int(np.argmin(np.isfinite(values).all(axis=1)))
                raise InputError(
                    f"the quality of a coalition of {some[bad].sum()} of {self.n} members is not "
                    "a finite number on all examples, or without a part of them: judge by another "
                    "metric, or on more examples"
                )
            # One part alone cannot be left out: nothing would remain.
            found.append(values if values.shape[1] > 2 else values[:, :1])
            self.told.more(len(some))
        return np.concatenate(found)
