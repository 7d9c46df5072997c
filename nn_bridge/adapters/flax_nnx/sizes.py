"""What running a model holds in memory, read from the operations it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

COPIES = 2
"""Of the largest result, while the next one is made from it."""


class Sizes(NamedTuple):
    """Bytes of the largest result.

    Attributes
    ----------
    example : int
        For each example more, whatever the masks.
    pair : int
        For each example and mask more.
    """

    example: int
    pair: int


def sizes_of(run: Callable[[int, int], Any]) -> Sizes:
    """Measure what a pass takes.

    Parameters
    ----------
    run : function(masks, examples)
        Returns the pass for so many of both as a jaxpr, without running it.
    """
    one, more_masks, more_examples = (_bytes(run(*each)) for each in ((1, 2), (2, 2), (1, 4)))
    example, pair = (_growth(one, other) // 2 for other in (more_examples, more_masks))
    return Sizes(max(COPIES * example, 1), max(COPIES * pair, 1))


def _bytes(jaxpr: Any) -> list[int]:
    outputs = [each.aval for equation in jaxpr.eqns for each in equation.outvars]
    return [
        int(np.prod(each.shape)) * getattr(each.dtype, "itemsize", 8)
        for each in outputs
        if hasattr(each, "shape")
    ]


def _growth(few: list[int], many: list[int]) -> int:
    # The same operations, unless the model looks at how many examples there are.
    return max((more - less for less, more in zip(few, many, strict=False)), default=0)
