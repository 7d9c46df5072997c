"""How many may fall silent, judged on other examples than chosen by; and pairs compared."""

from __future__ import annotations

import math

import numpy as np
import pytest
from planted_games import Judged, Planted, additive, couples
from populations import Population

from simulation import InputError
from simulation.coalitions import Game
from simulation.coalitions.estimates import Estimate, compared, measured
from simulation.coalitions.estimates.silencing import first_above, last_within
from simulation.coalitions.game import Described
from simulation.parts import drawn_sets, on_sets


class Noisy(Game):
    """Members who all carry the same; what each seems to carry on an example is mostly noise."""

    def __init__(self, seed, n=30, examples=100):
        self.brings = 0.01 + np.random.default_rng(seed).normal(scale=0.2, size=(n, examples))

    @property
    def members(self):
        return tuple(map(str, range(len(self.brings))))

    def quality(self, masks, reading="nobody covers"):
        return (masks @ self.brings).mean(axis=1)

    def qualities(self, masks, reading="nobody covers"):
        return on_sets(masks @ self.brings)

    def described(self):
        return Described(self.brings.shape[1], "score")


def test_chosen_on_other_examples_silence_costs_what_it_costs():
    """Ten who seem to carry least cost 0.1; judged on what they were chosen by, they add to it."""
    games = [Noisy(seed) for seed in range(40)]
    seeming = [np.sort(game.brings.mean(axis=1))[:10].sum() for game in games]
    assert np.mean(seeming) < 0
    costs = [_cost_of(game, 10) for game in games]
    assert np.mean(costs) == pytest.approx(0.1, abs=4 * np.std(costs) / np.sqrt(40))
    assert np.std(costs) / np.sqrt(40) < 0.02


def test_what_judges_errs_to_no_side_to_which_others_err():
    """So parts spread as their mean does; halves that choose for each other would err alike."""
    found = [_start_of(Noisy(seed)).least[0, 10] for seed in range(200)]
    said = np.mean([parts.var(ddof=1) / len(parts) for parts in found])
    np.testing.assert_allclose(np.var([parts.mean() for parts in found]), said, rtol=0.25)


def _cost_of(game, k):
    return _start_of(game).least[0, k].mean()


def _start_of(game):
    from simulation.coalitions.estimates.asking import Asked, Told
    from simulation.coalitions.estimates.start import Plan, looked_at

    asked = Asked(game, "nobody covers", Told(None, 0))
    return looked_at(asked, np.random.default_rng(0), Plan(2, exact=False))


def estimates(lows, middles, highs):
    return [
        Estimate(middle, 0.01, low, high, over=("examples",))
        for low, middle, high in zip(lows, middles, highs, strict=True)
    ]


def test_the_number_is_open_where_the_costs_leave_it_open():
    costs = estimates([0, -1, 0, 1, 3], [0, 0, 1, 2, 4], [0, 1, 2, 3, 5])
    assert str(last_within(costs, 1.0)) == "2 [1, 3]"
    assert str(last_within(costs, 2.0)) == "3 [2, 3]"
    assert str(last_within(costs, 9.0)) == "4 [4, 4]"
    # What is cheap again beyond a number that is dear counts.
    assert str(last_within(estimates([0, 2, 0, 0], [0, 2, 0, 2], [0, 2, 2, 3]), 1.0)) == "2 [0, 3]"
    # Noise of calls may say that to silence nobody costs something.
    assert str(last_within(estimates([2, 3], [3, 4], [4, 5]), 1.0)) == "0 [0, 0]"
    assert math.isnan(last_within([Estimate(0.0), Estimate(2.0)], 1.0).low)


def test_the_first_number_above_is_open_where_the_costs_leave_it_open():
    assert str(first_above(estimates([-3, -2, 1, -1], [-2, -1, 2, 0], [-1, 1, 3, 1]))) == "2 [1, 2]"
    assert str(first_above(estimates([-3, -2], [-2, -1], [-1, 0]))) == "2 [2, 2]"
    assert math.isnan(first_above([Estimate(0.0), Estimate(2.0)]).low)


def test_members_without_a_difference_fall_silent_first_and_one_misranked_stops_nobody():
    """Seven of 24 are idle, three harm a little, one seems to harm most by the first half.

    By that it goes eighth, by more of the examples eleventh; with eight or nine silent that
    costs more than it is worth, with ten not: all that remain bring .06 or more.
    """
    game = Noisy(0, n=24)
    first = (drawn_sets(100)[1:11] == 0).any(axis=0)  # the parts that are left out
    game.brings[:7] = 0.0
    game.brings[7:] = 0.07
    game.brings[7] = np.where(first, -0.02, 0.06)
    game.brings[8:11] = -0.012
    found = measured(game, 0, draws=5).least_carrying
    assert found.number.value == 10
    assert found.cost.value == pytest.approx(0, abs=1e-12)
    assert found.number.low >= 7
    costs = _start_of(game).least[0].mean(axis=1)
    np.testing.assert_allclose(costs[:12], [0] * 8 + [0.024, 0.012, 0, 0.024], atol=1e-12)


def test_a_game_whose_noise_says_that_nobody_silent_costs_something_has_no_number_below_0():
    answers = iter(range(10**6, 0, -1))
    game = Planted(24, lambda masks: [next(answers) for _ in masks])
    found = measured(game, 0, draws=3)
    assert found.curve.points[0].value < found.complete.value - found.at_random.worth
    assert found.at_random.number.value == 0
    assert found.at_random.cost.value == found.complete.value - found.curve.points[0].value


def test_silence_by_rank_takes_those_that_carry_least_first():
    noise = np.random.default_rng(1).normal(size=80)
    found = measured(Judged(24, additive, noise), 0, draws=5, worth=6.0)
    assert found.least_carrying.number.value == 3  # 1 + 2 + 3
    assert found.least_carrying.cost.value == pytest.approx(6)
    assert not found.bus_factor.exact
    lost = np.cumsum(np.arange(24, 0, -1))
    total = 300 + noise.mean()
    assert found.bus_factor.value == 1 + np.argmax(total - lost < total / 2)
    assert "same examples" not in found.warnings


def test_the_interval_of_the_bus_factor_is_over_examples():
    rng = np.random.default_rng(2)
    population = Population("r2", 8)
    found = [measured(population.game(rng.integers(20_000, size=60)), 0) for _ in range(30)]
    whole = measured(population.game(slice(0, 5_000)), 0).bus_factor
    assert whole.exact
    assert whole.low == whole.value == whole.high
    held = [one.bus_factor.low <= whole.value <= one.bus_factor.high for one in found]
    assert np.mean(held) >= 0.8
    assert any(one.bus_factor.low < one.bus_factor.high for one in found)


def test_pairs_are_compared_figure_by_figure():
    rng = np.random.default_rng(4)
    noise = [rng.normal(scale=0.1, size=100) for _ in range(6)]
    without = [Judged(24, lambda masks: 12.0 * masks.all(axis=1), each) for each in noise]
    with_ = [Judged(24, couples, each) for each in noise]
    found = compared(without, with_, 0, draws=6)
    assert found.effects["quality complete"].difference == pytest.approx(0)
    assert found.effects["quality complete"].verdict == "no difference shown"
    half = found.effects["quality, half silenced"]
    assert half.before == pytest.approx(np.mean([each.mean() for each in noise]))
    assert half.after - half.before == pytest.approx(12 * 11 * 12 / (24 * 23), abs=0.2)
    assert half.verdict == found.effects["ablation area"].verdict == "higher"
    silent = found.effects["silent at worth"]
    assert silent.before == pytest.approx(0.01 / 12)
    assert silent.after == pytest.approx(0.01, rel=0.2)  # one silent costs 1
    assert found.without.starts == found.with_.starts == 6
    assert "co-adaptation score" not in found.effects
    alike = compared(with_, with_, 0, draws=6)
    assert {effect.difference for effect in alike.effects.values()} == {0.0}


def test_pairs_need_as_many_of_both_and_two():
    one = [Planted(4, additive)]
    for without, with_ in ((one, one), (one * 2, one * 3)):
        with pytest.raises(InputError, match=r"^there are \d games without and \d with"):
            compared(without, with_, 0)
