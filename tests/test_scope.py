"""Parts of the validation: what each needs to run, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from claims import plan_of

import experiments.validation
from experiments import published
from experiments.validation import limits
from experiments.validation.conditions import Condition
from experiments.validation.plan import Plan
from experiments.validation.validate import Scope
from simulation import InputError


def test_a_part_of_the_validation_needs_only_its_own_jobs():
    def conditions(*names: str) -> set[str]:
        jobs = Scope.only(names).jobs(plan_of())
        return {key.name for key in jobs if isinstance(key, Condition)}

    assert Scope.only(["T3"]).jobs(plan_of()).keys() == {("theorem", "T3")}
    assert not conditions("T3")
    assert "without" in conditions("C5")
    assert "noise" not in conditions("C5")
    assert {"noise", "couples", "slow noise", "decay 0.1"} <= conditions("controls")
    assert {"decay 0.1", "early stopping"} <= conditions("remedies")
    assert "early stopping" not in conditions("controls")
    assert conditions() >= conditions("controls") | conditions("C9") | conditions("limits")


def test_a_fact_brings_the_theorems_that_it_rests_on():
    assert Scope.only(["F2"]).theorems == ("T3", "T4")
    scope = Scope.only(["F3", "T1", "C5"])
    assert (scope.claims, scope.facts, scope.theorems) == (("C5",), ("F3",), ("T1", "T3", "T9"))
    assert {("theorem", "T3"), ("theorem", "T9")} <= scope.jobs(plan_of()).keys()
    assert not Scope.only(["F4"]).theorems
    assert Scope.only([]) == Scope()


@pytest.mark.parametrize("part", ["controls", "remedies", "limits", "dose"])
def test_a_part_asked_for_alone_is_all_there_is(part):
    scope = Scope.only([part])
    assert replace(scope, **{part: False}) == Scope((), (), (), False, False, False, False)
    assert getattr(scope, part) is True


def test_an_unknown_part_is_refused_with_the_known_ones():
    with pytest.raises(
        InputError, match=r"'C14' is no part of the validation.*C13, F1.*F4, T1.*limits, dose"
    ):
        Scope.only(["C14"])


def test_fewer_than_two_seeds_are_refused():
    with pytest.raises(InputError, match="seeds is 1"):
        Plan((0,))


@pytest.mark.parametrize("package", [experiments, experiments.validation, limits, published])
def test_the_map_names_every_file(package):
    here = Path(package.__file__).parent
    files = {path.stem for path in here.iterdir() if not path.name.startswith("_")}
    assert files <= set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", package.__doc__))))
