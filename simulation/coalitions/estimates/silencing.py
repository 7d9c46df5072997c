"""How many may fall silent: at random, or beginning with those that carry least.

Who carries least is not judged on what it was chosen by: members are ranked by one half of the
parts of the examples and silenced on the other, both ways. Otherwise those would come first that
happen to carry little on just these examples, and silence would look cheaper than it is.

Those that made no difference there in any coalition come first, even before those that seem to do
harm, which may be chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.coalitions.estimates.asking import Asked
from simulation.coalitions.estimates.estimate import Estimate, contributions

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
    def of(
        cls, asked: Asked, gains: FloatArray, idle: BoolArray, complete: FloatArray
    ) -> Silencing:
        """Rank members by what they bring, (N, 1 + G), and silence them one after the other.

        idle (N, G) says on which parts of the examples a member made no difference.
        """
        carried, full = contributions(gains), contributions(complete)  # (N, G), (G,)
        parts = carried.shape[1]
        crossed = parts >= FEWEST_PARTS
        half = np.arange(parts) % 2 == 0
        if not crossed:
            carried, full, half = gains[:, :1], complete[:1], np.ones(1, dtype=bool)
            idle = np.asarray(idle.all(axis=1))[:, None]
        least, most = np.empty((2, asked.n + 1, len(full)))
        for chosen_by in (half, ~half) if crossed else (half,):
            judged_by = ~chosen_by if crossed else chosen_by
            order = least_first(carried[:, chosen_by], idle[:, chosen_by])
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


def least_first(carried: FloatArray, idle: BoolArray) -> IntArray:
    """Order members by what they carry on some parts of the examples, both (N, G): (N,).

    First come those that are idle on all of them.
    """
    return np.lexsort((carried.mean(axis=1), ~idle.all(axis=1)))


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
    """Return the largest number of members whose silence costs at most `worth`.

    Whoever silences may take any number, so one that is dear does not rule out a larger one that is
    not. From the largest number whose interval lies at or below `worth` to the largest whose
    interval reaches it. To silence nobody costs nothing, whatever noise says. Where costs have no
    intervals, neither has the number.

    Examples
    --------
    >>> costs = [Estimate(at, 0.005, at - 0.01, at + 0.01, over=("examples",))
    ...          for at in (0.0, 0.02, 0.0, 0.01, 0.03)]
    >>> print(last_within(costs, 0.015))
    3 [2, 3]
    """

    def last(ends: list[float]) -> int:
        return max((at for at, end in enumerate(ends) if end <= worth), default=0)

    low, high = last([cost.high for cost in costs]), last([cost.low for cost in costs])
    return _number(costs, last([cost.value for cost in costs]), low, high)


def first_above(costs: Sequence[Estimate]) -> Estimate:
    """Return the least number of members whose silence costs more than 0; N + 1 where none does.

    From the least number whose interval reaches above 0 to the least whose interval lies there.

    Examples
    --------
    >>> print(first_above([Estimate(-1.0, exact=True), Estimate(1.0, exact=True)]))
    1
    """

    def first(ends: list[float]) -> int:
        return next((at for at, end in enumerate(ends) if end > 0), len(ends))

    low, high = first([cost.high for cost in costs]), first([cost.low for cost in costs])
    return _number(costs, first([cost.value for cost in costs]), low, high)


def _number(costs: Sequence[Estimate], number: int, low: int, high: int) -> Estimate:
    exact, over = costs[-1].exact, costs[-1].over
    if not over:
        return Estimate(number, exact=exact)
    return Estimate(number, low=low, high=high, exact=exact, over=over)
