"""Pairs of coalitions, drawn by how many members the smaller one has.

A pair is a coalition and the one of all others. In the difference of their qualities, D = v(larger)
- v(smaller), cancels whatever two members do to one another: Covert and Lee (2021), Improving
KernelSHAP: practical Shapley value estimation using linear regression, section 4.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray

MOST_STRATA = 16
"""Where there are more sizes up to half of the members, those in the middle share a stratum."""

DECK = 2**16
"""Most pairs of a size that are drawn without putting them back."""


class Stratum:
    """The pairs whose smaller coalition has one of some sizes, in the order in which they come up.

    Attributes
    ----------
    weight : float
        How many sizes it stands for; half of the members is half of one.
    pairs : float
        How many there are. Each comes up once before any comes up again. inf: so many that they
        are drawn with putting back.
    """

    def __init__(self, members: int, sizes: IntArray, rng: np.random.Generator) -> None:
        chances = np.where(2 * sizes == members, 0.5, 1.0)
        self.weight = float(chances.sum())
        if len(sizes) == 1 and math.comb(members, int(sizes[0])) <= DECK:
            deck = _all_pairs(members, int(sizes[0]))
            self.pairs = float(len(deck))
            self._order = _dealt(deck, rng)
        else:
            self.pairs = math.inf
            self._order = _drawn(members, sizes, chances / self.weight, rng)
        self._times: Counter[bytes] = Counter()

    def next(self) -> tuple[BoolArray, int]:
        """Return the smaller coalition of the next pair, and how often that came up before."""
        mask = next(self._order)
        before = self._times[mask.tobytes()]
        self._times[mask.tobytes()] += 1
        return mask, before


def _dealt(deck: BoolArray, rng: np.random.Generator) -> Iterator[BoolArray]:
    while True:
        yield from deck[rng.permutation(len(deck))]


def _drawn(
    members: int, sizes: IntArray, chances: FloatArray, rng: np.random.Generator
) -> Iterator[BoolArray]:
    while True:
        size = rng.choice(sizes, p=chances)
        mask = np.zeros(members, dtype=bool)
        mask[rng.permutation(members)[:size]] = True
        yield ~mask if 2 * size == members and not mask[0] else mask


def strata_of(members: int, rng: np.random.Generator) -> list[Stratum]:
    """Return nobody and everyone, then the other pairs of N members by their smaller sizes."""
    half = members // 2
    edges = np.arange(1, half + 2)
    if half > MOST_STRATA:
        edges = np.unique(np.geomspace(1, half + 1, MOST_STRATA + 1).round().astype(int))
    sizes = [np.arange(low, high) for low, high in itertools.pairwise(edges)]
    return [Stratum(members, each, rng) for each in (np.zeros(1, dtype=int), *sizes)]


def _all_pairs(members: int, size: int) -> BoolArray:
    """The smaller coalitions of all pairs, (pairs, N); of two halves that with the first member."""
    there = np.array(list(itertools.combinations(range(members), size)), dtype=int)
    there = there.reshape(math.comb(members, size), size)
    if 2 * size == members:
        there = there[: len(there) // 2]
    masks = np.zeros((len(there), members), dtype=bool)
    np.put_along_axis(masks, there, True, axis=1)
    return masks
