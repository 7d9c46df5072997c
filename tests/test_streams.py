"""The streams of a team: who stands in for a team draws what it draws."""

import numpy as np
from rooms import small_talk

from simulation import Team, one_or_two_absent
from simulation.streams import TeamStreams


def test_a_teams_streams_are_those_of_its_seed():
    streams = TeamStreams.of(np.random.default_rng(7))
    talk = small_talk("squared error")
    team = Team(talk, one_or_two_absent(3), questions=6, rng=7)
    first = team.agents[0]
    np.testing.assert_array_equal(
        first.understanding,
        streams.start.normal(size=first.understanding.shape) / np.sqrt(talk.n_features),
    )
    team.step()
    drawn = streams.questions.integers(len(talk.practice_questions), size=6)
    np.testing.assert_array_equal(team.last_rehearsal.questions, talk.practice_questions[drawn])
    law = one_or_two_absent(3)
    np.testing.assert_array_equal(
        team.last_rehearsal.attendance, law.draw(streams.attendance, 1)[0]
    )


def test_a_control_may_draw_noise_and_leave_the_other_streams_alone():
    left, right = (TeamStreams.of(np.random.default_rng(7)) for _ in range(2))
    left.noise.random(100)
    for name in ("start", "questions", "attendance", "alone"):
        assert getattr(left, name).random() == getattr(right, name).random(), name


def test_the_order_of_the_streams_stands():
    """Another order would give every seed another team."""
    streams = TeamStreams.of(np.random.default_rng(7))
    children = np.random.default_rng(7).spawn(5)
    for name, child in zip(
        ("start", "questions", "attendance", "alone", "noise"), children, strict=True
    ):
        assert getattr(streams, name).random() == child.random(), name
