"""The team: what it repeats, what it averages to, and a head start."""

import numpy as np
import pytest
from rooms import AUDIENCE_NAMES, mask_probabilities, team_bytes, team_of, weights_of

from simulation import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
    Recorded,
    Rehearsal,
    Rota,
    Team,
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


# EXACT: the ensemble (T3) and the mean dropout gradient (T2).


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
def test_reliance_at_how_often_two_meet_follows_the_exact_expected_dropout_gradient(law):
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
def test_learned_reliance_settles_at_how_often_two_meet(law):
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
