"""The one rule, against loops written from design.md section 2, and what it must not look at."""

import dataclasses

import numpy as np
import pytest
from rooms import AUDIENCE_NAMES, small_talk, team_of, weights_of

from simulation import (
    AlwaysWithout,
    Bursts,
    Everyone,
    Independent,
    InputError,
    Presenter,
    Rehearsal,
    Team,
    independent,
    one_or_two_absent,
)

LAWS = [
    one_or_two_absent(4),
    Independent(4, (0.0, 0.2, 0.5, 0.7)),
    Everyone(3),
    AlwaysWithout(3, 1),
    Bursts(3, 0.4, 3.0),
]
SETTINGS = [
    (law, trust, per) for law in LAWS for trust in (1.0, 0.02) for per in ("rehearsal", "question")
]


class ByHand:
    """The rule of design.md section 2, question by question, person by person, in plain loops."""

    def __init__(self, team):
        self.weights = [weights_of(agent) for agent in team.agents]  # S_i, b_i, R_i
        self.n = len(self.weights)
        self.handout = np.zeros(team.talk.n_sections)
        self.reliance = [[1.0] * self.n for _ in range(self.n)]
        self.rates = team.attendance.moments().rates
        self.team = team

    def says(self, i, x):
        understanding, bias, delivery = self.weights[i]
        thoughts = [max(0.0, float(s @ x + b)) for s, b in zip(understanding, bias, strict=True)]
        return np.array([float(r @ thoughts) for r in delivery]), np.array(thoughts)

    def feedback(self, answer, wanted):
        if self.team.talk.audience_name == "squared error":
            return wanted - answer
        likely = np.exp(answer - max(answer))
        return wanted - likely / sum(likely)

    def rehearse(self, questions, wanted, attendance):
        n, eta, trust = self.n, self.team.learning_rate, self.team.trust
        loud = [1 / q if q > 0 else 1.0 for q in self.rates]
        there = np.broadcast_to(attendance, (len(questions), n))
        prepared = [[self.says(i, x) for x in questions] for i in range(n)]
        handout_step = np.zeros_like(self.handout)
        for b, wish in enumerate(wanted):
            answer = self.handout.copy()
            for i in range(n):
                if there[b][i]:
                    answer = answer + loud[i] * prepared[i][b][0]
            handout_step += eta * self.feedback(answer, wish) / len(questions)
        for i in range(n):
            understanding, bias, delivery = (part.copy() for part in self.weights[i])
            for b, (x, wish) in enumerate(zip(questions, wanted, strict=True)):
                if not there[b][i]:
                    continue
                if attendance.ndim == 2 or b == 0:  # people came anew
                    for j in range(n):
                        if j != i:
                            rho = self.reliance[i][j]
                            self.reliance[i][j] = rho + trust * (float(there[b][j]) - rho)
                imagined = self.handout.copy()
                for j in range(n):
                    imagined = imagined + self.reliance[i][j] * loud[j] * prepared[j][b][0]
                missing = self.feedback(imagined, wish)
                thoughts = prepared[i][b][1]
                step = eta * loud[i] / len(questions)
                for k in range(len(missing)):
                    delivery[k] += step * missing[k] * thoughts
                for h in range(len(thoughts)):
                    if thoughts[h] > 0:
                        push = step * sum(
                            self.weights[i][2][k, h] * missing[k] for k in range(len(missing))
                        )
                        understanding[h] += push * x
                        bias[h] += push
            # Nobody has moved before all have heard: others' material is as it was prepared.
            self.weights[i] = [understanding, bias, delivery]
        self.handout = self.handout + handout_step


@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
@pytest.mark.parametrize(("law", "trust", "per"), SETTINGS)
def test_the_rule_is_the_one_written_down(law, trust, per, audience):
    team = Team(
        small_talk(audience),
        law,
        abilities=3,
        trust=trust,
        learning_rate=0.1,
        questions=4,
        attendance_per=per,
        rng=3,
    )
    by_hand = ByHand(team)
    for _ in range(12):
        team.step()
        seen = team.last_rehearsal
        by_hand.rehearse(seen.questions, seen.wanted, seen.attendance)
    np.testing.assert_allclose(team.handout, by_hand.handout, atol=1e-12)
    np.testing.assert_allclose(team.reliance, by_hand.reliance, atol=1e-12)
    for presenter, expected in zip(team.agents, by_hand.weights, strict=True):
        for part, wanted in zip(weights_of(presenter), expected, strict=True):
            np.testing.assert_allclose(part, wanted, atol=1e-12)


def room(audience, *, trust=0.3, per="rehearsal", seed=0):
    """Build a team that has rehearsed a little, and a rehearsal that it has prepared for."""
    team = Team(
        small_talk(audience, seed),
        independent(4, 0.4),
        trust=trust,
        learning_rate=0.05,
        attendance_per=per,
        rng=seed,
    )
    team.rehearse(5)
    talk = team.talk
    shape = 4 if per == "rehearsal" else (len(talk.practice_questions), 4)
    rehearsal = Rehearsal(
        questions=talk.practice_questions,
        wanted=talk.practice_answers,
        attendance=np.random.default_rng(seed).random(shape) < 0.6,
        table=np.array(team.agents.map("prepare", talk.practice_questions)),
        handout=team.handout.copy(),
        audience=talk.audience,
        learning_rate=0.05,
    )
    return team, rehearsal


def with_attendance(rehearsal, attendance):
    return dataclasses.replace(rehearsal, attendance=np.array(attendance, dtype=bool))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("trust", [1.0, 0.3])
@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
def test_learning_goes_down_the_gradient_of_the_talk_as_i_imagine_it(audience, trust, seed):
    team, rehearsal = room(audience, trust=trust, seed=seed)
    rehearsal = with_attendance(rehearsal, [True, True, False, True])
    for me in team.agents:
        if not rehearsal.attendance[me.seat]:
            continue
        before = weights_of(me)
        me.learn(rehearsal)
        moved = [after - start for after, start in zip(weights_of(me), before, strict=True)]
        parts = [me.understanding, me.understanding_bias, me.delivery]
        for part, start in zip(parts, before, strict=True):
            part[...] = start

        def imagined_loss(me=me):
            table = rehearsal.table.copy()
            table[me.seat] = me.speak_up * me.contribution(rehearsal.questions)
            answers = rehearsal.handout + np.einsum("n,nbk->bk", me.reliance, table)
            return rehearsal.audience.loss(answers, rehearsal.wanted)

        step = 1e-6
        for part, change in zip(parts, moved, strict=True):
            for at in np.ndindex(part.shape):
                here = part[at]
                part[at] = here + step
                above = imagined_loss()
                part[at] = here - step
                gradient = (above - imagined_loss()) / (2 * step)
                part[at] = here
                assert change[at] == pytest.approx(-0.05 * gradient, abs=1e-10)


@pytest.mark.parametrize("per", ["rehearsal", "question"])
@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
def test_who_is_absent_changes_in_nothing(audience, per):
    team, rehearsal = room(audience, per=per)
    attendance = np.array(rehearsal.attendance)
    attendance[..., :2] = [False, True]
    rehearsal = with_attendance(rehearsal, attendance)
    absent, there = list(team.agents)[:2]
    before = [*weights_of(absent), absent.reliance.copy()]
    present_before = weights_of(there)
    team.agents.do("learn", rehearsal)
    for now, then in zip([*weights_of(absent), absent.reliance], before, strict=True):
        np.testing.assert_array_equal(now, then)
    assert (there.delivery != present_before[2]).any()


@pytest.mark.parametrize("per", ["rehearsal", "question"])
@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
def test_nobody_sees_what_others_can_do(audience, per):
    results = []
    for spoiled in (False, True):
        team, rehearsal = room(audience, per=per, seed=1)
        attendance = np.array(rehearsal.attendance)
        attendance[..., 0] = True
        rehearsal = with_attendance(rehearsal, attendance)
        me, *colleagues = team.agents
        if spoiled:
            for colleague in colleagues:
                for part in (
                    colleague.understanding,
                    colleague.understanding_bias,
                    colleague.delivery,
                    colleague.reliance,
                    colleague._thoughts,
                ):
                    part[...] = np.nan
            team.handout[...] = np.nan
        me.learn(rehearsal)
        results.append([*weights_of(me), me.reliance.copy()])
    for clean, spoiled in zip(*results, strict=True):
        np.testing.assert_array_equal(clean, spoiled)


def test_a_colleague_who_is_not_counted_on_is_not_missed_and_one_who_is_is():
    changes = []
    for rho in (0.0, 1.0):
        team, rehearsal = room("squared error", trust=1e-300)
        me = next(iter(team.agents))
        me.reliance[:] = [1.0, rho, rho, rho]
        without = dataclasses.replace(rehearsal, table=rehearsal.table * [[[1.0]], *[[[0.0]]] * 3])
        results = []
        for version in (rehearsal, without):
            start = weights_of(me)
            me.learn(with_attendance(version, [True] * 4))
            results.append(me.delivery - start[2])
            me.understanding[...], me.understanding_bias[...], me.delivery[...] = start
        changes.append(np.abs(results[0] - results[1]).max())
    assert changes[0] == 0.0
    assert changes[1] > 1e-4


@pytest.mark.parametrize("per", ["rehearsal", "question"])
@pytest.mark.parametrize("trust", [1.0, 0.5, 0.02])
def test_reliance_starts_at_1_and_stays_a_probability(trust, per):
    team = Team(
        small_talk("squared error"), independent(4, 0.5), trust=trust, attendance_per=per, rng=2
    )
    np.testing.assert_array_equal(team.reliance, 1.0)
    lowest = 1.0
    for _ in range(60):
        team.step()
        reliance = team.reliance
        assert (reliance >= 0).all()
        assert (reliance <= 1).all()
        np.testing.assert_array_equal(reliance.diagonal(), 1.0)
        lowest = min(lowest, reliance.min())
    assert lowest < 0.9


def test_full_trust_counts_on_whoever_is_here_today():
    team = Team(small_talk("squared error"), one_or_two_absent(4), trust=1.0, rng=0)
    for _ in range(20):
        team.step()
        here = team.last_rehearsal.attendance
        for presenter in team.agents:
            if here[presenter.seat]:
                np.testing.assert_array_equal(presenter.reliance, here)


def test_each_speaks_up_by_their_own_rate():
    team = Team(small_talk("squared error"), Independent(3, (0.0, 0.5, 0.75)), rng=0)
    questions = team.talk.show_questions
    for presenter, louder in zip(team.agents, (1.0, 2.0, 4.0), strict=True):
        np.testing.assert_allclose(
            presenter.prepare(questions), louder * presenter.contribution(questions)
        )


@pytest.mark.parametrize("per", ["rehearsal", "question"])
def test_the_talk_given_is_the_handout_and_those_who_are_there(per):
    _, rehearsal = room("softmax", per=per)
    there = np.broadcast_to(rehearsal.attendance, (len(rehearsal.questions), 4))
    for b, answer in enumerate(rehearsal.talk_given()):
        expected = rehearsal.handout + sum(rehearsal.table[i, b] for i in range(4) if there[b, i])
        np.testing.assert_allclose(answer, expected)


@pytest.mark.parametrize("audience", AUDIENCE_NAMES)
def test_practising_alone_goes_down_the_gradient_with_nobody_to_count_on(audience):
    team, _ = room(audience)
    me, talk, section = next(iter(team.agents)), team.talk, 1
    start = weights_of(me)
    others = [weights_of(agent) for agent in list(team.agents)[1:]]
    me.practise_alone(
        talk.practice_questions,
        talk.practice_answers,
        section=section,
        audience=talk.audience,
        learning_rate=0.1,
    )
    thoughts = np.maximum(talk.practice_questions @ start[0].T + start[1], 0)
    missing = talk.audience.feedback(thoughts @ start[2].T, talk.practice_answers)[:, section]
    np.testing.assert_allclose(
        me.delivery[section] - start[2][section], 0.1 * (missing @ thoughts) / len(missing)
    )
    elsewhere = np.arange(talk.n_sections) != section
    np.testing.assert_array_equal(me.delivery[elsewhere], start[2][elsewhere])
    inward = np.outer(missing, start[2][section]) * (thoughts > 0)
    np.testing.assert_allclose(
        me.understanding - start[0],
        0.1 * inward.T @ talk.practice_questions / len(missing),
        atol=1e-15,
    )
    for agent, then in zip(list(team.agents)[1:], others, strict=True):
        for now, before in zip(weights_of(agent), then, strict=True):
            np.testing.assert_array_equal(now, before)


def test_what_a_presenter_cannot_be_asked_is_refused():
    team = team_of(Everyone(3))
    presenter = team.agents[0]
    with pytest.raises(InputError, match="questions"):
        presenter.prepare(np.ones((2, 99)))
    alone = {"audience": team.talk.audience, "learning_rate": 0.1}
    with pytest.raises(InputError, match="section is 3, but must be 0 to 2"):
        presenter.practise_alone(np.ones((2, 6)), np.ones((2, 3)), section=3, **alone)
    alone["learning_rate"] = -1.0
    with pytest.raises(InputError, match="learning rate is -1"):
        presenter.practise_alone(np.ones((2, 6)), np.ones((2, 3)), section=0, **alone)
    team.rehearse(1)
    held = team.last_rehearsal
    with pytest.raises(InputError, match="answers: the shape is"):
        held.missing_from(np.ones((9, 9)))
    assert dataclasses.replace(held, handout=held.handout.tolist()).handout.shape == (3,)
    sizes = {"n_presenters": 3, "features": 6, "sections": 3, "abilities": 10**12}
    with pytest.raises(InputError, match="what a presenter can do would take"):
        Presenter(team, seat=0, name="A", speak_up=1.0, trust=1.0, rng=0, **sizes)
