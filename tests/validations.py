"""Validations made up by hand, for the tests of what is written about them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from experiments.article_measures import SILENCED
from experiments.validation import controls
from experiments.validation.claims import CLAIMS, judge_claim
from experiments.validation.conditions import CLEAN, NOISY, TEAM, Condition, Figures
from experiments.validation.limits import LIMITS, LimitResult, dose
from experiments.validation.plan import Plan
from experiments.validation.remedies import NETWORK_DECAYS, TEAM_DECAYS, remedies
from experiments.validation.theorems.comparison import Check, Comparison
from experiments.validation.validate import Validation
from simulation.statistics import paired_effect

SEEDS = 5
RATES = (0.0, 0.2, 0.5)
PLAN = Plan(
    tuple(range(4, 4 + SEEDS)),
    team_rates=RATES,
    network_rates=RATES,
    every_setting=False,
    quick=True,
)

# What each measure is without absences, and with: every claim holds.
HOLDING = {
    "quality": (0.71, 0.83),
    "quality of the average": (0.71, 0.83),
    "one missing, mean": (0.52, 0.74),
    "one missing, worst": (0.41, 0.69),
    "two missing, mean": (0.33, 0.61),
    "two missing, worst": (0.12, 0.55),
    "cost of losing one": (0.19, 0.09),
    "pair synergy": (0.061, -0.022),
    "solo quality": (0.06, 0.27),
    "agreement": (-0.02, 0.36),
    "agreement of couples": (0.015, 0.31),
    "agreement of others": (0.012, 0.32),
    "co-adaptation score": (2.15, 0.35),
    "spread over absences": (0.17, 0.08),
    "spread over starts": (0.26, 0.11),
    "carrier's share": (0.88, 0.31),
    "section without its carrier": (-0.21, 0.44),
    "squared weights": (36.4, 27.3),
    "penalty of absences": (3.12, 0.31),
    "practice quality": (0.98, 0.93),
    "gap": (0.27, 0.10),
    "distinct sub-teams": (1.0, 15.0),
    "silenced in training": (0.0, 0.3),
    "rate": (0.0, 0.3),
    "silenced at the show": (0.0, 0.0),
    "none": (0.0, 0.0),
    "early-stopped quality": (0.76, 0.84),
    "quality, choosing half": (0.70, 0.82),
    "quality, judged half": (0.72, 0.83),
    "passes to match": (1.0, 50.0),
}
EXACTLY = {"silenced at the show", "none", "rate", "distinct sub-teams"}


def figures(condition: int, changed: dict[str, tuple[float, float]] | None = None, shift=0.0):
    """Measures of a condition (0 without, 1 with absences), seeds a little apart."""
    measures = HOLDING | (changed or {})
    drawn = {}
    for number, (name, values) in enumerate(measures.items()):
        wiggle = (
            0.0
            if name in EXACTLY
            else 0.002 * np.sin(1 + number + condition + 3.1 * np.arange(SEEDS))
        )
        scale = abs(values[condition]) if abs(values[condition]) > 1 else 0.5
        drawn[name] = values[condition] + scale * (wiggle + shift)
    drawn = {name: np.broadcast_to(values, SEEDS).copy() for name, values in drawn.items()}
    curve = np.linspace(0.95, 0.30 + 0.2 * condition, len(SILENCED))
    return drawn | {"ablation": curve + 0.001 * np.arange(SEEDS)[:, None]}


def synthetic(**changed: dict[str, tuple[float, float]]) -> Validation:
    """One in which all holds; `team`, `clean` and `noisy` change measures (without, with)."""
    world: dict[Condition, Figures] = {
        controls.TEAM_FIXED: figures(0, shift=0.0002),
        controls.TEAM_NOISE: figures(0, shift=0.1),
        controls.SLOW_WITHOUT: figures(0),
        controls.SLOW_NOISE: figures(0, shift=0.0002),
        controls.SLOW_ABSENCES: figures(1),
        controls.SIX_WITHOUT: figures(0),
        controls.SIX_COUPLES: figures(
            0, {"agreement of couples": (-0.25, 0), "agreement of others": (0.2, 0)}
        ),
        controls.NETWORK_FIXED: figures(0, shift=0.0002),
        controls.NETWORK_NOISE: figures(0),
        controls.NETWORK_COUPLES: figures(
            0, {"agreement of couples": (-0.06, 0), "agreement of others": (0.03, 0)}
        ),
    }
    for place, which in ((TEAM, "team"), (CLEAN, "clean"), (NOISY, "noisy")):
        world[place.without] = figures(0, changed.get(which))
        world[place.absences] = figures(1, changed.get(which))
    for at, condition in enumerate(dose.conditions(PLAN)):
        at %= len(RATES)
        world[condition] = figures(min(at, 1), shift=0.003 * at)
    for decays in (TEAM_DECAYS, NETWORK_DECAYS):
        for at, condition in enumerate(decays):
            world[condition] = figures(0, shift=0.01 * at)
    theorems = [
        Comparison(
            name,
            f"{name}: |a - b|^2 is E[m_j given m_i = 1] and a*b*c <c_i, c_j>",
            "a source | another",
            (Check("one | and the other", 1.25e-15),),
            "all of them",
        )
        for name in ("T3", "T4", "T9")
    ]
    holding = {theorem.id: theorem.holds for theorem in theorems}
    limit = replace(LIMITS["L1"], title="A limit", statement="It is so.", measured="how | far")
    found = paired_effect([0.111, 0.112, 0.113], [0.221, 0.232, 0.213])
    return Validation(
        plan=PLAN,
        theorems=theorems,
        outcomes=[o for c in CLAIMS.values() for o in judge_claim(c, PLAN, world, holding)],
        controls=controls.judge_controls(world),
        remedies=remedies(world),
        doses=dose.dose_response(PLAN, world),
        limits=[LimitResult(limit, [("a: b", found), ("share", 0.345)], "It breaks.")],
        world=world,
    )


FAILING = {
    "team": {"squared weights": (27.3, 36.4)},
    "clean": {
        "squared weights": (27.3, 36.4),
        "quality": (0.973, 0.973),
        "cost of losing one": (0.0059, 0.0058),
        "pair synergy": (-0.012, -0.0021),
        "carrier's share": (0.175, 0.176),
        "spread over starts": (0.001, 0.003),
    },
    "noisy": {"gap": (-0.12, -0.24), "quality of the average": (0.71, 0.90)},
}


def failing_validation() -> Validation:
    """One in which a theorem and several claims fail."""
    validation = synthetic(**FAILING)
    broken = replace(validation.theorems[0], checks=(Check("one and the other", 0.25),))
    held = {"T3": False, "T4": True, "T9": True}
    outcomes = [o for c in CLAIMS.values() for o in judge_claim(c, PLAN, validation.world, held)]
    return replace(
        validation, theorems=[broken, *validation.theorems[1:]], outcomes=outcomes
    )  # fmt: skip


def section(text: str, heading: str) -> str:
    """The part of a report from a heading to the next of the same depth or above."""
    start = text.index(heading)
    depth = re.match("#+", heading).group()
    following = re.search(rf"\n#{{1,{len(depth)}}} ", text[start + 1 :])
    return text[start : start + 1 + following.start()] if following else text[start:]
