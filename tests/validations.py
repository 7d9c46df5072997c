"""Validations made up by hand, for the tests of what is written about them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from experiments.article_measures import SILENCED
from experiments.validation import controls, remedies
from experiments.validation.claims import CLAIMS, Outcome, judge_claim
from experiments.validation.conditions import CLEAN, NOISY, TEAM, Condition, Figures, World
from experiments.validation.facts import FACTS
from experiments.validation.limits import LIMITS, LimitResult, dose
from experiments.validation.plan import Plan
from experiments.validation.theorems.comparison import Check, Comparison
from experiments.validation.validate import Validation
from simulation.parts import PARTS
from simulation.statistics import SMALLEST_EFFECT, paired_effect

SEEDS = 10
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
    "quality above chance": (0.70, 0.82),
    "quality of the average": (0.71, 0.83),
    "overconfidence": (0.02, 0.01),
    "overconfidence of the average": (0.02, 0.01),
    "one missing, mean": (0.52, 0.81),
    "one missing, worst": (0.41, 0.79),
    "one missing, worst, above chance": (0.40, 0.78),
    "two missing, mean": (0.33, 0.79),
    "two missing, worst": (0.12, 0.77),
    "two missing, worst, above chance": (0.11, 0.76),
    "cost of losing one": (0.19, 0.02),
    "use without another": (0.005, 0.04),
    "pair synergy": (0.061, -0.022),
    "solo quality": (0.06, 0.27),
    "alone, filling the time": (0.08, 0.36),
    "an equal share": (0.14, 0.16),
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
    "choice quality": (0.72, 0.82),
    "gap": (0.27, 0.10),
    "50% silenced": (0.62, 0.80),
    "80% silenced": (0.31, 0.64),
    "distinct sub-teams": (1.0, 15.0),
    "silenced in training": (0.0, 0.3),
    "rate": (0.0, 0.3),
    "silenced at the show": (0.0, 0.0),
    "none": (0.0, 0.0),
    "smallest gain": (SMALLEST_EFFECT, SMALLEST_EFFECT),
    "passes to match": (1.0, 50.0),
}
EXACTLY = {
    "silenced at the show", "none", "rate", "distinct sub-teams", "smallest gain", "passes to match"
}  # fmt: skip
OF_A_NETWORK_BUT_NOT_OF_EACH_PART = {"passes to match"}


def figures(
    key: Condition, absences: bool = False, changed: dict | None = None, shift: float = 0.0
) -> Figures:
    """Measures of a condition, as without absences or as with them; seeds a little apart."""
    drawn = {}
    for number, (name, values) in enumerate((HOLDING | (changed or {})).items()):
        value, wiggle = values[absences], 0.0
        if name not in EXACTLY:
            wiggle = 0.002 * np.sin(1 + number + absences + 3.1 * np.arange(SEEDS))
        scale = abs(value) if abs(value) > 1 else 0.5
        of_seeds = np.broadcast_to(value + scale * (wiggle + shift), SEEDS).copy()
        drawn[name] = of_seeds
        if key.world == "network" and name not in OF_A_NETWORK_BUT_NOT_OF_EACH_PART:
            drawn[name] = with_parts(of_seeds, 0.0 if name in EXACTLY else 0.005 * scale)
    curve = np.linspace(0.95, 0.30 + 0.2 * absences, len(SILENCED))
    return drawn | {"ablation": curve + 0.001 * np.arange(SEEDS)[:, None]}


def with_parts(of_seeds: np.ndarray, spread: float) -> np.ndarray:
    """Figures of seeds, (S,), and without each part of the images, which are `spread` apart."""
    of_parts = spread * np.sin(1 + 2.3 * np.arange(PARTS))
    left_out = of_seeds[:, None] - (of_parts - of_parts.mean()) / (PARTS - 1)
    return np.concatenate([of_seeds[:, None], left_out], axis=1)


def synthetic(**changed: dict[str, tuple[float, float]]) -> Validation:
    """One in which all holds; `team`, `clean` and `noisy` change measures (without, with)."""
    world: dict[Condition, Figures] = {}
    for place, which in ((TEAM, "team"), (CLEAN, "clean"), (NOISY, "noisy")):
        world[place.without] = figures(place.without, False, changed.get(which))
        world[place.absences] = figures(place.absences, True, changed.get(which))
    for key, inside, between in (
        (controls.SIX_COUPLES, -0.25, 0.2),
        (controls.NETWORK_COUPLES, -0.06, 0.03),
    ):
        apart = {"agreement of couples": (inside, 0), "agreement of others": (between, 0)}
        world[key] = figures(key, changed=apart)
    world[controls.SLOW_ABSENCES] = figures(controls.SLOW_ABSENCES, True)
    for key, shift in (
        (controls.TEAM_FIXED, 0.0002),
        (controls.TEAM_NOISE, 0.1),
        (controls.SLOW_WITHOUT, 0.0),
        (controls.SLOW_NOISE, 0.0002),
        (controls.SIX_WITHOUT, 0.0),
        (controls.NETWORK_FIXED, 0.0002),
        (controls.NETWORK_NOISE, 0.0),
        (remedies.TEAM_STOPPED, 0.02),
        (remedies.NETWORK_STOPPED, 0.02),
        *((key, 0.01 * at) for at, key in enumerate(remedies.TEAM_DECAYS)),
        *((key, 0.01 * at) for at, key in enumerate(remedies.NETWORK_DECAYS)),
    ):
        world[key] = figures(key, shift=shift)
    for at, key in enumerate(dose.conditions(PLAN)):
        at %= len(RATES)
        world[key] = figures(key, at > 0, shift=0.003 * at)
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
    limit = replace(LIMITS["L1"], title="A limit", statement="It is so.", measured="how | far")
    found = paired_effect([0.111, 0.112, 0.113], [0.221, 0.232, 0.213])
    return Validation(
        plan=PLAN,
        theorems=theorems,
        outcomes=outcomes(CLAIMS, world),
        facts=outcomes(FACTS, world),
        controls=controls.judge_controls(world),
        remedies=remedies.remedies(world),
        doses=dose.dose_response(PLAN, world),
        limits=[LimitResult(limit, [("a: b", found), ("share", 0.345)], "It breaks.")],
        world=world,
    )


def outcomes(asked: dict, world: World, broken: str = "") -> list[Outcome]:
    """Judge claims or facts; `broken` is a theorem that does not hold."""
    holding = {name: name != broken for name in ("T3", "T4", "T9")}
    return [
        outcome for each in asked.values() for outcome in judge_claim(each, PLAN, world, holding)
    ]


FAILING = {
    "team": {
        "squared weights": (27.3, 36.4),
        "two missing, worst, above chance": (0.12, 0.55),
        "use without another": (0.1, 0.1),
    },
    "clean": {
        "squared weights": (27.3, 36.4),
        "quality": (0.973, 0.973),
        "cost of losing one": (0.0059, 0.0058),
        "pair synergy": (-0.012, -0.0021),
        "carrier's share": (0.175, 0.176),
        "spread over starts": (0.001, 0.003),
        "spread over absences": (0.170, 0.165),
    },
    "noisy": {"gap": (-0.12, -0.24), "quality of the average": (0.71, 0.90)},
}


def failing_validation() -> Validation:
    """One in which a theorem, the facts that rest on it and several claims fail."""
    validation = synthetic(**FAILING)
    broken = replace(validation.theorems[0], checks=(Check("one and the other", 0.25),))
    return replace(
        validation,
        theorems=[broken, *validation.theorems[1:]],
        facts=outcomes(FACTS, validation.world, broken="T3"),
    )


def section(text: str, heading: str) -> str:
    """The part of a report from a heading to the next of the same depth or above."""
    start = text.index(heading)
    depth = re.match("#+", heading).group()
    following = re.search(rf"\n#{{1,{len(depth)}}} ", text[start + 1 :])
    return text[start : start + 1 + following.start()] if following else text[start:]
