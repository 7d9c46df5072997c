"""What the validation's report says in words: the same whatever came out, but for the figures."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from validations import PLAN, failing_validation, section, synthetic, with_parts

from dashboard.validation.report import MARKS, outcomes_by_claim, report
from experiments.validation.claims import CLAIMS, judge_claim
from experiments.validation.conditions import CLEAN, NOISY, TEAM
from experiments.validation.controls import ControlResult
from experiments.validation.facts import FACTS
from experiments.validation.remedies import TEAM_STOPPED, remedies
from experiments.validation.reruns import Rerun, held_against
from experiments.validation.rules import Verdict
from experiments.validation.validate import Validation
from simulation.statistics import Effect

VERDICTS = "|".join(sorted(get_args(Verdict), key=len, reverse=True))


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
    marks = "|".join(map(re.escape, MARKS.values()))
    plain = re.sub(rf"(?:(?:{marks}) )?\b(?:{VERDICTS})\b", "VERDICT", " ".join(lines))
    return " ".join(
        re.sub(r"-?[0-9][0-9,.]*[0-9]|[0-9]", "N", plain).replace("N to N", "N").split()
    )


def test_what_the_synthetic_validations_are_meant_to_be(holding, failing):
    assert {outcome.verdict for outcome in holding.outcomes + holding.facts} == {"holds"}
    assert {control.verdict for control in holding.controls} == {"holds"}
    assert holding.sound
    assert not failing.sound
    found = {(o.claim.id, o.place): o.verdict for o in failing.outcomes if o.verdict != "holds"}
    assert found == {
        ("C1", CLEAN): "does not hold",
        ("C2", TEAM): "does not hold",
        ("C2", CLEAN): "the other way",
        ("C4", CLEAN): "equivalent",
        ("C5", TEAM): "does not hold",
        ("C6", CLEAN): "holds, but too small to matter",
        ("C7", CLEAN): "does not hold",
        ("C7", NOISY): "does not hold",
        ("C8", TEAM): "the other way",
        ("C8", CLEAN): "the other way",
        ("C9", CLEAN): "equivalent",
        ("C10", CLEAN): "the other way",
    }
    assert {fact.claim.id for fact in failing.facts if fact.verdict != "holds"} == {"F2", "F3"}


def test_claims_that_do_not_hold_leave_a_validation_sound_but_nothing_else_does(holding, failing):
    assert {outcome.verdict for outcome in failing.outcomes} >= {"does not hold"}
    assert replace(failing, theorems=holding.theorems, facts=holding.facts).sound
    assert not replace(failing, facts=holding.facts).sound
    assert not replace(failing, theorems=holding.theorems).sound
    for verdict in ("does not hold", "undecided", "too few seeds to say"):
        off = replace(holding.controls[-1], verdict=verdict)
        with_it = replace(holding, controls=[*holding.controls[:-1], off])
        assert with_it.sound == (verdict != "does not hold")
        off = replace(holding.facts[0], found=verdict)
        assert not replace(holding, facts=[off, *holding.facts[1:]]).sound


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_told_in_the_same_words_however_it_came_out(holding, failing, name):
    told = words(of_claim(report(holding), name))
    assert told == words(of_claim(report(failing), name))
    assert len(told) > 200


def test_where_all_holds_nothing_is_said_to_fail(holding):
    text = report(holding)
    assert text.count("✘") == 1  # in the legend
    short = section(text, "## In short")
    asked = len([claim for claim in CLAIMS.values() if claim.on_team])
    assert f"in the team: {asked} of {asked} hold." in short
    assert f"Facts: {len(FACTS)} of {len(FACTS)} hold." in short
    assert "hold in every setting" in short
    assert not [word for word in ("none", "some", "not", "failed") if word in short]


def test_what_does_not_hold_is_named_in_short(failing):
    short = section(report(failing), "## In short")
    assert "Exact statements: 2 of 3 hold; **T3 failed**." in short
    assert "**F2 failed (team)**" in short
    assert "in the team: 7 of 10 hold; does not hold: C2 and C5; the other way: C8." in short
    assert "hold in some settings: C1 (1 of 2), C2 (1 of 2)" in short
    assert "hold in none: C7." in short


def test_what_a_correction_for_many_takes_away_is_counted_and_marked(holding):
    count = (
        "63 of 63 directional findings about claims hold, each by its own 95% interval; {} still"
    )
    assert count.format(63) in " ".join(report(holding).split())
    rule = CLAIMS["C3"].rules[0]
    without = np.zeros(10)
    barely = rule.compare(without, without + 0.6 + 0.9 * np.linspace(-1, 1, 10), 0.1)
    assert barely.verdict == "holds"
    at = next(at for at, o in enumerate(holding.outcomes) if o.claim.id == "C3")
    lost = replace(holding.outcomes[at], findings=[barely, barely])
    outcomes = [*holding.outcomes[:at], lost, *holding.outcomes[at + 1 :]]
    text = report(replace(holding, outcomes=outcomes))
    assert count.format(61) in " ".join(text.split())
    assert text.count("✔ holds† |") == 2
    assert "(those that do not are marked †)" in text
    assert "†" not in report(holding)


def test_a_broken_theorem_is_named_where_a_fact_rests_on_it(holding, failing):
    def told(validation: Validation, name: str) -> list[str]:
        facts = section(report(validation), "## Facts that the article states")
        return [line for line in facts.splitlines() if line.startswith(f"| {name} |")]

    assert told(failing, "F3")[0].endswith("| exact: T3 and T9 |  |  | ✘ |")
    assert told(holding, "F3")[0].endswith("| exact: T3 and T9 |  |  | ✔ |")
    assert told(failing, "F2")[-1].endswith("| exact: T3 and T4 |  |  | ✘ |")
    assert "✘" not in "".join(told(failing, "F4"))


def test_another_run_that_found_something_else_is_told(holding):
    def told(elsewhere: Verdict) -> str:
        rerun = Rerun(1000, "a command", {("C9", CLEAN.name): elsewhere})
        outcomes = [held_against([rerun], outcome) for outcome in holding.outcomes]
        return " ".join(report(replace(holding, outcomes=outcomes, reruns=[rerun])).split())

    assert "Held against runs from seed 1000: where verdicts on a claim differ" in told("holds")
    assert "so for 0 of 32 outcomes." in told("holds")
    assert "so for 1 of 32 outcomes, listed below" in told("equivalent")
    assert f"| C9 | {CLEAN.name} | holds | equivalent | ? undecided |" in told("equivalent")
    assert "C9 (1 of 2)" in told("equivalent")
    assert "Held against" not in report(holding)


def test_figures_beside_a_claim_are_those_of_all_settings(failing):
    text = report(failing)
    assert "the mean synergy without absences is -0.0120 to 0.0610." in " ".join(
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


UNSURE = with_parts(np.array([0.2, -0.3, 0.5, 0.1, -0.2, 0.4, -0.1, 0.3, -0.4, 0.2]), 0.1)


def test_an_undecided_rule_is_not_said_to_fail():
    wide = synthetic()
    wide.world[CLEAN.absences]["solo quality"] = UNSURE
    outcomes = judge_claim(CLAIMS["C3"], PLAN, wide.world, {})
    assert [outcome.verdict for outcome in outcomes] == ["holds", "undecided", "holds"]
    told = of_claim(report(replace(wide, outcomes=outcomes)), "C3")
    assert "? undecided |" in told
    assert "does not hold" not in told


def test_equivalence_is_not_said_of_what_is_only_not_shown(failing):
    told = of_claim(report(failing), "C4")
    assert told.count("= equivalent |") == 1  # 0.175 to 0.176
    wide = synthetic()
    wide.world[CLEAN.absences]["carrier's share"] = UNSURE + 0.8
    wide = replace(wide, outcomes=judge_claim(CLAIMS["C4"], PLAN, wide.world, {}))
    assert "equivalent" not in of_claim(report(wide), "C4")


def test_with_too_few_seeds_nothing_is_said_to_hold_or_to_fail():
    few = synthetic()
    world = {
        key: {name: values[:4] for name, values in measures.items()}
        for key, measures in few.world.items()
    }
    outcomes = [each for claim in CLAIMS.values() for each in judge_claim(claim, PLAN, world, {})]
    assert {outcome.verdict for outcome in outcomes} == {"too few seeds to say"}
    short = section(report(replace(few, world=world, outcomes=outcomes)), "## In short")
    assert "in the team: 0 of 10 hold; too few seeds to say: C1," in short


@pytest.mark.parametrize("verdict", ["does not hold", "undecided", "too few seeds to say"])
def test_a_control_that_is_off_is_named_with_what_it_does(holding, verdict):
    effect = Effect(0.2, 0.1, -0.15, -0.05, 10)
    off = ControlResult("hum", "team", "no gain", "a and b", effect, verdict, 0.5)
    text = report(replace(holding, controls=[off, *holding.controls]))
    assert f"**not so: hum, team ({verdict})**" in text
    assert "50% (hum, team)" in " ".join(text.split())
    assert "not so" not in report(holding)


def test_what_a_remedy_does_as_well_is_not_said_to_be_the_absences_own():
    validation = synthetic()
    compared = [remedy.beside.rule.measure for remedy in validation.remedies]
    assert {"cost of losing one", "carrier's share", "quality"} < {*compared}

    def own(validation: Validation) -> list[str]:
        text = " ".join(section(report(validation), "## The missing control").split())
        pattern = r"absences do more than both remedies, interval and all, for: ([^.]*)\."
        return re.findall(pattern, text)

    everything = own(validation)
    assert ["solo quality" in of_world for of_world in everything] == [True, True]
    world = validation.world | {
        TEAM_STOPPED: validation.world[TEAM_STOPPED]
        | {"solo quality": validation.world[TEAM.absences]["solo quality"]}
    }
    told = own(replace(validation, remedies=remedies(world)))
    assert ["solo quality" in of_world for of_world in told] == [False, True]
    none = {key: validation.world[TEAM.absences] for key in world if key.world == "team"}
    assert own(replace(validation, remedies=remedies(world | none)))[0] == "nothing"


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
