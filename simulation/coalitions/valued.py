"""A game of anybody's function: see `Game.of`."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from os import PathLike
from typing import Any, get_args

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.checks import (
    InputError,
    boolean,
    given,
    instance,
    listed,
    one_of,
    printable,
    room,
    text,
    whole,
)
from simulation.coalitions.calls.book import Book
from simulation.coalitions.calls.calling import Caller, taken
from simulation.coalitions.game import Described, Game, Reading
from simulation.inputs import named_path
from simulation.parts import on_sets

MOST_MEMBERS = 100_000


class ValuedGame(Game):
    """A game of anybody's function; made by `Game.of`.

    Attributes
    ----------
    caller : Caller
        Makes the calls.
    """

    def __init__(self, caller: Caller, name: str, repeats: int) -> None:
        self.caller, self._name, self._repeats = caller, name, repeats

    def __str__(self) -> str:
        return f"{super().__str__()}; {printable(self._name)}, {self.calls} calls made"

    def __repr__(self) -> str:
        return f"<game of {self.n_members} members: {self._name}, {self.calls} calls>"

    @property
    def members(self) -> tuple[str, ...]:
        """Their N names."""
        return self.caller.members

    @property
    def noisy(self) -> bool:
        """Whether the same coalition asked again may give another value."""
        return self._repeats > 1

    @property
    def budget(self) -> int | None:
        """Most calls that are ever made."""
        return self.caller.budget

    @property
    def calls(self) -> int:
        """Calls made so far, those that the file holds included."""
        return len(self.caller.book)

    def described(self) -> Described:
        """What a result is to say of this game."""
        if self.caller.book.examples is None:  # nothing has been called yet
            self.quality(np.ones((1, self.n_members), dtype=bool))
        examples = self.caller.book.examples or 0
        parts = "calls" if self.noisy and not examples else "examples"
        return Described(examples=examples, metric=self._name, parts=parts)

    def quality(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of coalitions `masks` (C, N), shape (C,)."""
        return np.asarray(self._repeated(masks, reading)[..., 0].mean(axis=1))

    def qualities(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of `masks` (C, N), on all examples and without each part of them, (C, 1 + G).

        Where calls are noisy and give one number, parts are of the rounds of calls, as many as
        `repeats`: what is left out is what another round would have given otherwise.
        """
        found = self._repeated(masks, reading)  # (C, repeats, 1 + G)
        if self.noisy and found.shape[2] == 1:
            return on_sets(found[..., 0])
        return np.asarray(found.mean(axis=1))

    def afford(self, coalitions: int) -> None:
        """Raise InputError if so many coalitions take more calls than the budget allows."""
        calls = whole("coalitions", coalitions) * self._repeats
        if self.budget is not None and calls > self.budget:
            raise InputError(
                f"this takes about {calls} calls of value, but the budget is {self.budget}: raise "
                "budget=, or ask for less (shapley_within makes do with what there is)"
            )

    def _repeated(self, masks: BoolArray, reading: Reading) -> FloatArray:
        """What the calls for coalitions gave, (C, repeats, 1 + G)."""
        one_of("reading", reading, get_args(Reading))
        masks = boolean("coalitions", masks, "coalitions", self.n_members)
        room("the calls", len(masks), self._repeats, self.n_members)
        each = np.repeat(masks, self._repeats, axis=0)
        numbers = np.tile(np.arange(self._repeats), len(masks))
        found = self.caller.made(self.caller.calls(each, numbers, reading))
        return found.reshape(len(masks), self._repeats, -1)


def valued_game(
    value: Callable[..., Any],
    members: int | Sequence[str],
    name: str,
    repeats: int,
    budget: int | None,
    seed: int,
    path: str | PathLike[str] | None,
    executor: Executor | None,
) -> ValuedGame:
    """Make a game of a function; the parameters are those of `Game.of`."""
    if not callable(value):
        raise InputError(f"value is {given(value)}, but must be a function of a mask")
    names = _names(members)
    whole("repeats", repeats, least=1)
    if budget is not None:
        whole("budget", budget, least=1)
    if executor is not None:
        instance("executor", executor, Executor)
    seed = whole("seed", seed, least=0)
    about: dict[str, Any] = {"name": text("name", name), "members": list(names)}
    if "rng" in taken(value):
        about["seed"] = seed
    book = Book(None if path is None else named_path(path, "file of calls"), about)
    caller = Caller(value, names, book, seed, budget, executor)
    return ValuedGame(caller, name, repeats)


def _names(members: Any) -> tuple[str, ...]:
    """Return the names of as many members, or those given, each another."""
    if isinstance(members, numbers.Integral):
        return tuple(map(str, range(whole("members", members, least=1, most=MOST_MEMBERS))))
    names = listed("members", members)
    if not names or not all(isinstance(each, str) for each in names) or len({*names}) < len(names):
        raise InputError(
            f"members is {given(members)}, but must be their number or their names, each another"
        )
    return names
