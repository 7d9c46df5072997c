"""T8: what a group adds together counts only as often as all of it are there."""

from __future__ import annotations

import math

import numpy as np

from experiments.validation.theorems.comparison import Check, Comparison, largest
from experiments.validation.theorems.ensemble import possible_sub_teams
from experiments.validation.theorems.snapshot import LAWS, Snapshot
from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.coalitions import all_coalitions, coalition_values, mean_quality, moebius, sub_teams
from simulation.laws import (
    AlwaysWithout,
    Independent,
    NumberAbsent,
    independent,
    one_or_two_absent,
)


def cooperation_is_discounted(seed: int = 0, quick: bool = False) -> Comparison:
    """Compare mean quality over all sub-teams with what groups add times how often they meet."""
    means, rates, pairs = [], [], []
    for number, law in enumerate((*LAWS, AlwaysWithout(5, 1))):
        game = Snapshot.of(law, seed, number).team.game()
        adds = moebius(coalition_values(game))  # (2^N,)
        together = sub_teams(law).together
        masks, chances = possible_sub_teams(law)
        mean = chances @ game.quality(masks)
        means += [mean - adds @ together, mean - mean_quality(coalition_values(game), law)]
        rates.append(together - _meeting_rates(law))
        both = together[[[1 << i | 1 << j for j in range(5)] for i in range(5)]]  # (N, N)
        pairs.append(both - law.moments().joint)
    article = sub_teams(one_or_two_absent(5)).together[[1, 3, 7, 15, 31]]
    return Comparison(
        id="T8",
        statement="What a group of a team with given skills adds as a group counts, in the mean "
        "over absences of its quality when nobody covers, only as often as all of the group are "
        "there together: q^n for n people who come independently, .70, .45, .25, .10, 0 for 1 to 5 "
        "people when one or two of five are absent.",
        source="Harsanyi (1963) for the coefficients; compare Lengerich, Xing, Caruana (2022), "
        "whose formula (1 - p)^n gives 6.25% for n = 4, p = .5, where their text says 12.5%",
        checks=(
            Check(
                "mean quality over all sub-teams, and sum_A a_A P(all of A are there) with Moebius "
                "coefficients a_A",
                largest(means),
            ),
            Check("P(all of A are there) counted over sub-teams, and in theory", largest(rates)),
            Check("the same for pairs, and the closed-form moments of the law", largest(pairs)),
            Check(
                "discounts for one or two of five absent, and .70, .45, .25, .10, 0",
                largest([article - [0.70, 0.45, 0.25, 0.10, 0.0]]),
            ),
        ),
        detail=f"{len(LAWS) + 1} laws, all 32 groups of five; four people at rate .5 are all there "
        f"in {100 * sub_teams(independent(5, 0.5)).together[15]:.2f}% of rehearsals",
    )


def _meeting_rates(law: AttendanceLaw) -> FloatArray:
    """P(all of A are there) for every group A, (2^N,): by formula where there is one."""
    n = law.n_presenters
    groups = all_coalitions(n)
    match law:
        case Independent(absence_rates=absent):
            return np.asarray(np.where(groups, 1.0 - np.array(absent), 1.0).prod(axis=1))
        case NumberAbsent(counts=counts):
            of_size = [
                np.mean([math.comb(n - size, k) / math.comb(n, k) for k in counts])
                for size in range(n + 1)
            ]
            return np.asarray(np.array(of_size)[groups.sum(axis=1)])
    masks, chances = possible_sub_teams(law)
    return np.array([chances[masks[:, group].all(axis=1)].sum() for group in groups])
