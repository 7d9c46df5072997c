"""T1 of the design: when the team is the network; and both carry over without loss."""

from __future__ import annotations

import numpy as np
import pytest
from networks import small

from experiments.article import article_network
from experiments.crossing import CASES, TOLERANCE, cross
from experiments.parting import part
from nn_bridge.attendance_dropout import AttendanceDropout, law_from_config, law_to_config
from nn_bridge.bridge import beside_dropout, network_game, side_by_side
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential, load_model
from nn_bridge.optimizers import SGD, Adam
from nn_bridge.team_layers import TeamLayers
from nn_bridge.twin import Twin
from simulation import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
    InputError,
    NumberAbsent,
    Presenter,
    Recorded,
    Rota,
    Team,
    digits_talk,
    independent,
    one_or_two_absent,
    synthetic_talk,
)

LAWS = [
    Everyone(5),
    one_or_two_absent(5),
    Independent(5, (0.1, 0.2, 0.3, 0.4, 0.6)),
    Rota(5, 2),
    Couples(5, 0.4),
    Bursts(5, 0.3, 4.0),
    AlwaysWithout(5, 1),
    Recorded(5, ((1, 1, 0, 1, 0), (0, 1, 1, 1, 1), (1, 0, 1, 0, 1))),
]


def talk_for(audience: str, seed: int):
    rng = np.random.default_rng(seed)
    if audience == "squared error":
        return synthetic_talk(rng)
    return digits_talk(rng, practice=200, label_noise=0.3)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_t1_a_thousand_rehearsals_leave_no_difference(case):
    crossing = cross(case, 1_000, seed=0)
    assert len(crossing.differences) == 1_000
    assert crossing.largest <= TOLERANCE


@pytest.mark.parametrize("audience", ["squared error", "softmax"])
@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_t1_holds_for_every_law(law, audience):
    for seed, trust, per in ((1, 1.0, "rehearsal"), (2, 0.3, "question"), (3, 0.02, "rehearsal")):
        talk = talk_for(audience, seed)
        team = Team(talk, law, trust=trust, attendance_per=per, learning_rate=0.05, rng=seed)
        assert side_by_side(team, 150).max() <= TOLERANCE
        assert team.rehearsals == 150


def test_the_comparison_sees_a_presenter_who_learns_while_absent(monkeypatch):
    def learn_regardless(self, rehearsal):
        missing = rehearsal.missing_from(rehearsal.talk_given())
        self._improve(missing, self.speak_up * rehearsal.learning_rate / len(missing))

    monkeypatch.setattr(Presenter, "learn", learn_regardless)
    team = Team(talk_for("squared error", 0), one_or_two_absent(5), trust=1.0, rng=0)
    assert side_by_side(team, 20).max() > 1e-3


def test_the_comparison_sees_a_twin_that_forgets_the_mask_going_back(monkeypatch):
    monkeypatch.setattr(Dropout, "backward", lambda self, gradient: gradient)
    team = Team(talk_for("squared error", 0), one_or_two_absent(5), trust=1.0, rng=0)
    assert side_by_side(team, 20).max() > 1e-3


@pytest.mark.parametrize("compare", [side_by_side, beside_dropout])
def test_it_is_told_after_each_rehearsal_how_many_were_held(compare):
    team, held = Team(talk_for("squared error", 0), one_or_two_absent(5), rng=0), []
    compare(team, 3, held.append)
    assert held == [1, 2, 3]
    with pytest.raises(InputError, match="after_each is 3, but must be a function"):
        compare(team, 1, 3)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_presenters_who_learn_whom_to_count_on_part_from_dropout_sgd(seed):
    after = part(1_000, seed).after
    assert 1e-3 < after[1] < 0.1  # weights are of order 1
    assert 0.05 < after[1_000] < 0.5


@pytest.mark.parametrize("audience", ["squared error", "softmax"])
@pytest.mark.parametrize("per", ["rehearsal", "question"])
def test_presenters_who_count_on_whoever_came_do_not_part_from_it(audience, per):
    talk = talk_for(audience, 1)
    team = Team(talk, one_or_two_absent(5), trust=1.0, attendance_per=per, rng=1)
    assert beside_dropout(team, 50).max() <= TOLERANCE


@pytest.mark.parametrize("audience", ["squared error", "softmax"])
@pytest.mark.parametrize("per", ["rehearsal", "question"])
def test_team_to_network_to_team_loses_nothing(audience, per):
    talk = talk_for(audience, 4)
    team = Team(
        talk, one_or_two_absent(5), trust=0.1, learning_rate=0.03, attendance_per=per, rng=4
    )
    team.rehearse(40)
    back = Twin.of(team).to_team(talk, rng=9)
    for mine, theirs in zip(team.agents, back.agents, strict=True):
        for skill in ("understanding", "understanding_bias", "delivery", "reliance"):
            np.testing.assert_array_equal(getattr(mine, skill), getattr(theirs, skill))
    np.testing.assert_array_equal(team.handout, back.handout)
    for option in ("attendance", "abilities", "trust", "learning_rate", "attendance_per"):
        assert getattr(team, option) == getattr(back, option)
    assert team.quality(["A", "C"]) == back.quality(["A", "C"])


@pytest.mark.parametrize(("per", "told"), [("sample", "question"), ("batch", "rehearsal")])
def test_network_to_team_to_network_loses_nothing(per, told):
    talk = digits_talk(np.random.default_rng(0), practice=100)
    network = article_network(0.5, (8, 8), 3, hidden=12, dtype="float64", per=per)
    network.compile(SGD(0.1), "categorical_crossentropy")
    team = Twin.of_network(network).to_team(talk, questions=32, rng=0)
    assert team.attendance == independent(12, 0.5)
    assert team.attendance_per == told
    again = Twin.of(team).network
    for mine, theirs in zip(network.parameters(), again.parameters(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    x = talk.show_questions
    np.testing.assert_array_equal(network.predict(x.reshape(-1, 8, 8)), again.predict(x))


def test_the_show_is_the_networks_inference():
    talk = talk_for("softmax", 5)
    team = Team(talk, one_or_two_absent(5), rng=5)
    team.rehearse(100)
    answers = team.game().answers(np.ones((1, 5), dtype=bool))[0]
    network = Twin.of(team).network
    np.testing.assert_allclose(
        network.predict(talk.show_questions), talk.audience.report(answers), atol=1e-13
    )
    held = network_game(network, talk.show_questions, talk.show_answers)
    np.testing.assert_allclose(held.contributions, team.game().contributions, atol=1e-13)


def test_a_game_of_one_network_of_a_stack_is_that_of_the_single_one():
    talk = talk_for("softmax", 6)
    stack = article_network(0.5, (8, 8), [3, 8], hidden=6)
    single = article_network(0.5, (8, 8), 8, hidden=6)
    of_stack = network_game(stack, talk.show_questions, talk.show_answers, member=1)
    of_single = network_game(single, talk.show_questions, talk.show_answers)
    np.testing.assert_array_equal(of_stack.contributions, of_single.contributions)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_a_saved_law_is_read_back(law):
    assert law_from_config(law_to_config(law)) == law


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
@pytest.mark.parametrize("per", ["rehearsal", "question"])
def test_attendance_dropout_draws_the_laws_sequence_also_after_load(law, per, tmp_path):
    def network():
        model = Sequential(
            [Dense(10, "relu", input_shape=(3,)), AttendanceDropout(law, 2, per), Dense(2)],
            seed=1,
            dtype="float64",
        )
        model.compile(SGD(0.1), "mse")
        return model

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    whole, halved = network(), network()
    for _ in range(3):
        whole.train_on_batch(x, y)
        halved.train_on_batch(x, y)
    halved.save(tmp_path / "half.npz")
    resumed = load_model(tmp_path / "half.npz")
    masks = []
    for _ in range(5):
        whole.train_on_batch(x, y)
        resumed.train_on_batch(x, y)
        masks.append(whole.layers[1].last_mask)
    for mine, theirs in zip(whole.parameters(), resumed.parameters(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    rows = 1 if per == "rehearsal" else 4
    drawn = law.draw(_same_stream(network()), 8 * rows)[3 * rows :]
    np.testing.assert_array_equal(np.concatenate(masks), drawn)


def _same_stream(model: Sequential) -> np.random.Generator:
    return model.layers[1].rngs[0]


@pytest.mark.parametrize("shape", [(2, 3), (0, 16), (16,)])
def test_a_twin_is_asked_what_its_team_is(shape):
    twin = Twin.of(Team(talk_for("squared error", 0), one_or_two_absent(5), rng=0))
    with pytest.raises(InputError, match=r"questions has shape .* but must have \(questions, 16\)"):
        twin.rehearse(np.ones(shape), np.ones((2, 5)), np.ones(5, dtype=bool))


def test_absent_groups_are_silent_and_the_others_speak_up():
    law = Independent(2, (0.5, 0.2))
    layer = AttendanceDropout(law, group_size=2)
    x = np.ones((3, 4))
    layer(x)
    np.testing.assert_allclose(
        layer.forward(x, training=True, mask=[True, False]), [[2.0, 2.0, 0.0, 0.0]] * 3
    )
    np.testing.assert_allclose(
        layer.forward(x, training=True, mask=[True, True]), [[2.0, 2.0, 1.25, 1.25]] * 3
    )
    assert AttendanceDropout(law).group_size == 1
    with pytest.raises(InputError, match=r"must be 1 to 10000$"):
        AttendanceDropout(Everyone(10_001))


def test_networks_that_are_no_team_are_refused():
    talk = talk_for("softmax", 0)
    for no_team in (
        [Dense(4, "relu"), Dense(4, "relu"), Dropout(0.5), Dense(10)],
        [Dense(4, "linear"), Dropout(0.5), Dense(10)],
        [Dense(4, "relu"), Dropout(0.5), Dense(10, "relu")],
    ):
        with pytest.raises(InputError, match="only Dense\\(relu\\), Dropout, Dense"):
            TeamLayers.of(Sequential(no_team))
    network = article_network(0.5, (8, 8), 0, hidden=4)
    network.compile(Adam(), "categorical_crossentropy")
    with pytest.raises(InputError, match="plain SGD"):
        Twin.of_network(network)
    network = article_network(0.5, (8, 8), [0, 1], hidden=4)
    network.compile(SGD(0.1), "categorical_crossentropy")
    with pytest.raises(InputError, match="stack"):
        Twin.of_network(network)
    network = article_network(0.5, (28, 28), 0, hidden=4)
    network.compile(SGD(0.1), "categorical_crossentropy")
    with pytest.raises(InputError, match="784 inputs"):
        Twin.of_network(network).to_team(talk)
    network = Sequential([Dense(4, "relu", input_shape=(16,)), Dropout(0.5), Dense(5, "softmax")])
    network.compile(SGD(0.1), "categorical_crossentropy")
    with pytest.raises(InputError, match="audience"):
        Twin.of_network(network).to_team(talk_for("squared error", 0))
    with pytest.raises(InputError, match="5 presenters with 3 abilities need 15"):
        AttendanceDropout(Everyone(5), 3)(np.ones((2, 10)))
    with pytest.raises(InputError, match="not one of this project's"):
        law_from_config({"name": "system", "n_presenters": 5})


def test_a_law_with_nested_numbers_keeps_its_types():
    law = law_from_config({"name": "NumberAbsent", "n_presenters": 5, "counts": [1, 2]})
    assert law == NumberAbsent(5, (1, 2))


def test_the_yardstick_takes_images_or_their_pixels_in_a_row():
    talk = digits_talk(np.random.default_rng(0), practice=100)
    network = article_network(0.5, (8, 8), 3, hidden=12)
    pixels, answers = talk.show_questions, talk.show_answers
    of_images = network_game(network, pixels.reshape(-1, 8, 8), answers)
    of_pixels = network_game(network, pixels, answers)
    np.testing.assert_array_equal(of_images.contributions, of_pixels.contributions)
    np.testing.assert_array_equal(
        network.predict(pixels), network.predict(pixels.reshape(-1, 8, 8))
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"questions": np.full((4, 6), np.nan)}, "questions holds NaN"),
        ({"questions": np.ones((4, 5))}, "the network takes samples of 6 numbers"),
        ({"questions": 5}, "the network takes samples of 6 numbers"),
        ({"wanted": np.full((4, 3), np.nan)}, "wanted holds NaN"),
        ({"wanted": np.ones((3, 3))}, "must be (N, M, K), (K,) and (M, K)"),
        ({"member": 1}, "member is 1, but must be 0 to 0"),
        ({"group_size": 5}, "16 hidden units cannot be shared out in groups of that size"),
    ],
)
def test_what_a_game_is_not_played_with_is_told_in_one_line(options, says):
    given = {"questions": np.ones((4, 6)), "wanted": np.eye(4, 3)} | options
    with pytest.raises(InputError) as caught:
        network_game(small(), **given)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
