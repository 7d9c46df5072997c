"""All pair indices at once, as matrix products of what members bring and what that counts.

With g_i(S) = v(S + i) - v(S), S without i, the index of a pair is

    I_ij = sum over T without i and j of weight(|T|) [g_i(T + j) - g_i(T)],

so each g_i(S) counts weight(|S| - 1) if j is in S, and -weight(|S|) if not. These counts are the
same for every i, and over all S their sizes add up to 2 only: nothing is lost by adding up what
cancels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.coalitions.game import all_coalitions

_BLOCK_MEMBERS = 12
"""Members whose coalitions make a block: as many as a core's cache holds with their counts."""


def size_weight(n: int, s: int) -> float:
    """Weight of one coalition of size s among those of n others, every size alike; sum 1."""
    return 1.0 / ((n + 1) * math.comb(n, s))


def pair_gains(v: FloatArray) -> FloatArray:
    """Return I_ij of all pairs of a game v, (2^N,), as (N, N) with a zero diagonal; N > 1."""
    members = len(v).bit_length() - 1
    index = np.zeros((members, members))
    index[~np.eye(members, dtype=bool)] = _of_others(v, _counts(members)).reshape(-1)
    return (index + index.T) / 2  # each pair was found twice, apart by rounding


@dataclass(frozen=True, eq=False)
class _Counts:
    """How often a gain of member i counts, by coalition S of the n = N - 1 others and by j.

    The first of the others, at most `_BLOCK_MEMBERS`, run through their coalitions in each block;
    the last stay as they are.

    Attributes
    ----------
    last : (blocks, n - first) bool array
        Which of the last are there.
    by_size : list of (blocks, counts)
        Blocks in which as many of the last are there have the same counts, (2^first, first + 2):
        for each of the first as j, for a j among the last who is absent, and for one who is there.
    """

    last: BoolArray
    by_size: list[tuple[IntArray, FloatArray]]


@lru_cache(maxsize=8)  # up to 4 MB each
def _counts(members: int) -> _Counts:
    n = members - 1
    first = min(n, _BLOCK_MEMBERS)
    # The last place, -1 or n, is for what cannot be: j there in nobody, or absent from everybody.
    of_size = np.array([*(size_weight(n - 1, s) for s in range(n)), 0.0])
    there = all_coalitions(first)  # (2^first, first)
    last = np.arange(2 ** (n - first))[:, None] >> np.arange(n - first) & 1 == 1
    by_size = []
    for last_there in range(n - first + 1):
        size = there.sum(axis=1) + last_there
        absent, present = -of_size[size], of_size[size - 1]
        counts = np.where(there, present[:, None], absent[:, None])
        blocks = np.flatnonzero(last.sum(axis=1) == last_there)
        by_size.append((blocks, np.column_stack([counts, absent, present])))
    return _Counts(last, by_size)


def _of_others(v: FloatArray, counts: _Counts) -> FloatArray:
    """Return I_ij, a row for each member i and a column for each of the others, (N, n)."""
    members = len(v).bit_length() - 1
    blocks, last = counts.last.shape
    if blocks == 1:
        ((_, same),) = counts.by_size
        gains = np.empty((members, len(same)))
        for i, gain in enumerate(gains):
            _gain(v, i, gain)
        return np.asarray(_but_a_constant(gains) @ same[:, :-2])
    sums = np.empty((members, blocks, members - 1 - last + 2))
    gain = np.empty(len(v) // 2)
    for i in range(members):
        _gain(v, i, gain)
        in_blocks = _but_a_constant(gain).reshape(blocks, -1)
        for which, same in counts.by_size:
            sums[i, which] = in_blocks[which] @ same
    of_last = np.where(counts.last, sums[:, :, -1:], sums[:, :, -2:-1])
    return np.asarray(np.concatenate([sums[:, :, :-2], of_last], axis=2).sum(axis=1))


def _gain(v: FloatArray, member: int, out: FloatArray) -> None:
    """Write v(S + member) - v(S) for every S without the member to `out`, (2^n,)."""
    pairs = v.reshape(-1, 2, 2**member)
    np.subtract(pairs[:, 1], pairs[:, 0], out=out.reshape(-1, 2**member))


def _but_a_constant(gains: FloatArray) -> FloatArray:
    """Take from gains (..., 2^n) what a member brings to a coalition neither small nor large.

    It counts for no pair, but would leave its rounding behind. Every other of the others makes
    that coalition, number 0101...
    """
    gains -= gains[..., gains.shape[-1] // 3, None].copy()
    return gains
