"""Examples that are left out in turn: a figure on all of them, then without each part of them.

What test images happen to favour they favour for everything that is judged on them, whichever seed
or sub-team that is. So an interval must let them vary too: `simulation.intervals.pseudo_values`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray

PARTS = 20
"""Parts of the examples that are left out in turn; of fewer examples each is a part."""


def part_of(examples: int) -> IntArray:
    """Say which part each of M examples belongs to, (M,)."""
    return np.arange(examples) % min(PARTS, examples)


def without_each_part(examples: int) -> list[BoolArray]:
    """All examples, then all but each of the G parts: (1 + G) masks of (M,)."""
    part = part_of(examples)
    return [part != left for left in range(-1, part.max() + 1)]


def left_out(by_example: FloatArray) -> FloatArray:
    """Mean over the examples, then without each part of them, (..., M) to (..., 1 + G)."""
    each = without_each_part(by_example.shape[-1])
    return np.stack([by_example[..., one].mean(axis=-1) for one in each], axis=-1)


@lru_cache(maxsize=8)
def drawn_sets(examples: int) -> FloatArray:
    """All examples, then all but each of G parts: (1 + G, M), 1 for those of each set, else 0.

    Which part an example belongs to is drawn, once for all: classes often come in turns (as in
    scikit-learn's digits), and parts in turn would then be of one class each.
    """
    part = np.random.default_rng(0).permutation(part_of(examples))
    sets: FloatArray = (part != np.arange(-1, part.max() + 1)[:, None]).astype(float)
    sets.flags.writeable = False
    return sets


def on_sets(by_example: FloatArray) -> FloatArray:
    """Mean over each of `drawn_sets`, (..., M) to (..., 1 + G)."""
    sets = drawn_sets(by_example.shape[-1])
    return np.asarray(by_example @ sets.T / sets.sum(axis=1))
