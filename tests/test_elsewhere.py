"""A claim held against runs on other seeds: a verdict that differs there is undecided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from experiments.validation.claims import CLAIMS, Outcome
from experiments.validation.conditions import CLEAN, TEAM
from experiments.validation.reruns import Rerun, held_against

FOUND = Outcome(CLAIMS["C4"], TEAM, [], "holds")


def other(verdict: str, claim: str = "C4", place: str = TEAM.name) -> Rerun:
    return Rerun(1000, "a command", {(claim, place): verdict})


@pytest.mark.parametrize(
    ("elsewhere", "verdict"),
    [
        ([], "holds"),
        (["holds"], "holds"),
        (["holds", "holds"], "holds"),
        (["undecided"], "undecided"),
        (["holds", "equivalent"], "undecided"),
        (["holds, but too small to matter"], "undecided"),
        (["too few seeds to say"], "undecided"),
    ],
)
def test_a_verdict_that_differs_elsewhere_is_undecided(elsewhere, verdict):
    held = held_against([other(each) for each in elsewhere], FOUND)
    assert (held.found, held.elsewhere, held.verdict) == ("holds", tuple(elsewhere), verdict)


def test_what_does_not_hold_here_and_there_still_does_not():
    fails = replace(FOUND, found="does not hold")
    assert held_against([other("does not hold")], fails).verdict == "does not hold"
    assert held_against([other("the other way")], fails).verdict == "does not hold"
    assert held_against([other("equivalent")], fails).verdict == "undecided"
    assert held_against([other("holds")], fails).verdict == "undecided"


@pytest.mark.parametrize(
    ("found", "elsewhere", "verdict"),
    [
        ("does not hold", ["the other way"], "does not hold"),
        ("the other way", ["does not hold", "the other way"], "does not hold"),
        ("the other way", ["the other way"], "the other way"),
        ("the other way", ["does not hold", "equivalent"], "undecided"),
        ("equivalent", ["does not hold"], "undecided"),
        ("equivalent", ["the other way"], "undecided"),
        ("does not hold", ["undecided"], "undecided"),
    ],
)
def test_to_fail_in_one_way_or_another_is_to_fail(found, elsewhere, verdict):
    held = held_against([other(each) for each in elsewhere], replace(FOUND, found=found))
    assert held.verdict == verdict


def test_another_claim_or_place_does_not_count():
    elsewhere = [other("undecided", claim="C5"), other("undecided", place=CLEAN.name)]
    assert held_against(elsewhere, FOUND).verdict == "holds"
