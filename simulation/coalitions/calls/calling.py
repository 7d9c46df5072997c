"""Calls of somebody's value function: those that are not in the book yet, several at once."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.checks import InputError, numeric, shortened
from simulation.coalitions.calls.book import Book, Call, Enter

AHEAD = 256
"""Calls that are handed to an executor before the first of them has returned."""


class Caller:
    """Somebody's value function, and how it is called.

    Parameters
    ----------
    value : callable
        What it gives is its quality, or that on each example. It is handed the mask, and by their
        names what else it takes of `rng` and `reading`.
    members : tuple of str
    book : Book
        What has been called.
    seed : int
        Of the generators that are handed to it: the same for the same call.
    budget : int or None
        Most calls, those in the book included.
    executor : Executor or None
        Makes several calls at once.
    """

    def __init__(
        self,
        value: Callable[..., Any],
        members: tuple[str, ...],
        book: Book,
        seed: int,
        budget: int | None,
        executor: Executor | None,
    ) -> None:
        self.value, self.members, self.book = value, members, book
        self.seed, self.budget, self.executor = seed, budget, executor
        self.takes = taken(value)

    def calls(self, masks: BoolArray, repeats: IntArray, reading: str) -> list[Call]:
        """Return the calls for coalitions (C, N), one each, those numbered `repeats`, (C,)."""
        if reading != "nobody covers" and "reading" not in self.takes:
            raise InputError(
                f"{reading!r} has no meaning for value(mask): ask with reading='nobody covers', or "
                "let value take reading= and say what it means"
            )
        return [
            Call(reading, mask.tobytes(), repeat)
            for mask, repeat in zip(masks, repeats.tolist(), strict=True)
        ]

    def affordable(self, calls: Sequence[Call]) -> int:
        """Say how many of the calls, from the first on, the budget allows."""
        if self.budget is None:
            return len(calls)
        to_make: set[Call] = set()
        for number, call in enumerate(calls):
            if call not in self.book:
                to_make.add(call)
            if len(self.book) + len(to_make) > self.budget:
                return number
        return len(calls)

    def made(self, calls: Sequence[Call]) -> FloatArray:
        """Return what the calls give, (calls, 1 + G), making those that are not in the book."""
        to_make = [call for call in dict.fromkeys(calls) if call not in self.book]
        if self.budget is not None and len(self.book) + len(to_make) > self.budget:
            raise InputError(
                f"this takes {len(to_make)} calls of value more, but of the budget of "
                f"{self.budget} there are {max(0, self.budget - len(self.book))} left: raise "
                "budget=, or ask for less (shapley_within makes do with what there is)"
            )
        if to_make:
            self._make(to_make)
        return np.array([self.book[call] for call in calls])

    def _make(self, calls: Sequence[Call]) -> None:
        with self.book.entering() as enter:
            if self.executor is not None:
                self._make_by(self.executor, calls, enter)
                return
            for call in calls:
                enter(call, self._given_back(call, partial(called, *self._handed(call))))

    def _make_by(self, executor: Executor, calls: Sequence[Call], enter: Enter) -> None:
        """Make calls as an executor has it, and enter each when it returns.

        After a failure, or Ctrl-C, no more are begun. What had begun before a failure is waited
        for, since it may be dear.
        """
        rest, failure = iter(calls), None
        on_the_way: dict[Future[Any], Call] = {}
        try:
            while True:
                for call in islice(rest, AHEAD - len(on_the_way)):
                    on_the_way[self._submitted(executor, call)] = call
                if not on_the_way:
                    break
                for future in wait(on_the_way, return_when=FIRST_COMPLETED).done:
                    call = on_the_way.pop(future)
                    try:
                        enter(call, self._given_back(call, future.result))
                    except InputError as error:
                        failure, rest = failure or error, iter(())
                if failure is not None:
                    on_the_way = {one: on_the_way[one] for one in on_the_way if not one.cancel()}
        except KeyboardInterrupt:
            for future, call in on_the_way.items():
                if not future.cancel() and future.done() and future.exception() is None:
                    enter(call, self._given_back(call, future.result))
            raise
        if failure is not None:
            raise failure

    def _submitted(self, executor: Executor, call: Call) -> Future[Any]:
        try:
            return executor.submit(called, *self._handed(call))
        except RuntimeError as error:
            raise InputError(
                f"the executor takes no calls ({shortened(str(error), 100)}): give one that is "
                "open, and ask within its block"
            ) from error

    def _handed(self, call: Call) -> tuple[Callable[..., Any], Call, dict[str, Any]]:
        extra: dict[str, Any] = {}
        if "reading" in self.takes:
            extra["reading"] = call.reading
        if "rng" in self.takes:
            said = hashlib.sha256(repr(call).encode()).digest()
            words = np.frombuffer(said, "<u4").tolist()
            extra["rng"] = np.random.default_rng([self.seed, *words])
        return self.value, call, extra

    def _given_back(self, call: Call, made: Callable[[], Any]) -> FloatArray:
        """Return what a call gives, (1,) or (M,), or say in one line what is wrong with it."""
        try:
            value = made()
        except Exception as error:
            where = "" if self.book.path is None else f" in {self.book.path}"
            raise InputError(
                f"value failed for {self._those(call)} ({type(error).__name__}: "
                f"{shortened(str(error), 300)}): mend it and ask again, what {len(self.book)} "
                f"other calls gave is kept{where}"
            ) from error
        what = f"what value gave for {self._those(call)}"
        numbers = np.atleast_1d(numeric(what, value))
        if numbers.ndim != 1 or not numbers.size:
            raise InputError(
                f"{what} has the shape {numbers.shape}, but must be a number, or (M,): one for "
                "each of M examples"
            )
        return numbers

    def _those(self, call: Call) -> str:
        there = [name for name, bit in zip(self.members, call.mask, strict=True) if bit]
        return shortened(", ".join(there), 100) or "nobody"


def called(value: Callable[..., Any], call: Call, extra: dict[str, Any]) -> Any:
    """Make a call; here, so that other processes find it.

    It is handed all of the call, for some executors (Dask's) do not do again what they are handed
    again.
    """
    return value(np.frombuffer(call.mask, dtype=bool).copy(), **extra)


def taken(value: Callable[..., Any]) -> Collection[str]:
    """Say what a value function takes besides the mask, by its parameters' names."""
    with suppress(TypeError, ValueError):  # it does not say
        return inspect.signature(value).parameters.keys() & {"rng", "reading"}
    return ()
