"""What is no game and what is no value is refused in one line."""

import numpy as np
import pytest
from functions import weighed

from simulation import InputError
from simulation import coalitions as c
from simulation.coalitions import Game


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ("good", "is 'good', but must be an array of numbers"),
        (None, "is None, but must be an array of numbers"),
        (np.nan, "not all numbers are finite"),
        (np.zeros((2, 2)), r"has the shape \(2, 2\), but must be a number, or \(M,\)"),
        ([], r"has the shape \(0,\)"),
    ],
)
def test_what_is_no_value_is_refused_and_not_kept(gives, said):
    game = Game.of(lambda mask: gives, ["A", "B"])
    with pytest.raises(InputError, match=f"^what value gave for B:? ?{said}"):
        game.quality(np.array([[False, True]]))
    assert game.calls == 0


def test_values_of_other_examples_are_refused():
    game = Game.of(lambda mask: np.ones(2 + mask.sum()), 2)
    with pytest.raises(InputError, match=r"^a call gave 3 numbers, another 2: value must always"):
        c.coalition_values(game)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": 3}, "value is 3, but must be a function"),
        ({"members": 0}, "members is 0, but must be"),
        ({"members": 10**12}, "members is 10"),
        ({"members": ["A", "A"]}, r"members is \['A', 'A'\], but must be their number or their"),
        ({"members": []}, "members is"),
        ({"members": "AB"}, "members is 'AB', but must be a list"),
        ({"repeats": 0}, "repeats is 0"),
        ({"budget": 0}, "budget is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"path": 3}, "the file of calls is named by int"),
        ({"executor": 4}, "executor is 4, but must be of the class Executor"),
        ({"name": None}, "name is None"),
    ],
)
def test_what_is_no_game_is_refused(changed, said):
    with pytest.raises(InputError, match=f"^{said}"):
        Game.of(**{"value": weighed, "members": 3, **changed})


def test_more_calls_than_fit_are_refused():
    with pytest.raises(InputError, match=r"^the calls would take"):
        Game.of(weighed, 2, repeats=10**9).quality(np.ones((1, 2), dtype=bool))
