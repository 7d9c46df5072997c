"""How many people carry the quality: the bus factor, and the effective number of carriers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from simulation.checks import numeric, real, unsaid
from simulation.coalitions.indices import checked_values


@unsaid
def bus_factor(values: npt.ArrayLike, share: float = 0.5) -> int:
    """Smallest number of people whose loss takes quality below a share of the whole team's.

    min |L| over the groups L with v(N - L) < share * v(N), the worst group of its size: the
    question is asked of the people one would least like to lose.

    Parameters
    ----------
    values : (2^N,) array_like
        v(S).
    share : float
        In (0, 1]; the usual half.

    Returns
    -------
    int
        1 to N; 0 if the whole team has no quality to lose (v(N) <= 0), and N + 1 if quality stays
        at that share without anyone (the handout does it).

    References
    ----------
    Avelino, Passos, Hora, Valente (2016), A novel approach for estimating truck factors: the
    smallest number of developers whose loss incapacitates a project, there more than half of its
    files left without an author.

    Examples
    --------
    Everybody is needed; or one of two is enough:

    >>> bus_factor([0.0, 0.0, 0.0, 1.0]), bus_factor([0.0, 1.0, 1.0, 1.0])
    (1, 2)
    """
    v, n = checked_values(values, one_game=True)
    real("share of the quality", share, above=0, most=1)
    if v[-1] <= 0:
        return 0
    missing = n - np.bitwise_count(np.arange(2**n)).astype(int)
    lost = missing[v < share * v[-1]]
    return int(lost.min()) if len(lost) else n + 1


def effective_carriers(shares: npt.ArrayLike) -> float:
    """How many members carry the quality, as if all of those carried alike: 1 / sum of share^2.

    Parameters
    ----------
    shares : (N,) array_like
        What each carries, for instance Shapley values; divided by their sum here.

    Returns
    -------
    float
        1 if one carries all, N if all carry alike; below 1 only if some carry less than nothing.
        nan if the shares add up to 0.

    References
    ----------
    Laakso, Taagepera (1979), 'Effective' number of parties; the inverse of Simpson's index.

    Examples
    --------
    >>> effective_carriers([1.0, 1.0, 0.0]), effective_carriers([3.0, 0.0, 0.0])
    (2.0, 1.0)
    """
    carried = numeric("shares", shares, "members")
    largest = float(np.abs(carried).max())
    if largest and not 1e-100 < largest < 1e100:  # their squares are no numbers any more
        carried = carried / largest
    total = float(carried.sum())
    return total**2 / float(np.square(carried).sum()) if total else math.nan
