"""Facts that the article states: they hold, and each fails where the code is broken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.validation import rehearsed_teams
from experiments.validation.claims import outcome_of
from experiments.validation.conditions import CLEAN, TEAM, NetworkSetting, Place
from experiments.validation.facts import FACTS
from experiments.validation.network_world import measure_networks
from experiments.validation.team_world import measure_teams
from experiments.validation.theorems import THEOREMS
from nn_bridge.dropout import Dropout
from simulation import Moments
from simulation.laws import AlwaysWithout, NumberAbsent

pytestmark = pytest.mark.slow

SEEDS = tuple(range(5))
SMALL = NetworkSetting(practice=60)
THEY_HOLD = dict.fromkeys(THEOREMS, True)


@pytest.fixture(autouse=True)
def _hardly_alone(monkeypatch):
    monkeypatch.setattr(rehearsed_teams, "ALONE", 20)


def teams():
    return [
        measure_teams(replace(each, starts=1), 1_500, SEEDS)
        for each in (TEAM.without, TEAM.absences)
    ]


def networks():
    return [
        measure_networks(replace(each, starts=1), 1, SEEDS, "digits")
        for each in (SMALL.without, SMALL.absences)
    ]


def verdicts(place: Place, figures, theorems=THEY_HOLD) -> dict[str, str]:
    asked = [fact for fact in FACTS.values() if fact.asked_in(place)]
    return {fact.id: outcome_of(fact, place, *figures, theorems).verdict for fact in asked}


def failing(place: Place, figures) -> set[str]:
    return {name for name, verdict in verdicts(place, figures).items() if verdict != "holds"}


@pytest.fixture(scope="module")
def sound():
    return {TEAM: teams(), CLEAN: networks()}


@pytest.mark.parametrize("place", [TEAM, CLEAN], ids=["team", "network"])
def test_facts_hold(sound, place):
    assert set(verdicts(place, sound[place]).values()) == {"holds"}


@pytest.mark.parametrize(
    ("theorem", "facts"), [("T3", {"F2", "F3"}), ("T4", {"F2"}), ("T9", {"F3"}), ("T1", set())]
)
def test_a_fact_fails_with_a_theorem_that_it_rests_on(sound, theorem, facts):
    found = verdicts(TEAM, sound[TEAM], THEY_HOLD | {theorem: False})
    assert {name for name, verdict in found.items() if verdict == "does not hold"} == facts


# Each breakage is seen by the fact that is about it


def test_the_same_are_always_away(monkeypatch):
    """One sub-team is all that is visited, and a fifth are away instead of .3."""
    present = AlwaysWithout(5, 0).present
    monkeypatch.setattr(NumberAbsent, "n_uniforms", AlwaysWithout(5, 0).n_uniforms)
    monkeypatch.setattr(NumberAbsent, "present", lambda self, *args: present(*args))
    assert failing(TEAM, teams()) == {"F1", "F2", "F4"}


def test_nobody_speaks_up_at_the_average(sound, monkeypatch):
    figures = [dict(each) for each in sound[TEAM]]
    figures[1]["quality of the average"] = figures[1]["quality"] - 0.05
    assert failing(TEAM, figures) == {"F2"}
    monkeypatch.setattr(Moments, "speak_up", property(lambda self: np.ones_like(self.rates)))
    assert "F2" in failing(TEAM, teams())


def test_a_layer_drops_at_the_show(monkeypatch):
    original = Dropout.forward
    monkeypatch.setattr(Dropout, "forward", lambda self, x, training=False: original(self, x, True))
    assert failing(CLEAN, networks()) == {"F4"}


def test_a_layer_drops_less_than_its_rate(monkeypatch):
    original = Dropout.forward

    def drops_less(self, x, training=False):
        own, self.rate = self.rate, 0.8 * self.rate
        try:
            return original(self, x, training)
        finally:
            self.rate = own

    monkeypatch.setattr(Dropout, "forward", drops_less)
    assert failing(CLEAN, networks()) == {"F4"}


def test_a_layer_never_drops(monkeypatch):
    monkeypatch.setattr(Dropout, "forward", lambda self, x, training=False: x)
    monkeypatch.setattr(Dropout, "backward", lambda self, gradient: gradient)
    assert failing(CLEAN, networks()) == {"F1", "F4"}
