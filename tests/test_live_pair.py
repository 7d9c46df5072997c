"""Two live teams and their twins: the article's, whatever is changed on the way."""

import gc
import weakref

import numpy as np
import pytest

from dashboard.live.frames import exact, frame
from dashboard.live.pair import Pair, check_mesa_can
from dashboard.live.setup import Change, EngineOnlyError, Setup
from simulation import Team, law_from_text, synthetic_talk
from simulation.scenario import Schedule, article_pair

QUICK = Schedule(rehearsals=80, alone=30, show_every=40)


def begun(**setup):
    pair = Pair(Setup(head_start=30, **setup))
    for _ in pair.practise_alone():
        pass
    return pair


def rehearse(pair, rehearsals):
    for _ in range(rehearsals):
        pair.rehearse()
    return pair


def deliveries(pair, side):
    return [presenter.delivery.tolist() for presenter in pair.sides[side].team.agents]


def told(pair):
    return frame(pair, playing=False)


@pytest.mark.parametrize("seed", [0, 5])
def test_the_live_teams_are_the_articles(seed):
    pair = rehearse(begun(seed=seed), 80)
    for side, result in zip(pair.sides.values(), article_pair(seed, QUICK), strict=True):
        np.testing.assert_array_equal(side.team.reliance, result.reliance)
        assert side.team.show().complete == result.measures["all there"]
        np.testing.assert_array_equal(side.team.show().hard_shares, result.hard_shares)


def test_both_teams_start_identical_and_see_the_same_questions():
    pair = begun()
    assert deliveries(pair, "left") == deliveries(pair, "right")
    pair.rehearse()
    left, right = (side.team.last_rehearsal for side in pair.sides.values())
    np.testing.assert_array_equal(left.questions, right.questions)
    assert left.attendance.all()
    assert not right.attendance.all()


@pytest.mark.parametrize("trust", [0.02, 1.0])
def test_the_twin_stays_the_team_through_every_change(trust):
    pair = begun(trust=trust)
    for change in (
        {"key": "left", "value": "rates:0,0.5,0.2,0,0.1"},
        {"key": "learning_rate", "value": 0.04},
        {"key": "trust", "value": 0.3},
        {"key": "trust", "value": 1.0},
        {"key": "right", "value": "bursts:0.3,4"},
    ):
        rehearse(pair, 20)
        pair.change(Change(**change))
    rehearse(pair, 20)
    for side in told(pair)["teams"].values():
        assert 0.0 < side["twin"]["largest"] < 1e-13


def test_a_new_twin_keeps_what_the_old_one_has_learned():
    pair = rehearse(begun(), 5)
    side = pair.sides["left"]
    side.twin.network.parameters()[0][0, 0] += 0.5  # a twin that is not the team
    pair.change(Change(key="left", value="absent:1"))
    assert side.look().difference == pytest.approx(0.5)


def test_a_changed_law_is_followed_from_the_next_rehearsal_on():
    pair = rehearse(begun(), 3)
    pair.change(Change(key="left", value="without:C"))
    pair.rehearse()
    left = told(pair)["teams"]["left"]
    assert left["present"] == [1, 1, 0, 1, 1]
    assert left["absence_rate"] == pytest.approx(0.2)


def test_a_team_that_speaks_up_under_a_new_law_does_so_as_a_team_of_that_law_would():
    pair = rehearse(begun(), 3)
    pair.change(Change(key="left", value="rate:0.5"))
    assert [one.speak_up for one in pair.sides["left"].team.agents] == [2.0] * 5


def test_a_law_for_another_team_is_refused():
    team = Team(synthetic_talk(np.random.default_rng(0)), law_from_text("everyone", 5), rng=0)
    with pytest.raises(ValueError, match="the law is for 4 presenters, but the team has 5"):
        team.change_attendance(law_from_text("everyone", 4))


def test_changes_are_replayed_at_their_rehearsals():
    lived = begun()
    rehearse(lived, 7)
    lived.change(Change(key="right", value="absent:2"))
    rehearse(lived, 6)
    lived.change(Change(key="learning_rate", value=0.05))
    lived.change(Change(key="trust", value=0.5))
    rehearse(lived, 6)
    replayed = rehearse(begun(changes="7:right=absent:2;13:learning_rate=0.05;13:trust=0.5"), 19)
    assert told(lived) == told(replayed)


def test_a_change_before_the_first_rehearsal_is_a_start_with_it():
    changed = begun(changes="0:learning_rate=0.05;0:right=rate:0.4;2:trust=0.1")
    plain = begun(learning_rate=0.05, right="rate:0.4", changes="2:trust=0.1")
    assert told(rehearse(changed, 4)) == told(rehearse(plain, 4))


def test_a_team_that_diverges_stops_and_the_other_goes_on():
    pair = rehearse(begun(), 2)
    before = told(pair)["teams"]["left"]
    for presenter in pair.sides["left"].team.agents:
        presenter.delivery *= 1e200
    rehearse(pair, 5)
    after = told(pair)
    left, right = after["teams"]["left"], after["teams"]["right"]
    assert left["diverged"]["learning_rate"] == pair.sides["left"].team.learning_rate
    assert left["diverged"]["rehearsal"] == pair.sides["left"].team.rehearsals < 7
    assert right["diverged"] is None
    assert left["quality"] == before["quality"]  # as it last was
    assert pair.sides["right"].team.rehearsals == after["rehearsal"] == 7
    assert not pair.stopped


@pytest.mark.parametrize("learning_rate", [0.3, 0.5, 1.0])
def test_a_team_stops_before_its_figures_are_beyond_reading(learning_rate):
    pair = Pair(Setup(learning_rate=learning_rate, head_start=0))
    for _ in range(40):
        pair.rehearse()
        for side in told(pair)["teams"].values():
            assert all(abs(quality) < 1e6 for quality in side["quality"].values())
            assert abs(side["weights"]) < 1e6
    right = pair.sides["right"]
    assert right.diverged == {
        "rehearsal": right.team.rehearsals, "learning_rate": learning_rate
    }  # fmt: skip
    assert exact(pair)["teams"]["right"] == {
        "diverged": right.diverged, "weights": None, "figures": None
    }  # fmt: skip


def test_those_sent_home_are_away_on_their_side_only():
    pair = begun(home_left="B,D")
    pair.send_home({"left": ["D", "A"], "right": []})
    teams = told(pair)["teams"]
    assert teams["left"]["home"]["away"] == ["A", "D"]
    assert teams["right"]["home"]["away"] == []
    assert teams["right"]["home"]["quality"] == teams["right"]["quality"]["all"]
    assert teams["left"]["home"]["quality"] == pytest.approx(
        pair.sides["left"].team.quality(["B", "C", "E"]), rel=1e-3
    )


def test_a_pair_that_was_let_go_is_freed():
    pair = rehearse(begun(), 2)
    teams = [weakref.ref(side.team) for side in pair.sides.values()]
    pair.release()
    del pair
    gc.collect()
    assert [team() for team in teams] == [None, None]


@pytest.mark.parametrize("audience", ["squared error", "softmax"])
@pytest.mark.parametrize("trust", [0.02, 1.0])
def test_teams_whose_skills_fade_have_twins_whose_weights_do(audience, trust):
    plain, fading = (
        rehearse(begun(audience=audience, trust=trust, weight_decay=decay), 30)
        for decay in (0, 0.5)
    )
    for side, other in zip(plain.sides.values(), fading.sides.values(), strict=True):
        assert side.team.talk.audience_name == audience
        assert other.team.squared_weights < 0.9 * side.team.squared_weights
        assert other.look().difference < 1e-13


def test_with_output_noise_all_come_and_hear_as_much_noise_as_absences_would_make():
    quiet, noisy = (rehearse(begun(output_noise=on), 20) for on in (False, True))
    left, right = noisy.sides.values()
    # The law of the left side lets nobody be absent, and so makes no noise.
    assert left.team.squared_weights == quiet.sides["left"].team.squared_weights
    assert right.team.squared_weights != quiet.sides["right"].team.squared_weights
    assert right.present().all()
    assert right.absence_rate == 0.0
    assert right.look().difference < 1e-13
    noisy.change(Change(key="right", value="everyone"))  # no absences to imitate any more
    noisy.rehearse()
    held = right.team.last_rehearsal
    answers = right.team.talk.practice_answers
    assert all((row == answers).all(axis=1).any() for row in held.wanted)


def test_a_pasted_log_is_followed():
    pair = begun(left="log:AB.CDE..A")
    seen = []
    for _ in range(5):
        pair.rehearse()
        seen.append("".join(np.array(pair.names)[pair.sides["left"].present()]))
    assert seen == ["AB", "CDE", "", "A", "AB"]


def test_momentum_is_left_to_the_engine():
    with pytest.raises(EngineOnlyError, match=r"momentum is 0\.9, .*: let the page compute"):
        check_mesa_can(Setup(momentum=0.9))
    check_mesa_can(Setup())
