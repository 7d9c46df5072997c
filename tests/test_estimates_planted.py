"""Figures with intervals, of games whose answers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from games import READINGS, random_game
from planted_games import Judged, Planted, additive, couples, stand_ins

from simulation.coalitions import (
    bus_factor,
    co_adaptation_score,
    coalition_values,
    effective_carriers,
    pair_synergy,
    shapley_interactions,
    shapley_values,
)
from simulation.coalitions.estimates import measured
from simulation.parts import on_sets

NOISE = np.random.default_rng(5).normal(scale=0.3, size=200)


def values(estimates):
    return np.array([one.value for one in estimates])


def within(estimates, truths, errors=4.0):
    """Whether each truth is within so many standard errors, and these are known and not 0."""
    errs = np.array([one.error for one in estimates])
    assert (errs > 0).all()
    return np.abs(values(estimates) - truths) <= errors * errs


@pytest.mark.parametrize("n", [6, 24])
def test_additive_members_carry_what_they_bring(n):
    found = measured(Planted(n, additive), 0, draws=20, worth=3.0)
    np.testing.assert_allclose(values(found.shapley), np.arange(1, n + 1))
    total = n * (n + 1) / 2
    assert found.complete.value == total
    line = total * (1 - np.array(found.curve.fractions))
    if n == 6:
        np.testing.assert_allclose(found.curve.mean, line, atol=1e-12)
        assert found.area.value == pytest.approx(total / 2)
        assert found.at_random.number.value == 0  # one costs 3.5
        assert found.at_random.cost.value == 0
    else:
        # An order and its reverse have each half once: at half of the members nothing varies.
        assert within(found.curve.points[1:12], line[1:12]).all()
        assert found.half.value == pytest.approx(150)
    assert found.idle == ()
    assert found.carriers.value == pytest.approx(effective_carriers(np.arange(1, n + 1)))
    # Silencing the first two costs 3, one more would make it 6.
    assert found.least_carrying.number.value == 2
    assert found.least_carrying.cost.value == pytest.approx(3)
    lost = np.cumsum(np.arange(n, 0, -1))
    assert found.bus_factor.value == 1 + np.argmax(lost > total / 2)
    assert found.bus_factor.exact == (n == 6)


def test_couples_need_each_other_and_nobody_else():
    found = measured(Planted(8, couples), 0)
    np.testing.assert_allclose(values(found.shapley), 0.5)
    partner = np.kron(np.eye(4), 1 - np.eye(2))
    np.testing.assert_allclose(found.synergy.values, partner, atol=1e-12)
    np.testing.assert_array_equal(values(found.alone), 0)
    assert found.carriers.value == pytest.approx(8)
    # The worst to lose is one of each couple: three of them leave one of four.
    assert found.bus_factor.value == 3


def test_couples_above_twenty_members_come_out_in_the_same_way():
    found = measured(Planted(24, couples), 0, draws=50)
    assert within(found.shapley, 0.5).all()
    np.testing.assert_allclose(values(found.shapley), 0.5)  # an order and its reverse agree on it
    assert found.shapley[0].over == ("masks",)
    half = 12 * (12 * 11) / (24 * 23)  # couples of whom both are among the twelve that are left
    assert within([found.half], half).all()
    assert found.synergy is None


@pytest.mark.parametrize("n", [8, 24])
def test_three_stand_ins_carry_a_third_each_where_leaving_out_sees_nothing(n):
    game = Planted(n, stand_ins)
    everyone = np.ones((1, n), dtype=bool)
    without = game.quality(everyone)[0] - game.quality(~np.eye(n, dtype=bool))
    np.testing.assert_allclose(without[:3], 0)
    np.testing.assert_allclose(pair_synergy(game)[:3, :3], 0, atol=1e-12)
    found = measured(game, 0, draws=60)
    if n == 8:
        np.testing.assert_allclose(values(found.shapley[:3]), 1 / 3)
        assert (found.synergy.values[:3, :3][~np.eye(3, dtype=bool)] < -0.1).all()
    else:
        assert within(found.shapley[:3], 1 / 3).all()
    np.testing.assert_allclose(values(found.shapley[3:-1]), 0.1)
    assert found.idle == (f"member {n - 1}",)


def test_what_made_no_difference_in_any_draw_is_not_known_to_make_none():
    found = measured(Judged(24, stand_ins, NOISE), 0, draws=50)
    idle = found.shapley[-1]
    assert idle.value == 0
    typical = np.abs(values(found.shapley)).mean()
    assert idle.error == pytest.approx(typical / 50)
    assert idle.low < 0 < idle.high
    # Additive ones bring the same in every draw as well.
    assert found.shapley[5].error == pytest.approx(typical / 50)
    still = measured(Judged(24, lambda masks: np.ones(len(masks)), NOISE), 0, draws=50)
    assert all(one.error > 0 for one in still.shapley)
    assert math.isnan(still.carriers.value)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("audience", ["squared error", "softmax"])
def test_up_to_twenty_members_figures_are_those_of_all_coalitions(audience, reading):
    game = random_game(audience, 6, questions=60)
    found, v = measured(game, 0, reading=reading), coalition_values(game, reading)
    assert found.exact
    assert found.draws == 0
    np.testing.assert_allclose(values(found.shapley), shapley_values(v), atol=1e-12)
    np.testing.assert_allclose(found.synergy.values, shapley_interactions(v), atol=1e-12)
    assert found.bus_factor.value == bus_factor(v)
    assert found.complete.value == pytest.approx(v[-1])
    assert found.nobody.value == pytest.approx(v[0])
    np.testing.assert_allclose(values(found.alone), v[2 ** np.arange(6)], atol=1e-12)
    size = np.bitwise_count(np.arange(64))
    by_silent = [v[size == 6 - k].mean() for k in range(7)]
    np.testing.assert_allclose(found.curve.mean, by_silent, atol=1e-12)
    if audience == "squared error":
        assert found.co_adaptation.value == pytest.approx(co_adaptation_score(game))
        assert found.co_adaptation.exact
    else:
        exact = co_adaptation_score(game, 1, draws=4_000)
        assert within([found.co_adaptation], exact).all()


def test_without_examples_nothing_is_said_about_others():
    found = measured(Planted(6, couples), 0)
    assert math.isnan(found.shapley[0].error)
    assert found.shapley[0].over == ()
    assert found.carriers.value == pytest.approx(6)
    assert {"one start", "no examples", "same examples"} == set(found.warnings)


def test_figures_say_what_their_intervals_are_over():
    one = measured(Judged(24, couples, NOISE), 0, draws=10)
    assert one.complete.over == ("examples",)
    assert one.shapley[0].over == one.area.over == ("examples", "masks")
    assert (one.complete.exact, one.area.exact) == (True, False)
    three = measured([Judged(24, couples, NOISE)] * 3, 0, draws=10)
    assert three.complete.over == ("examples", "starts")
    assert three.area.over == ("examples", "masks", "starts")
    assert "few starts" in three.warnings
    assert "one start" not in three.warnings


def test_several_starts_vary_by_more_than_one_of_them():
    rng = np.random.default_rng(3)
    games = [
        Judged(6, lambda masks, more=more: additive(masks) + more * masks[:, 0], 0 * NOISE)
        for more in rng.normal(size=8)
    ]
    found = measured(games, 0)
    drawn = np.array([game.value(np.eye(6, dtype=bool)[:1])[0] for game in games])
    assert found.shapley[0].value == pytest.approx(drawn.mean())
    assert found.shapley[0].error == pytest.approx(drawn.std(ddof=1) / np.sqrt(8), rel=0.05)
    assert found.shapley[3].error < found.shapley[0].error


def test_draws_are_no_more_starts():
    more = np.random.default_rng(3).normal(size=6)
    games = [Planted(24, lambda masks, add=add: couples(masks) + add) for add in more]
    found = measured(games, 0, draws=10)
    assert found.area.error == pytest.approx(more.std(ddof=1) / np.sqrt(6), rel=0.1)


def test_to_silence_nobody_costs_nothing():
    found = measured(random_game("squared error", 24, questions=401), 0, draws=12, worth=0.0)
    assert (found.at_random.number.value, found.at_random.cost.value) == (0, 0)
    assert found.least_carrying.cost.value == 0 or found.least_carrying.number.value > 0


def test_a_perfect_accuracy_is_not_certain():
    game = random_game("softmax", 4, questions=100)
    sure = type(game)(0 * game.contributions, game.handout, game.wanted, game.audience)
    sure.contributions[:] = 10 * game.wanted
    found = measured(sure, 0).complete
    assert found.value == 1
    assert found.low == pytest.approx(1 / (1 + 1.96**2 / 100), abs=1e-4)  # Wilson's, of 100 of 100
    assert found.high == 1


@pytest.mark.parametrize(
    ("brings", "noise", "warned"),
    [(1.0, 0.0, False), (0.0, 0.0, True), (-1.0, 0.0, True), (0.1, 9.0, True), (1.0, 1.0, False)],
)
@pytest.mark.parametrize("n", [3, 24])
def test_a_whole_that_is_not_shown_to_be_better_than_nobody_is_said(n, brings, noise, warned):
    """Each of 200 examples has its own idea of what all together bring."""
    by_example = brings + noise * np.resize([-1.0, 1.0], 200)

    class Varied(Planted):
        def qualities(self, masks, reading="nobody covers"):
            return on_sets(masks.all(axis=1)[:, None] * by_example)

    found = measured(Varied(n, lambda masks: masks.all(axis=1) * brings), 0, draws=3)
    assert ("no better than nobody" in found.warnings) is warned
