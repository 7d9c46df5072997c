"""What the analogy validation tests have in common: the plan at reduced size, and how to judge it.

Teams with 2,000 rehearsals, and the article's network on all of scikit-learn's 8 x 8 digits with
Adam, for 60 epochs. The rules are those of `experiments.validation.claims`. What holds is asserted
to hold; what does not, not to. ANALOGY_BASE_SEED chooses other seeds: multiples of 100.

Seeds come in tens. How many an assertion needs was found on other seeds (20 to 30 from 1,000,000),
before the run: with the mean effect and the standard deviation there, an assertion must fail in
less than one run of 1,000.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.processes import run_jobs
from experiments.validation.claims import CLAIMS, Outcome, outcome_of
from experiments.validation.conditions import Condition, Figures, Place, World
from experiments.validation.plan import Plan

BASE_SEED = int(os.environ.get("ANALOGY_BASE_SEED", "0"))


def plan_of(ten: int = 0) -> Plan:
    """Plan the given ten of seeds."""
    first = BASE_SEED + 10 * ten
    return Plan(
        tuple(range(first, first + 10)),
        rehearsals=2_000,
        epochs=60,
        data="digits",
        team_rates=(),
        network_rates=(),
        every_setting=False,
        quick=True,
    )


def measured(conditions: Sequence[Condition], ten: int = 0) -> dict[Condition, Figures]:
    """Run these conditions, and return their figures by condition."""
    return run_jobs(plan_of(ten).jobs(conditions), 1, lambda *_: None)


def joined(tens: Sequence[Figures]) -> dict[str, Any]:
    """Join the figures of several tens of seeds."""
    return {name: np.concatenate([ten[name] for ten in tens]) for name in tens[0]}


def judged(claim: str, place: Place, world: World) -> Outcome:
    """Judge a claim by its own rules."""
    return outcome_of(CLAIMS[claim], place, world[place.without], world[place.absences], {})


def by_rule(outcome: Outcome) -> dict[str, str]:
    """Verdict of each rule, by measure and what is expected of it."""
    return {f"{f.rule.measure}, {f.rule.expect}": f.verdict for f in outcome.findings}
