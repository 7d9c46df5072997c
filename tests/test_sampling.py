"""Sampling above 20 members: near the truth where it is known, and sure by as much as it says."""

import os
from dataclasses import dataclass

import numpy as np
import pytest
from games import random_game

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
from simulation.coalitions import coalition_values, mean_quality, shapley_values
from simulation.coalitions.sampling import arrival_gains, drawn_qualities

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("BASE_SEED", "0"))
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
        lambda rng, draws: arrival_gains(judge, 10, rng, draws),
        shapley_values(VALUES),
    ),
    *(
        Way(
            f"mean quality, {type(law).__name__}",
            lambda rng, draws, law=law: drawn_qualities(GAME.quality, law, rng, draws),
            mean_quality(coalition_values(GAME), law),
        )
        for law in LAWS
    ),
]


def standard_error(drawn):
    return drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_means_are_near_the_truth_and_draws_independent(way):
    """Over 300 repetitions: no bias, and means as far off as their standard errors say."""
    rng = np.random.default_rng(SEED)
    repeated = [way.sample(rng, 60) for _ in range(300)]
    off = np.array([drawn.mean(axis=0) - way.truth for drawn in repeated])
    spread = off.std(axis=0)
    assert (np.abs(off.mean(axis=0)) < 4.5 * spread / np.sqrt(300)).all()
    claimed = np.sqrt(np.mean([standard_error(drawn) ** 2 for drawn in repeated], axis=0))
    assert np.abs(claimed / spread - 1).max() < 0.2


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_errors_shrink_with_the_root_of_the_draws(way):
    few, many = (way.sample(np.random.default_rng(SEED), draws) for draws in (200, 3_200))
    assert (np.abs(many.mean(axis=0) - way.truth) < 4.5 * standard_error(many)).all()
    np.testing.assert_allclose(standard_error(few) / standard_error(many), 4, rtol=0.3)


def test_shares_add_up_in_every_draw():
    game = random_game("squared error", 40, sections=2)
    whole, nobody = game.quality(np.array([[True] * 40, [False] * 40]))
    gains = arrival_gains(game.quality, 40, np.random.default_rng(2), 5)
    np.testing.assert_allclose(gains.sum(axis=1), whole - nobody, atol=1e-9)


def test_batches_change_nothing_but_memory(monkeypatch):
    """Nobody is judged in another place than where they arrived, whatever the batch."""
    weights = np.arange(25.0)

    def value(masks):
        return masks @ weights + 3.0 * (masks[:, 0] & masks[:, 24])

    for sub_teams in (1, 60, 4_096):
        monkeypatch.setattr("simulation.coalitions.sampling._SUB_TEAMS", sub_teams)
        rng = np.random.default_rng(3)
        shares = arrival_gains(value, 25, rng, draws=7).mean(axis=0)
        # In an order and its reverse, 24 comes after 0 exactly once.
        np.testing.assert_allclose(shares, weights + 1.5 * np.isin(weights, (0, 24)), atol=1e-12)
        assert (drawn_qualities(value, Everyone(25), rng, draws=7) == 303).all()


def test_squared_error_is_exact_at_any_size_when_nobody_covers():
    """No three members interact there: phi_i = <c_i, 2 (t - b) - sum_j c_j> / SST."""
    game = random_game("squared error", 60)
    judged = 2 * (game.wanted - game.handout) - game.contributions.sum(axis=0)
    total = np.square(game.wanted - game.wanted.mean(axis=0)).sum()
    exact = np.einsum("nmk,mk->n", game.contributions, judged) / total
    for gains in arrival_gains(game.quality, 60, np.random.default_rng(8), draws=2):
        np.testing.assert_allclose(gains, exact, rtol=1e-10)


def test_hundreds_of_members():
    """A game of 200 with a known answer: 2 for a pair, worth nothing apart."""

    def value(masks):
        return 2.0 * (masks[:, 17] & masks[:, 170])

    shares = arrival_gains(value, 200, np.random.default_rng(4), draws=10).mean(axis=0)
    np.testing.assert_allclose(shares[[17, 170]], 1)
    assert np.delete(shares, [17, 170]).any() == 0


def test_same_generator_same_draws():
    for way in WAYS[:2]:
        first, second = (way.sample(np.random.default_rng(5), 10) for _ in range(2))
        np.testing.assert_array_equal(first, second)


def ways_to_ask(value):
    rng = np.random.default_rng(0)
    return [
        lambda: arrival_gains(value, 30, rng, 3),
        lambda: drawn_qualities(value, independent(30, 0.5), rng, 3),
    ]


@pytest.mark.parametrize("ask", range(2))
def test_a_value_function_of_the_wrong_length_is_told(ask):
    for value in (lambda masks: masks, lambda masks: masks.sum(axis=0), lambda masks: 1.0):
        with pytest.raises(InputError, match=r"^the value function gave shape .* one value for"):
            ways_to_ask(value)[ask]()


@pytest.mark.parametrize("ask", range(2))
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
    for way in WAYS[:2]:
        with pytest.raises(InputError, match=r"^draws is .* at least 2$"):
            way.sample(np.random.default_rng(0), draws)
