"""Shapley values for as many calls as one can pay, made where they tell most.

The rule, chosen on other games than those of the tests: `FIRST` pairs of each stratum (see `pairs`
and `fit`), then a `SHARE` of the pairs asked so far at a time. Each goes to the stratum in which it
narrows the widest interval most, the variance of its mean falling from s^2 / n to s^2 / (n + 1):
Neyman (1934), On the two different aspects of the representative method, for members of strata.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from scipy.special import stdtrit

from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.checks import InputError, instance, one_of, unsaid, whole
from simulation.coalitions.estimates.asking import Progress, checked_progress
from simulation.coalitions.estimates.estimate import Estimate
from simulation.coalitions.game import Game, Reading
from simulation.coalitions.spending.fit import Fit, Sample, fit
from simulation.coalitions.spending.pairs import strata_of
from simulation.coalitions.valued import ValuedGame
from simulation.intervals import CONFIDENCE
from simulation.streams import Seed, generator

FIRST = 4
"""Pairs of each stratum to begin with, where there are so many."""

SHARE = 0.1
"""Pairs that are asked before it is looked again where the next should go, of those so far."""


@dataclass(frozen=True)
class Carried:
    """Who carries the quality, by as many calls as there were.

    Attributes
    ----------
    members : tuple of str
    shapley : tuple of Estimate
        Shapley values; they add up to the quality with everyone there less that with nobody.
    asked : int
        Coalitions that they rest on, each as often as it was asked.
    interrupted : bool
        Whether Ctrl-C ended it before all calls were spent.
    """

    members: tuple[str, ...]
    shapley: tuple[Estimate, ...]
    asked: int
    interrupted: bool = False

    def __str__(self) -> str:
        width = max(map(len, self.members))
        table = zip(self.members, self.shapley, strict=True)
        return "\n".join(f"{name:{width}}  {carried}" for name, carried in table)

    @property
    def values(self) -> FloatArray:
        """The values alone, (N,)."""
        return np.array([each.value for each in self.shapley])


@unsaid
def shapley_within(
    game: Game,
    calls: int | None = None,
    rng: Seed = 0,
    reading: Reading = "nobody covers",
    progress: Progress | None = None,
) -> Carried:
    """Share the quality of the whole fairly among its members, for as many calls as one can pay.

    Intervals let the coalitions that were not asked vary, and the noise of calls where a game of
    `Game.of` is said to be noisy: then the same coalition may be asked again, more often than its
    `repeats`. Where every coalition is asked and calls are not noisy the values are exact. What was
    called before is not called again. Interrupted (Ctrl-C) it gives what it has, if that is
    `FIRST` pairs of each stratum.

    Parameters
    ----------
    game : Game
        Of any number of members.
    calls : int or None
        Coalitions to ask, each as often as it is asked. None: as many as the budget of `Game.of`
        allows.
    rng : int, SeedSequence or Generator
    reading : {'nobody covers', 'fill the time'}
    progress : callable or None
        Is told how many coalitions have been asked, and of how many at most.

    Returns
    -------
    Carried
        Prints as a line for each member, its value with its 95% interval.

    Raises
    ------
    InputError
        If neither calls nor a budget says when to stop, or they do not allow a beginning.

    Examples
    --------
    A hundred sensors of which any two stand in for one another:

    >>> from simulation.coalitions import Game
    >>> game = Game.of(lambda mask: mask.reshape(-1, 2).any(axis=1).mean(), 100, budget=400)
    >>> found = shapley_within(game)
    >>> game.calls, bool(np.abs(found.values - 0.01).max() < 1e-4)
    (400, True)
    """
    instance("game", game, Game)
    one_of("reading", reading, get_args(Reading))
    checked_progress(progress)
    most = getattr(game, "budget", None) if calls is None else whole("calls", calls, least=1)
    if most is None:
        raise InputError("calls is None, but the game has no budget: say how many calls there are")
    spending = _Spending(game, reading, most, generator(rng))
    interrupted = False
    spending.begin()
    try:
        while spending.go_on():
            if progress is not None:
                progress(spending.asked, most)
    except KeyboardInterrupt:
        interrupted = True
    return Carried(game.members, spending.estimates(), spending.asked, interrupted)


class _Spending:
    """The pairs asked so far, and those that come next."""

    def __init__(self, game: Game, reading: Reading, most: int, rng: np.random.Generator) -> None:
        self.game, self.reading, self.most = game, reading, most
        self.noisy = isinstance(game, ValuedGame) and game.noisy
        self.strata = strata_of(game.n_members, rng)
        self.smaller: list[list[BoolArray]] = [[] for _ in self.strata]
        self.differences: list[list[float]] = [[] for _ in self.strata]
        self.asked = 0

    def begin(self) -> None:
        """Ask `FIRST` pairs of each stratum, or all where there are fewer."""
        first = [FIRST if self.noisy else min(FIRST, each.pairs) for each in self.strata]
        if not self._ask(list(map(int, first)), all_of_them=True):
            raise InputError(
                f"{2 * int(sum(first))} calls are needed to begin with {self.game.n_members} "
                f"members, but there are not so many left of {self.most}: raise calls= or budget=, "
                "or join members into fewer"
            )

    def go_on(self) -> bool:
        """Ask the next pairs, and say whether there may be more."""
        found = self._fit()
        counts = self._counts()
        variances = found.variances[:, found.added.sum(axis=0).argmax()]
        if not variances.any():  # all alike so far
            variances = np.array([each.weight**2 for each in self.strata])
        gains: list[tuple[float, int]] = []

        def offer(at: int, n: int) -> None:
            if variances[at] and (self.noisy or n < self.strata[at].pairs):
                heapq.heappush(gains, (-variances[at] / (n * (n + 1)), at))

        for at, n in enumerate(counts):
            offer(at, n)
        more = [0] * len(self.strata)
        for _ in range(max(1, round(SHARE * self.asked / 2))):
            if not gains:
                break
            _, at = heapq.heappop(gains)
            more[at] += 1
            offer(at, counts[at] + more[at])
        return any(more) and self._ask(more)

    def estimates(self) -> tuple[Estimate, ...]:
        """Say what the pairs say of each member."""
        found = self._fit()
        pairs = [each.pairs for each in self.strata]
        every = all(n >= there_are for n, there_are in zip(self._counts(), pairs, strict=True))
        over = (*(() if every else ("masks",)), *(("calls",) if self.noisy else ()))
        variance = found.added.sum(axis=0)
        if not variance.any():
            return tuple(Estimate(value, exact=not over) for value in found.values.tolist())
        known = found.degrees > 0
        degrees = variance**2 / (found.added[known] ** 2 / found.degrees[known, None]).sum(axis=0)
        half = stdtrit(degrees, (1 + CONFIDENCE) / 2) * np.sqrt(variance)
        table = zip(found.values.tolist(), np.sqrt(variance).tolist(), half.tolist(), strict=True)
        return tuple(Estimate(v, error, v - h, v + h, over=over) for v, error, h in table)

    def _ask(self, counts: Sequence[int], all_of_them: bool = False) -> bool:
        """Ask so many more pairs of each stratum, as far as calls allow; say whether they did."""
        coming = [
            (at, *self.strata[at].next()) for at, count in enumerate(counts) for _ in range(count)
        ]
        smaller = np.array([mask for _, mask, _ in coming])
        masks = np.stack([smaller, ~smaller], axis=1).reshape(2 * len(coming), -1)
        repeats = np.repeat([before if self.noisy else 0 for _, _, before in coming], 2)
        can = min(len(masks), self.most - self.asked)
        if isinstance(self.game, ValuedGame):
            caller = self.game.caller
            can = min(can, caller.affordable(caller.calls(masks, repeats, self.reading)))
        if all_of_them and can < len(masks):
            return False
        can -= can % 2
        if can == 0:
            return False
        values = self._values(masks[:can], repeats[:can])
        for (at, mask, _), difference in zip(coming, np.diff(values.reshape(-1, 2)), strict=False):
            self.smaller[at].append(mask)
            self.differences[at].append(float(difference[0]))
        self.asked += can
        return can == len(masks)

    def _values(self, masks: BoolArray, repeats: IntArray) -> FloatArray:
        if isinstance(self.game, ValuedGame):
            caller = self.game.caller
            return caller.made(caller.calls(masks, repeats, self.reading))[:, 0]
        return self.game.quality(masks, self.reading)

    def _counts(self) -> list[int]:
        return [len(each) for each in self.differences]

    def _fit(self) -> Fit:
        samples = [
            Sample(stratum.weight, stratum.pairs, np.array(smaller), np.array(differences))
            for stratum, smaller, differences in zip(
                self.strata, self.smaller, self.differences, strict=True
            )
        ]
        return fit(samples, self.noisy)
