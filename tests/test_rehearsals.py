"""Teams of the validation: a stack's members are measured as the Mesa teams they stand for."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from mesa_controls import one_by_one

from experiments.stack import TeamStack
from experiments.validation import rehearsed_teams, team_world
from experiments.validation.conditions import TeamCondition
from experiments.validation.control_teams import TargetNoise
from experiments.validation.plan import Plan
from experiments.validation.rehearsed_teams import rehearsed
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


def measured(name: str, way=rehearsed):
    """Measure a condition with few rehearsals; not a multiple of the checkpoints."""
    condition = CONDITIONS[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(team_world, "rehearsed", way)
        return measure_teams(condition, 62 if condition.slow > 1 else 150, SEEDS)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_stack_is_measured_as_its_mesa_teams(name):
    stack, teams = (measured(name, way) for way in (rehearsed, one_by_one))
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
    stack, teams = (measured("noise", way) for way in (rehearsed, one_by_one))
    np.testing.assert_allclose(stack["quality"], teams["quality"], rtol=CLOSE)
    quiet = measured("without")["quality"]
    assert (np.abs(stack["quality"] - quiet) > 1e-4).all()


@pytest.mark.parametrize("options", [{"questions": 1}, {"trust": [0.02, 1.0]}])
def test_a_stack_that_lays_nothing_out_refuses_noise(options):
    talk = synthetic_talk(np.random.default_rng(0))
    target_noise = partial(TargetNoise, one_or_two_absent(5))
    with pytest.raises(InputError, match="target noise goes by each one's contribution"):
        TeamStack([talk], [Everyone(5)] * 2, SEEDS, target_noise=target_noise, **options)
