"""The team: divergence is told, and what is impossible is refused."""

import re

import numpy as np
import pytest
from rooms import AUDIENCE_NAMES, small_talk, team_of

from simulation import (
    DivergedError,
    Everyone,
    InputError,
    Talk,
    Team,
    one_or_two_absent,
    synthetic_talk,
)

# Divergence.


@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
@pytest.mark.parametrize("per", ["rehearsal", "question"])
@pytest.mark.parametrize("rate", [10.0, 1e100, 1e308])
def test_divergence_is_told_with_the_rehearsal_and_nothing_goes_on(rate, per, audience):
    # Warnings are errors in these tests: none escapes on the way.
    scale = 1.0 if audience == "squared error" else 1e6
    talk = small_talk(audience)
    talk = Talk(
        name="loud",
        practice_questions=talk.practice_questions * scale,
        practice_answers=talk.practice_answers,
        show_questions=talk.show_questions * scale,
        show_answers=talk.show_answers,
        sections=talk.sections,
        audience_name=audience,
    )
    team = Team(talk, one_or_two_absent(5), learning_rate=rate, attendance_per=per, rng=0)
    with pytest.raises(DivergedError) as diverged:
        team.rehearse(500)
    assert f"rehearsal {team.rehearsals}:" in str(diverged.value)
    assert f"learning rate {rate:g}" in str(diverged.value)
    assert team.rehearsals < 500
    with pytest.raises(DivergedError):
        team.show()
    with pytest.raises(DivergedError):
        team.quality()


def test_a_team_that_diverged_says_so_again_when_asked_to_go_on():
    team = team_of(Everyone(5), learning_rate=100.0)
    for _ in range(2):
        with pytest.raises(DivergedError):
            team.rehearse(100)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("abilities", "what the team can do would take 3 x 1000000000 x 9 numbers"),
        ("questions", "a rehearsal would take 3 x 1000000000 x 7 numbers"),
    ],
)
def test_a_team_too_large_is_refused_before_it_is_made(option, says):
    with pytest.raises(InputError, match=says):
        team_of(Everyone(3), **{option: 10**9})


def test_a_team_that_somebody_left_says_whose_the_seats_are():
    team = team_of(Everyone(3))
    team.agents[0].remove()
    with pytest.raises(InputError, match="the team are B, C, but its seats are for A to C: take"):
        team.step()


def test_a_team_that_was_interrupted_goes_on_when_asked_to(monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    team = team_of(Everyone(3))
    team.rehearse(2)
    monkeypatch.setattr(team, "_draw_attendance", interrupt)
    with pytest.raises(KeyboardInterrupt):
        team.rehearse(1)
    monkeypatch.undo()
    team.rehearse(3)
    assert team.rehearsals == 5


@pytest.mark.parametrize("rate", [1.0, 1e3, 1e100, 1e308])
def test_divergence_is_told_with_the_rehearsal_when_the_talk_is_shown_all_the_while(rate):
    team = Team(
        synthetic_talk(np.random.default_rng(0)),
        one_or_two_absent(5),
        learning_rate=rate,
        show_every=1,
        rng=0,
    )
    with pytest.raises(DivergedError, match=r"rehearsal \d+"):
        team.rehearse(200)


@pytest.mark.parametrize("rate", [1.0, 1e3, 1e308])
def test_divergence_in_a_head_start_is_told_too(rate):
    talk = synthetic_talk(np.random.default_rng(0))
    team = Team(talk, Everyone(5), learning_rate=rate, rng=0)
    with pytest.raises(DivergedError, match="lower it"):
        team.practise_alone("B", 300)


# Bad input.

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ({"abilities": 0}, "abilities is 0, but must be a whole number of at least 1"),
        ({"abilities": 2.5}, "abilities is 2.5"),
        ({"trust": 0}, "trust is 0, but must be a number in (0, 1]"),
        ({"trust": 1.5}, "trust is 1.5, but must be a number in (0, 1]"),
        ({"trust": NAN}, "trust is nan"),
        ({"trust": "full"}, "trust is 'full'"),
        ({"learning_rate": 0}, "learning rate is 0, but must be a number in (0, inf)"),
        ({"learning_rate": -0.1}, "learning rate is -0.1"),
        ({"learning_rate": NAN}, "learning rate is nan"),
        ({"learning_rate": INF}, "learning rate is inf"),
        ({"questions": 0}, "questions in a rehearsal is 0"),
        ({"attendance_per": "day"}, "attendance_per is 'day', but must be one of: rehearsal"),
        ({"show_every": -1}, "show_every is -1"),
    ],
)
def test_impossible_settings_are_refused(setting, complaint):
    with pytest.raises(InputError, match=re.escape(complaint)):
        team_of(Everyone(3), **setting)


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda team: team.rehearse(-1), "rehearsals is -1"),
        (lambda team: team.rehearse(1.5), "rehearsals is 1.5"),
        (lambda team: team.practise_alone("F", 1), "presenter 'F' is not in the team: A to C"),
        (lambda team: team.practise_alone("B", -1), "rehearsals is -1"),
        (lambda team: team.practise_alone("B", 1, section=3), "section is 3, but must be 0 to 2"),
        (lambda team: team.quality(["A", "Bob"]), "presenter 'Bob' is not in the team"),
        (lambda team: team.quality(["A"], "loudly"), "reading is 'loudly'"),
        (lambda team: team.run_model(), "say how often: rehearse(1_000)"),
        (lambda team: team.seat_of("a"), "presenter 'a' is not in the team: A to C"),
    ],
)
def test_impossible_requests_are_refused(ask, complaint):
    with pytest.raises(InputError, match=re.escape(complaint)):
        ask(team_of(Everyone(3)))
