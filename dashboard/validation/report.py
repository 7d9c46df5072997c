"""The validation as a report in Markdown, for somebody who has never seen the code."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dashboard.templates import listed, literal
from dashboard.validation.explanations import explain, place_name
from dashboard.validation.markdown import effect_cells, table
from dashboard.validation.sections import (
    MARKS,
    command,
    controls_section,
    dose_section,
    limits_section,
    picture,
    published_section,
    remedies_section,
    theorems_section,
)
from experiments.validation.claims import Claim, Outcome
from experiments.validation.conditions import BLOCKS
from experiments.validation.rules import SMALLEST_EFFECT, SMALLEST_RELATIVE_EFFECT, Rule
from experiments.validation.validate import Validation

IN_SHORT = {"holds": "hold", "does not hold": "do not hold", "undecided": "are undecided"}


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
    by_claim = outcomes_by_claim(validation.outcomes)
    parts = ["# Dropout as a group presentation: the analogy, put to the test"]
    parts += _what_was_done(validation, only)
    parts += _in_short(validation, by_claim)
    if by_claim:
        parts += _verdicts(validation, by_claim, figures)
    if validation.theorems:
        parts += theorems_section(validation)
    if by_claim:
        parts.append("## The claims, one by one")
        for outcomes in by_claim.values():
            parts += _claim(validation, outcomes, figures)
    if validation.controls:
        parts += controls_section(validation, figures)
    if validation.doses:
        parts += dose_section(validation, figures)
    if validation.remedies:
        parts += remedies_section(validation)
    if validation.limits:
        parts += limits_section(validation)
    parts += published_section(validation)
    parts += _how_to_read(validation)
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def outcomes_by_claim(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Group outcomes by the id of their claim, in order."""
    grouped: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        grouped.setdefault(outcome.claim.id, []).append(outcome)
    return grouped


def rules_in_words(rules: Sequence[Rule]) -> str:
    """Say what rules ask for, together where they ask for the same.

    Examples
    --------
    >>> rules_in_words([Rule("solo quality", "higher"), Rule("quality", "higher")])
    '**solo quality** and **quality** must be higher: the whole interval above 0'
    """
    asked: dict[str, list[str]] = {}
    for rule in rules:
        asked.setdefault(_asked(rule), []).append(f"**{rule.measure}**")
    return "; ".join(f"{listed(measures)} must {what}" for what, measures in asked.items())


def _asked(rule: Rule) -> str:
    delta = f"{SMALLEST_EFFECT:g}"
    if rule.relative:
        delta = f"{SMALLEST_RELATIVE_EFFECT:.0%} of its mean {rule.against or 'without absences'}"
    against = "" if rule.against is None else f" than **{rule.against}**"
    match rule.expect:
        case "higher":
            return f"be higher{against}: the whole interval above 0"
        case "lower":
            return f"be lower{against}: the whole interval below 0"
        case "not lower":
            return f"not be lower{against}: the whole interval above -{delta}"
        case _:
            other = "without absences" if rule.against is None else f"**{rule.against}**"
            return f"be the same as {other}: the whole interval within {delta} of 0"


def _what_was_done(validation: Validation, only: str) -> list[str]:
    plan = validation.plan
    settings = [setting.name for setting in plan.settings()]
    scope = f" This report covers a part of it: {only}." if only else ""
    quick = (
        " This was a quick run: training was too short for its verdicts to be trusted, and "
        "some differ from those of the full run."
        if plan.quick
        else ""
    )
    return [
        "An article explains dropout in neural networks by a group presentation: five people who "
        "always rehearse together come to lean on each other; let one or two be absent at random, "
        "and everybody learns to carry the talk. Here both sides of that analogy are run and "
        "measured with one yardstick.",
        f"""\
- **The team**: five presenters, A to E, practise a talk of five sections for {plan.rehearsals:,}
  rehearsals, by a local rule. One section is hard, and B has practised it alone beforehand. One
  team is always complete, another has one or two absent at each rehearsal. *Quality* is
  1 - SSE/SST (squared errors against their spread about the mean) on questions nobody practised:
  1 is perfect, 0 is no better than saying the mean, and below 0 is worse.
- **The network**: the article's own, 64 pixels - 256 hidden units - 10 digits, on scikit-learn's
  digits, with Dropout(0) and with Dropout(0.5), in {len(settings)} settings. *Quality* is accuracy
  on unseen digits. Its members are {BLOCKS} blocks of hidden units, or single units where so
  stated.
- **Pairs**: each comparison is made on {len(plan.seeds)} seeds. Within a seed, start, questions
  and their order are the same; only attendance differs.
- **Rules before results**: each claim of the article has a rule that stood in the code before
  anything was run and says whether it holds, does not hold, or stays undecided
  ([how to read it](#how-to-read-the-figures)).
- **What must not happen** is tried as well: controls, and exact statements that allow no
  exception.""",
        f"All of it is reproduced by `{command(validation, only)}`; the same seed gives the same "
        f"figures.{scope}{quick}",
    ]


def _in_short(validation: Validation, by_claim: dict[str, list[Outcome]]) -> list[str]:
    lines = []
    if validation.theorems:
        failed = [theorem.id for theorem in validation.theorems if not theorem.holds]
        lines.append(
            f"- Exact statements: {len(validation.theorems) - len(failed)} of "
            f"{len(validation.theorems)} hold"
            + (f"; **{listed(failed)} failed**." if failed else ".")
        )
    if validation.controls:
        off = [
            f"{control.name}, {control.world} ({control.verdict})"
            for control in validation.controls
            if control.verdict != "holds"
        ]
        lines.append(
            f"- Controls: {len(validation.controls) - len(off)} of {len(validation.controls)} came "
            "out as predicted" + (f"; **not so: {'; '.join(off)}**." if off else ".")
        )
    if by_claim:
        lines += _claims_in_short(by_claim)
    return ["## In short", "\n".join(lines)] if lines else []


def _claims_in_short(by_claim: dict[str, list[Outcome]]) -> list[str]:
    team: dict[str, list[str]] = {}
    everywhere, partly, nowhere = [], [], []
    for name, outcomes in by_claim.items():
        for outcome in outcomes:
            if outcome.world == "team":
                team.setdefault(outcome.verdict, []).append(name)
        verdicts = [outcome.verdict for outcome in outcomes if outcome.world == "network"]
        holding = verdicts.count("holds")
        if holding == len(verdicts):
            everywhere.append(name)
        elif holding:
            partly.append(f"{name} ({holding} of {len(verdicts)})")
        else:
            nowhere.append(name)
    in_team = "; ".join(f"{IN_SHORT[verdict]}: {listed(names)}" for verdict, names in team.items())
    if len(team) == 1 and len(by_claim) > 1:
        (verdict,) = team
        in_team = f"all {len(by_claim)} {IN_SHORT[verdict]}"
    lines = [f"- The article's claims, in the team: {in_team}."]
    in_network = [
        f"{where}: {listed(names)}"
        for where, names in (
            ("hold in every setting", everywhere),
            ("hold in some settings", partly),
            ("hold in none", nowhere),
        )
        if names
    ]
    return [*lines, f"- In the network: {'; '.join(in_network)}."]


def _verdicts(
    validation: Validation, by_claim: dict[str, list[Outcome]], figures: Collection[str]
) -> list[str]:
    places = [place_name(outcome.place) for outcome in next(iter(by_claim.values()))]
    rows = [
        [
            f"[{name}](#{name.lower()})",
            literal(outcomes[0].claim.statement),
            *(MARKS[outcome.verdict] for outcome in outcomes),
        ]
        for name, outcomes in by_claim.items()
    ]
    legend = ", ".join(f"{mark} {verdict}" for verdict, mark in MARKS.items())
    columns = ["", "the article's claim", *(place.replace(", ", "<br>") for place in places)]
    return [
        "## Does the article hold?",
        f"{legend}. The network's columns name the training digits, their labels and the "
        "optimizer.",
        table(columns, rows),
        *picture("effects.png", figures),
    ]


def _claim(
    validation: Validation, outcomes: Sequence[Outcome], figures: Collection[str]
) -> list[str]:
    claim = outcomes[0].claim
    parts = [
        f'### <a id="{claim.id.lower()}"></a>{claim.id}. {literal(claim.statement)}',
        _how_measured(validation, claim),
    ]
    rows = [
        [
            literal(finding.rule.measure),
            place_name(outcome.place),
            *effect_cells(finding.effect),
            f"{MARKS[finding.verdict]} {finding.verdict}",
        ]
        for number in range(len(claim.rules))
        for outcome in outcomes
        for finding in [outcome.findings[number]]
    ]
    if rows:
        against = [rule for rule in claim.rules if rule.against is not None]
        first = "without absences" if not against else "held against"
        columns = [
            "measure",
            "where",
            first,
            "with absences",
            "difference [95% interval]",
            "verdict",
        ]
        parts.append(table(columns, rows, right=(2, 3, 4)))
    else:
        verdicts = {outcome.verdict for outcome in outcomes}
        parts.append(
            f"Nothing is left to measure beyond the exact statements: the claim "
            f"{listed(sorted(verdicts))}."
        )
    parts += explain(validation, outcomes)
    if claim.id == "C5":
        parts += picture("ablation.png", figures)
    return parts


def _how_measured(validation: Validation, claim: Claim) -> str:
    rules = [rules_in_words(claim.rules)] if claim.rules else []
    if claim.theorems:
        rules.append(f"{listed(claim.theorems)} must hold (see above)")
    return "\n".join(
        [
            f"- In the article: *{literal(claim.article)}*.",
            f"- In the team: {literal(claim.on_team)}.",
            f"- In the network: {literal(claim.on_network)}.",
            f"- Rule: {'; '.join(rules)}.",
            f"- Reproduce: `{command(validation, claim.id)}`.",
        ]
    )


def _how_to_read(validation: Validation) -> list[str]:
    seeds = len(validation.plan.seeds)
    return [
        "## How to read the figures",
        f"**The interval.** Each figure is a mean over {seeds} seeds. The difference between two "
        "conditions is taken seed by seed, and its 95% interval comes from drawing the "
        f"{seeds} differences anew, with replacement, thousands of times (bootstrap), widened for "
        "so few of them. Where the interval does not contain 0, chance alone is a poor "
        "explanation. Where there is nothing, one comparison in forty would still pass on a given "
        "side, by chance.",
        "**The rule.** 'Higher' holds if the whole interval lies above 0. It does not hold if the "
        "whole interval lies below 0, or within the smallest effect of interest of 0: "
        f"{SMALLEST_EFFECT:g} for a quality or an accuracy, {SMALLEST_RELATIVE_EFFECT:.0%} of its "
        "size for weights, variances and the like. 'Lower' is the same, mirrored. 'The same' holds "
        "if the whole interval lies within that, and does not if it lies wholly outside. 'Not "
        "lower' holds if the whole interval lies above minus that, and does not if it lies below. "
        "Anything else is undecided: more seeds would tell. A claim with several rules holds if "
        "all of them do, and does not hold if one of them does not.",
        "**A claim that does not hold is a finding**, not an error. An exact statement or a "
        "control that fails is an error, or says that the explanation is wrong. Every figure, "
        "seed by seed, is in `validation.json`; one row for each finding is in `validation.csv`.",
    ]
