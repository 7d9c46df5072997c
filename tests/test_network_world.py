"""The network's measures: on all images and without each part, and beside its sub-networks."""

from __future__ import annotations

import numpy as np
import pytest
from games import random_game

from experiments.article import Setting, fit_article_network, talk_of
from experiments.sub_networks import average_of_sub_networks
from experiments.validation import network_world
from experiments.validation.conditions import BLOCKS, NetworkCondition, NetworkSetting
from experiments.validation.game_measures import (
    blocks,
    game_measures,
    strongest,
    variance_between,
)
from experiments.validation.network_world import (
    AVERAGED,
    masks_met,
    measure_networks,
    passes_to_match,
)
from nn_bridge.dropout import Dropout
from simulation.audience import AUDIENCES
from simulation.coalitions import AdditiveGame
from simulation.parts import PARTS, without_each_part

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
    for at, kept in enumerate(without_each_part(len(units.wanted))):
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
    nobody_drops = average_of_sub_networks(game, 0.0, AVERAGED, np.random.default_rng(0))
    np.testing.assert_allclose(nobody_drops, np.broadcast_to(full, (len(AVERAGED), *full.shape)))
    masks = np.array(np.meshgrid(*[[0, 1]] * 4)).reshape(4, -1).T.astype(bool)
    answers = [
        game.handout + 2 * sum((game.contributions[i] for i in np.flatnonzero(mask)), 0 * full)
        for mask in masks
    ]
    exact = game.audience.report(np.array(answers)).mean(axis=0)
    drawn = average_of_sub_networks(game, 0.5, AVERAGED, np.random.default_rng(0))
    np.testing.assert_allclose(drawn[-1], exact, atol=0.05)
    assert np.abs(drawn[0] - exact).max() > 0.05


def test_overconfidence_is_how_sure_minus_how_often_right(monkeypatch):
    """Three of four right, and .7 sure of each; their average sure of .6, and as often right."""
    wanted = np.eye(2)[[0, 0, 0, 0] * 5]
    sure, average = (np.tile([[p, 1 - p]] * 3 + [[1 - p, p]], (5, 1)) for p in (0.7, 0.6))
    game = AdditiveGame(np.log(sure)[None], np.zeros(2), wanted, AUDIENCES["softmax"])
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
