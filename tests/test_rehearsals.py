"""Teams of the validation: a stack's members are measured as the Mesa teams they stand for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from experiments.stack import TeamStack
from experiments.validation.control_teams import Distraction
from experiments.validation.plan import Plan, team_conditions
from experiments.validation.rehearsals import CHECKPOINTS, TeamCondition, as_stack, one_by_one
from experiments.validation.team_world import measure_teams
from simulation import Everyone, InputError, one_or_two_absent, synthetic_talk

CLOSE = 1e-12
SEEDS = (3, 4)
CONDITIONS = team_conditions(Plan(SEEDS, rehearsals=150))
STACKED = [name for name, condition in CONDITIONS.items() if not condition.weight_decay]


def short(name: str) -> TeamCondition:
    """Take a condition of the plan with few rehearsals; not a multiple of the checkpoints."""
    condition = CONDITIONS[name]
    return replace(condition, rehearsals=min(condition.rehearsals, 250), alone=70)


@pytest.mark.parametrize("name", STACKED)
def test_a_stack_is_measured_as_its_mesa_teams(name):
    stack, teams = (measure_teams(short(name), SEEDS, way) for way in (as_stack, one_by_one))
    assert set(stack) == set(teams)
    for measure, value in teams.items():
        np.testing.assert_allclose(stack[measure], value, rtol=CLOSE, atol=CLOSE, err_msg=measure)


def test_two_starts_on_one_talk_differ():
    assert (measure_teams(short("without"), SEEDS)["spread over starts"] > 0.01).all()


def test_with_weight_decay_teams_rehearse_one_by_one():
    forgetful, plain = short("decay 0.3"), short("without")
    default, teams = measure_teams(forgetful, SEEDS), measure_teams(forgetful, SEEDS, one_by_one)
    for measure, value in teams.items():
        np.testing.assert_array_equal(default[measure], value, err_msg=measure)
    assert (teams["squared weights"] < measure_teams(plain, SEEDS)["squared weights"]).all()
    with pytest.raises(ValueError, match="one by one"):
        measure_teams(forgetful, SEEDS, as_stack)


def test_noise_is_heard_in_a_stack_of_several_blocks(monkeypatch):
    """Members of later blocks hear noise of their own, as teams with their seeds do."""
    monkeypatch.setattr("experiments.stack.size.CACHE", 1)  # one member a block
    stack, teams = (measure_teams(short("noise"), SEEDS, way) for way in (as_stack, one_by_one))
    np.testing.assert_allclose(stack["quality"], teams["quality"], rtol=CLOSE)
    quiet = measure_teams(short("without"), SEEDS)["quality"]
    assert (np.abs(stack["quality"] - quiet) > 1e-4).all()


@pytest.mark.parametrize("options", [{"questions": 1}, {"trust": [0.02, 1.0]}])
def test_a_stack_that_lays_nothing_out_refuses_to_be_distracted(options):
    talk = synthetic_talk(np.random.default_rng(0))
    target_noise = partial(Distraction, one_or_two_absent(5))
    with pytest.raises(InputError, match="target noise goes by each one's contribution"):
        TeamStack([talk], [Everyone(5)] * 2, SEEDS, target_noise=target_noise, **options)


def test_a_team_is_looked_at_in_even_steps_to_the_last_rehearsal():
    talk = synthetic_talk(np.random.default_rng(0))
    condition = TeamCondition(rehearsals=50, alone=0)
    (team,), (short_of_it,) = (
        as_stack(replace(condition, rehearsals=count), [talk], [1]) for count in (50, 47)
    )
    assert len(team.checkpoints) == CHECKPOINTS
    assert len(team.came) == 50
    assert short_of_it.checkpoints[-1] == team.checkpoints[18]  # 50 * 19 // 20
