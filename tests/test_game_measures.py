"""What the validation measures in both worlds: by hand, and without a part of the images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from games import random_game

from experiments.article import Setting, fit_article_network, talk_of
from experiments.shared_images import PARTS, kept_images, left_out
from experiments.validation import network_world
from experiments.validation.conditions import BLOCKS, NetworkCondition, NetworkSetting
from experiments.validation.game_measures import (
    blocks,
    couple_agreements,
    game_measures,
    penalty,
    strongest,
    variance_between,
)
from experiments.validation.network_world import (
    AVERAGED,
    average_of_sub_networks,
    masks_met,
    measure_networks,
    passes_to_match,
)
from nn_bridge.dropout import Dropout
from simulation.audience import AUDIENCES
from simulation.coalitions import Game
from simulation.intervals import pseudo_values
from simulation.laws import Couples, independent

WANTED = np.array([[-1.0], [1.0]])
SQUARED = AUDIENCES["squared error"]


def game_of(*parts: float) -> Game:
    """Each says this much of what is wanted; who say s together are worth 1 - (1 - s)^2."""
    return Game(np.array([part * WANTED for part in parts]), np.zeros(1), WANTED, SQUARED)


def test_measures_by_hand():
    one_missing, two_missing = [0.75, 0.91, 0.96], [0.75, 0.51, 0.36]
    measures = game_measures(game_of(0.5, 0.3, 0.2))
    assert measures == pytest.approx(
        {
            "quality": 1.0,
            "quality above chance": 1.0,
            "one missing, mean": 2.62 / 3,
            "one missing, worst": 0.75,
            "one missing, worst, above chance": 0.75,
            "two missing, mean": 0.54,
            "two missing, worst": 0.36,
            "two missing, worst, above chance": 0.36,
            "cost of losing one": 0.38 / 3,
            "use without another": 1.0 / 3,
            "pair synergy": -0.62 / 3,
            "solo quality": 0.54,
            "alone, filling the time": 0.86,  # they say 1.5, .9 and .6 of it: .75, .99 and .84
            "an equal share": 1 / 3,
            "agreement": 1.0,
            "spread over absences": np.std(one_missing + two_missing),
        }
    )


def test_what_guessing_brings_is_taken_off_where_a_part_of_the_whole_is_asked_for():
    plain, above = game_measures(game_of(0.5, 0.3, 0.2)), game_measures(game_of(0.5, 0.3, 0.2), 0.1)
    lowered = {
        "quality above chance",
        "one missing, worst, above chance",
        "two missing, worst, above chance",
        "alone, filling the time",
    }
    for name, value in above.items():
        if name == "an equal share":
            assert value == pytest.approx(0.3)
        else:
            assert value == pytest.approx(plain[name] - 0.1 * (name in lowered)), name


def test_pair_synergy_is_what_one_costs_minus_what_one_is_worth_without_another():
    measures = game_measures(random_game("softmax", 6))
    assert measures["pair synergy"] == pytest.approx(
        measures["cost of losing one"] - measures["use without another"]
    )


def test_two_of_whom_one_takes_back_what_the_other_says_are_no_use_without_each_other():
    """Together they say 4 - 3; alone 4 or -3 of what is wanted: 1 - 9 and 1 - 16."""
    measures = game_measures(game_of(4.0, -3.0))
    assert measures["cost of losing one"] == pytest.approx(1 + 11.5)
    assert measures["use without another"] == pytest.approx(-11.5)
    assert measures["pair synergy"] == pytest.approx(24.0)


def test_neighbours_are_joined_to_blocks():
    game = random_game("softmax", 8)
    joined = blocks(game, 4)
    np.testing.assert_allclose(
        joined.contributions,
        [game.contributions[i] + game.contributions[i + 1] for i in (0, 2, 4, 6)],
    )
    everyone = np.ones((1, 4), dtype=bool)
    assert joined.quality(everyone) == game.quality(np.ones((1, 8), dtype=bool))


def test_the_strongest_of_each_section_by_hand():
    """Section 0: A says .9 and B .1 of it; section 1: A says .2 and B .8."""
    wanted = np.array([[-1.0, -1.0], [1.0, 1.0]])
    said = np.array([[0.9, 0.2], [0.1, 0.8]])  # (N, K)
    game = Game(said[:, None] * wanted, np.zeros(2), wanted, SQUARED)
    assert strongest(game) == pytest.approx(
        {
            "carrier's share": (0.9 + 0.8) / 2,
            "section without its carrier": (1 - 0.9**2 + 1 - 0.8**2) / 2,
        }
    )


def test_agreement_of_couples_by_hand():
    """A and B say the same, C and D the opposite of each other, across it is a right angle."""
    along, across = np.array([[1.0], [1.0]]), np.array([[1.0], [-1.0]])
    game = Game(np.array([along, 2 * along, across, -3 * across]), np.zeros(1), WANTED, SQUARED)
    assert couple_agreements(game) == pytest.approx(
        {"agreement of couples": 0.0, "agreement of others": 0.0}, abs=1e-15
    )
    game = replace(game, contributions=np.array([along, 2 * along, along, -across + along]))
    slanted = np.sqrt(0.5)
    assert couple_agreements(game) == pytest.approx(
        {"agreement of couples": (1 + slanted) / 2, "agreement of others": (1 + slanted) / 2}
    )
    silent = replace(game, contributions=np.array([along, along, along, 0 * along]))
    assert couple_agreements(silent)["agreement of couples"] == pytest.approx(1)


def test_the_penalty_of_absences_by_hand():
    """Away half of the time, Var(m / q) = 1: the sum of squares; in a couple the squared sum."""
    game = game_of(0.5, 0.3)
    assert penalty(game, independent(2, 0.5).moments()) == pytest.approx(0.25 + 0.09)
    assert penalty(game, Couples(2, 0.5).moments()) == pytest.approx(0.8**2)


def test_the_variance_over_two_starts_by_hand():
    found = variance_between(game_of(0.5, 0.3), game_of(0.4, 0.2))
    np.testing.assert_allclose(found, [0.2**2 / 2] * 2)


# Without a part of the test images


def test_every_question_is_left_out_once():
    kept = kept_images(50)
    assert len(kept) == 1 + PARTS
    assert kept[0].all()
    np.testing.assert_array_equal((~np.array(kept)).sum(axis=0), 1)
    sizes = [(~each).sum() for each in kept[1:]]
    assert sorted(sizes) == [2] * 10 + [3] * 10


def test_a_mean_is_left_out_by_hand():
    by_question = np.arange(40.0)
    found = left_out(by_question)
    assert found.shape == (1 + PARTS,)
    assert found[0] == 19.5
    assert found[1] == pytest.approx((780 - 0 - 20) / 38)
    assert found[PARTS] == pytest.approx((780 - 19 - 39) / 38)
    # What each part contributes is then its own mean.
    np.testing.assert_allclose(pseudo_values(found[None])[0], np.arange(PARTS) + 10)


# Networks

TINY = NetworkCondition(NetworkSetting(practice=60), 0.5, starts=2)


@pytest.fixture(scope="module")
def measured():
    return measure_networks(TINY, 1, (3, 4), "digits")


def test_a_network_s_figures_are_those_on_all_images_and_without_each_part(measured):
    for name, values in measured.items():
        if name not in ("ablation", "passes to match"):
            assert values.shape == (2, 1 + PARTS), name
    setting = TINY.training(1, "digits")
    seeds = [3, 4, 100_003, 100_004]
    talks = [talk_of(setting, seed, choice=True) for seed in (3, 4)] * 2
    trained = fit_article_network(setting, seeds, talks)
    units, other = trained.game_of(1), trained.game_of(3)
    joined = blocks(units, BLOCKS)
    for at, kept in enumerate(kept_images(len(units.wanted))):
        judged = joined.on(kept)
        expected = game_measures(judged, 0.1) | strongest(judged)
        expected["spread over starts"] = variance_between(units, other)[kept].mean()
        for name, value in expected.items():
            assert measured[name][1, at] == pytest.approx(value), (name, at)
    np.testing.assert_allclose(measured["quality"][:, 0], trained.unseen[:2])
    np.testing.assert_allclose(
        measured["gap"], trained.practised[:2, None] - measured["quality"], atol=1e-12
    )
    constant = {"choice quality", "squared weights", "penalty of absences", "agreement of couples"}
    for name in constant:
        assert np.ptp(measured[name], axis=1).max() == 0, name


def test_half_silenced_is_a_point_of_the_ablation_curve(measured):
    np.testing.assert_allclose(measured["50% silenced"][:, 0], measured["ablation"][:, 5])
    np.testing.assert_allclose(measured["80% silenced"][:, 0], measured["ablation"][:, 8])
    np.testing.assert_allclose(measured["quality"][:, 0], measured["ablation"][:, 0])


def test_the_average_of_sub_networks_is_that_of_their_probabilities():
    game = random_game("softmax", 4, questions=12)
    full = game.audience.report(game.answers(np.ones((1, 4), dtype=bool)))[0]
    nobody_drops = average_of_sub_networks(game, 0.0, np.random.default_rng(0))
    np.testing.assert_allclose(nobody_drops, np.broadcast_to(full, (len(AVERAGED), *full.shape)))
    masks = np.array(np.meshgrid(*[[0, 1]] * 4)).reshape(4, -1).T.astype(bool)
    answers = [
        game.handout + 2 * sum((game.contributions[i] for i in np.flatnonzero(mask)), 0 * full)
        for mask in masks
    ]
    exact = game.audience.report(np.array(answers)).mean(axis=0)
    drawn = average_of_sub_networks(game, 0.5, np.random.default_rng(0))
    np.testing.assert_allclose(drawn[-1], exact, atol=0.05)
    assert np.abs(drawn[0] - exact).max() > 0.05


def test_overconfidence_is_how_sure_minus_how_often_right(monkeypatch):
    """Three of four right, and .7 sure of each; their average sure of .6, and as often right."""
    wanted = np.eye(2)[[0, 0, 0, 0] * 5]
    sure, average = (np.tile([[p, 1 - p]] * 3 + [[1 - p, p]], (5, 1)) for p in (0.7, 0.6))
    game = Game(np.log(sure)[None], np.zeros(2), wanted, AUDIENCES["softmax"])
    monkeypatch.setattr(
        network_world, "average_of_sub_networks", lambda *_: np.array([average] * len(AVERAGED))
    )
    found = network_world._beside_the_average(game, 0.5, np.random.default_rng(0))
    assert found["overconfidence"][0] == pytest.approx(0.7 - 0.75)
    assert found["overconfidence of the average"][0] == pytest.approx(0.6 - 0.75)
    assert found["quality of the average"][0] == 0.75
    assert found["passes to match"] == 1


@pytest.mark.parametrize(
    ("averaged", "scaled", "passes"),
    [
        ([0.5, 0.6, 0.7], 0.65, AVERAGED[2]),
        ([0.5, 0.6, 0.7], 0.6, AVERAGED[1]),  # as good is good enough
        ([0.5, 0.6, 0.7], 0.4, 1),
        ([0.5, 0.6, 0.7], 0.8, 0),
    ],
)
def test_passes_to_match_one_scaled_pass(averaged, scaled, passes):
    assert passes_to_match(np.array(averaged), scaled) == passes


@pytest.mark.parametrize("rate", [0.0, 0.25])
def test_masks_are_counted_as_the_layer_draws_them(rate):
    setting = Setting(rate, practice=40, epochs=1, hidden=8, data="digits")
    talks = [talk_of(setting, seed) for seed in (0, 1)]
    found = masks_met(fit_article_network(setting, [0, 1], talks).model)
    np.testing.assert_allclose(found["silenced in training"], rate, atol=0.02)
    np.testing.assert_array_equal(found["silenced at the show"], 0)
    if rate:
        assert (found["distinct sub-teams"] > 100).all()  # of 256
    else:
        np.testing.assert_array_equal(found["distinct sub-teams"], 1)


def test_a_layer_that_drops_at_the_show_is_seen(monkeypatch):
    original = Dropout.forward
    monkeypatch.setattr(Dropout, "forward", lambda self, x, training=False: original(self, x, True))
    setting = Setting(0.5, practice=40, epochs=1, hidden=8, data="digits")
    model = fit_article_network(setting, [0], [talk_of(setting, 0)]).model
    np.testing.assert_allclose(masks_met(model)["silenced at the show"], 0.5, atol=0.05)
