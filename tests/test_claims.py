"""The analogy validation tests: the article's claims and the controls, at reduced size.

Ten paired seeds; teams with 2,000 rehearsals, and the article's network on all digits with Adam,
clean and with 30% wrong labels, trained as long as in the full validation. The rules are those of
`nn_bridge.validation.claims`. What holds in full is asserted to hold; what does not, not to.
ANALOGY_BASE_SEED chooses other seeds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from dashboard.processes import run_jobs
from nn_bridge.validation.claims import CLAIMS
from nn_bridge.validation.controls import ControlResult
from nn_bridge.validation.judgements import NOISY, World, judge_claim, judge_controls
from nn_bridge.validation.plan import Plan, all_jobs
from nn_bridge.validation.rules import QUALITY_WORTH, Finding
from nn_bridge.validation.validate import Scope
from simulation import InputError
from simulation.effects import Effect

BASE_SEED = int(os.environ.get("ANALOGY_BASE_SEED", "0"))
CLEAN = "all digits, clean, adam"
TEAM = "five presenters"

PLAN = Plan(
    tuple(range(BASE_SEED, BASE_SEED + 10)),
    rehearsals=2_000,
    epochs=60,
    team_rates=(),
    network_rates=(),
    every_setting=False,
    quick=True,
)


@dataclass
class Judged:
    verdicts: dict[tuple[str, str], str]
    findings: dict[tuple[str, str], list[Finding]]
    controls: dict[tuple[str, str], ControlResult]


@pytest.fixture(scope="module")
def judged() -> Judged:
    scope = Scope.only([*CLAIMS, "controls"])
    jobs = {key: job for key, job in all_jobs(PLAN).items() if scope.needs(key[1])}
    jobs = {key: job for key, job in jobs.items() if not key[1].startswith("decay")}
    world = World.of(PLAN, run_jobs(jobs, 1, lambda *_: None))
    theorems = dict.fromkeys(("T3", "T4", "T9"), True)  # tested in test_theorems.py
    outcomes = [
        outcome
        for claim in CLAIMS.values()
        for outcome in judge_claim(claim, PLAN, world, theorems)
    ]
    return Judged(
        {(outcome.claim.id, outcome.setting): outcome.verdict for outcome in outcomes},
        {(outcome.claim.id, outcome.setting): outcome.findings for outcome in outcomes},
        {(control.name, control.world): control for control in judge_controls(world)},
    )


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_holds_for_the_presenters(judged, claim):
    assert judged.verdicts[claim, TEAM] == "holds"


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim != "C2"])
def test_all_but_one_hold_for_the_network_where_labels_are_wrong(judged, claim):
    assert judged.verdicts[claim, NOISY] == "holds"


@pytest.mark.parametrize("claim", ["C3", "C5", "C6", "C7", "C8", "C11", "C12", "C13"])
def test_what_holds_for_the_network_on_clean_digits(judged, claim):
    assert judged.verdicts[claim, CLEAN] == "holds"


@pytest.mark.parametrize(
    ("claim", "setting"),
    [
        # Accuracy is saturated: no two blocks of 32 units need one another.
        ("C2", CLEAN),
        ("C2", NOISY),
        # No gain in accuracy on clean digits, as in the dropout paper for small clean sets.
        ("C9", CLEAN),
    ],
)
def test_what_does_not_hold_is_not_found_to(judged, claim, setting):
    assert judged.verdicts[claim, setting] != "holds"


def test_accuracy_gains_nothing_to_speak_of_on_clean_digits_but_much_on_wrong_labels(judged):
    # As in the dropout paper for small clean sets. With ten seeds chance lets C9 hold now and then
    # on clean digits, by a hair; what is sure is that nobody would care about the gain.
    def gain(setting: str) -> Effect:
        (quality, _gap) = judged.findings["C9", setting]
        return quality.effect

    assert abs(gain(CLEAN).difference) < QUALITY_WORTH
    assert gain(NOISY).difference > QUALITY_WORTH


def test_the_controls_come_out_as_predicted(judged):
    assert {key: control.verdict for key, control in judged.controls.items()} == {
        ("one fixed person always absent", "team"): "holds",
        ("one fixed block always absent", "network"): "holds",
        ("couples are absent together", "team"): "holds",
        ("couples are absent together", "network"): "holds",
        ("output noise of the same variance", "team"): "holds",
    }


def test_a_part_of_the_validation_needs_only_its_own_jobs():
    def conditions(*names: str) -> set[str]:
        return {key[1] for key in Scope.only(names).jobs(PLAN)}

    assert conditions("T3") == {"T3"}
    assert "without" in conditions("C5")
    assert "noise" not in conditions("C5")
    assert {"T3", "T4"} <= conditions("C7")
    assert {"noise", "couples", "slow noise"} <= conditions("controls")
    assert conditions() >= conditions("controls") | conditions("C9") | conditions("limits")


def test_an_unknown_part_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"'C14' is no part of the validation.*C13, T1.*limits"):
        Scope.only(["C14"])


def test_fewer_than_two_seeds_are_refused():
    with pytest.raises(InputError, match="seeds is 1"):
        Plan((0,))
