"""What holds for evaluations of a model of whichever framework: one output, no chance in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulation.arrays import Array
from simulation.checks import InputError

WIDE = 32 * 2**20
"""Bytes of activations behind the silenced layers at a time, or less: they stay in caches."""


def the_one(outputs: Sequence[Any], model: str = "the model") -> Any:
    """Return the output of a model that has one only."""
    if len(outputs) != 1:
        raise InputError(
            f"{model} gives {len(outputs)} outputs: hand in one that gives the one to be judged"
        )
    return outputs[0]


def evaluations_differ(first: Array, again: Array) -> tuple[str, ...]:
    """Return a note for `Silenced` if two evaluations of the same examples differ.

    Examples
    --------
    >>> evaluations_differ(np.zeros((2, 3)), np.full((2, 3), 0.5))[0]
    'evaluations differ: outputs on the same 2 examples were up to 0.5 apart, so chance is in them'
    """
    with np.errstate(invalid="ignore"):  # of infinite outputs
        apart = float(np.abs(again - first).max())
    if not apart:
        return ()
    return (
        f"evaluations differ: outputs on the same {len(first)} examples were up to {apart:.2g} "
        "apart, so chance is in them",
    )
