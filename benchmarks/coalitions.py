"""The exact yardstick: values of all coalitions, and the indices computed from them.

Squared error, 1,000 questions, 5 sections. One coalition after another in plain NumPy is the peer
for the values; shapiq's exact computer, handed the finished values, for pair indices and Moebius
coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.worker import Entry
from simulation.arrays import FloatArray
from simulation.audience import AUDIENCES
from simulation.coalitions import (
    AdditiveGame,
    coalition_values,
    moebius,
    shapley_interactions,
    shapley_values,
)

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Coalitions:
    """All coalitions of so many members.

    Attributes
    ----------
    members : int
    what : {'values', 'Shapley values', 'pair indices', 'Moebius coefficients'}
    """

    members: int
    what: str

    @cached_property
    def game(self) -> AdditiveGame:
        """What made-up members say, the same at every call."""
        rng = np.random.default_rng(self.members)
        wanted = rng.normal(size=(1_000, 5))
        said = (rng.normal(size=(self.members, 1_000, 5)) + wanted) / self.members
        return AdditiveGame(said, np.zeros(5), wanted, AUDIENCES["squared error"])

    @cached_property
    def values(self) -> FloatArray:
        """v(S) - v(nobody), (2^N,)."""
        values = coalition_values(self.game)
        return np.asarray(values - values[0])


class Ours:
    """`simulation.coalitions`."""

    steps = 1

    def __init__(self, case: Coalitions) -> None:
        self.case = case
        self.index = {
            "Shapley values": shapley_values,
            "pair indices": shapley_interactions,
            "Moebius coefficients": moebius,
        }.get(case.what)

    def check(self) -> dict[str, FloatArray]:
        return {self.case.what: self._compute()}

    def run(self) -> None:
        self._compute()

    def _compute(self) -> FloatArray:
        if self.index is None:
            return coalition_values(self.case.game)
        return self.index(self.case.values)


class OneByOne:
    """Values, coalition after coalition."""

    steps = 1

    def __init__(self, case: Coalitions) -> None:
        self.game = case.game

    def check(self) -> dict[str, FloatArray]:
        return {"values": self._compute()}

    def run(self) -> None:
        self._compute()

    def _compute(self) -> FloatArray:
        said, wanted = self.game.contributions, self.game.wanted
        n = len(said)
        flat = said.reshape(n, -1)
        spread = np.square(wanted - wanted.mean(axis=0)).sum()
        values = np.empty(2**n)
        for number in range(2**n):
            there = (number >> np.arange(n)) & 1
            missing = wanted - self.game.handout - (there @ flat).reshape(wanted.shape)
            values[number] = 1.0 - np.square(missing).sum() / spread
        return values


def reference(case: Coalitions) -> dict[str, FloatArray]:
    """Return what we compute: here the peers check us."""
    return Ours(case).check()


OURS = "ours"

INDEX_ENTRIES = (
    Entry(OURS, "benchmarks.coalitions:Ours"),
    Entry("shapiq, exact", "benchmarks.peers.shapiq_index:Exact", ("shapiq",), most=14),
)
VALUE_ENTRIES = (
    Entry(OURS, "benchmarks.coalitions:Ours"),
    Entry("plain NumPy, one by one", "benchmarks.coalitions:OneByOne", most=14),
)
