"""How many may fall silent: at random, or beginning with those that carry least.

Who carries least is not judged on what it was chosen by: members are ranked by one half of the
parts of the examples and silenced on the other, both ways. Otherwise those would come first that
happen to carry little on just these examples, and silence would look cheaper than it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.arrays import FloatArray
from simulation.coalitions.estimates.asking import Asked
from simulation.coalitions.estimates.estimate import (
    Estimate,
    contributions,
)

FEWEST_PARTS = 4
"""Parts of the examples that can be halved, so that each half still has a spread."""

LOST = 0.5
"""The share of the complete quality below which the bus factor takes it, as usual."""


@dataclass(eq=False)
class Silencing:
    """What silencing 0, 1, .. N members costs, as each part of the examples has it.

    Attributes
    ----------
    least : (N + 1, G) array
        Quality lost without those that carry least; (N + 1, 1) where there are no parts.
    most : (N + 1, G) array
        By how much the quality is below half of the complete one, without those that carry most;
        where all coalitions were asked, without whoever is worst to lose.
    crossed : bool
        Whether members were chosen on other examples than they are judged on.
    """

    least: FloatArray
    most: FloatArray
    crossed: bool

    @classmethod
    def of(cls, asked: Asked, gains: FloatArray, complete: FloatArray) -> Silencing:
        """Rank members by what they bring, (N, 1 + G), and silence them one after the other."""
        carried, full = contributions(gains), contributions(complete)  # (N, G), (G,)
        parts = carried.shape[1]
        crossed = parts >= FEWEST_PARTS
        half = np.arange(parts) % 2 == 0
        if not crossed:
            carried, full, half = gains[:, :1], complete[:1], np.ones(1, dtype=bool)
        least, most = np.empty((2, asked.n + 1, len(full)))
        for chosen_by in (half, ~half) if crossed else (half,):
            judged_by = ~chosen_by if crossed else chosen_by
            order = carried[:, chosen_by].mean(axis=1).argsort(kind="stable")
            rank = order.argsort(kind="stable")
            silenced = np.arange(asked.n + 1)[:, None]  # 0, 1, .. N of them
            for quality, short, there in (
                (1.0, least, rank >= silenced),
                (LOST, most, rank < asked.n - silenced),
            ):
                left = asked.of(there)
                left = contributions(left) if crossed else left[:, :1]
                short[:, judged_by] = (quality * full - left)[:, judged_by]
        return cls(least, most, crossed)


def worst_losses(values: FloatArray, complete: FloatArray) -> FloatArray:
    """By how much the worst loss of 0, 1, .. N members takes quality below half of the whole's.

    Parameters
    ----------
    values : (2^N, 1 + G) array
    complete : (1 + G,) array

    Returns
    -------
    (N + 1, G) array
        As each part of the examples has it; (N + 1, 1) where there are none.
    """
    n = len(values).bit_length() - 1
    missing = n - np.bitwise_count(np.arange(2**n))
    worst = np.array([values[missing == k].min(axis=0) for k in range(n + 1)])
    return contributions(LOST * complete - worst)


def last_within(costs: Sequence[Estimate], worth: float) -> Estimate:
    """Return up to which number of members silenced every cost is at most `worth`.

    The interval has all numbers at which the costs' own intervals leave it open whether they are.
    Where costs have none, neither has the number. -1 where it already costs more to silence nobody.

    Examples
    --------
    >>> costs = [Estimate(at, 0.005, at - 0.01, at + 0.01, over=("examples",))
    ...          for at in (0.0, 0.01, 0.03)]
    >>> print(last_within(costs, 0.015))
    1 [0, 1]
    """

    def last(ends: list[float]) -> int:
        above = [end > worth for end in ends]
        return above.index(True) - 1 if True in above else len(ends) - 1

    number, over = last([cost.value for cost in costs]), costs[-1].over
    low, high = last([cost.high for cost in costs]), last([cost.low for cost in costs])
    exact = costs[-1].exact
    return (
        Estimate(number, low=low, high=high, exact=exact, over=over)
        if over
        else Estimate(number, exact=exact)
    )
