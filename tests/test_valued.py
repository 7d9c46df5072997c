"""A function as a game: what it is called for, and the measures that take it."""

import functools

import numpy as np
import pytest
from functions import Counted, of_three, weighed

from simulation import InputError, independent
from simulation import coalitions as c
from simulation.coalitions import Game
from simulation.coalitions.game import Described
from simulation.parts import on_sets


def test_a_mask_is_called_once_whatever_is_asked():
    value = Counted(weighed)
    game = Game.of(value, ["A", "B", "C"])
    everyone = np.ones((3, 3), dtype=bool)
    assert game.quality(everyone).tolist() == [11, 11, 11]
    values = c.coalition_values(game)
    assert values.tolist() == [weighed(mask) for mask in c.all_coalitions(3)]
    c.pair_synergy(game)
    assert len(value.masks) == len({*value.masks}) == game.calls == 8
    assert game.members == ("A", "B", "C")
    assert Game.of(weighed, 3).members == ("0", "1", "2")


def test_what_the_function_does_to_its_mask_does_no_harm():
    def spoils(mask):
        mask[:] = False
        return 1.0

    game = Game.of(spoils, 2)
    masks = np.ones((2, 2), dtype=bool)
    game.quality(masks)
    assert masks.all()
    assert game.calls == 1


def test_every_measure_takes_it():
    law = independent(6, 0.3)
    game = Game.of(of_three, 6)
    values = c.coalition_values(game)
    shares = c.shapley_values(values)
    assert c.quality_kept(game, 1).worst == pytest.approx(1.02)
    assert c.ablation_curve(game, 0, [0, 0.5, 1], reading="nobody covers")[0] == pytest.approx(1.03)
    assert c.fragility(values, law).total > 0
    assert c.bus_factor(values) == 3
    assert c.dependence(game, law, 0).bus_factor == 3
    assert c.effective_carriers(shares) == pytest.approx(c.dependence(game, law, 0).carriers.value)
    assert c.estimates.measured(game, 0).shapley[0].value == pytest.approx(1 / 3)
    assert c.dependence(Game.of(of_three, 24), independent(24, 0.3), 0).sampled


@pytest.mark.parametrize(
    "needs_answers", [c.solo_quality, c.answer_shares, c.agreement, c.co_adaptation_score]
)
def test_measures_of_answers_say_in_one_line_that_it_gives_none(needs_answers):
    with pytest.raises(InputError, match="must be of the class AdditiveGame"):
        needs_answers(Game.of(weighed, 3))


@pytest.mark.parametrize("name", ["shapley_values", "bus_factor"])
def test_measures_of_values_say_in_one_line_what_they_take(name):
    with pytest.raises(
        InputError, match=r"^coalition values is <game of 3 members.*array of numbers$"
    ):
        getattr(c, name)(Game.of(weighed, 3))


@pytest.mark.parametrize("n", [6, 30])
def test_stand_ins_of_three_that_leave_one_out_and_all_pairs_do_not_see(n):
    game = Game.of(of_three, n, budget=1_000)
    synergy, full = c.pair_synergy(game), game.quality(np.ones((1, n), dtype=bool))
    without = game.quality(~np.eye(n, dtype=bool))
    assert np.abs(full - without)[:3].max() < 1e-12
    assert np.abs(synergy).max() < 1e-12
    found = c.shapley_within(game)
    assert game.calls <= 1_000
    for j in range(n):
        true = 1 / 3 if j < 3 else 0.01
        estimate = found.shapley[j]
        assert abs(estimate.value - true) < max(4 * estimate.error if n == 30 else 0, 1e-9)
        assert estimate.exact == (n == 6)
    assert found.values[:3].min() > 0.3


def test_a_value_for_each_example_lets_examples_be_left_out():
    rng = np.random.default_rng(0)
    scores = rng.random((4, 57))
    game = Game.of(lambda mask: (mask @ scores) > 1, 4, name="accuracy")
    masks = c.all_coalitions(4)
    np.testing.assert_allclose(
        game.qualities(masks), [on_sets((mask @ scores > 1).astype(float)) for mask in masks]
    )
    assert game.described() == Described(57, "accuracy")
    assert Game.of(lambda mask: mask @ scores, 4).described().examples == 57
    assert c.estimates.measured(game, 0).complete.over == ("examples",)


def test_fill_the_time_is_refused_unless_the_function_says_what_it_means():
    game = Game.of(weighed, 3)
    with pytest.raises(InputError, match=r"^'fill the time' has no meaning for value\(mask\): ask"):
        c.ablation_curve(game, 0, [0.5])
    assert game.calls == 0

    def scaled(mask, reading):
        return mask.sum() * (len(mask) / max(1, mask.sum()) if reading == "fill the time" else 1)

    game = Game.of(scaled, 4)
    assert c.coalition_values(game, "fill the time")[1:].tolist() == [4] * 15
    assert c.coalition_values(game)[3] == 2


def test_partial_functions_and_those_without_a_signature_are_functions():
    assert Game.of(functools.partial(np.dot, np.ones(3)), 3).quality(np.eye(3, dtype=bool))[0] == 1
    assert Game.of(np.mean, 2).quality(np.eye(2, dtype=bool))[0] == 0.5
