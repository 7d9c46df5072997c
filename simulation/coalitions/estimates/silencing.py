"""How many may fall silent: at random, or beginning with those that carry least.

Who carries least is not judged on what it was chosen by: members are ranked by half of the parts of
the examples and silenced on the third quarter, then by three quarters and silenced on the last.
Otherwise those would come first that happen to carry little on just these examples, and silence
would look cheaper than it is. Nor does what judges ever choose for what judged before it, so chance
in one judgement says nothing of chance in the other, and their spread is that of their mean.
(Halves that choose for each other err alike, each to the side to which it lets the other err.)
Luedtke and van der Laan (2016), Statistical inference for the mean outcome under a possibly
non-unique optimal treatment strategy, Annals of Statistics 44.

Those that made no difference there in any coalition come first, even before those that seem to do
harm, which may be chance.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.coalitions.estimates.asking import Asked
from simulation.coalitions.estimates.estimate import Estimate, contributions

FEWEST_PARTS = 4
"""Parts of the examples of which quarters can be made."""

LOST = 0.5
"""The share of the complete quality below which the bus factor takes it, as usual."""


@dataclass(eq=False)
class Silencing:
    """What silencing 0, 1, .. N members costs, as each part of the examples has it.

    Attributes
    ----------
    least : (N + 1, J) array
        Quality lost without those that carry least, on each of the J parts that judge; J = 1 where
        there are too few parts.
    most : (N + 1, J) array
        By how much the quality is below half of the complete one, without those that carry most;
        where all coalitions were asked, without whoever is worst to lose, on all parts.
    crossed : bool
        Whether members were chosen on other examples than they are judged on.
    """

    least: FloatArray
    most: FloatArray
    crossed: bool

    @classmethod
    def of(
        cls,
        asked: Asked,
        gains: FloatArray,
        idle: BoolArray,
        complete: FloatArray,
        worst: FloatArray | None = None,
    ) -> Silencing:
        """Rank members by what they bring, (N, 1 + G), and silence them one after the other.

        idle (N, G) says on which parts of the examples a member made no difference; `worst` is
        `most` where that is known.
        """
        carried, full = contributions(gains), contributions(complete)  # (N, G), (G,)
        turns = in_turns(carried.shape[1])
        if not (crossed := bool(turns)):
            carried, full = gains[:, :1], complete[:1]
            idle, turns = np.asarray(idle.all(axis=1))[:, None], [(slice(1), slice(1))]
        silenced = np.arange(asked.n + 1)[:, None]  # 0, 1, .. N of them

        def short(quality: float, there: BoolArray, judge: slice) -> FloatArray:
            left = asked.of(there)
            left = contributions(left) if crossed else left[:, :1]
            return (quality * full - left)[:, judge]

        least, most = [], []
        for choose, judge in turns:
            order = least_first(carried[:, choose], idle[:, choose])
            rank = order.argsort(kind="stable")
            least.append(short(1.0, rank >= silenced, judge))
            if worst is None:
                most.append(short(LOST, rank < asked.n - silenced, judge))
        return cls(np.hstack(least), np.hstack(most) if worst is None else worst, crossed)


def in_turns(parts: int) -> list[tuple[slice, slice]]:
    """Say which of G parts choose, and which judge what they chose; nothing if they are too few.

    Examples
    --------
    >>> [(choose.stop, judge.start, judge.stop) for choose, judge in in_turns(20)]
    [(10, 10, 15), (15, 15, 20)]
    """
    if parts < FEWEST_PARTS:
        return []
    ends = [round(parts * quarter / 4) for quarter in (2, 3, 4)]
    return [(slice(end), slice(end, then)) for end, then in itertools.pairwise(ends)]


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
