"""The measures of a frame, against the yardstick that computes them from the answers themselves."""

import numpy as np
import pytest
from games import over_all_half_teams

from dashboard.live.frames import measures
from dashboard.live.look import gram_of, yardstick_of
from simulation import Team, one_or_two_absent, synthetic_talk
from simulation.coalitions import (
    all_coalitions,
    co_adaptation_score,
    coalition_values,
    pair_synergy,
)


def rehearsed(presenters, abilities=3, rehearsals=60):
    talk = synthetic_talk(np.random.default_rng(3), show=200)
    team = Team(talk, one_or_two_absent(presenters), abilities=abilities, rng=1)
    team.practise_alone("B", 50)
    team.rehearse(rehearsals)
    return team


@pytest.fixture(scope="module", params=[2, 3, 5, 7])
def team(request):
    return rehearsed(request.param)


def measured(team, *away):
    return measures(gram_of(team), 0, ~np.isin(team.names, away))


def test_quality_kept_is_the_yardsticks(team):
    show = team.show()
    expected = [
        show.complete,
        show.one_missing.mean,
        show.one_missing.worst,
        show.two_missing.mean,
        show.two_missing.worst,
        show.hard_without(None),
    ]
    np.testing.assert_allclose(measured(team)["quality"], expected, atol=1e-11)


def test_home_judges_the_talk_without_those_named(team):
    got = measured(team, "B")
    stay = [name for name in team.names if name != "B"]
    assert got["home"][0] == pytest.approx(team.quality(stay), abs=1e-11)
    assert got["home"][1] == pytest.approx(team.show().hard_without(1), abs=1e-11)


def test_solo_quality_shares_and_synergy_are_the_yardsticks(team):
    got, show = measured(team), team.show()
    np.testing.assert_allclose(got["solo"], show.solo, atol=1e-11)
    np.testing.assert_allclose(got["share"], show.hard_shares, atol=1e-11)
    np.testing.assert_allclose(got["dependence"], pair_synergy(show.game), atol=1e-11)


def test_co_adaptation_is_the_variance_over_all_half_teams(team):
    exact = over_all_half_teams(team.game())
    assert measured(team)["score"] == pytest.approx(exact, rel=1e-9)


def test_a_team_that_says_nothing_has_shares_that_json_can_hold():
    team = rehearsed(3)
    for one in team.agents:
        one.delivery[...] = 0.0
    assert measured(team)["share"].tolist() == [0.0] * 3


def test_all_values_are_those_of_all_coalitions():
    team = rehearsed(5)
    game = team.game()
    quality, sections = gram_of(team).qualities(all_coalitions(5))
    np.testing.assert_allclose(quality, coalition_values(game), atol=1e-11)
    np.testing.assert_allclose(sections[:, 0], coalition_values(game, section=0), atol=1e-11)


def test_a_softmax_talk_is_measured_from_its_answers():
    talk = synthetic_talk(np.random.default_rng(3), show=200, audience="softmax")
    team = Team(talk, one_or_two_absent(5), rng=1)
    team.practise_alone("B", 50)
    team.rehearse(60)
    got, show = measures(yardstick_of(team), 0, np.arange(5) != 1), team.show()
    assert got["quality"][:3] == [show.complete, show.one_missing.mean, show.one_missing.worst]
    assert got["home"] == [team.quality(["A", "C", "D", "E"]), show.hard_without(1)]
    np.testing.assert_array_equal(got["solo"], show.solo)
    np.testing.assert_array_equal(got["share"], show.hard_shares)
    np.testing.assert_array_equal(got["dependence"], pair_synergy(show.game))
    assert got["score"] == co_adaptation_score(show.game)
