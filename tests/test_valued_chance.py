"""A function with chance: rounds of calls, their intervals, and a budget of calls."""

import numpy as np
import pytest
from functions import Counted, rolled, weighed
from scipy.stats import binom

from simulation import InputError
from simulation import coalitions as c
from simulation.coalitions import Game
from simulation.parts import on_sets


def test_calls_that_are_noisy_are_averaged_and_their_chance_is_the_seeds():
    masks = c.all_coalitions(3)
    game = Game.of(rolled, 3, repeats=400, seed=1)
    mean = game.quality(masks)
    assert game.calls == 8 * 400
    assert np.abs(mean - [weighed(mask) for mask in masks]).max() < 4.5 / 20
    some = Game.of(rolled, 3, repeats=400, seed=1)
    np.testing.assert_array_equal(some.quality(masks[::-1])[::-1], mean)
    assert (Game.of(rolled, 3, repeats=400, seed=2).quality(masks) != mean).all()
    columns = game.qualities(masks)
    np.testing.assert_allclose(columns[:, 0], mean, rtol=1e-12)
    parts = on_sets(np.array([[called(game, mask, r) for r in range(400)] for mask in masks]))
    np.testing.assert_array_equal(columns, parts)


def called(game, mask, repeat):
    calls = game.caller.calls(mask[None], np.array([repeat]), "nobody covers")
    return game.caller.made(calls)[0, 0]


def test_intervals_of_all_measures_let_noisy_calls_vary():
    """Coverage of 100 repeats, each with six rounds of calls; the bounds are the binomial's."""
    true = c.shapley_values([weighed(mask) for mask in c.all_coalitions(3)])
    covered = {"complete": 0, "alone": 0, "shapley": 0}
    for seed in range(100):
        found = c.estimates.measured(Game.of(rolled, 3, repeats=6, seed=seed), 0)
        assert found.complete.over == found.shapley[0].over == ("calls",)
        assert "no examples" in found.warnings
        for name, one, truth in (
            ("complete", found.complete, 11.0),
            ("alone", found.alone[2], 3.0),
            ("shapley", found.shapley[1], true[1]),
        ):
            covered[name] += one.low <= truth <= one.high
    least, most = binom.ppf([1e-4, 1 - 1e-4], 100, 0.95)
    assert all(least <= times <= most for times in covered.values()), covered


def test_a_budget_is_kept_and_what_needs_more_is_refused_before_it_is_called():
    value = Counted(weighed)
    game = Game.of(value, 4, budget=10)
    game.quality(np.eye(4, dtype=bool))
    with pytest.raises(
        InputError, match=r"^this takes 12 calls of value more, but of the budget of 10 .* 6 left:"
    ):
        c.coalition_values(game)
    assert len(value.masks) == 4
    game.quality(~np.eye(4, dtype=bool))
    assert len(value.masks) == game.calls == 8


@pytest.mark.parametrize("n", [4, 30])
def test_a_budget_is_not_spent_on_what_it_does_not_allow_as_a_whole(n):
    game = Game.of(weighed, n, budget=30, repeats=2)
    with pytest.raises(
        InputError, match=r"^this takes about \d+ calls of value, but the budget is"
    ):
        c.estimates.measured(game, 0)
    assert game.calls <= 2  # by which it is known what it is judged on
    enough = Game.of(weighed, 4, budget=32, repeats=2)
    assert c.estimates.measured(enough, 0).exact


def test_a_comparison_is_not_begun_that_one_of_its_games_does_not_allow():
    games = [Game.of(weighed, 4, budget=budget) for budget in (16, 16, 16, 15)]
    with pytest.raises(InputError, match=r"^this takes about 16 calls of value, but the budget is"):
        c.estimates.compared(games[:2], games[2:], 0)
    assert max(game.calls for game in games) <= 1  # by which it is known what it is judged on
