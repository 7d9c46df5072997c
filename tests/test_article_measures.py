"""The article's network by the yardstick: on all test images, and without each part of them."""

from functools import cache

import numpy as np
import pytest

from experiments.article import Setting, fit_article_network, talk_of
from experiments.article_measures import SILENCED, network_effects, train_and_measure
from simulation.coalitions import ablation_curve, co_adaptation_score
from simulation.parts import PARTS, left_out, without_each_part
from simulation.statistics import paired_effect

SEEDS = (0, 1)


def setting(data, rate=0.5):
    return Setting(rate, practice=60, epochs=1, hidden=16, data=data)


@cache
def result(data, rate=0.5):
    return train_and_measure(setting(data, rate), SEEDS)


def test_means_leave_out_every_twentieth_image():
    by_image = np.arange(45.0)
    of_all, *without = left_out(by_image)
    assert len(without) == PARTS
    assert of_all == 22
    assert without[0] == np.delete(by_image, [0, 20, 40]).mean()
    assert without[19] == np.delete(by_image, [19, 39]).mean()


def test_a_part_left_out_is_left_out_of_every_measure():
    talks = [talk_of(setting("mnist"), seed) for seed in SEEDS]
    game = fit_article_network(setting("mnist"), SEEDS, talks).game_of(1)
    for column, kept in ((0, None), (3, 2)):
        images = game.on(without_each_part(len(game.wanted))[column])
        assert len(images.wanted) == (1000 if kept is None else 950)
        rng = np.random.default_rng(1)
        curve = ablation_curve(images, rng, SILENCED, reading="nobody covers")
        score = co_adaptation_score(images, rng)
        measures = {name: figures[1, column] for name, figures in result("mnist").measures.items()}
        assert measures["accuracy, unseen digits"] == pytest.approx(curve[0])
        assert measures["accuracy, half silenced"] == pytest.approx(curve[5])
        assert measures["co-adaptation score"] == pytest.approx(score)
        np.testing.assert_allclose(result("mnist").curves[1, :, column], curve)


@pytest.mark.parametrize(("data", "columns"), [("mnist", 1 + PARTS), ("digits", 1)])
def test_images_that_seeds_share_count_as_drawn_and_others_widen_for_their_overlap(data, columns):
    measures = result(data).measures
    assert {figures.shape for figures in measures.values()} == {(len(SEEDS), columns)}
    assert result(data).ablation.shape == (len(SEEDS), len(SILENCED))
    name = "accuracy, half silenced"
    effect = network_effects(result(data, 0.0), result(data))[name]
    figures = result(data, 0.0).measures[name], measures[name]
    if data == "digits":
        gain = figures[1][:, 0] - figures[0][:, 0]
        assert effect.error == pytest.approx(gain.std(ddof=1) * np.sqrt(1 / 2 + 1 / 3))
    else:
        assert effect == paired_effect(*figures)
        assert effect.error != paired_effect(*(each[:, 0] for each in figures)).error
