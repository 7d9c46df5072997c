"""The team: its shows, and what is collected from it."""

import numpy as np
import pytest
from rooms import AUDIENCE_NAMES, team_of, weights_of

from simulation import (
    Everyone,
    InputError,
    Show,
    Team,
    digits_talk,
    independent,
    one_or_two_absent,
    synthetic_talk,
)
from simulation.scenario import show_measures

# The show.


@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
@pytest.mark.parametrize("present", [None, "ABCD", "B", "AD", ""])
def test_quality_is_that_of_the_contributions_of_those_present(audience, present):
    team = team_of(one_or_two_absent(4), audience)
    team.rehearse(30)
    talk, names = team.talk, "ABCD" if present is None else present
    parts = [
        agent.contribution(talk.show_questions) for agent in team.agents if agent.name in names
    ]
    said = sum(parts, np.zeros_like(talk.show_answers))
    for reading, louder in (("nobody covers", 1.0), ("fill the time", 4 / max(1, len(names)))):
        answers = team.handout + louder * said
        if audience == "squared error":
            wrong = ((talk.show_answers - answers) ** 2).sum()
            spread = ((talk.show_answers - talk.show_answers.mean(axis=0)) ** 2).sum()
            expected = 1 - wrong / spread
        else:
            expected = (answers.argmax(axis=1) == talk.show_answers.argmax(axis=1)).mean()
        assert team.quality(present, reading) == pytest.approx(expected)


def test_a_show_tells_what_is_left_without_some():
    team = team_of(one_or_two_absent(4))
    team.rehearse(50)
    show = team.show()
    one = [team.quality(set("ABCD") - {a}) for a in "ABCD"]
    two = [team.quality(set("ABCD") - {a, b}) for a in "ABCD" for b in "ABCD" if a < b]
    assert show.complete == pytest.approx(team.quality())
    assert (show.one_missing.mean, show.one_missing.worst) == pytest.approx(
        (np.mean(one), min(one))
    )
    assert (show.two_missing.mean, show.two_missing.worst) == pytest.approx(
        (np.mean(two), min(two))
    )
    assert (show.one_missing.sub_teams, show.two_missing.sub_teams) == (4, 6)
    cost = show_measures(show, 1)["cost of losing one"]
    assert cost == show.complete - show.one_missing.mean
    assert show.hard_shares.sum() == pytest.approx(1.0)
    with pytest.raises(InputError, match="hard section is 3, but must be 0 to 2"):
        Show(show.game, 3)
    nobody = team.handout - team.talk.show_answers
    nobody_quality = 1 - (nobody**2).mean(axis=0) / team.talk.show_answers.var(axis=0)
    assert show.hard_values.sum() == pytest.approx(show.hard_without() - nobody_quality[0])


def test_a_show_does_not_change_when_the_team_rehearses_on():
    team = team_of(Everyone(3))
    team.rehearse(5)
    show, quality = team.show(), team.quality()
    team.rehearse(20)
    assert show.complete == pytest.approx(quality)
    assert team.quality() != quality


@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
def test_rehearsing_helps(audience):
    if audience == "softmax":
        talk = digits_talk(np.random.default_rng(0))
    else:
        talk = synthetic_talk(np.random.default_rng(0))
    team = Team(talk, one_or_two_absent(5), learning_rate=0.05, rng=0)
    before = team.quality()
    team.rehearse(1000)
    assert team.quality() > max(before, 0.0) + 0.3


# Data.


def test_the_collected_frames_have_a_row_a_show_and_a_row_a_presenter():
    team = team_of(one_or_two_absent(5), show_every=10)
    team.rehearse(35)
    frame = team.datacollector.get_model_vars_dataframe()
    assert frame["Rehearsal"].tolist() == [10, 20, 30]
    for column in (
        "Quality",
        "One missing, mean",
        "One missing, worst",
        "Two missing, mean",
        "Two missing, worst",
        "Hard section",
        "Reliance",
        "Squared weights",
    ):
        assert np.isfinite(frame[column].astype(float)).all()
    assert (frame["One missing, worst"] <= frame["One missing, mean"]).all()
    people = team.datacollector.get_agent_vars_dataframe()
    assert list(people.index.names) == ["Step", "AgentID"]
    assert len(people) == 3 * 5
    assert people.index.get_level_values("Step").unique().tolist() == [10, 20, 30]
    last = people.xs(30, level="Step")
    assert last["Name"].tolist() == list("ABCDE")
    assert (last["Attended"] <= 30).all()
    assert last["Share of hard section"].sum() == pytest.approx(1.0)
    assert np.isfinite(last["Solo quality"].astype(float)).all()


def test_the_last_row_is_the_team_as_it_is():
    team = team_of(one_or_two_absent(5), show_every=20)
    team.rehearse(20)
    row = team.datacollector.get_model_vars_dataframe().iloc[-1]
    others = ~np.eye(5, dtype=bool)
    weights = sum((part**2).sum() for agent in team.agents for part in weights_of(agent))
    assert row["Quality"] == pytest.approx(team.quality())
    assert row["Reliance"] == pytest.approx(team.reliance[others].mean())
    assert row["Squared weights"] == pytest.approx(weights)
    people = team.datacollector.get_agent_vars_dataframe().xs(20, level="Step")
    np.testing.assert_array_equal(np.array(people["Reliance"].tolist()), team.reliance)
    assert people["Attended"].tolist() == team.agents.get("rehearsals_attended")


def test_collected_rows_do_not_change_afterwards():
    team = team_of(one_or_two_absent(4), show_every=5)
    team.rehearse(5)
    collector = team.datacollector
    then = collector.get_model_vars_dataframe().copy()
    people_then = collector.get_agent_vars_dataframe().copy(deep=True)
    reliance_then = [tuple(row) for row in people_then["Reliance"]]
    team.rehearse(20)
    assert collector.get_model_vars_dataframe().iloc[:1].equals(then)
    people = collector.get_agent_vars_dataframe().iloc[:4]
    assert people.equals(people_then)
    assert [tuple(row) for row in people["Reliance"]] == reliance_then
    assert team.reliance[0].tolist() != list(reliance_then[0])


@pytest.mark.parametrize("n", [1, 2, 27])
def test_teams_of_any_size_can_show_and_collect(n):
    team = team_of(independent(n, 0.2), show_every=2)
    team.rehearse(4)
    assert len(team.datacollector.get_model_vars_dataframe()) == 2
    assert len(team.datacollector.get_agent_vars_dataframe()) == 2 * n
    assert [agent.seat for agent in team.agents] == list(range(n))
    assert [agent.name for agent in team.agents] == list(team.names)


def test_reliance_is_a_copy():
    team = team_of(Everyone(3))
    team.reliance[:] = 0.0
    np.testing.assert_array_equal(team.reliance, 1.0)
