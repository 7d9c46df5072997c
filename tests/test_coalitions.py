"""v(S): all coalitions of a talk, against answering every question once for each of them."""

import math
import tracemalloc

import numpy as np
import pytest
from games import READINGS, number, random_game, subsets
from rooms import AUDIENCE_NAMES

from simulation import DivergedError, InputError
from simulation.audience import AUDIENCES, Softmax
from simulation.coalitions import AdditiveGame, all_coalitions, coalition_values
from simulation.coalitions.additive import _subset_sums
from simulation.coalitions.game import scale_of_size


def judged_by_hand(game, members, reading, section):
    """Quality of one sub-team by plain loops over members, questions and sections."""
    n, questions, sections = game.contributions.shape
    scale = n / len(members) if reading == "fill the time" and members else 1.0
    judged = range(sections) if section is None else [section]
    answers = [
        [
            game.handout[k] + scale * sum(game.contributions[i, m, k] for i in members)
            for k in range(sections)
        ]
        for m in range(questions)
    ]
    if game.audience.name == "softmax":
        asked = [m for m in range(questions) if section is None or game.wanted[m, section] == 1]
        right = [max(range(sections), key=answers[m].__getitem__) for m in asked]
        return sum(game.wanted[m, k] for m, k in zip(asked, right, strict=True)) / len(asked)
    error = total = 0.0
    for k in judged:
        mean = sum(game.wanted[:, k]) / questions
        error += sum((game.wanted[m, k] - answers[m][k]) ** 2 for m in range(questions))
        total += sum((game.wanted[m, k] - mean) ** 2 for m in range(questions))
    return 1 - error / total


@pytest.mark.parametrize("section", [None, 2])
@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("audience_name", AUDIENCE_NAMES)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_values_by_plain_loops(audience_name, reading, section, n):
    game = random_game(audience_name, n)
    values = coalition_values(game, reading, section)
    assert values.shape == (2**n,)
    for members in subsets(range(n)):
        by_hand = judged_by_hand(game, members, reading, section)
        assert values[number(members)] == pytest.approx(by_hand, abs=1e-13)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("audience_name", AUDIENCE_NAMES)
def test_values_agree_with_forward_passes_in_many_blocks(audience_name, reading, monkeypatch):
    monkeypatch.setattr("simulation.coalitions.additive._CACHE_FLOATS", 200)
    monkeypatch.setattr("simulation.coalitions.additive._CHUNK_FLOATS", 1_000)
    game = random_game(audience_name, 10, questions=12)
    masks = all_coalitions(10)
    values = coalition_values(game, reading)
    np.testing.assert_allclose(values, game.quality(masks, reading), rtol=0, atol=1e-12)
    by_section = game.section_quality(masks, reading)
    for k in range(4):
        values = coalition_values(game, reading, k)
        np.testing.assert_allclose(values, by_section[:, k], rtol=0, atol=1e-12)


@pytest.mark.parametrize("floats", [1, 3, 24, 100, 10_000])
def test_subset_sums_come_in_order_whatever_the_block(floats, monkeypatch):
    monkeypatch.setattr("simulation.coalitions.additive._CACHE_FLOATS", floats)
    parts = np.random.default_rng(0).normal(size=(5, 3))
    blocks = list(_subset_sums(parts))
    assert [at for at, _ in blocks] == [k * len(blocks[0][1]) for k in range(len(blocks))]
    np.testing.assert_allclose(
        np.concatenate([sums for _, sums in blocks]), all_coalitions(5) @ parts, atol=1e-14
    )


def test_fewer_questions_than_members():
    game = random_game("squared error", 6, questions=2, sections=1)
    np.testing.assert_allclose(
        coalition_values(game), game.quality(all_coalitions(6)), rtol=0, atol=1e-12
    )


def test_members_who_cancel_cost_no_accuracy():
    """Two say a million times too much and take it back: errors of squares would be 1e-4."""
    game = random_game("squared error", 4)
    loud = 1e6 * np.random.default_rng(1).normal(size=game.contributions.shape[1:])
    pair = np.array([loud, -loud])
    with_pair = AdditiveGame(np.concatenate([game.contributions, pair]), *_rest(game))
    quiet = coalition_values(with_pair).reshape(4, 16)[[0, 3]]  # neither of them, both of them
    np.testing.assert_allclose(quiet, [coalition_values(game)] * 2, rtol=0, atol=1e-8)


def test_values_do_not_depend_on_the_number_of_questions_held(monkeypatch):
    """The same answers asked twice over are judged the same."""
    game = random_game("squared error", 5)
    twice = AdditiveGame(
        np.tile(game.contributions, (1, 2, 1)),
        game.handout,
        np.tile(game.wanted, (2, 1)),
        game.audience,
    )
    np.testing.assert_allclose(coalition_values(twice), coalition_values(game), atol=1e-13)


@pytest.mark.parametrize("reading", READINGS)
def test_twenty_members_within_memory(reading):
    game = random_game("squared error", 20, questions=50)
    tracemalloc.start()
    values = coalition_values(game, reading)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64e6  # 2^20 forward passes of 50 x 4 answers would take 1.7 GB
    some = np.random.default_rng(0).integers(2**20, size=200)
    masks = (some[:, None] >> np.arange(20)) & 1 == 1
    np.testing.assert_allclose(values[some], game.quality(masks, reading), rtol=0, atol=1e-11)


def test_readings_agree_on_everyone_and_on_nobody():
    for audience_name in AUDIENCE_NAMES:
        game = random_game(audience_name, 5)
        as_it_is, filled = (coalition_values(game, reading) for reading in READINGS)
        np.testing.assert_allclose(as_it_is[[0, -1]], filled[[0, -1]], atol=1e-14)
        assert np.abs(as_it_is - filled)[1:-1].max() > 0.01


def test_filling_the_time_scales_by_how_many_are_there():
    np.testing.assert_allclose(scale_of_size(5, "fill the time"), [5, 5, 5 / 2, 5 / 3, 5 / 4, 1])
    np.testing.assert_allclose(scale_of_size(5, "nobody covers"), np.ones(6))


def test_coalitions_are_numbered_by_their_bits():
    masks = all_coalitions(3)
    for members in subsets(range(3)):
        assert masks[number(members)].nonzero()[0].tolist() == list(members)


def test_an_audience_of_ones_own_is_asked_for_every_sub_team():
    class Strange(Softmax):
        def quality(self, answers, wanted):
            return answers.sum(axis=(-2, -1))

    game = random_game("softmax", 3)
    strange = AdditiveGame(game.contributions, game.handout, game.wanted, Strange())
    summed = all_coalitions(3) @ game.contributions.sum(axis=(1, 2)) + 30 * game.handout.sum()
    np.testing.assert_allclose(coalition_values(strange), summed, atol=1e-12)


def test_more_than_twenty_members_name_the_sampled_way():
    game = random_game("squared error", 21, questions=2, sections=1)
    for exact in (lambda: coalition_values(game), lambda: all_coalitions(21)):
        with pytest.raises(InputError, match=r"^21 members .* at most 20 .*sample sub-teams"):
            exact()


@pytest.mark.parametrize("audience_name", AUDIENCE_NAMES)
def test_unknown_reading_lists_the_known_ones(audience_name):
    game = random_game(audience_name, 3)
    message = r"^reading is 'covered', but must be one of: nobody covers, fill the time$"
    with pytest.raises(InputError, match=message):
        coalition_values(game, "covered")
    with pytest.raises(InputError, match=message):
        game.quality(all_coalitions(3), "covered")


@pytest.mark.parametrize("section", [4, -1, 1.5])
def test_unknown_section_says_which_there_are(section):
    with pytest.raises(InputError, match=r"^section is .* but must be 0 to 3$"):
        coalition_values(random_game("squared error", 2), section=section)


def test_a_section_nobody_asked_about_has_no_quality():
    game = random_game("softmax", 2, questions=3)  # sections 0 to 2 are asked about, 3 is not
    assert coalition_values(game).shape == (4,)
    with pytest.raises(InputError, match=r"^quality of section 3 is not a finite number"):
        coalition_values(game, section=3)


def test_wanted_answers_that_do_not_vary_have_no_quality():
    game = AdditiveGame(
        np.ones((2, 3, 1)), np.zeros(1), np.ones((3, 1)), AUDIENCES["squared error"]
    )
    with pytest.raises(InputError, match=r"^quality of the talk .* wanted answers that differ"):
        coalition_values(game)


def test_answers_too_large_to_square_are_told():
    game = random_game("squared error", 2)
    with pytest.raises(InputError, match="not a finite number for some sub-teams"):
        coalition_values(AdditiveGame(game.contributions * 1e200, *_rest(game)))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_answers_that_left_the_finite_numbers_are_refused(bad):
    with pytest.raises(DivergedError, match="learning diverged"):
        AdditiveGame(
            np.full((2, 3, 1), bad), np.zeros(1), np.ones((3, 1)), AUDIENCES["squared error"]
        )


@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 3), (1,), (3, 1)),
        ((2, 3, 1), (2,), (3, 1)),
        ((2, 3, 1), (1,), (4, 1)),
        ((0, 3, 1), (1,), (3, 1)),
    ],
)
def test_parts_of_a_game_must_fit(shapes):
    with pytest.raises(InputError, match=r"but must be \(N, M, K\), \(K,\) and \(M, K\)"):
        AdditiveGame(*(np.ones(shape) for shape in shapes), AUDIENCES["squared error"])


def test_sub_teams_of_another_team_are_refused():
    with pytest.raises(
        InputError, match=r"sub-teams: the shape is \(2, 2\), but must be \(sub-teams, 3\)"
    ):
        random_game("softmax", 3).quality(np.eye(2, dtype=bool))


def _rest(game):
    return game.handout, game.wanted, game.audience
