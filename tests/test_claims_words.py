"""Each claim and fact as it is worded: where it just holds, and just no longer."""

from __future__ import annotations

import numpy as np
import pytest
from validations import HOLDING

from experiments.validation.claims import CLAIMS, judge_claim, outcome_of
from experiments.validation.conditions import CLEAN, NOISY, TEAM
from experiments.validation.facts import FACTS
from experiments.validation.plan import Plan

WITHOUT, WITH = 0, 1
ABOVE, BELOW = 1, -1
ALL = CLAIMS | FACTS
THEY_HOLD = dict.fromkeys(("T3", "T4", "T9"), True)
SMALL, FAILS = "holds, but too small to matter", "does not hold"

# What has to be on which side of what, everything else being as in `HOLDING`; the verdict there.
BORDERS = [
    # Costs much: a tenth of the quality above chance (.70); with absences a tenth of itself less.
    ("C1", "cost of losing one", WITHOUT, ABOVE, 0.1 * 0.70, FAILS),
    ("C1", "cost of losing one", WITH, BELOW, 0.9 * 0.19, SMALL),
    # No use: at most a tenth of what losing one costs (.19); synergy falls by as much.
    ("C2", "use without another", WITHOUT, BELOW, 0.1 * 0.19, FAILS),
    ("C2", "pair synergy", WITH, BELOW, 0.061 - 0.1 * 0.19, SMALL),
    # Manages alone: as an equal member would (.16).
    ("C3", "solo quality", WITH, ABOVE, 0.06 + 0.01, SMALL),
    ("C3", "alone, filling the time", WITH, ABOVE, 0.16, FAILS),
    ("C4", "carrier's share", WITH, BELOW, 0.95 * 0.88, SMALL),
    ("C4", "section without its carrier", WITH, ABOVE, -0.21 + 0.01, SMALL),
    # Kept: nine tenths of the quality above chance (.82).
    ("C5", "one missing, worst, above chance", WITH, ABOVE, 0.9 * 0.82, FAILS),
    ("C5", "two missing, worst, above chance", WITH, ABOVE, 0.9 * 0.82, FAILS),
    ("C5", "one missing, mean", WITH, ABOVE, 0.52 + 0.01, SMALL),
    ("C5", "one missing, worst", WITH, ABOVE, 0.41 + 0.01, SMALL),
    ("C5", "two missing, mean", WITH, ABOVE, 0.33 + 0.01, SMALL),
    ("C5", "two missing, worst", WITH, ABOVE, 0.12 + 0.01, SMALL),
    ("C6", "spread over absences", WITH, BELOW, 0.95 * 0.17, SMALL),
    # The same as the average (.83 and .01), to .01 on both sides.
    ("C7", "quality", WITH, ABOVE, 0.83 - 0.01, FAILS),
    ("C7", "quality", WITH, BELOW, 0.83 + 0.01, FAILS),
    ("C7", "overconfidence", WITH, ABOVE, 0.01 - 0.01, FAILS),
    ("C7", "overconfidence", WITH, BELOW, 0.01 + 0.01, FAILS),
    ("C8", "squared weights", WITH, BELOW, 0.95 * 36.4, SMALL),
    # By more than the smallest gain, and no less than all of it.
    ("C9", "quality", WITH, ABOVE, 0.71 + 0.01, SMALL),
    ("C9", "smallest gain", WITHOUT, BELOW, 0.83 - 0.71, SMALL),
    ("C9", "gap", WITH, BELOW, 0.27 - 0.01, SMALL),
    ("C10", "co-adaptation score", WITH, BELOW, 0.95 * 2.15, SMALL),
    ("C10", "spread over starts", WITH, BELOW, 0.95 * 0.26, SMALL),
    ("C13", "quality", WITH, ABOVE, 0.71 - 0.01, "the other way"),
    ("F1", "distinct sub-teams", WITH, ABOVE, 1.05, SMALL),
    ("F2", "quality", WITH, ABOVE, 0.83 - 0.01, FAILS),
    ("F2", "quality", WITH, BELOW, 0.83 + 0.01, FAILS),
    ("F4", "silenced in training", WITH, ABOVE, 0.3 - 0.01, FAILS),
    ("F4", "silenced in training", WITH, BELOW, 0.3 + 0.01, FAILS),
    ("F4", "silenced at the show", WITH, BELOW, 0.01, FAILS),
]


def made_up() -> list[dict[str, np.ndarray]]:
    """Figures without absences and with, of seeds that all say the same."""
    return [
        {each: np.full(10, float(values[condition])) for each, values in HOLDING.items()}
        for condition in (WITHOUT, WITH)
    ]


def verdict(name: str, measure: str = "", which: int = WITHOUT, value: float = 0.0) -> str:
    figures = made_up()
    if measure:
        figures[which][measure] = np.full(10, value)
    theorems = dict.fromkeys(("T3", "T4", "T9"), True)
    return outcome_of(ALL[name], TEAM, *figures, theorems).verdict


@pytest.mark.parametrize("name", ALL)
def test_all_hold_as_they_are_made_up(name):
    assert verdict(name) == "holds"


@pytest.mark.parametrize(("name", "measure", "which", "side", "border", "beyond"), BORDERS)
def test_a_claim_holds_up_to_its_border_and_no_farther(name, measure, which, side, border, beyond):
    just = 1e-6
    assert verdict(name, measure, which, border + side * just) == "holds"
    assert verdict(name, measure, which, border - side * just) == beyond


def test_every_rule_has_its_border():
    asked = {(name, rule.measure) for name, claim in ALL.items() for rule in claim.rules}
    assert asked == {(name, measure) for name, measure, *_ in BORDERS} - {("C9", "smallest gain")}


@pytest.mark.parametrize(
    ("name", "theorems"), [("F2", ("T3", "T4")), ("F3", ("T3", "T9")), ("F1", ()), ("F4", ())]
)
def test_facts_rest_on_theorems(name, theorems):
    assert FACTS[name].theorems == theorems
    for theorem in THEY_HOLD:
        found = outcome_of(FACTS[name], TEAM, *made_up(), THEY_HOLD | {theorem: False})
        assert found.verdict == ("does not hold" if theorem in theorems else "holds")


def test_what_is_asked_of_the_team_alone():
    assert [name for name, claim in ALL.items() if not claim.on_network] == ["F2"]
    assert [name for name, claim in ALL.items() if not claim.on_team] == ["C7"]


@pytest.mark.parametrize(
    ("name", "places"), [("C1", [TEAM, CLEAN, NOISY]), ("C7", [CLEAN, NOISY]), ("F2", [TEAM])]
)
def test_a_claim_is_judged_wherever_it_is_asked(name, places):
    plan = Plan(tuple(range(10)), every_setting=False)
    world = {}
    for place in plan.places():
        world[place.without], world[place.absences] = made_up()
    found = judge_claim(ALL[name], plan, world, THEY_HOLD)
    assert [outcome.place for outcome in found] == places
    assert [outcome.world for outcome in found] == [place.world for place in places]
    assert {outcome.verdict for outcome in found} == {"holds"}
