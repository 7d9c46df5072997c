"""Measures on a talk itself: against plain definitions, and by hand."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
from games import READINGS, number, random_game
from rooms import AUDIENCE_NAMES

from simulation import InputError
from simulation.audience import AUDIENCES
from simulation.coalitions import (
    AdditiveGame,
    ablation_area,
    ablation_curve,
    agreement,
    answer_shares,
    co_adaptation_score,
    coalition_values,
    missing_masks,
    pair_synergy,
    quality_kept,
    solo_quality,
)

SQUARED = AUDIENCES["squared error"]
WANTED = np.array([[-1.0], [1.0]])


def game_of(*contributions, wanted=WANTED):
    return AdditiveGame(np.array(contributions, dtype=float), np.zeros(1), wanted, SQUARED)


ADDING_UP = game_of(WANTED / 2, WANTED / 2)
DOUBLED = game_of(WANTED, WANTED, wanted=WANTED * 2)
CANCELLING = game_of(3 * WANTED, -2 * WANTED)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("audience_name", AUDIENCE_NAMES)
@pytest.mark.parametrize("k", [0, 1, 2, 5])
def test_quality_kept_by_enumeration(audience_name, reading, k):
    game = random_game(audience_name, 5)
    v = coalition_values(game, reading)
    left = [v[number(there)] for there in itertools.combinations(range(5), 5 - k)]
    kept = quality_kept(game, k, reading)
    assert kept.mean == pytest.approx(sum(left) / len(left))
    assert kept.worst == pytest.approx(min(left))
    assert kept.sub_teams == math.comb(5, k)


def test_many_missing_are_drawn_and_every_sub_team_has_k_missing():
    masks = missing_masks(30, 7, np.random.default_rng(0))
    assert masks.shape == (2_000, 30)
    assert (masks.sum(axis=1) == 23).all()
    assert np.abs(masks.mean(axis=0) - 23 / 30).max() < 0.05


def test_what_is_drawn_is_drawn_with_seed_0_if_no_generator_is_given():
    game = random_game("softmax", 5)
    for drawn in (partial(missing_masks, 30, 7), partial(co_adaptation_score, game)):
        np.testing.assert_array_equal(drawn(), drawn(rng=np.random.default_rng(0)))
        assert not np.array_equal(drawn(), drawn(rng=np.random.default_rng(1)))


def test_one_member_may_be_missing_too():
    assert missing_masks(1, 1).tolist() == [[False]]


def test_more_missing_than_there_are_is_told():
    with pytest.raises(InputError, match=r"^missing is 6, but must be 0 to 5$"):
        quality_kept(random_game("softmax", 5), 6)
    with pytest.raises(InputError, match=r"^the sub-teams"):
        missing_masks(10**12, 1)
    with pytest.raises(InputError, match=r"^the half-teams"):
        co_adaptation_score(random_game("softmax", 5), draws=10**12)


@pytest.mark.parametrize("reading", READINGS)
def test_solo_quality_is_that_of_teams_of_one(reading):
    game = random_game("squared error", 4)
    solo = solo_quality(game, reading)
    for k in range(4):
        v = coalition_values(game, reading, k)
        np.testing.assert_allclose(solo[:, k], v[[1, 2, 4, 8]], atol=1e-13)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("audience_name", AUDIENCE_NAMES)
def test_pair_synergy_by_definition(audience_name, reading):
    game = random_game(audience_name, 4)
    v, everyone = coalition_values(game, reading), {0, 1, 2, 3}
    synergy = pair_synergy(game, reading)
    assert (synergy.diagonal() == 0).all()
    for i, j in itertools.permutations(range(4), 2):
        with_j = v[-1] - v[number(everyone - {i})]
        without_j = v[number(everyone - {j})] - v[number(everyone - {i, j})]
        assert synergy[i, j] == pytest.approx(with_j - without_j, abs=1e-12)


def test_pair_synergy_by_hand():
    # One alone gets half of it: 1 - 1/4; together all: the second adds less than the first did.
    assert pair_synergy(ADDING_UP)[0, 1] == pytest.approx(1 - 2 * 0.75)
    # 3 - 2: alone they are 1 - 4 and 1 - 9.
    assert pair_synergy(CANCELLING)[0, 1] == pytest.approx(1 + 3 + 8)


def test_answer_shares_add_up_and_follow_what_is_said():
    shares = answer_shares(random_game("squared error", 5))
    np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-12)
    np.testing.assert_allclose(answer_shares(ADDING_UP), [[0.5], [0.5]])
    np.testing.assert_allclose(answer_shares(CANCELLING), [[3.0], [-2.0]])
    assert np.isnan(answer_shares(game_of(WANTED, -WANTED))).all()


def test_agreement_by_hand():
    assert agreement(ADDING_UP) == pytest.approx(1)
    assert agreement(CANCELLING) == pytest.approx(-1)
    right_angle = np.array([[1.0], [1.0]])
    assert agreement(game_of(WANTED, right_angle)) == pytest.approx(0, abs=1e-15)
    assert agreement(game_of(WANTED, WANTED, 0 * WANTED)) == pytest.approx(1)
    assert math.isnan(agreement(game_of(WANTED, 0 * WANTED)))


def test_agreement_is_the_mean_cosine_over_pairs():
    game = random_game("softmax", 5)
    flat = game.contributions.reshape(5, -1)
    cosines = [
        flat[i] @ flat[j] / np.linalg.norm(flat[i]) / np.linalg.norm(flat[j])
        for i, j in itertools.combinations(range(5), 2)
    ]
    assert agreement(game) == pytest.approx(np.mean(cosines))


def test_co_adaptation_score_by_hand():
    assert co_adaptation_score(DOUBLED) == 0  # whoever of the two is there says the same
    # Half of CANCELLING is one, who speaks twice as loud: +-6 or -+4, a variance of 25.
    assert co_adaptation_score(CANCELLING) == pytest.approx(25)


@pytest.mark.parametrize("audience_name", AUDIENCE_NAMES)
def test_co_adaptation_score_estimates_the_variance_over_all_half_teams(audience_name):
    game = random_game(audience_name, 6)
    halves = missing_masks(6, 3)
    heard = game.audience.report(game.answers(halves, "fill the time"))
    exact = heard.var(axis=0).mean()
    score = co_adaptation_score(game, np.random.default_rng(1), 5_000)
    assert score == pytest.approx(exact, rel=0.03)


@pytest.mark.parametrize("reading", READINGS)
def test_ablation_curve_goes_from_everyone_to_nobody(reading):
    game = random_game("squared error", 5)
    v = coalition_values(game, reading)
    curve = ablation_curve(
        game, np.random.default_rng(0), np.array([0, 0.4, 1]), draws=4_000, reading=reading
    )
    assert curve[0] == pytest.approx(v[-1])
    assert curve[2] == pytest.approx(v[0])
    values = [v[number(there)] for there in itertools.combinations(range(5), 3)]
    assert curve[1] == pytest.approx(np.mean(values), abs=5 * np.std(values) / np.sqrt(4_000))


def test_ablation_curve_refuses_fractions_above_one():
    with pytest.raises(InputError, match=r"^fraction silenced is 1\.5, but must be .* \[0, 1\]"):
        ablation_curve(ADDING_UP, np.random.default_rng(0), np.array([1.5]))


def test_ablation_area_by_hand():
    at = np.array([0.0, 0.25, 1.0])
    assert ablation_area(at, np.full(3, 0.7)) == pytest.approx(0.7)
    assert ablation_area(at, 1 - at) == pytest.approx(0.5)
    # A trapezoid of mean height 0.9 over a quarter, one of 0.4 over three quarters.
    assert ablation_area(at, np.array([1.0, 0.8, 0.0])) == pytest.approx(0.9 / 4 + 0.4 * 3 / 4)
    # Per unit of fraction: half the range of a straight line has its mean height as well.
    assert ablation_area(np.array([0.0, 0.5]), np.array([1.0, 0.5])) == pytest.approx(0.75)


@pytest.mark.parametrize("fractions", [[0.0], [0.5, 0.5, 1.0], [1.0, 0.5, 0.0], [0.0, 1.0]])
def test_ablation_area_needs_a_curve(fractions):
    curve = np.ones(1 if len(fractions) == 1 else 3)
    with pytest.raises(InputError, match=r"^fractions and curve have shapes"):
        ablation_area(np.array(fractions), curve)
