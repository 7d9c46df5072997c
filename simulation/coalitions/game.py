"""A game of coalitions: v(S), the quality when exactly the members of S are there.

A member is a presenter, or a hidden unit of a network, or a block of units, or anything else that
can be there or not. Coalition number s of 2^N holds member j if bit j of s is set; every vector
of coalition values in the project is in that order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.checks import InputError, given, one_of, printable, whole

if TYPE_CHECKING:
    from simulation.coalitions.valued import ValuedGame

Reading = Literal["nobody covers", "fill the time"]
"""How it is done without some: as it is, or with those present scaled by N/|S| to fill it."""

EXACT_MEMBERS = 20
"""Most members for which all 2^N coalitions are evaluated."""


class Described(NamedTuple):
    """What a result says of the game that it was measured on.

    Attributes
    ----------
    examples : int
        M, on which members are judged; 0 where there are none to speak of.
    metric : str
        What quality is; 'accuracy' promises a share of the examples.
    ablation : str
        What a member that is not there gives: 'zero' or 'mean'; '' where that has no meaning.
    additive : bool
        Whether the members' parts add up to the answer.
    parts : str
        What is left out of qualities in turn: 'examples', or rounds of noisy 'calls'.
    """

    examples: int = 0
    metric: str = "quality"
    ablation: str = ""
    additive: bool = False
    parts: str = "examples"


MOST_NAMES = 8
"""Members that a printed game names."""


class Game(ABC):
    """Anything of which one can ask how good it is when only these members are there."""

    def __str__(self) -> str:
        names = [*self.members[:MOST_NAMES], *(["..."] if self.n_members > MOST_NAMES else [])]
        return printable(f"a game of {self.n_members} members: {', '.join(names)}")

    @property
    @abstractmethod
    def members(self) -> tuple[str, ...]:
        """Their N names, each another."""

    @property
    def n_members(self) -> int:
        """N."""
        return len(self.members)

    @abstractmethod
    def quality(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of coalitions `masks` (C, N), True for there, shape (C,)."""

    def qualities(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of coalitions `masks` (C, N), on all examples and without parts of them.

        Returns
        -------
        (C, 1 + G) array
            Column 0 on all examples; column 1 + g without part g of G about equal parts. G is 0
            where there are no examples to leave out.
        """
        return self.quality(masks, reading)[:, None]

    def described(self) -> Described:
        """What a result is to say of this game."""
        return Described()

    def heard(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray | None:
        """What an audience takes away with `masks`, (C, M, K); None where there are no answers."""
        return None

    def afford(self, coalitions: int) -> None:
        """Raise InputError if asking about so many coalitions would break a budget half-way."""
        whole("coalitions", coalitions)

    @staticmethod
    def of(
        value: Callable[..., Any],
        members: int | Sequence[str],
        *,
        name: str = "quality",
        repeats: int = 1,
        budget: int | None = None,
        seed: int = 0,
        path: str | PathLike[str] | None = None,
        executor: Executor | None = None,
    ) -> ValuedGame:
        """Make a game of anybody's function: an ensemble, sensors, a team of language agents.

        No coalition is asked twice: what a call gave is kept. If `value` fails, or Ctrl-C ends it,
        what was measured before is kept too.

        Parameters
        ----------
        value : callable
            `value(mask)` is how good it is when exactly those members are there for whom `mask`,
            (N,) of True and False, is True: a number, or (M,) numbers, one for each of the same M
            examples, whose mean is the quality. By these names it may take two arguments more:
            `reading`, else 'fill the time' has no meaning and is refused; and `rng`, a Generator
            that is another for each call but the same for the same call: let chance come from it
            alone, and all figures come out the same again.
        members : int or sequence of str
            N, or N names.
        name : str
            What the quality is. 'accuracy' promises a share of the examples.
        repeats : int
            Calls for each coalition. More than one if calls are noisy: their mean is its quality,
            and intervals let the calls vary (but fewer than five say little about their noise).
        budget : int or None
            Most calls that are ever made. What needs more is refused; `shapley_within` makes do.
        seed : int
            Of the generators that `value` is handed.
        path : path or None
            A file in which each call is kept when it returns. Made if it is not there; else its
            calls are not made again. Refused if it holds another game's.
        executor : concurrent.futures.Executor or None
            Makes several calls at once. Figures are the same.

        Examples
        --------
        Any one of the first two is enough, and the third adds a little:

        >>> game = Game.of(lambda mask: float(mask[:2].any()) + 0.1 * mask[2], ["A", "B", "C"])
        >>> game.quality(all_coalitions(3)).tolist()
        [0.0, 1.0, 1.0, 1.0, 0.1, 1.1, 1.1, 1.1]
        >>> game.calls
        8
        """
        from simulation.coalitions.valued import valued_game  # which is a Game

        return valued_game(value, members, name, repeats, budget, seed, path, executor)


def scale_of_size(n: int, reading: Reading) -> FloatArray:
    """By what those present scale their part when 0, 1, .. n of them are there, shape (n + 1,).

    Examples
    --------
    >>> scale_of_size(4, "fill the time").tolist()
    [4.0, 4.0, 2.0, 1.3333333333333333, 1.0]
    """
    one_of("reading", reading, get_args(Reading))
    if reading == "nobody covers":
        return np.ones(n + 1)
    return np.asarray(n / np.maximum(np.arange(n + 1), 1))


def exact_members(n: int) -> int:
    """Return n, or raise if all 2^n coalitions are more than are evaluated exactly."""
    if whole("members", n, least=1) > EXACT_MEMBERS:
        raise InputError(
            f"{given(n)} members have 2^{given(n)} sub-teams, but at most {EXACT_MEMBERS} members "
            "are evaluated exactly: sample sub-teams (simulation.coalitions.dependence does), or "
            "join units into blocks"
        )
    return n


def all_coalitions(n: int) -> BoolArray:
    """List all 2^n sub-teams, shape (2^n, n); member j is in row s if bit j of s is set.

    Examples
    --------
    >>> all_coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    return np.asarray((np.arange(2 ** exact_members(n))[:, None] >> np.arange(n)) & 1, dtype=bool)
