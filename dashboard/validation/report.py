"""The validation as a report in Markdown, for somebody who has never seen the code.

`report.md.jinja` is the report, `claim.md.jinja` what it says about a claim, `published.md.jinja`
what others have published. Here stand the figures that they ask for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from itertools import groupby

import numpy as np

from dashboard.templates import render
from experiments.article_measures import SILENCED
from experiments.validation.claims import Claim, Outcome
from experiments.validation.conditions import BLOCKS, CLEAN, NOISY, NetworkSetting, Place, World
from experiments.validation.controls import AT_MOST
from experiments.validation.limits.dose import Dose
from experiments.validation.network_world import AVERAGED, PENALTY_RATE
from experiments.validation.rules import SMALLEST_RELATIVE_EFFECT, Rule
from experiments.validation.validate import Validation
from simulation.arrays import FloatArray
from simulation.statistics import SMALLEST_EFFECT, Effect, paired_effect

MARKS = {"holds": "✔", "does not hold": "✘", "undecided": "?"}


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
        claims=claims,
        places=validation.plan.places(),
        settings=settings,
        seeds=len(validation.plan.seeds),
        only=only,
        figures=figures,
        marks=MARKS,
        in_team=_in_team(claims),
        in_network=_in_network(claims),
        command=partial(command, validation),
        asked=_asked,
        effect=partial(_effect, world),
        effects=lambda places, measure: [_effect(world, place, measure) for place in places],
        silenced=partial(_silenced, world),
        passes=_passes(world, settings) if claims else None,
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
    )


def command(validation: Validation, only: str = "") -> str:
    """Return the command that reproduces a part of this validation."""
    words = ["python run.py validate", f"--only {only}" if only else ""]
    words += [f"--seed {validation.plan.seeds[0]}", "--quick" if validation.plan.quick else ""]
    return " ".join(word for word in words if word)


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
    grouped = groupby(claim.rules, key=lambda rule: (rule.expect, rule.relative, rule.against))
    return [(rules[0], [rule.measure for rule in rules]) for rules in (list(g) for _, g in grouped)]


def _effect(world: World, place: Place, measure: str) -> Effect:
    """Compare a measure without and with absences, in the team or in a network's setting."""
    return paired_effect(world[place.without][measure], world[place.absences][measure])


def _silenced(world: World, setting: NetworkSetting, fraction: float) -> Effect:
    """Compare accuracy with a fraction of the hidden units silenced."""
    at = _nearest(SILENCED, fraction)
    conditions = (setting.without, setting.absences)
    return paired_effect(*(world[each]["ablation"][:, at] for each in conditions))


def _passes(world: World, settings: Sequence[NetworkSetting]) -> FloatArray:
    """Return, for each network with dropout, the passes to match one scaled one; 0 for never."""
    return np.concatenate([world[setting.absences]["passes to match"] for setting in settings])


def _worse_than_first(dose: Dose) -> list[str]:
    """Name the rates at which quality is shown to be lower than at the first."""
    effects = zip(dose.rates, dose.effects("quality"), strict=True)
    return [f"{rate:g}" for rate, effect in effects if effect.verdict == "lower"] or ["none"]


def _nearest(values: FloatArray, value: float) -> int:
    return int(np.abs(values - value).argmin())
