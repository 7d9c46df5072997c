"""Early stopping: at the first of the best, chosen on questions that are not judged."""

from __future__ import annotations

from dataclasses import replace

import mesa_controls
import numpy as np
import pytest

from experiments.article import Setting, fit_article_network, talk_of
from experiments.validation import rehearsed_teams
from experiments.validation.conditions import TeamCondition
from experiments.validation.rehearsed_teams import CHECKPOINTS, between_checkpoints, rehearsed
from simulation import synthetic_talk


@pytest.fixture(autouse=True)
def _hardly_alone(monkeypatch):
    monkeypatch.setattr(rehearsed_teams, "ALONE", 70)


def stopped(monkeypatch, qualities: list[float]) -> int:
    """Let checkpoints have these qualities in turn; return after how many the team is measured."""
    talk = synthetic_talk(np.random.default_rng(0))
    given = iter(qualities)
    monkeypatch.setattr(mesa_controls, "quality", lambda _game: next(given))
    (team,) = mesa_controls.one_by_one(TeamCondition(stop=True), [talk], [1], 2 * CHECKPOINTS)
    return len(team.came) // 2


@pytest.mark.parametrize(
    ("qualities", "best"),
    [
        (range(CHECKPOINTS), CHECKPOINTS),
        (range(CHECKPOINTS, 0, -1), 1),
        ([0, 1, 1, 1] + [0] * (CHECKPOINTS - 4), 2),  # the first of those tied
        ([0] * CHECKPOINTS, 1),
    ],
)
def test_a_team_stops_where_it_is_best_and_first_if_tied(monkeypatch, qualities, best):
    assert stopped(monkeypatch, list(qualities)) == best


def test_a_team_is_looked_at_in_even_steps_to_the_last_rehearsal(monkeypatch):
    assert between_checkpoints(50, True) == [2, 3] * 10
    assert between_checkpoints(50, False) == [50]


def test_the_team_that_stopped_is_the_one_that_went_no_further():
    """Whatever was best: rehearsing just so long gives the same figures, and the same choice."""
    talk = synthetic_talk(np.random.default_rng([4, 0]))
    (team,) = rehearsed(TeamCondition(stop=True), [talk], [4], 1_000)
    (again,) = rehearsed(TeamCondition(), [talk], [4], len(team.came))
    everyone = np.ones((1, 5), dtype=bool)
    assert team.choice_quality == again.choice_quality
    assert team.squared_weights == again.squared_weights
    np.testing.assert_array_equal(team.game.quality(everyone), again.game.quality(everyone))
    np.testing.assert_array_equal(team.came, again.came)


def test_stopping_never_looks_at_the_questions_that_are_judged(monkeypatch):
    """With other answers to them the same team is chosen, and it is chosen by the choice ones."""
    talk = synthetic_talk(np.random.default_rng([4, 0]))
    judged = replace(talk, show_answers=talk.show_answers[::-1].copy())
    chosen_on = replace(talk, choice_answers=talk.choice_answers[::-1].copy())
    ends = [
        rehearsed(TeamCondition(stop=True), [each], [4], 400)[0]
        for each in (talk, judged, chosen_on)
    ]
    assert len(ends[0].came) == len(ends[1].came)
    assert ends[0].choice_quality == ends[1].choice_quality
    assert ends[0].choice_quality != ends[2].choice_quality


# Networks


def test_a_network_that_stopped_is_the_one_trained_no_longer():
    """Whatever epoch was best, it is the first of the best, and nothing was trained after it."""
    setting = Setting(0.0, practice=60, epochs=12, hidden=8, data="digits")
    talk = talk_of(setting, 0, choice=True)
    few = slice(0, 10)  # so that epochs tie
    images, answers = (part[few] for part in talk.part("choice"))
    talk = replace(talk, choice_questions=images, choice_answers=answers)

    def choice_accuracy(network) -> float:
        predicted = network(images.reshape(-1, 8, 8).astype(np.float32))[0]
        return float((predicted.argmax(axis=1) == answers.argmax(axis=1)).mean())

    along = [
        fit_article_network(replace(setting, epochs=epochs), [0], [talk]).model
        for epochs in range(1, 13)
    ]
    accuracies = [choice_accuracy(model) for model in along]
    first_best = along[int(np.argmax(accuracies))]
    stopped = fit_article_network(setting, [0], [talk], early_stopping=True).model
    for mine, theirs in zip(stopped.parameters(), first_best.parameters(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert accuracies.count(max(accuracies)) > 1  # there was a tie to be broken
    assert first_best is not along[-1]


def test_stopping_a_network_never_looks_at_the_images_that_are_judged():
    setting = Setting(0.0, practice=60, epochs=6, hidden=8, data="digits")
    talk = talk_of(setting, 0, choice=True)
    turned = replace(talk, show_answers=talk.show_answers[::-1].copy())
    chosen_on = replace(talk, choice_answers=talk.choice_answers[::-1].copy())
    one, same, other = (
        fit_article_network(setting, [0], [each], early_stopping=True).model.parameters()
        for each in (talk, turned, chosen_on)
    )
    for mine, theirs in zip(one, same, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert any((mine != theirs).any() for mine, theirs in zip(one, other, strict=True))
