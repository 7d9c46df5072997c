"""Conditions of the validation: names are made from fields, and each condition has its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from experiments.validation.conditions import (
    CLEAN,
    NOISY,
    SMALL,
    TEAM,
    Condition,
    NetworkCondition,
    NetworkSetting,
    TeamCondition,
)
from experiments.validation.controls import CONDITIONS, NETWORK_NOISE, SLOW_NOISE
from experiments.validation.plan import Plan
from experiments.validation.validate import Scope
from simulation import Couples, independent

ALL = [key for key in Scope().jobs(Plan.full(0)) if isinstance(key, Condition)]


def test_no_two_conditions_of_a_world_share_a_name():
    named = [(each.world, each.name) for each in ALL]
    assert len(named) == len(set(named)) == len(ALL)


def test_names_are_those_that_reports_have_always_printed():
    team = {each.name for each in ALL if each.world == "team"}
    network = {each.name for each in ALL if each.world == "network"}
    controls = {"fixed", "noise"}
    rates = {f"rate 0.{tenth}" for tenth in range(1, 9)} | {"rate 0"}
    six = {"six without", "six couples", "six rate 0.3", "six bursts"}
    slow = {"slow without", "slow absences", "slow noise"}
    decays = {"decay 0.01", "decay 0.03", "decay 0.1", "decay 0.3"}
    assert team == {"without", "absences"} | controls | rates | six | slow | decays
    settings = {setting.name for setting in Plan.full(0).settings()}
    assert len(settings) == 8
    assert {"all digits, clean, adam", "300 digits, 30% wrong, sgd"} < settings
    pairs = {f"{name}: {which}" for name in settings for which in ("without", "absences")}
    decays = {"decay 0.1", "decay 0.3", "decay 1", "decay 3"}
    assert network == pairs | controls | {"couples", "rate 0.9"} | rates | decays
    assert str(SLOW_NOISE) == "team: slow noise"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TeamCondition(decay=0.1), TeamCondition(decay=0.2)),
        (TEAM.without, replace(TEAM.without, starts=1)),
        (TeamCondition(independent(5, 0.3)), TeamCondition(Couples(5, 0.3))),
        (NetworkCondition(NOISY, 0.5), NetworkCondition(CLEAN, 0.5)),
        (NETWORK_NOISE, replace(NETWORK_NOISE, noise=False)),
    ],
)
def test_conditions_are_told_apart_by_every_field(one, other):
    assert one != other
    assert len({one: 1, other: 2}) == 2
    assert {replace(one): 1}[one] == 1  # equal fields are the same key, whoever made it


def test_a_small_set_is_trained_for_as_many_steps():
    small = NetworkSetting(practice=SMALL).absences.training(60)
    assert (CLEAN.absences.training(60).epochs, small.epochs) == (60, 60 * 1_347 // 300)
    training = NETWORK_NOISE.training(7)
    assert (training.rate, training.label_noise, training.output_noise) == (0.5, 0.3, True)


def test_controls_alone_measure_what_controls_compare_and_no_more():
    jobs = Scope.only(["controls"]).jobs(Plan.full(0))
    assert {key for key in jobs if isinstance(key, Condition)} == set(CONDITIONS)
    assert CLEAN.without not in jobs


def test_the_networks_jobs_come_first_as_they_take_longest():
    worlds = [key.world for key in ALL]
    assert worlds == sorted(worlds)  # network, team
