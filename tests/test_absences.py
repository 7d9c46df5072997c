"""Quality under a law of attendance: by enumeration, and by hand."""

from dataclasses import dataclass

import numpy as np
import pytest
from games import additive, all_or_nothing, number, one_is_enough, subsets, vector
from rooms import mask_probabilities

from simulation import (
    AlwaysWithout,
    AttendanceLaw,
    Bursts,
    Couples,
    Everyone,
    Independent,
    InputError,
    NumberAbsent,
    Recorded,
    Rota,
    independent,
    k_absent,
    one_or_two_absent,
)
from simulation.coalitions import Fragility, fragility, mean_quality, moebius, sub_teams

LOG = ((1, 1, 0, 1, 1), (1, 0, 0, 1, 0), (0, 1, 1, 0, 0), (1, 1, 0, 1, 1))
LAWS = [
    Everyone(5),
    one_or_two_absent(5),
    k_absent(5, 0),
    k_absent(5, 5),
    NumberAbsent(5, (0, 2, 2, 4)),
    Independent(5, (0.0, 0.1, 0.3, 0.5, 0.9)),
    Rota(5, 2),
    Rota(6, 3),
    Couples(5, 0.3),
    Couples(6, 0.2),
    Couples(1, 0.25),
    AlwaysWithout(5, 1),
    Recorded(5, LOG),
]


@dataclass(frozen=True)
class Biggest(AttendanceLaw):
    """A law of one's own: whoever draws the biggest number stays away."""

    @property
    def n_uniforms(self):
        return self.n_presenters

    def present(self, uniforms, first, before):
        return uniforms < uniforms.max(axis=1, keepdims=True)


def law_name(law):
    return f"{type(law).__name__}-{law.n_presenters}"


@pytest.mark.parametrize("law", LAWS, ids=law_name)
def test_sub_teams_by_the_law_s_definition(law):
    masks, chances = mask_probabilities(law)
    teams = sub_teams(law)
    for mask, chance in zip(masks, chances, strict=True):
        assert teams.probabilities[number(mask.nonzero()[0])] == pytest.approx(chance, abs=1e-15)
    assert teams.source == "closed form"


@pytest.mark.parametrize("law", [*LAWS, Bursts(4, 0.3, 4.0)], ids=law_name)
def test_together_agrees_with_the_law_s_own_moments(law):
    n, moments, teams = law.n_presenters, law.moments(), sub_teams(law)
    np.testing.assert_allclose(teams.rates, moments.rates, atol=1e-14)
    for i in range(n):
        for j in range(n):
            chance = teams.together[number({i, j})]
            assert chance == pytest.approx(moments.joint[i, j], abs=1e-14)
    assert teams.together[0] == pytest.approx(1)


def test_ill_people_are_independent_in_the_long_run():
    np.testing.assert_allclose(
        sub_teams(Bursts(4, 0.3, 4.0)).probabilities, sub_teams(independent(4, 0.3)).probabilities
    )
    masks = Bursts(3, 0.4, 3.0).draw(np.random.default_rng(0), 100_000)
    seen = np.bincount(masks @ [1, 2, 4], minlength=8) / len(masks)
    np.testing.assert_allclose(seen, sub_teams(Bursts(3, 0.4, 3.0)).probabilities, atol=0.01)


def test_a_law_without_closed_form_is_estimated_and_says_so():
    teams = sub_teams(Biggest(4))
    assert teams.source == "estimated from 100000 rehearsals"
    np.testing.assert_allclose(
        teams.probabilities, sub_teams(k_absent(4, 1)).probabilities, atol=0.01
    )


@pytest.mark.parametrize("law", [*LAWS, Bursts(4, 0.3, 4.0)], ids=law_name)
def test_cooperation_is_discounted(law):
    """T8: the mean quality is sum over A of a_A P(all of A present)."""
    v = np.random.default_rng(3).normal(size=2**law.n_presenters)
    discounted = moebius(v) @ sub_teams(law).together
    assert mean_quality(v, law) == pytest.approx(discounted, abs=1e-12)


def test_mean_quality_by_enumeration():
    law = Independent(3, (0.1, 0.2, 0.5))
    v = np.random.default_rng(4).normal(size=8)
    mean = 0.0
    for there in subsets(range(3)):
        chance = 1.0
        for i, rate in enumerate(law.absence_rates):
            chance *= 1 - rate if i in there else rate
        mean += chance * v[number(there)]
    assert mean_quality(v, law) == pytest.approx(mean, abs=1e-14)


def test_fragility_is_kept_in_plain_floats():
    assert repr(Fragility(1, np.float64(2))) == "Fragility(total=1.0, additive=2.0)"


def test_fragility_of_three_teams_by_hand():
    """Three people, each absent with rate 0.2."""
    law = independent(3, 0.2)
    # Each brings 1, 2, 3: a fifth of 6 is lost, whoever else is there.
    lost = fragility(additive(3), law)
    assert (lost.total, lost.additive) == (pytest.approx(1.2), pytest.approx(1.2))
    assert lost.interaction == pytest.approx(0, abs=1e-15)
    # All are needed: 1 - 0.8^3 = 0.488 is lost, an additive team would lose 0.2.
    lost = fragility(all_or_nothing(3), law)
    assert (lost.total, lost.additive) == (pytest.approx(0.488), pytest.approx(0.2))
    assert lost.interaction == pytest.approx(0.288)
    # One is enough: 0.2^3 = 0.008 is lost, an additive team would lose 0.2.
    lost = fragility(one_is_enough(3), law)
    assert (lost.total, lost.additive) == (pytest.approx(0.008), pytest.approx(0.2))
    assert lost.interaction == pytest.approx(-0.192)


@pytest.mark.parametrize("law", LAWS, ids=law_name)
def test_additive_teams_have_no_interaction_part_under_any_law(law):
    assert fragility(additive(law.n_presenters), law).interaction == pytest.approx(0, abs=1e-13)


@pytest.mark.parametrize("law", [*LAWS, Bursts(4, 0.3, 4.0)], ids=law_name)
def test_interaction_part_from_moebius_coefficients(law):
    """Sum over A of a_A (mean over A of the rates - P(all of A present)), as documented."""
    n, teams = law.n_presenters, sub_teams(law)
    v = np.random.default_rng(5).normal(size=2**n)
    a, expected = moebius(v), 0.0
    for group in subsets(range(n))[1:]:
        factor = teams.rates[list(group)].mean() - teams.together[number(group)]
        assert factor >= -1e-15
        expected += a[number(group)] * factor
    assert fragility(v, law).interaction == pytest.approx(expected, abs=1e-12)


def test_nothing_is_fragile_where_everyone_comes():
    lost = fragility(np.random.default_rng(6).normal(size=16), Everyone(4))
    assert (lost.total, lost.additive, lost.interaction) == (0, 0, 0)


def test_couples_who_come_together_are_not_fragile_as_a_pair():
    """A pair that needs one another and is always absent together loses as an additive one does."""
    v = vector(4, lambda there: float({0, 1} <= there) + float({2, 3} <= there))
    assert fragility(v, Couples(4, 0.3)).interaction == pytest.approx(0, abs=1e-14)
    assert fragility(v, independent(4, 0.3)).interaction == pytest.approx(2 * (0.7 - 0.49))


@pytest.mark.parametrize("measure", [mean_quality, fragility])
def test_values_and_law_must_be_of_the_same_team(measure):
    with pytest.raises(InputError, match=r"shape \(8,\) and the law is for 5 presenters: give"):
        measure(np.zeros(8), one_or_two_absent(5))
    with pytest.raises(InputError, match=r"^coalition values have shape \(32, 2\)"):
        measure(np.zeros((32, 2)), one_or_two_absent(5))
    with pytest.raises(InputError, match=r"^the value of coalition 0 \(members \[\]\) is nan"):
        measure(np.full(32, np.nan), one_or_two_absent(5))


def test_too_many_presenters_name_the_sampled_way():
    with pytest.raises(InputError, match=r"^21 members .*sample sub-teams"):
        sub_teams(Everyone(21))
