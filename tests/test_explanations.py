"""What a report of a validation explains: no explanation contradicts a verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from validations import PLAN, failing_validation, section, synthetic

from dashboard.numbers import signed
from dashboard.validation.explanations import compare_remedies, explain, explain_control
from dashboard.validation.report import outcomes_by_claim, report
from experiments.validation.claims import CLAIMS, judge_claim
from experiments.validation.conditions import CLEAN, NOISY, TEAM
from experiments.validation.controls import ControlResult
from experiments.validation.remedies import Remedy
from experiments.validation.validate import Validation
from simulation.statistics import Effect


@pytest.fixture(scope="module")
def holding() -> Validation:
    return synthetic()


@pytest.fixture(scope="module")
def failing() -> Validation:
    return failing_validation()


def of_claim(validation: Validation, name: str):
    return outcomes_by_claim(validation.outcomes)[name]


def why(validation: Validation, name: str) -> str:
    return "\n".join(explain(validation, of_claim(validation, name)))


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


def test_where_all_holds_nothing_is_explained_away(holding):
    assert not any(why(holding, name) for name in CLAIMS)
    text = report(holding)
    assert text.count("✘") == 1  # in the legend
    assert "Not as predicted" not in text
    assert f"all {len(CLAIMS)} hold" in section(text, "## In short")
    assert "hold in none" not in text


def test_a_claim_is_explained_where_it_does_not_hold_and_only_there(failing):
    text = report(failing)
    for name, outcomes in outcomes_by_claim(failing.outcomes).items():
        part = section(text, f'### <a id="{name.lower()}"></a>')
        told = [line for line in part.splitlines() if line.startswith("- **")]
        short = {o.place for o in outcomes if o.verdict != "holds"}
        assert bool(told) == bool(short)
        named = {f"*{CLEAN.name}*": CLEAN, f"*{NOISY.name}*": NOISY, "the team": TEAM}
        for words, place in named.items():
            assert any(words in line for line in told) == (place in short), (name, words)


def test_a_broken_theorem_is_named_where_a_claim_rests_on_it(failing):
    assert "T3: does not hold" in why(failing, "C11")
    assert "the claim does not hold" in report(failing)
    assert "**T3 failed**" in report(failing)


def test_squared_weights_are_explained_by_the_penalty(failing):
    text = why(failing, "C8")
    assert "falls in every setting" in text
    assert f"the team and *{CLEAN.name}*, where squared weights do not" in text
    assert "Under cross-entropy" in text
    rising = {"penalty of absences": (0.3, 3.1), "squared weights": (27.3, 36.4)}
    text = why(synthetic(clean=rising), "C8")
    assert "falls in 2 of 3 settings" in text
    assert "where squared weights do not" not in text
    text = why(synthetic(team={"squared weights": (27.3, 36.4)}), "C8")
    assert "cross-entropy" not in text
    everywhere = dict.fromkeys(("team", "clean", "noisy"), rising)
    assert "falls in none of the settings" in why(synthetic(**everywhere), "C8")


def test_saturation_is_only_blamed_where_there_is_little_to_lose(failing):
    assert "next to nothing to lose" in why(failing, "C1")
    costly = synthetic(clean={"cost of losing one": (0.19, 0.30)})
    assert "does not hold" in why(costly, "C1")
    assert "moves the other way" in why(costly, "C1")
    assert "next to nothing to lose" not in why(costly, "C1")


def test_clean_labels_are_only_blamed_where_the_noisy_ones_do_better(failing):
    assert "have clean labels" in why(failing, "C9")
    assert "holds in every setting" in why(failing, "C9")
    both = {"quality": (0.973, 0.973)}
    text = why(synthetic(clean=both, noisy=both), "C9")
    assert "does not hold" in text
    assert "have clean labels" not in text
    assert "holds in every setting" not in text
    assert "dropout paper" not in text  # no small clean set was looked at


def test_synergy_and_shares_are_explained_by_what_was_there_to_undo(failing):
    assert "nothing to undo" in why(failing, "C2")
    assert "0.175" in why(failing, "C4")
    needed = synthetic(clean={"pair synergy": (0.06, 0.09)})
    assert "does not hold" in why(needed, "C2")
    assert "nothing to undo" not in why(needed, "C2")


def test_steadiness_is_split_only_where_the_readings_part(failing):
    assert "three readings" in why(failing, "C10")
    starts = {"spread over starts": (0.1, 0.3), "co-adaptation score": (0.3, 0.9)}
    text = why(synthetic(clean=starts), "C10")
    assert "does not hold" in text
    assert "three readings" not in text


def test_an_undecided_rule_is_not_said_to_fail():
    wide = synthetic()
    wide.world[CLEAN.absences]["solo quality"] = np.array([0.2, -0.3, 0.5])
    outcomes = judge_claim(CLAIMS["C3"], PLAN, wide.world, {})
    assert [outcome.verdict for outcome in outcomes] == ["holds", "undecided", "holds"]
    (told,) = explain(wide, outcomes)
    assert "undecided" in told
    assert "does not hold" not in told


def control(verdict: str, of_absences: float | None = 0.5) -> ControlResult:
    effect = Effect(0.2, 0.1, -0.15, -0.05, 10)
    return ControlResult("noise", "team", "no gain", "a and b", effect, verdict, of_absences)  # type: ignore[arg-type]


def test_controls_are_explained_by_their_verdict(holding):
    assert explain_control(control("holds")) == ""
    assert "undecided" in explain_control(control("undecided"))
    assert "by 50% of what absences" in explain_control(control("does not hold"))
    assert "does not come true" in explain_control(control("does not hold", None))
    off = replace(holding, controls=[control("does not hold"), *holding.controls])
    text = report(off)
    assert "not so: noise, team (does not hold)" in text
    assert "Not as predicted" in text


def test_a_better_remedy_than_absences_is_called_better():
    def rows_of(absences: float, decay: float) -> list[Remedy]:
        return [
            Remedy("team", name, Effect(0.5, 0.5 + gain, gain - 0.02, gain + 0.02, 10))
            for name, gain in (
                ("absences", absences),
                ("early stopping", 0.05),
                ("weight decay", decay),
            )
        ]

    text = compare_remedies(rows_of(0.20, 0.29))
    assert "**Weight decay: better than absences** on average" in text
    assert "lies wholly above that of absences and early stopping" in text
    assert signed(0.29, 3) in text
    text = compare_remedies(rows_of(0.20, 0.19))
    assert "better than absences" not in text
    assert "Absences gain most on average" in text
    assert "overlaps with that of weight decay" in text


def test_a_dose_that_harms_is_said_to(holding):
    assert "At none of these rates is it worse" in report(holding)
    harmful = [
        replace(dose, measures=dose.measures | {"quality": dose.measures["quality"][::-1]})
        for dose in holding.doses
    ]
    text = report(replace(holding, doses=harmful))
    assert "At none of these rates is it worse" not in text
    assert "interval and all, at 0.2 and 0.5" in text
