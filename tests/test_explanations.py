"""What the validation's report says in words: the same whatever came out, but for the figures."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from validations import PLAN, failing_validation, section, synthetic

from dashboard.numbers import signed
from dashboard.validation.report import outcomes_by_claim, report
from experiments.validation.claims import CLAIMS, judge_claim
from experiments.validation.conditions import CLEAN
from experiments.validation.controls import ControlResult
from experiments.validation.remedies import Remedy
from experiments.validation.validate import Validation
from simulation.statistics import Effect

VERDICTS = "does not hold|holds|undecided"


@pytest.fixture(scope="module")
def holding() -> Validation:
    return synthetic()


@pytest.fixture(scope="module")
def failing() -> Validation:
    return failing_validation()


def of_claim(text: str, name: str) -> str:
    return section(text, f'### <a id="{name.lower()}"></a>')


def words(text: str) -> str:
    """What is left of a text without its tables, verdicts and figures."""
    lines = [line for line in text.splitlines() if not line.startswith("|")]
    plain = re.sub(rf"(?:[✔✘?] )?\b(?:{VERDICTS})\b", "VERDICT", " ".join(lines))
    return " ".join(
        re.sub(r"-?[0-9][0-9,.]*[0-9]|[0-9]", "N", plain).replace("N to N", "N").split()
    )


def test_what_the_synthetic_validations_are_meant_to_be(holding, failing):
    assert {outcome.verdict for outcome in holding.outcomes} == {"holds"}
    assert {control.verdict for control in holding.controls} == {"holds"}
    assert holding.sound
    assert not failing.sound
    clean = {o.claim.id: o.verdict for o in failing.outcomes if o.place == CLEAN}
    broken = {name for name, verdict in clean.items() if verdict != "holds"}
    assert broken == {"C1", "C2", "C4", "C7", "C8", "C9", "C10", "C11"}


def test_claims_that_do_not_hold_leave_a_validation_sound_but_a_control_does_not(holding, failing):
    assert {outcome.verdict for outcome in failing.outcomes} >= {"does not hold"}
    assert replace(failing, theorems=holding.theorems).sound
    for verdict in ("does not hold", "undecided"):
        off = replace(holding.controls[-1], verdict=verdict)
        assert not replace(holding, controls=[*holding.controls[:-1], off]).sound


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_told_in_the_same_words_however_it_came_out(holding, failing, name):
    told = words(of_claim(report(holding), name))
    assert told == words(of_claim(report(failing), name))
    assert len(told) > 200


def test_where_all_holds_nothing_is_said_to_fail(holding):
    text = report(holding)
    assert text.count("✘") == 1  # in the legend
    short = section(text, "## In short")
    assert f"in the team: {len(CLAIMS)} of {len(CLAIMS)} hold." in short
    assert "hold in every setting" in short
    assert not [word for word in ("none", "some", "not", "failed") if word in short]


def test_what_does_not_hold_is_named_in_short(failing):
    short = section(report(failing), "## In short")
    assert "Exact statements: 2 of 3 hold; **T3 failed**." in short
    assert "in the team: 10 of 13 hold; does not hold: C7, C8 and C11." in short
    assert "hold in some settings: C1 (1 of 2), C2 (1 of 2)" in short
    assert "hold in none: C7 and C11" in short


def test_a_broken_theorem_is_named_where_a_claim_rests_on_it(holding, failing):
    told = of_claim(report(failing), "C11")
    assert "T3 ✘ does not hold, T9 ✔ holds" in told
    assert "the claim does not hold" in told
    assert "the claim holds" in of_claim(report(holding), "C11")


def test_figures_beside_a_claim_are_those_of_all_settings(failing):
    text = report(failing)
    assert "the mean synergy without absences is -0.0118 to 0.0612." in " ".join(
        of_claim(text, "C2").split()
    )
    assert "0.175 to 0.880 of it" in of_claim(text, "C4")
    weights = " ".join(of_claim(text, "C8").split())
    assert (
        "penalty falls, interval and all, in 3 of these 3 places, squared weights in 1" in weights
    )
    rising = {"penalty of absences": (0.3, 3.1)}
    weights = " ".join(of_claim(report(synthetic(clean=rising, team=rising)), "C8").split())
    assert (
        "penalty falls, interval and all, in 1 of these 3 places, squared weights in 3" in weights
    )


def test_an_undecided_rule_is_not_said_to_fail():
    wide = synthetic()
    wide.world[CLEAN.absences]["solo quality"] = np.array([0.2, -0.3, 0.5, 0.1, -0.2])
    outcomes = judge_claim(CLAIMS["C3"], PLAN, wide.world, {})
    assert [outcome.verdict for outcome in outcomes] == ["holds", "undecided", "holds"]
    told = of_claim(report(replace(wide, outcomes=outcomes)), "C3")
    assert "? undecided |" in told
    assert "does not hold" not in told


def test_equivalence_is_not_said_of_what_is_only_not_shown(failing):
    told = of_claim(report(failing), "C1")
    assert told.count("✘ does not hold, equivalent |") == 1  # 0.006 to 0.006
    wide = synthetic()
    wide.world[CLEAN.absences]["cost of losing one"] = np.array([0.2, -0.3, 0.5, 0.1, -0.2])
    wide = replace(wide, outcomes=judge_claim(CLAIMS["C1"], PLAN, wide.world, {}))
    assert "equivalent" not in of_claim(report(wide), "C1")


@pytest.mark.parametrize("verdict", ["does not hold", "undecided"])
def test_a_control_that_is_off_is_named_with_what_it_does(holding, verdict):
    effect = Effect(0.2, 0.1, -0.15, -0.05, 10)
    off = ControlResult("hum", "team", "no gain", "a and b", effect, verdict, 0.5)
    text = report(replace(holding, controls=[off, *holding.controls]))
    assert f"**not so: hum, team ({verdict})**" in text
    assert "50% (hum, team)" in " ".join(text.split())
    assert "not so" not in report(holding)


def test_the_remedy_that_gains_most_is_marked():
    def told(absences: float, decay: float) -> list[str]:
        rows = [
            Remedy("team", name, Effect(0.5, 0.5 + gain, gain - 0.02, gain + 0.02, 10))
            for name, gain in (
                ("absences", absences),
                ("early stopping", 0.05),
                ("weight decay", decay),
            )
        ]
        text = section(report(replace(synthetic(), remedies=rows)), "## Are there other ways")
        assert signed(decay, 3) in text
        return re.findall(r"\| ([^|]*) \|$", text, flags=re.MULTILINE)[2:]

    assert told(0.20, 0.29) == ["below", "below", "**best**"]
    assert told(0.20, 0.19) == ["**best**", "below", "overlaps"]


def test_a_dose_that_harms_is_said_to(holding):
    def told(validation: Validation) -> list[str]:
        text = " ".join(section(report(validation), "## How much absence?").split())
        return re.findall(r"worse, interval and all, than at rate 0: ([^.]*(?:\.\d[^.]*)*)\.", text)

    assert told(holding) == ["none", "none"]
    harmful = [
        replace(dose, measures=dose.measures | {"quality": dose.measures["quality"][::-1]})
        for dose in holding.doses
    ]
    assert told(replace(holding, doses=harmful)) == ["0.2 and 0.5", "0.2 and 0.5"]


def test_every_claim_of_the_validation_has_its_section(holding):
    text = report(holding)
    assert re.findall(r'^### <a id="(c\d+)">', text, flags=re.MULTILINE) == [
        name.lower() for name in outcomes_by_claim(holding.outcomes)
    ]
