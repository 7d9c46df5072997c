"""What a game is asked for, whoever made it."""

import numpy as np
import pytest
from games import random_game

from simulation import Game, InputError
from simulation.coalitions import all_coalitions, coalition_values
from simulation.parts import drawn_sets


class Weighed(Game):
    """A game without answers: so much for each who is there, and something for all together."""

    members = ("A", "B", "C")

    def quality(self, masks, reading="nobody covers"):
        return masks @ np.array([1.0, 2.0, 3.0]) + masks.all(axis=1)


def test_all_coalitions_of_a_game_without_answers_are_asked_for():
    assert coalition_values(Weighed()).tolist() == [0, 1, 2, 3, 3, 4, 5, 7]
    with pytest.raises(InputError, match=r"^section is 0, but only an AdditiveGame has sections"):
        coalition_values(Weighed(), section=0)


def test_a_game_without_examples_has_none_to_leave_out():
    assert Weighed().qualities(np.eye(3, dtype=bool)).tolist() == [[1], [2], [3]]


@pytest.mark.parametrize("audience", ["squared error", "softmax"])
def test_each_part_of_the_questions_is_left_out_in_turn(audience):
    game, masks = random_game(audience, 4, questions=47), all_coalitions(4)[1:]
    found = game.qualities(masks, "fill the time")
    assert found.shape == (15, 21)
    for column, kept in enumerate(drawn_sets(47) > 0):
        np.testing.assert_allclose(found[:, column], game.on(kept).quality(masks, "fill the time"))
    assert (found[:, 0] != found[:, 1]).all()
