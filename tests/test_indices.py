"""Indices on a vector of values: against their definitions in plain Python, and by hand."""

import itertools
import math

import numpy as np
import pytest
from games import additive, all_or_nothing, number, one_is_enough, random_game, subsets, vector

from simulation import InputError
from simulation.coalitions import (
    all_coalitions,
    bus_factor,
    coalition_values,
    effective_carriers,
    moebius,
    shapley_interactions,
    shapley_values,
)

SIZES = (1, 2, 3, 4, 6)
INDICES = (
    moebius,
    shapley_values,
    shapley_interactions,
)


def random_values(n, *more):
    return np.random.default_rng(n).normal(size=(2**n, *more))


def others(n, *members):
    return subsets(i for i in range(n) if i not in members)


def moebius_by_definition(v, n):
    return vector(n, lambda a: sum((-1) ** (len(a) - len(s)) * v[number(s)] for s in subsets(a)))


def shapley_by_orders(v, n):
    """Mean gain over all n! orders of arrival."""
    gains = [0.0] * n
    for order in itertools.permutations(range(n)):
        for k, i in enumerate(order):
            gains[i] += v[number(order[: k + 1])] - v[number(order[:k])]
    return [gain / math.factorial(n) for gain in gains]


def pairs_by_definition(v, n, weight):
    index = [[0.0] * n for _ in range(n)]
    for i, j in itertools.permutations(range(n), 2):
        index[i][j] = sum(
            weight(len(s))
            * (v[number((*s, i, j))] - v[number((*s, i))] - v[number((*s, j))] + v[number(s)])
            for s in others(n, i, j)
        )
    return index


def shapley_pair_weight(n):
    return lambda s: math.factorial(s) * math.factorial(n - 2 - s) / math.factorial(n - 1)


@pytest.mark.parametrize("n", SIZES)
def test_moebius_by_definition(n):
    v = random_values(n)
    np.testing.assert_allclose(moebius(v), moebius_by_definition(v, n), atol=1e-12)
    summed = vector(n, lambda there: sum(moebius(v)[number(a)] for a in subsets(there)))
    np.testing.assert_allclose(summed, v, atol=1e-12)


@pytest.mark.parametrize("n", SIZES)
def test_values_by_definition(n):
    v = random_values(n)
    np.testing.assert_allclose(shapley_values(v), shapley_by_orders(v, n), atol=1e-13)


@pytest.mark.parametrize("n", SIZES)
def test_pair_interactions_by_definition(n):
    v = random_values(n)
    shapley = pairs_by_definition(v, n, shapley_pair_weight(n))
    np.testing.assert_allclose(shapley_interactions(v), shapley, atol=1e-13)


@pytest.mark.parametrize("n", [3, 10])
def test_interactions_from_moebius_coefficients(n):
    """I_ij is the sum over A with i and j of a_A / (|A| - 1)."""
    v = random_values(n)
    a = moebius(v)
    size = np.bitwise_count(np.arange(2**n)).astype(float)
    both = size >= 2
    shapley = np.divide(a, size - 1, where=both, out=np.zeros_like(a))
    for i, j in itertools.combinations(range(n), 2):
        with_both = (np.arange(2**n) >> i) & (np.arange(2**n) >> j) & 1 == 1
        assert shapley_interactions(v)[i, j] == pytest.approx(shapley[with_both].sum(), abs=1e-10)


@pytest.mark.parametrize("index", INDICES)
def test_further_axes_are_games_of_their_own(index):
    v = random_values(4, 3)
    together = index(v)
    for k in range(3):
        np.testing.assert_allclose(together[..., k], index(v[:, k]), atol=1e-14)


@pytest.mark.parametrize("index", INDICES)
def test_values_given_are_left_alone(index):
    v = random_values(4)
    before = v.copy()
    index(v)
    np.testing.assert_array_equal(v, before)


def test_an_additive_team_by_hand():
    v = additive(4)
    np.testing.assert_allclose(shapley_values(v), [1, 2, 3, 4])
    np.testing.assert_allclose(shapley_interactions(v), np.zeros((4, 4)), atol=1e-15)
    np.testing.assert_allclose(moebius(v), [0, 1, 2, 0, 3, 0, 0, 0, 4] + [0] * 7, atol=1e-15)


def test_all_or_nothing_by_hand():
    v = all_or_nothing(4)
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(moebius(v), [0] * 15 + [1])
    np.testing.assert_allclose(shapley_values(v), [1 / 4] * 4)
    np.testing.assert_allclose(shapley_interactions(v)[off], 1 / 3)


def test_one_is_enough_by_hand():
    v = one_is_enough(4)
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(moebius(v)[1:], [(-1) ** (s.bit_count() + 1) for s in range(1, 16)])
    np.testing.assert_allclose(shapley_values(v), [1 / 4] * 4)
    np.testing.assert_allclose(shapley_interactions(v)[off], -1 / 3)


def test_glove_game_by_hand():
    """Shapley's gloves: 0 has the left one, 1 and 2 a right one each; a pair is worth 1."""
    v = vector(3, lambda there: 0 in there and len(there) > 1)
    np.testing.assert_allclose(shapley_values(v), [2 / 3, 1 / 6, 1 / 6])
    np.testing.assert_allclose(
        shapley_interactions(v), [[0, 1 / 2, 1 / 2], [1 / 2, 0, -1 / 2], [1 / 2, -1 / 2, 0]]
    )


@pytest.mark.parametrize("n", [5, 12])
def test_axioms_of_the_shapley_value(n):
    v = random_values(n)
    # Efficiency.
    assert shapley_values(v).sum() == pytest.approx(v[-1] - v[0], abs=1e-12)
    # Linearity.
    w = np.random.default_rng(99).normal(size=2**n)
    np.testing.assert_allclose(
        shapley_values(2 * v - w), 2 * shapley_values(v) - shapley_values(w), atol=1e-12
    )
    # A member who brings 0.3 to everyone, put in as number n - 1, gets it and interacts with none.
    brings = np.concatenate([v[: 2 ** (n - 1)], v[: 2 ** (n - 1)] + 0.3])
    assert shapley_values(brings)[-1] == pytest.approx(0.3, abs=1e-13)
    np.testing.assert_allclose(shapley_interactions(brings)[-1], 0, atol=1e-13)


def test_symmetry_under_other_names():
    n, v = 5, random_values(5)
    name = np.random.default_rng(1).permutation(n)
    renamed = vector(n, lambda there: v[number(int(name[i]) for i in there)])
    np.testing.assert_allclose(shapley_values(renamed), shapley_values(v)[name], atol=1e-13)
    np.testing.assert_allclose(
        shapley_interactions(renamed), shapley_interactions(v)[np.ix_(name, name)], atol=1e-13
    )


def test_shapley_interaction_is_a_gain_in_value():
    """Recursion of Grabisch and Roubens: I_ij is what j's presence adds to i's Shapley value."""
    n, v = 6, random_values(6)
    with_j, without_j = v[2 ** (n - 1) :], v[: 2 ** (n - 1)]
    gained = shapley_values(with_j) - shapley_values(without_j)
    np.testing.assert_allclose(shapley_interactions(v)[-1, :-1], gained, atol=1e-13)


def test_large_games_keep_their_accuracy():
    n = 16
    v = all_or_nothing(n) + one_is_enough(n)  # their interactions cancel
    np.testing.assert_allclose(shapley_interactions(v), np.zeros((n, n)), atol=2e-15)
    np.testing.assert_allclose(shapley_values(v), np.full(n, 2 / n), atol=2e-15)


@pytest.mark.parametrize("n", [12, 13, 14, 20])  # one block of coalitions, or many
def test_large_teams_in_closed_form(n):
    """No three members interact under squared error: I_ij = -2 <c_i, c_j> / SST."""
    game = random_game("squared error", n)
    index = shapley_interactions(coalition_values(game))
    said = game.contributions.reshape(n, -1)
    overlap = said @ said.T / np.square(game.wanted - game.wanted.mean(axis=0)).sum()
    np.testing.assert_allclose(index, -2 * overlap * ~np.eye(n, dtype=bool), atol=1e-15)
    np.testing.assert_array_equal(index, index.T)


@pytest.mark.parametrize("n", [9, 15])
def test_what_members_bring_anyway_leaves_no_rounding_behind(n):
    """Pairs as small as a millionth of what each brings by itself, in numbers without rounding."""
    rng = np.random.default_rng(n)
    bring, pairs = 2.0**20 * rng.integers(1, 9, n), rng.integers(-9, 9, (n, n))
    there = all_coalitions(n).astype(float)
    v = there @ bring + np.einsum("si,ij,sj->s", there, pairs, there)
    wanted = (pairs + pairs.T) * ~np.eye(n, dtype=bool)
    np.testing.assert_allclose(shapley_interactions(v), wanted, atol=2e-13)


@pytest.mark.parametrize("n", [2, 5, 9])
def test_against_shapiq(n):
    shapiq = pytest.importorskip("shapiq", reason="shapiq needs Python 3.12 and is not installed")
    v = random_values(n)
    v -= v[0]
    theirs = shapiq.ExactComputer(lambda masks: v[masks @ (1 << np.arange(n))], n_players=n)
    given = theirs(index="SV", order=1)
    np.testing.assert_allclose(shapley_values(v), [given[(i,)] for i in range(n)], atol=1e-11)
    given, ours = theirs(index="SII", order=2), shapley_interactions(v)
    for pair in itertools.combinations(range(n), 2):
        assert ours[pair] == pytest.approx(given[pair], abs=1e-11)
    coefficients = moebius(v)
    given = theirs(index="Moebius", order=n)
    for group in subsets(range(n)):
        assert coefficients[number(group)] == pytest.approx(given[group], abs=1e-11)


def test_bus_factor_by_hand():
    assert bus_factor(all_or_nothing(5)) == 1
    assert bus_factor(one_is_enough(5)) == 5
    # 1 + 2 + 3 + 4 = 10: without the 4 there are 6 left; without 3 and 4 only 3.
    assert bus_factor(additive(4)) == 2
    assert bus_factor(additive(4), share=0.7) == 1
    assert bus_factor(additive(4), share=0.6) == 2  # 6 is not below 60% of 10
    assert bus_factor(additive(4), share=0.05) == 4


def test_bus_factor_where_nothing_can_be_lost():
    assert bus_factor(-additive(3)) == 0
    assert bus_factor(np.zeros(8)) == 0
    assert bus_factor(np.ones(8)) == 4  # the handout does it


def test_effective_carriers_by_hand():
    assert effective_carriers([5, 5, 5, 5]) == pytest.approx(4)
    assert effective_carriers([0, 7, 0]) == pytest.approx(1)
    assert effective_carriers([0.5, 0.25, 0.25]) == pytest.approx(8 / 3)
    assert effective_carriers([2, -1]) == pytest.approx(1 / 5)
    assert math.isnan(effective_carriers([1, -1]))


@pytest.mark.parametrize("index", [*INDICES, bus_factor])
@pytest.mark.parametrize(
    "values", [np.zeros(3), np.zeros(0), np.zeros(1), np.float64(1.0), np.zeros((4, 1, 1))]
)
def test_wrong_length_is_told(index, values):
    with pytest.raises(
        InputError, match=r"^coalition values have .* 2\^N coalitions: give"
    ) as told:
        index(values)
    assert str(told.value).endswith("(2^N,)" if index is bus_factor else "(2^N,) or (2^N, K)")


@pytest.mark.parametrize("index", [*INDICES, bus_factor])
@pytest.mark.parametrize("bad", [math.nan, -math.inf])
def test_values_that_are_no_numbers_are_told_with_the_coalition(index, bad):
    values = np.zeros(8)
    values[5] = bad
    with pytest.raises(InputError, match=r"^the value of coalition 5 \(members \[0, 2\]\) is "):
        index(values)


def test_too_many_members_name_the_sampled_way():
    with pytest.raises(InputError, match=r"^21 members .*simulation.coalitions.dependence"):
        shapley_interactions(np.zeros(2**21))


@pytest.mark.parametrize("share", [0, -1, 1.5, math.nan])
def test_bus_factor_needs_a_share(share):
    with pytest.raises(InputError, match=r"^share of the quality is .* in \(0, 1\]"):
        bus_factor(np.zeros(4), share)


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e200, 1e308])
def test_effective_carriers_do_not_depend_on_the_size_of_shares(size):
    assert effective_carriers([size, size, 0.0]) == pytest.approx(2.0)


@pytest.mark.parametrize("shares", [[], [math.nan, 1], [[1, 2]], ["1"], None])
def test_effective_carriers_need_shares(shares):
    with pytest.raises(InputError, match=r"^shares(: the shape|: not all numbers| is).*"):
        effective_carriers(shares)
