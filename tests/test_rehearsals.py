"""Teams of the validation: a stack's members are measured as the Mesa teams they stand for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from experiments.stack import TeamStack
from experiments.validation import rehearsed_teams
from experiments.validation.conditions import TeamCondition
from experiments.validation.control_teams import TargetNoise
from experiments.validation.plan import Plan
from experiments.validation.rehearsed_teams import CHECKPOINTS, as_stack, one_by_one
from experiments.validation.team_world import measure_teams
from experiments.validation.validate import Scope
from simulation import Everyone, InputError, one_or_two_absent, synthetic_talk

CLOSE = 1e-12
SEEDS = (3, 4)
CONDITIONS = {
    each.name: each for each in Scope().jobs(Plan(SEEDS)) if isinstance(each, TeamCondition)
}


@pytest.fixture(autouse=True)
def _hardly_alone(monkeypatch):
    monkeypatch.setattr(rehearsed_teams, "ALONE", 70)


def measured(name: str, way=as_stack):
    """Measure a condition with few rehearsals; not a multiple of the checkpoints."""
    condition = CONDITIONS[name]
    return measure_teams(condition, 62 if condition.slow > 1 else 150, SEEDS, way)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_stack_is_measured_as_its_mesa_teams(name):
    stack, teams = (measured(name, way) for way in (as_stack, one_by_one))
    assert set(stack) == set(teams)
    for measure, value in teams.items():
        np.testing.assert_allclose(stack[measure], value, rtol=CLOSE, atol=CLOSE, err_msg=measure)


def test_two_starts_on_one_talk_differ():
    assert (measured("without")["spread over starts"] > 0.01).all()


def test_weight_decay_holds_weights_down():
    heaviest = measured("without")["squared weights"]
    for strength in ("0.01", "0.03", "0.1", "0.3"):
        lighter = measured(f"decay {strength}")["squared weights"]
        assert (lighter < heaviest).all()
        heaviest = lighter


def test_noise_is_heard_in_a_stack_of_several_blocks(monkeypatch):
    """Members of later blocks hear noise of their own, as teams with their seeds do."""
    monkeypatch.setattr("experiments.stack.size.CACHE", 1)  # one member a block
    stack, teams = (measured("noise", way) for way in (as_stack, one_by_one))
    np.testing.assert_allclose(stack["quality"], teams["quality"], rtol=CLOSE)
    quiet = measured("without")["quality"]
    assert (np.abs(stack["quality"] - quiet) > 1e-4).all()


@pytest.mark.parametrize("options", [{"questions": 1}, {"trust": [0.02, 1.0]}])
def test_a_stack_that_lays_nothing_out_refuses_noise(options):
    talk = synthetic_talk(np.random.default_rng(0))
    target_noise = partial(TargetNoise, one_or_two_absent(5))
    with pytest.raises(InputError, match="target noise goes by each one's contribution"):
        TeamStack([talk], [Everyone(5)] * 2, SEEDS, target_noise=target_noise, **options)


# Early stopping


def stopped(monkeypatch, qualities: list[float]) -> int:
    """Let checkpoints have these qualities in turn; return after how many the team is measured."""
    talk = synthetic_talk(np.random.default_rng(0))
    given = iter(qualities)
    monkeypatch.setattr(rehearsed_teams, "_quality", lambda _game: next(given))
    (team,) = one_by_one(TeamCondition(stop=True), [talk], [1], 2 * CHECKPOINTS)
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
    assert rehearsed_teams._between_checkpoints(50, True) == [2, 3] * 10
    assert rehearsed_teams._between_checkpoints(50, False) == [50]


def test_the_team_that_stopped_is_the_one_that_went_no_further():
    """Whatever was best: rehearsing just so long gives the same figures, and the same choice."""
    talk = synthetic_talk(np.random.default_rng([4, 0]))
    (team,) = as_stack(TeamCondition(stop=True), [talk], [4], 1_000)
    (again,) = as_stack(TeamCondition(), [talk], [4], len(team.came))
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
        as_stack(TeamCondition(stop=True), [each], [4], 400)[0]
        for each in (talk, judged, chosen_on)
    ]
    assert len(ends[0].came) == len(ends[1].came)
    assert ends[0].choice_quality == ends[1].choice_quality
    assert ends[0].choice_quality != ends[2].choice_quality
