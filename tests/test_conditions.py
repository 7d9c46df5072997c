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
from experiments.validation.remedies import (
    NETWORK_DECAYS,
    NETWORK_STOPPED,
    TEAM_DECAYS,
    TEAM_STOPPED,
)
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
    stopped = {"early stopping"}
    assert team == {"without", "absences"} | controls | rates | six | slow | decays | stopped
    settings = {setting.name for setting in Plan.full(0).settings()}
    assert len(settings) == 8
    assert {"all digits, clean, adam", "300 digits, 30% wrong, sgd"} < settings
    pairs = {f"{name}: {which}" for name in settings for which in ("without", "absences")}
    decays = {"decay 0.1", "decay 0.3", "decay 1", "decay 3"}
    beyond = {"rate 0.9", "rate 0.95", "rate 0.98"}
    assert network == pairs | controls | {"couples"} | rates | beyond | decays | stopped
    assert str(SLOW_NOISE) == "team: slow noise"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TeamCondition(decay=0.1), TeamCondition(decay=0.2)),
        (TEAM.without, replace(TEAM.without, starts=1)),
        (TeamCondition(independent(5, 0.3)), TeamCondition(Couples(5, 0.3))),
        (NetworkCondition(NOISY, 0.5), NetworkCondition(CLEAN, 0.5)),
        (NETWORK_NOISE, replace(NETWORK_NOISE, noise=False)),
        (TeamCondition(), TeamCondition(stop=True)),
        (NetworkCondition(NOISY), NetworkCondition(NOISY, stop=True)),
    ],
)
def test_conditions_are_told_apart_by_every_field(one, other):
    assert one != other
    assert len({one: 1, other: 2}) == 2
    assert {replace(one): 1}[one] == 1  # equal fields are the same key, whoever made it


def test_a_small_set_is_trained_for_as_many_steps():
    assert CLEAN.absences.training(20, "mnist").epochs == 20
    small = NetworkSetting(practice=SMALL).absences.training(20, "mnist")
    assert (small.epochs, small.practice) == (20 * 3_000 // 300, 300)
    training = replace(NETWORK_NOISE, decay=0.1).training(7, "digits")
    assert (training.rate, training.label_noise, training.output_noise) == (0.5, 0.3, True)
    assert (training.weight_decay, training.data) == (0.1, "digits")


def test_networks_of_a_setting_that_are_compared_differ_in_nothing_else():
    for setting in Plan.full(0).settings():
        assert replace(setting.without, rate=0.5) == setting.absences
    for other in (NETWORK_STOPPED, *NETWORK_DECAYS):
        assert replace(other, stop=False, decay=0.0, starts=2) == NOISY.without
    for other in (TEAM_STOPPED, *TEAM_DECAYS):
        assert replace(other, stop=False, decay=0.0, starts=2) == TEAM.without


def test_controls_alone_measure_what_controls_compare_and_no_more():
    jobs = Scope.only(["controls"]).jobs(Plan.full(0))
    assert {key for key in jobs if isinstance(key, Condition)} == set(CONDITIONS)
    assert CLEAN.without not in jobs


def test_a_part_is_run_on_the_data_that_are_asked_for():
    jobs = Scope().jobs(Plan.short(0, "digits"))
    networks = [job for key, job in jobs.items() if isinstance(key, NetworkCondition)]
    assert len(networks) > 10
    assert {arguments[-1] for _, arguments in networks} == {"digits"}


def test_the_networks_jobs_come_first_as_they_take_longest():
    worlds = [key.world for key in ALL]
    assert worlds == sorted(worlds)  # network, team
