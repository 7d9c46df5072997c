"""What follows from Gram matrices, against the answers themselves, for one game and for many."""

import itertools

import numpy as np
import pytest
from games import READINGS, over_all_half_teams, random_game

from simulation import Couples, independent, one_or_two_absent
from simulation.coalitions import (
    AdditiveGame,
    agreement,
    all_coalitions,
    answer_shares,
    co_adaptation_score,
)
from simulation.coalitions.gram import Gram, absence_penalty


def several(n, count=3):
    """Games with the same sizes, and their Gram matrices as one stack."""
    games = [random_game("squared error", n, seed=seed) for seed in range(count)]
    vectors = [np.concatenate([g.contributions, (g.handout - g.wanted)[None]]) for g in games]
    wanted = np.stack([game.wanted.T for game in games])
    return games, Gram.of_vectors(np.stack(vectors).transpose(0, 3, 1, 2), wanted)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 9])
def test_the_score_is_the_variance_over_all_half_teams(n):
    games, stacked = several(n)
    exact = [over_all_half_teams(game) for game in games]
    assert (exact == pytest.approx([0.0] * 3)) == (n == 1)
    assert [co_adaptation_score(game) for game in games] == pytest.approx(exact, rel=1e-12)
    np.testing.assert_allclose(stacked.co_adaptation_score(), exact, rtol=1e-12)


def test_the_score_draws_nothing_for_squared_error():
    game, rng = random_game("squared error", 5), np.random.default_rng(0)
    assert co_adaptation_score(game, rng) == co_adaptation_score(game)
    assert rng.random() == np.random.default_rng(0).random()


def test_members_who_say_the_same_score_nothing_and_never_less():
    for n, seed in itertools.product(range(1, 12), range(20)):
        one = random_game("squared error", 1, seed=seed)
        said = np.repeat(one.contributions, n, axis=0)
        game = AdditiveGame(said, one.handout, one.wanted, one.audience)
        assert 0.0 <= co_adaptation_score(game) < 1e-13


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_qualities_are_those_of_the_answers(n, reading):
    games, stacked = several(n)
    masks = all_coalitions(n)
    of_stack = stacked.qualities(masks, reading)
    for number, game in enumerate(games):
        for of_talk, sections in (Gram.of(game).qualities(masks, reading), of_stack):
            own = of_talk[number] if of_talk.ndim > 1 else of_talk
            np.testing.assert_allclose(own, game.quality(masks, reading), atol=1e-12)
            own = sections[number] if sections.ndim > 2 else sections
            np.testing.assert_allclose(own, game.section_quality(masks, reading), atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_shares_and_agreement_are_those_of_the_answers(n):
    games, stacked = several(n)
    shares, agreements = stacked.answer_shares(), stacked.agreement()
    for number, game in enumerate(games):
        np.testing.assert_allclose(Gram.of(game).answer_shares(), answer_shares(game), atol=1e-12)
        np.testing.assert_allclose(shares[number], answer_shares(game), atol=1e-12)
        for got in (Gram.of(game).agreement(), agreements[number]):
            assert got == pytest.approx(agreement(game), abs=1e-12, nan_ok=True)


def test_a_talk_given_softly_has_the_same_shares_and_agreement():
    game = random_game("squared error", 4)
    soft = AdditiveGame(1e-3 * game.contributions, game.handout, game.wanted, game.audience)
    for measure in (answer_shares, agreement):
        np.testing.assert_allclose(measure(soft), measure(game), rtol=1e-9)
    for measure in (Gram.answer_shares, Gram.agreement):
        np.testing.assert_allclose(measure(Gram.of(soft)), measure(Gram.of(game)), rtol=1e-9)


def test_who_says_nothing_has_no_direction():
    game = random_game("squared error", 4)
    said = game.contributions.copy()
    said[2] = 0.0
    silent = AdditiveGame(said, game.handout, game.wanted, game.audience)
    assert Gram.of(silent).agreement() == pytest.approx(agreement(silent), abs=1e-12)
    said[:3] = 0.0
    alone = AdditiveGame(said, game.handout, game.wanted, game.audience)
    assert np.isnan(Gram.of(alone).agreement())
    nobody = AdditiveGame(0.0 * said, game.handout, game.wanted, game.audience)
    assert np.isnan(Gram.of(nobody).answer_shares()).all()


@pytest.mark.parametrize(
    "law", [one_or_two_absent(4), independent(4, 0.3), Couples(4, 0.4)], ids=repr
)
def test_the_penalty_is_what_absences_add_to_the_loss(law):
    game = random_game("squared error", 4)
    missing = game.wanted - game.handout
    masks = law.draw(np.random.default_rng(0), 100_000)
    kinds, often = np.unique(masks, axis=0, return_counts=True)
    scaled = kinds * law.moments().speak_up
    left = missing - np.tensordot(scaled, game.contributions, axes=1)  # (C, M, K)
    losses = 0.5 * np.square(left).sum(axis=2).mean(axis=1)
    full = 0.5 * np.square(missing - game.contributions.sum(axis=0)).sum(axis=1).mean()
    mean, error = losses @ often / len(masks), losses.std() / np.sqrt(len(masks))
    predicted = full + absence_penalty(game.contributions, law.moments())
    assert abs(mean - predicted) < 6 * error
