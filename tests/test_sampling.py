"""Sampling above 20 members: near the truth where it is known, and sure by as much as it says."""

import itertools
import os
from dataclasses import dataclass

import numpy as np
import pytest
from games import random_game
from scipy.stats import t as student_t

from simulation import (
    Bursts,
    Couples,
    Everyone,
    InputError,
    Recorded,
    Rota,
    independent,
    one_or_two_absent,
)
from simulation.coalitions import (
    Estimate,
    coalition_values,
    mean_quality,
    sampled_interactions,
    sampled_mean_quality,
    sampled_shapley_values,
    shapley_interactions,
    shapley_values,
)

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("BASE_SEED", "0"))
PAIRS = [(0, 1), (4, 2), (9, 8)]
GAME = random_game("squared error", 10)
VALUES = coalition_values(GAME, "fill the time")  # a reading in which all orders interact
LAWS = [
    one_or_two_absent(10),
    independent(10, 0.3),
    Couples(10, 0.3),
    Bursts(10, 0.3, 8.0),
    Rota(10, 3),
    Recorded(10, tuple(tuple(row) for row in np.tri(10, dtype=int).tolist())),
]


def judge(masks):
    return GAME.quality(masks, "fill the time")


@dataclass(frozen=True)
class Way:
    """A way to sample, and the truth it is after."""

    name: str
    sample: object
    truth: object


WAYS = [
    Way(
        "Shapley values",
        lambda rng, draws: sampled_shapley_values(judge, 10, rng, draws),
        shapley_values(VALUES),
    ),
    Way(
        "interactions",
        lambda rng, draws: sampled_interactions(judge, 10, PAIRS, rng, draws),
        shapley_interactions(VALUES)[tuple(np.transpose(PAIRS))],
    ),
    *(
        Way(
            f"mean quality, {type(law).__name__}",
            lambda rng, draws, law=law: sampled_mean_quality(GAME.quality, law, rng, draws),
            mean_quality(coalition_values(GAME), law),
        )
        for law in LAWS
    ),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_estimates_are_near_the_truth_and_as_sure_as_they_say(way):
    """Over 300 repetitions: no bias, and errors as large as the standard errors."""
    rng = np.random.default_rng(SEED)
    estimates = [way.sample(rng, 60) for _ in range(300)]
    off = np.array([each.mean - way.truth for each in estimates])
    spread = off.std(axis=0)
    assert (np.abs(off.mean(axis=0)) < 4.5 * spread / np.sqrt(300)).all()
    claimed = np.sqrt(np.mean([each.standard_error**2 for each in estimates], axis=0))
    assert np.abs(claimed / spread - 1).max() < 0.2
    inside = [
        (each.interval[0] <= way.truth) & (way.truth <= each.interval[1]) for each in estimates
    ]
    assert (np.abs(np.mean(inside, axis=0) - 0.95) < 0.06).all()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_errors_shrink_with_the_root_of_the_draws(way):
    few, many = (way.sample(np.random.default_rng(SEED), draws) for draws in (200, 3_200))
    assert (np.abs(many.mean - way.truth) < 4.5 * many.standard_error).all()
    np.testing.assert_allclose(few.standard_error / many.standard_error, 4, rtol=0.3)


def test_estimate_is_mean_and_standard_error_of_the_draws():
    def value(masks):
        return masks.sum(axis=1) == 25

    rng = np.random.default_rng(1)
    estimate = sampled_mean_quality(value, independent(50, 0.5), rng, draws=400)
    assert estimate.draws == 400
    by_hand = np.sqrt(estimate.mean * (1 - estimate.mean) / 399)
    assert estimate.standard_error == pytest.approx(by_hand)
    reach = student_t.ppf(0.975, 399) * by_hand
    assert estimate.interval == pytest.approx((estimate.mean - reach, estimate.mean + reach))


def test_shares_add_up_in_every_sample():
    game = random_game("squared error", 40, sections=2)
    for draws in (2, 5):
        shares = sampled_shapley_values(game.quality, 40, np.random.default_rng(2), draws).mean
        whole, nobody = game.quality(np.array([[True] * 40, [False] * 40]))
        assert shares.sum() == pytest.approx(whole - nobody, abs=1e-9)


def test_batches_change_nothing_but_memory(monkeypatch):
    """Nobody is judged in another place than where they arrived, whatever the batch."""
    weights = np.arange(25.0)

    def value(masks):
        return masks @ weights + 3.0 * (masks[:, 0] & masks[:, 24])

    for sub_teams in (1, 60, 4_096):
        monkeypatch.setattr("simulation.coalitions.sampling._SUB_TEAMS", sub_teams)
        rng = np.random.default_rng(3)
        shares = sampled_shapley_values(value, 25, rng, draws=7).mean
        # In an order and its reverse, 24 comes after 0 exactly once.
        np.testing.assert_allclose(shares, weights + 1.5 * np.isin(weights, (0, 24)), atol=1e-12)
        pairs = sampled_interactions(value, 25, [(24, 0), (0, 1), (3, 4)], rng, draws=7)
        np.testing.assert_allclose(pairs.mean, [3, 0, 0], atol=1e-12)
        np.testing.assert_allclose(pairs.standard_error, 0, atol=1e-12)
        assert sampled_mean_quality(value, Everyone(25), rng, draws=7).mean == 303


def test_squared_error_is_exact_at_any_size_when_nobody_covers():
    """No three members interact there: phi_i = <c_i, 2 (t - b) - sum_j c_j> / SST."""
    game = random_game("squared error", 60)
    judged = 2 * (game.wanted - game.handout) - game.contributions.sum(axis=0)
    total = np.square(game.wanted - game.wanted.mean(axis=0)).sum()
    exact = np.einsum("nmk,mk->n", game.contributions, judged) / total
    estimate = sampled_shapley_values(game.quality, 60, np.random.default_rng(8), draws=2)
    np.testing.assert_allclose(estimate.mean, exact, rtol=1e-10)
    pair = sampled_interactions(game.quality, 60, [(3, 40)], np.random.default_rng(8), draws=2)
    overlap = -2 * (game.contributions[3] * game.contributions[40]).sum() / total
    np.testing.assert_allclose(pair.mean, overlap, rtol=1e-10)


def test_hundreds_of_members():
    """A game of 200 with a known answer: 2 for a pair, worth nothing apart."""

    def value(masks):
        return 2.0 * (masks[:, 17] & masks[:, 170])

    shares = sampled_shapley_values(value, 200, np.random.default_rng(4), draws=10)
    np.testing.assert_allclose(shares.mean[[17, 170]], 1)
    assert np.delete(shares.mean, [17, 170]).any() == 0


def test_same_generator_same_estimate():
    for way in WAYS[:3]:
        first, second = (way.sample(np.random.default_rng(5), 10) for _ in range(2))
        np.testing.assert_array_equal(first.mean, second.mean)


def ways_to_ask(value):
    rng = np.random.default_rng(0)
    return [
        lambda: sampled_shapley_values(value, 30, rng, 3),
        lambda: sampled_interactions(value, 30, [(0, 1)], rng, 3),
        lambda: sampled_mean_quality(value, independent(30, 0.5), rng, 3),
    ]


@pytest.mark.parametrize("ask", range(3))
def test_a_value_function_of_the_wrong_length_is_told(ask):
    for value in (lambda masks: masks, lambda masks: masks.sum(axis=0), lambda masks: 1.0):
        with pytest.raises(InputError, match=r"^the value function gave shape .* one value for"):
            ways_to_ask(value)[ask]()


@pytest.mark.parametrize("ask", range(3))
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_value_function_that_gives_no_numbers_is_told(ask, bad):
    def value(masks):
        values = np.zeros(len(masks))
        values[-1] = bad
        return values

    with pytest.raises(InputError, match=rf"^the value function gave {bad} for a sub-team of \d+"):
        ways_to_ask(value)[ask]()


@pytest.mark.parametrize("draws", [1, 0, 2.5])
def test_one_draw_has_no_standard_error(draws):
    for way in WAYS[:3]:
        with pytest.raises(InputError, match=r"^draws is .* at least 2$"):
            way.sample(np.random.default_rng(0), draws)


@pytest.mark.parametrize("pairs", [[(0, 0)], [(0, 10)], [(-1, 2)], [0, 1], [(0.0, 1.0)], []])
def test_pairs_must_be_two_different_members(pairs):
    with pytest.raises(InputError, match=r"^pairs have shape .* different members each, 0 to 9$"):
        sampled_interactions(judge, 10, pairs, np.random.default_rng(0))


def test_every_pair_can_be_asked_for():
    pairs = list(itertools.combinations(range(10), 2))
    estimate = sampled_interactions(judge, 10, pairs, np.random.default_rng(6), draws=50)
    assert isinstance(estimate, Estimate)
    exact = shapley_interactions(VALUES)[tuple(np.transpose(pairs))]
    assert (np.abs(estimate.mean - exact) < 5 * estimate.standard_error).all()
