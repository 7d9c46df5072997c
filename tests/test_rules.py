"""The rules that decide claims: each verdict from figures made for it."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.validation.rules import SMALLEST_RELATIVE_EFFECT, Rule, all_of
from simulation import InputError
from simulation.statistics import SMALLEST_EFFECT

SPREAD = np.linspace(-1.0, 1.0, 10)  # mean 0; scaled, the differences between seeds


def verdict(expect: str, difference: float, spread: float, **options) -> str:
    without = {"measure": np.full(10, 2.0)}
    absences = {"measure": 2.0 + difference + spread * SPREAD}
    return Rule("measure", expect, **options).decide(without, absences).verdict


@pytest.mark.parametrize(
    ("expect", "difference", "spread", "said"),
    [
        ("higher", 0.1, 0.05, "holds"),
        ("higher", -0.1, 0.05, "does not hold"),
        ("higher", 0.0, 0.001, "does not hold"),  # equivalent
        ("higher", 0.0, 0.5, "undecided"),
        ("higher", 0.05, 0.5, "undecided"),
        ("lower", -0.1, 0.05, "holds"),
        ("lower", 0.1, 0.05, "does not hold"),
        ("lower", 0.0, 0.001, "does not hold"),
        ("not lower", 0.0, 0.001, "holds"),
        ("not lower", 0.1, 0.5, "undecided"),
        ("not lower", 0.5, 0.5, "holds"),
        ("not lower", -0.1, 0.05, "does not hold"),
        ("same", 0.0, 0.001, "holds"),
        ("same", 0.1, 0.05, "does not hold"),
        ("same", 0.0, 0.5, "undecided"),
    ],
)
def test_each_rule_says_what_its_words_say(expect, difference, spread, said):
    assert verdict(expect, difference, spread) == said


def test_the_smallest_effect_of_interest_is_absolute_or_relative():
    between = 2 * SMALLEST_EFFECT  # of a measure of size 2: 1%
    assert between < 2 * SMALLEST_RELATIVE_EFFECT
    assert verdict("same", between, 1e-4) == "does not hold"
    assert verdict("same", between, 1e-4, relative=True) == "holds"


def test_against_compares_two_measures_of_the_same_runs():
    figures = {"one": np.full(10, 1.0) + 1e-6 * SPREAD, "other": np.full(10, 1.0)}
    assert Rule("one", "same", against="other").decide({}, figures).verdict == "holds"


def test_a_claim_needs_all_of_its_rules():
    assert all_of(["holds", "holds"]) == "holds"
    assert all_of(["holds", "undecided"]) == "undecided"
    assert all_of(["undecided", "does not hold"]) == "does not hold"
    assert all_of([]) == "undecided"


def test_an_unknown_expectation_is_refused():
    with pytest.raises(InputError, match="must be one of: higher, lower"):
        Rule("measure", "better")
