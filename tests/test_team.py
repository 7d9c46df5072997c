"""The team: what it repeats, what it averages to, what it collects, when it refuses."""

import re

import numpy as np
import pytest
from rooms import AUDIENCE_NAMES, mask_probabilities, small_talk, team_bytes, weights_of

from simulation import (
    AlwaysWithout,
    Bursts,
    Couples,
    DivergedError,
    Everyone,
    Independent,
    InputError,
    Recorded,
    Rehearsal,
    Rota,
    Talk,
    Team,
    digits_talk,
    independent,
    k_absent,
    one_or_two_absent,
    synthetic_talk,
)

LAWS = [
    one_or_two_absent(5),
    independent(4, 0.5),
    Independent(4, (0.0, 0.2, 0.5, 0.6)),
    Couples(4, 0.3),
    Rota(5, 2),
    k_absent(4, 2),
    Recorded(3, ((1, 1, 0), (1, 0, 0), (0, 1, 1), (1, 1, 1), (1, 0, 1))),
]


def team_of(law, audience="squared error", **settings):
    return Team(small_talk(audience), law, **{"learning_rate": 0.05, "rng": 0, **settings})


# The same again, and the same but for one thing.


@pytest.mark.parametrize("per", ["rehearsal", "question"])
@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_team_to_the_last_bit(seed, audience, per):
    first, again, other = (
        team_of(one_or_two_absent(5), audience, rng=s, attendance_per=per)
        for s in (seed, seed, seed + 1)
    )
    for team in (first, again, other):
        team.practise_alone("B", 5)
        team.rehearse(30)
    assert team_bytes(first) == team_bytes(again)
    assert team_bytes(first) != team_bytes(other)


def test_a_seed_may_come_as_a_number_a_sequence_or_a_generator():
    teams = [
        team_of(one_or_two_absent(4), rng=rng)
        for rng in (5, np.random.SeedSequence(5), np.random.default_rng(5))
    ]
    for team in teams:
        team.rehearse(10)
    assert len({team_bytes(team) for team in teams}) == 1


@pytest.mark.parametrize("law", [one_or_two_absent(5), Rota(5), Bursts(5, 0.3)], ids=repr)
@pytest.mark.parametrize("seed", [0, 1])
def test_teams_with_the_same_seed_differ_in_attendance_alone(law, seed):
    complete, without = (team_of(who, rng=seed) for who in (Everyone(5), law))
    assert team_bytes(complete) == team_bytes(without)
    for team in (complete, without):
        team.practise_alone("B", 3)
    assert team_bytes(complete) == team_bytes(without)
    for _ in range(20):
        complete.step()
        without.step()
        one, two = complete.last_rehearsal, without.last_rehearsal
        np.testing.assert_array_equal(one.questions, two.questions)
        np.testing.assert_array_equal(one.wanted, two.wanted)
    assert team_bytes(complete) != team_bytes(without)


@pytest.mark.parametrize("per", ["rehearsal", "question"])
@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
@pytest.mark.parametrize("trust", [1.0, 0.02])
def test_absence_rate_0_is_everyone_always_there_to_the_last_bit(trust, audience, per):
    settings = {"trust": trust, "attendance_per": per}
    complete, rate_0 = (
        team_of(law, audience, **settings) for law in (Everyone(5), independent(5, 0.0))
    )
    for team in (complete, rate_0):
        team.rehearse(50)
    assert team_bytes(complete) == team_bytes(rate_0)


def test_a_head_start_or_a_show_changes_no_question_and_no_attendance():
    plain, other = (team_of(one_or_two_absent(5), show_every=every) for every in (0, 3))
    other.practise_alone("B", 17)
    for _ in range(10):
        plain.step()
        other.step()
        np.testing.assert_array_equal(
            plain.last_rehearsal.questions, other.last_rehearsal.questions
        )
        np.testing.assert_array_equal(
            plain.last_rehearsal.attendance, other.last_rehearsal.attendance
        )


@pytest.mark.parametrize("per", ["rehearsal", "question"])
def test_attendance_is_the_laws_own_stream(per):
    law = Rota(5, 2)
    team = team_of(law, attendance_per=per, questions=3)
    seen = []
    for _ in range(9):
        team.step()
        seen.append(np.atleast_2d(team.last_rehearsal.attendance))
    seen = np.concatenate(seen)
    assert len(seen) == (9 if per == "rehearsal" else 27)
    np.testing.assert_array_equal(seen, law.draw(np.random.default_rng(0), len(seen)))


def test_questions_are_drawn_from_the_practice_set_with_their_answers():
    team = team_of(Everyone(3), questions=50)
    team.step()
    talk, seen = team.talk, team.last_rehearsal
    pairs = {
        (q.tobytes(), a.tobytes())
        for q, a in zip(talk.practice_questions, talk.practice_answers, strict=True)
    }
    asked = {(q.tobytes(), a.tobytes()) for q, a in zip(seen.questions, seen.wanted, strict=True)}
    assert asked <= pairs
    assert len(asked) > len(pairs) / 2


# The handout, and who is never there.


@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
def test_the_handout_moves_with_the_talk_that_was_really_given(audience):
    team = team_of(one_or_two_absent(4), audience)
    for _ in range(5):
        before = team.handout.copy()
        team.step()
        seen = team.last_rehearsal
        given = before + np.einsum("n,nbk->bk", seen.attendance, seen.table)
        feedback = team.talk.audience.feedback(given, seen.wanted)
        np.testing.assert_allclose(team.handout - before, 0.05 * feedback.mean(axis=0), atol=1e-15)


@pytest.mark.parametrize("per", ["rehearsal", "question"])
def test_who_is_always_absent_learns_nothing_and_is_no_longer_counted_on(per):
    team = team_of(AlwaysWithout(4, 2), attendance_per=per, trust=0.1)
    other, _, away, _ = team.agents
    start, start_of_other = weights_of(away), weights_of(other)
    team.rehearse(60)
    for now, then in zip(weights_of(away), start, strict=True):
        np.testing.assert_array_equal(now, then)
    np.testing.assert_array_equal(away.reliance, 1.0)
    assert (other.delivery != start_of_other[2]).all()
    assert other.reliance[2] == pytest.approx(0.9 ** (60 if per == "rehearsal" else 480))
    np.testing.assert_array_equal(np.delete(other.reliance, 2), 1.0)


@pytest.mark.parametrize("per", ["rehearsal", "question"])
def test_only_rehearsals_that_one_came_to_count_as_attended(per):
    team = team_of(AlwaysWithout(4, 2), attendance_per=per)
    team.rehearse(10)
    assert team.agents.get("rehearsals_attended") == [10, 10, 0, 10]


# EXACT: the ensemble (T3) and reliance as keep probability (T2).


def rehearsal_of(team, attendance):
    talk = team.talk
    return Rehearsal(
        questions=talk.practice_questions,
        wanted=talk.practice_answers,
        attendance=attendance,
        table=np.array(team.agents.map("prepare", talk.practice_questions)),
        handout=team.handout.copy(),
        audience=talk.audience,
        learning_rate=team.learning_rate,
    )


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_the_full_answer_is_the_mean_over_all_sub_teams_rehearsed(law):
    team = team_of(law)
    team.rehearse(40)
    masks, chances = mask_probabilities(law)
    mean = sum(
        chance * rehearsal_of(team, mask).talk_given()
        for mask, chance in zip(masks, chances, strict=True)
    )
    questions = team.talk.practice_questions
    full = team.handout + sum(agent.contribution(questions) for agent in team.agents)
    np.testing.assert_allclose(mean, full, atol=1e-12)


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_reliance_at_the_keep_probability_follows_the_exact_expected_dropout_gradient(law):
    team = team_of(law)
    team.rehearse(10)
    keep = law.moments().given_present
    masks, chances = mask_probabilities(law)
    for me in team.agents:
        me.trust = 0.0  # reliance is put where it converges to, and held there
        me.reliance[:] = keep[me.seat]
        np.testing.assert_allclose(
            np.einsum("c,c,cj->j", chances, masks[:, me.seat], masks),
            keep[me.seat] * law.moments().rates[me.seat],
        )
    start = [weights_of(agent) for agent in team.agents]
    expected_moves = [[np.zeros_like(part) for part in parts] for parts in start]
    for mask, chance in zip(masks, chances, strict=True):
        if chance:
            team.agents.do("learn", rehearsal_of(team, mask))
            for agent, then, total in zip(team.agents, start, expected_moves, strict=True):
                parts = (agent.understanding, agent.understanding_bias, agent.delivery)
                for part, before, sum_ in zip(parts, then, total, strict=True):
                    sum_ += chance * (part - before)
                    part[...] = before

    def expected_loss():
        loss = 0.0
        for mask, chance in zip(masks, chances, strict=True):
            answers = rehearsal_of(team, mask).talk_given()
            loss += chance * team.talk.audience.loss(answers, team.talk.practice_answers)
        return loss

    rng, step = np.random.default_rng(0), 1e-5
    for agent, total in zip(team.agents, expected_moves, strict=True):
        parts = (agent.understanding, agent.understanding_bias, agent.delivery)
        for part, moved in zip(parts, total, strict=True):
            direction = rng.normal(size=part.shape)  # one number per part tells all its entries
            before = part.copy()
            part[...] = before + step * direction
            above = expected_loss()
            part[...] = before - step * direction
            slope = (above - expected_loss()) / (2 * step)
            part[...] = before
            assert (moved * direction).sum() == pytest.approx(-0.05 * slope, abs=1e-9)


@pytest.mark.parametrize(
    "law",
    [
        one_or_two_absent(5),
        Independent(4, (0.1, 0.2, 0.5, 0.7)),
        Couples(4, 0.4),
        Bursts(3, 0.4, 4.0),
        AlwaysWithout(3, 1),
    ],
    ids=repr,
)
def test_learned_reliance_converges_to_the_keep_probability(law):
    trust, warm_up, rehearsals = 0.02, 500, 3500
    team = team_of(law, trust=trust, learning_rate=1e-9, questions=1, abilities=1)
    team.rehearse(warm_up)  # 0.98^(500 q): what is left of the start
    total = np.zeros((law.n_presenters, law.n_presenters))
    for _ in range(rehearsals):
        team.step()
        total += team.reliance
    moments = law.moments()
    keep = moments.given_present
    # A mean over the rehearsals that i attended; memory of an illness makes them worth fewer.
    worth = moments.rates[:, None] * rehearsals * (1 / 9 if isinstance(law, Bursts) else 1)
    error = np.sqrt(keep * (1 - keep) / np.maximum(worth, 1))
    start_left = 0.98 ** (warm_up * moments.rates[:, None] - 25)
    assert (np.abs(total / rehearsals - keep) <= 5 * error + start_left + 1e-3).all()


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
    assert show.hard_shares.sum() == pytest.approx(1.0)
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


# The head start.


@pytest.mark.parametrize("seed", range(3))
def test_a_head_start_raises_bs_quality_on_the_hard_section_and_touches_nobody_else(seed):
    team = Team(synthetic_talk(np.random.default_rng(seed)), Everyone(5), rng=seed)
    start = [weights_of(agent) for agent in team.agents]
    before = team.show().solo
    team.practise_alone("B", 1000)
    gained = team.show().solo - before
    assert gained[1, team.talk.hard_section] > 0.2
    np.testing.assert_array_equal(np.delete(gained, 1, axis=0), 0.0)
    for agent, then in zip(team.agents, start, strict=True):
        same = [np.array_equal(a, b) for a, b in zip(weights_of(agent), then, strict=True)]
        assert same == [agent.name != "B"] * 3
    np.testing.assert_array_equal(team.handout, 0.0)
    np.testing.assert_array_equal(team.reliance, 1.0)
    assert team.rehearsals == 0


def test_a_head_start_may_be_on_another_section():
    team = Team(synthetic_talk(np.random.default_rng(0)), Everyone(5), rng=0)
    delivery = next(iter(team.agents)).delivery.copy()
    team.practise_alone("A", 20, section=3)
    moved = (next(iter(team.agents)).delivery != delivery).any(axis=1)
    assert moved.tolist() == [False, False, False, True, False]


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
        (lambda team: team.seat_of("a"), "presenter 'a' is not in the team: A to C"),
    ],
)
def test_impossible_requests_are_refused(ask, complaint):
    with pytest.raises(InputError, match=re.escape(complaint)):
        ask(team_of(Everyone(3)))
