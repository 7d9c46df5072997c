"""What the times come to: ratios within a round, in which the machine's mood cancels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Launches = Sequence[Sequence[float]]
"""Seconds a step, by launch and round."""


@dataclass(frozen=True)
class Ratio:
    """How many times as long one takes as another.

    Attributes
    ----------
    median, low, high : float
        Median and quartiles of the ratios of all rounds.
    launches : tuple of float
        Median of each launch.
    """

    median: float
    low: float
    high: float
    launches: tuple[float, ...]


def ratio(these: Launches, those: Launches) -> Ratio:
    """Compare two contenders that were timed in the same rounds, or one in the first ones only.

    Examples
    --------
    >>> ratio([[2.0, 4.0, 6.0]], [[1.0, 2.0, 2.0]])
    Ratio(median=2.0, low=2.0, high=2.5, launches=(2.0,))
    >>> ratio([[6.0, 6.0]], [[2.0, 2.0, 1.0]]).median
    3.0
    """
    rounds = [
        np.array([one / other for one, other in zip(a, b, strict=False)])
        for a, b in zip(these, those, strict=True)
    ]
    low, median, high = np.quantile(np.concatenate(rounds), (0.25, 0.5, 0.75))
    return Ratio(
        float(median), float(low), float(high), tuple(float(np.median(one)) for one in rounds)
    )


def typical(launches: Launches) -> float:
    """Return the median seconds a step over all launches and rounds."""
    return float(np.median(np.concatenate([np.asarray(one) for one in launches])))
