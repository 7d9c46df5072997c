"""The controls: what they change, and that they change nothing else."""

from __future__ import annotations

import numpy as np

from experiments.article import Setting, compiled, samples_of, talk_of
from experiments.control_team import ControlTeam
from experiments.output_noise import NoisyDense
from experiments.validation.exact_controls import exact_networks, exact_teams
from simulation import Everyone, Presenter, Team, one_or_two_absent, synthetic_talk


def rehearsed(kind=Team, rehearsals=200, **options):
    talk = synthetic_talk(np.random.default_rng(0))
    team = kind(talk, Everyone(5), rng=0, **options)
    team.rehearse(rehearsals)
    return team


def test_noise_is_as_strong_as_the_absences_that_it_imitates():
    law = one_or_two_absent(5)
    team = rehearsed(ControlTeam, 300, imitated=law)
    wanted = team.talk.practice_answers[:8]
    table = np.array(team.agents.map("prepare", team.talk.practice_questions[:8]))  # (N, B, K)
    heard = np.array([team.as_heard(wanted, table) - wanted for _ in range(20_000)])
    masks = law.draw(np.random.default_rng(1), 20_000) / 0.7  # (T, N)
    absent = np.einsum("tn,nbk->tbk", masks, table)
    np.testing.assert_allclose(heard.var(axis=0), absent.var(axis=0), rtol=0.1)
    np.testing.assert_allclose(heard.mean(axis=0), 0, atol=5 * heard.std() / np.sqrt(20_000))


def test_noise_leaves_start_and_questions_alone():
    plain = rehearsed(rehearsals=1)
    noisy = rehearsed(ControlTeam, 1, imitated=one_or_two_absent(5))
    assert plain.last_rehearsal is not None
    assert noisy.last_rehearsal is not None
    np.testing.assert_array_equal(plain.last_rehearsal.questions, noisy.last_rehearsal.questions)
    np.testing.assert_array_equal(plain.last_rehearsal.table, noisy.last_rehearsal.table)


def test_a_team_with_weight_decay_shrinks_and_one_without_does_not():
    plain, same = rehearsed(), rehearsed(ControlTeam, weight_decay=0.0)
    decaying = rehearsed(ControlTeam, weight_decay=0.5)
    size = {
        name: sum(float(np.square(a.delivery).sum()) for a in team.agents)
        for name, team in (("plain", plain), ("same", same), ("decaying", decaying))
    }
    assert size["same"] == size["plain"]
    assert size["decaying"] < 0.9 * size["plain"]


def test_noisy_output_is_as_strong_as_the_dropout_that_it_imitates():
    layer = NoisyDense(3, rate=0.5)
    x = np.random.default_rng(0).random((2, 6))
    exact = layer(x)
    drawn = np.array([layer.forward(x, training=True) for _ in range(20_000)]) - exact
    kept = (np.random.default_rng(1).random((20_000, 1, 6)) < 0.5) / 0.5
    dropped = (x * kept) @ layer.weight.T
    np.testing.assert_allclose(drawn.var(axis=0), dropped.var(axis=0), rtol=0.1)
    np.testing.assert_array_equal(layer.forward(x), exact)


def test_a_stack_with_noisy_output_is_its_members():
    setting = Setting(0.5, practice=60, epochs=2, hidden=8, output_noise=True, data="digits")
    talks = [talk_of(setting, seed) for seed in (3, 4)]
    stack, single = compiled(setting, 8, [3, 4]), compiled(setting, 8, 4)
    for network, own in ((stack, talks), (single, talks[1:])):
        network.fit(*samples_of(own, "practice"), epochs=setting.epochs, verbose=0)
    np.testing.assert_allclose(
        stack.parameters()[0][1], single.parameters()[0], rtol=1e-4, atol=1e-5
    )


def test_the_exact_controls_hold():
    assert [result.verdict for result in exact_teams([0, 1], 50)] == ["holds", "holds"]
    assert [result.verdict for result in exact_networks([0, 1], 1)] == ["holds", "holds"]


def test_the_fixed_absence_control_sees_who_learns_at_home(monkeypatch):
    def learn_regardless(self, rehearsal):
        missing = rehearsal.missing_from(rehearsal.talk_given())
        self._improve(missing, self.speak_up * rehearsal.learning_rate / len(missing))

    monkeypatch.setattr(Presenter, "learn", learn_regardless)
    rate_zero, fixed = exact_teams([0, 1], 50)
    assert (rate_zero.verdict, fixed.verdict) == ("holds", "does not hold")
