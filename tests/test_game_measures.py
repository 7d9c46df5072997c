"""What the validation measures in both worlds: by hand, and without a part of the images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from games import random_game

from experiments.validation.game_measures import (
    blocks,
    couple_agreements,
    game_measures,
    penalty,
    stacked,
    strongest,
    variance_between,
)
from simulation.audience import AUDIENCES
from simulation.coalitions import AdditiveGame
from simulation.intervals import pseudo_values
from simulation.laws import Couples, independent
from simulation.parts import PARTS, left_out, without_each_part

WANTED = np.array([[-1.0], [1.0]])
SQUARED = AUDIENCES["squared error"]


def game_of(*parts: float) -> AdditiveGame:
    """Each says this much of what is wanted; who say s together are worth 1 - (1 - s)^2."""
    return AdditiveGame(np.array([part * WANTED for part in parts]), np.zeros(1), WANTED, SQUARED)


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
    """Section 0: A says .7, B .1 and C .2 of it; section 1: .2, .3 and .5."""
    wanted = np.array([[-1.0, -1.0], [1.0, 1.0]])
    said = np.array([[0.7, 0.2], [0.1, 0.3], [0.2, 0.5]])  # (N, K)
    game = AdditiveGame(said[:, None] * wanted, np.zeros(2), wanted, SQUARED)
    assert strongest(game) == pytest.approx(
        {
            "carrier's share": (0.7 + 0.5) / 2,
            "section without its carrier": (1 - 0.7**2 + 1 - 0.5**2) / 2,
        }
    )


def test_agreement_of_couples_by_hand():
    """Cosines, however loud: A and B say the same, and so do C and D, at a right angle to them."""
    along, across = np.array([[0.1], [0.1]]), np.array([[0.3], [-0.3]])
    game = AdditiveGame(
        np.array([along, 2 * along, across, 3 * across]), np.zeros(1), WANTED, SQUARED
    )
    assert couple_agreements(game) == pytest.approx(
        {"agreement of couples": 1.0, "agreement of others": 0.0}, abs=1e-15
    )
    slanted = np.sqrt(0.5)
    game = replace(game, contributions=np.array([along, 2 * along, along, along + across / 3]))
    assert couple_agreements(game) == pytest.approx(
        {"agreement of couples": (1 + slanted) / 2, "agreement of others": (1 + slanted) / 2}
    )
    silent = replace(game, contributions=np.array([along, along, along, 0 * along]))
    assert couple_agreements(silent)["agreement of couples"] == pytest.approx(1)


def test_rows_are_stacked_by_measure():
    assert stacked([{"a": 1.0}])["a"].tolist() == [1.0]
    assert stacked([{"a": 1.0}, {"a": 2.0}])["a"].tolist() == [1.0, 2.0]


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
    kept = without_each_part(50)
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
