"""Quality under a law of attendance: its mean over all sub-teams, and what absences cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.arrays import FloatArray
from simulation.attendance import ESTIMATE_FROM, AttendanceLaw
from simulation.attendance_log import Recorded
from simulation.checks import InputError, instance, numeric, text, unsaid
from simulation.coalitions.game import exact_members
from simulation.coalitions.indices import checked_values, shapley_values
from simulation.laws import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
    NumberAbsent,
    Rota,
)


@dataclass(frozen=True, eq=False)
class SubTeams:
    """How often each sub-team comes, in the long run.

    Attributes
    ----------
    probabilities : (2^N,) array
        P(exactly the members of S are there), in the order of `all_coalitions`.
    source : str
        'closed form', or what it was estimated from.
    """

    probabilities: FloatArray
    source: str = "closed form"

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", checked_values(self.probabilities, True)[0])
        text("source", self.source)

    @property
    @unsaid
    def together(self) -> FloatArray:
        """P(all members of A are there, whoever else is) for every group A, shape (2^N,)."""
        sums = self.probabilities.copy()
        for member in range(len(sums).bit_length() - 1):
            pairs = sums.reshape(-1, 2, 2**member)
            pairs[:, 0] += pairs[:, 1]
        return sums

    @property
    def rates(self) -> FloatArray:
        """P(i present), shape (N,)."""
        return self.together[2 ** np.arange(len(self.probabilities).bit_length() - 1)]


def sub_teams(law: AttendanceLaw) -> SubTeams:
    """Say how often each of the 2^N sub-teams comes, N <= 20.

    In closed form for the laws of `simulation.attendance` (for `Bursts`: in the long run, in which
    people are ill independently); for a law of your own estimated from rehearsals, and `source`
    says so.

    Examples
    --------
    The article's law: T8's discounts for groups of 1 to 5.

    >>> from simulation.laws import one_or_two_absent
    >>> sub_teams(one_or_two_absent(5)).together[[1, 3, 7, 15, 31]].round(2).tolist()
    [0.7, 0.45, 0.25, 0.1, 0.0]
    """
    n = exact_members(instance("law", law, AttendanceLaw).n_presenters)
    match law:
        case NumberAbsent(counts=counts):
            of_absent = [counts.count(k) / len(counts) / math.comb(n, k) for k in range(n + 1)]
            return SubTeams(np.array(of_absent)[n - np.bitwise_count(np.arange(2**n))])
        case Independent() | Bursts():
            return SubTeams(_independent_groups([1 << j for j in range(n)], law.moments().rates))
        case Couples(rate=rate):
            couples = [3 << j if j + 1 < n else 1 << j for j in range(0, n, 2)]
            return SubTeams(_independent_groups(couples, np.full(len(couples), 1.0 - rate), n))
        case Everyone() | AlwaysWithout():
            return _turns(law, 1)
        case Rota():
            return _turns(law, n)
        case Recorded(rows=rows):
            return _turns(law, len(rows))
        case _:
            estimated = _turns(law, ESTIMATE_FROM)
            return SubTeams(estimated.probabilities, f"estimated from {ESTIMATE_FROM} rehearsals")


@unsaid
def mean_quality(values: npt.ArrayLike, law: AttendanceLaw) -> float:
    """Mean quality when people come by a law: sum over S of P(exactly S there) v(S).

    It equals sum over A of a_A P(all of A present) with the Moebius coefficients a_A (T8):
    what needs people to be there together is discounted by how rarely they are.

    Parameters
    ----------
    values : (2^N,) array_like
        v(S).
    law : AttendanceLaw
        Of N presenters. For a law without closed form the mean carries the error of the
        estimate that `sub_teams` names.

    References
    ----------
    Lengerich, Xing, Caruana (2022), Dropout as a regularizer of interaction effects, for
    independent absences.

    Examples
    --------
    All or nothing, two people, each absent half the time:

    >>> from simulation.laws import independent
    >>> mean_quality([0.0, 0.0, 0.0, 1.0], independent(2, 0.5))
    0.25
    """
    v, n = checked_values(values)
    if instance("law", law, AttendanceLaw).n_presenters != n or v.ndim != 1:
        raise InputError(
            f"coalition values have shape {v.shape} and the law is for {law.n_presenters} "
            f"presenters: give 2^N values, one vector, and a law for the same N"
        )
    return float(sub_teams(law).probabilities @ v)


@dataclass(frozen=True)
class Fragility:
    """What absences cost, in quality.

    Attributes
    ----------
    total : float
        v(N) - E_law v: quality with everyone there less the mean quality under the law.
    additive : float
        What an additive team of the same people would lose: sum_i phi_i P(i absent), phi the
        Shapley values. Such a team has the same quality with everyone there and with nobody, but
        each brings phi_i whoever else has come.
    """

    total: float
    additive: float

    def __post_init__(self) -> None:
        total, additive = numeric("losses", [self.total, self.additive], 2, finite=False).tolist()
        object.__setattr__(self, "total", total)
        object.__setattr__(self, "additive", additive)

    @property
    def interaction(self) -> float:
        """Lost because people count on one another: total - additive."""
        return self.total - self.additive


@unsaid
def fragility(values: npt.ArrayLike, law: AttendanceLaw) -> Fragility:
    """Measure how much of the quality needs people to be there together.

    The interaction part is the sum over all groups A of two and more of
    a_A (mean over i in A of P(i present) - P(all of A present)), with Moebius coefficients a_A: no
    group's factor is negative. So an additive team scores 0, a team in which a group achieves more
    than its parts scores above, and one whose members can stand in for each other scores below.

    Parameters
    ----------
    values : (2^N,) array_like
        v(S).
    law : AttendanceLaw
        Of N presenters.

    Returns
    -------
    Fragility

    Examples
    --------
    Two people, each absent half the time: additive, all needed, one is enough.

    >>> from simulation.laws import independent
    >>> for team in ([0.0, 0.5, 0.5, 1.0], [0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0]):
    ...     print(fragility(team, independent(2, 0.5)).interaction)
    0.0
    0.25
    -0.25
    """
    v, _ = checked_values(values)
    mean = mean_quality(v, law)
    absent = 1.0 - sub_teams(law).rates
    return Fragility(float(v[-1]) - mean, float(shapley_values(v) @ absent))


def _independent_groups(groups: list[int], rates: FloatArray, n: int | None = None) -> FloatArray:
    """Distribution when groups of members, given as bits, come as a whole and independently."""
    coalitions, probabilities = np.zeros(1, dtype=np.int64), np.ones(1)
    for group, rate in zip(groups, rates, strict=True):
        coalitions = np.concatenate([coalitions, coalitions | group])
        probabilities = np.concatenate([probabilities * (1.0 - rate), probabilities * rate])
    spread = np.zeros(2 ** (len(groups) if n is None else n))
    spread[coalitions] = probabilities
    return spread


def _turns(law: AttendanceLaw, rehearsals: int) -> SubTeams:
    """Distribution over so many rehearsals of a law."""
    n = law.n_presenters
    numbers = law.draw(np.random.default_rng(0), rehearsals) @ (1 << np.arange(n))
    return SubTeams(np.bincount(numbers, minlength=2**n) / rehearsals)
