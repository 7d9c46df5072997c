"""The validation as a report in Markdown, for somebody who has never seen the code."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dashboard.explanations import compare_remedies, explain, explain_control, place_name
from dashboard.markdown import effect_cells, figure, listed, literal, small, table
from dashboard.published import beside_ours
from nn_bridge.validation.claims import Claim
from nn_bridge.validation.controls import AT_MOST
from nn_bridge.validation.judgements import NOISY, Dose, Outcome
from nn_bridge.validation.network_world import BLOCKS
from nn_bridge.validation.rules import QUALITY_WORTH, RELATIVE_WORTH, Rule
from nn_bridge.validation.validate import Validation
from simulation.effects import Effect, paired_effect

MARKS = {"holds": "✔", "does not hold": "✘", "undecided": "?"}
IN_SHORT = {"holds": "hold", "does not hold": "do not hold", "undecided": "are undecided"}
CAPTIONS = {
    "effects.png": "Every finding with its 95% interval. One step to the right is the smallest "
    "difference that anyone would care about; right is what the claim says.",
    "couples.png": "Agreement inside couples who are only ever absent together, and between them.",
    "dose.png": "The dose: co-adaptation and quality against the absence rate, in both worlds.",
    "ablation.png": "The article's network with more and more of its hidden units silenced, "
    "trained without dropout and with. Nobody covers for those who are silenced.",
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
    by_claim = outcomes_by_claim(validation.outcomes)
    parts = ["# Dropout as a group presentation: the analogy, put to the test"]
    parts += _what_was_done(validation, only)
    parts += _in_short(validation, by_claim)
    if by_claim:
        parts += _verdicts(validation, by_claim, figures)
    if validation.theorems:
        parts += _theorems(validation)
    if by_claim:
        parts.append("## The claims, one by one")
        for outcomes in by_claim.values():
            parts += _claim(validation, outcomes, figures)
    if validation.controls:
        parts += _controls(validation, figures)
    if validation.doses:
        parts += _dose_response(validation, figures)
    if validation.beside:
        parts += _remedies(validation)
    if validation.limits:
        parts += _limits(validation)
    parts += _published(validation)
    parts += _how_to_read(validation)
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def outcomes_by_claim(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Group outcomes by the id of their claim, in order."""
    grouped: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        grouped.setdefault(outcome.claim.id, []).append(outcome)
    return grouped


def command(validation: Validation, only: str = "") -> str:
    """Return the command that reproduces a part of this validation."""
    words = ["python run.py validate", f"--only {only}" if only else ""]
    words += [f"--seed {validation.plan.seeds[0]}", "--quick" if validation.plan.quick else ""]
    return " ".join(word for word in words if word)


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
    worth = f"{QUALITY_WORTH:g}"
    if rule.relative:
        worth = f"{RELATIVE_WORTH:.0%} of its mean {rule.against or 'without absences'}"
    against = "" if rule.against is None else f" than **{rule.against}**"
    match rule.expect:
        case "higher":
            return f"be higher{against}: the whole interval above 0"
        case "lower":
            return f"be lower{against}: the whole interval below 0"
        case "not lower":
            return f"not be lower{against}: the whole interval above -{worth}"
        case _:
            other = "without absences" if rule.against is None else f"**{rule.against}**"
            return f"be the same as {other}: the whole interval within {worth} of 0"


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
- **The team**: five presenters practise a talk of five sections for {plan.rehearsals:,}
  rehearsals, by a local rule. One team is always complete, another has one or two absent at each
  rehearsal. *Quality* is 1 - SSE/SST on questions nobody practised: 1 is perfect, 0 is saying the
  mean.
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
    places = [place_name(outcome) for outcome in next(iter(by_claim.values()))]
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
        *_picture("effects.png", figures),
    ]


def _theorems(validation: Validation) -> list[str]:
    rows = [
        [
            theorem.id,
            literal(theorem.statement),
            literal(theorem.compared),
            small(theorem.difference),
            small(theorem.tolerance),
            MARKS["holds" if theorem.holds else "does not hold"],
            literal(theorem.source),
        ]
        for theorem in validation.theorems
    ]
    names = ",".join(theorem.id for theorem in validation.theorems)
    return [
        "## What must hold exactly",
        "These are mathematics: one exception would be an error, here or in the theory. Each is "
        "worked out by two different ways, one of them through the presenters or the network "
        "themselves. "
        f"Reproduce: `{command(validation, names)}`.",
        table(
            ["", "statement", "compared", "largest difference", "allowed", "holds", "source"],
            rows,
            right=(3, 4),
        ),
        "\n".join(
            f"- {theorem.id} went through: {literal(theorem.detail)}."
            for theorem in validation.theorems
        ),
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
            literal(finding.measure),
            place_name(outcome),
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
        parts += _picture("ablation.png", figures)
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


def _controls(validation: Validation, figures: Collection[str]) -> list[str]:
    rows = [
        [
            literal(control.name),
            control.world,
            literal(control.prediction),
            literal(control.compared),
            *effect_cells(control.effect),
            f"{MARKS[control.verdict]} {control.verdict}",
        ]
        for control in validation.controls
    ]
    off = [text for control in validation.controls if (text := explain_control(control))]
    columns = ["control", "where", "prediction", "compared", "first", "second",
               "second - first [95% interval]", "verdict"]  # fmt: skip
    return [
        "## Controls: where the effect must not appear",
        "If absences worked for another reason than that they part those who lean on each other, "
        "these changes would do it too. 'First' and 'second' are the two figures named under "
        "'compared'. What must be identical must be so to the bit. Where somebody is always "
        f"absent, the others may change by at most {AT_MOST:.0%} of what random absences change "
        "them by, in the same seeds: the interval must lie below 0. Couples must come to agree "
        "more with others than with each other, and the gain by noise must shrink more with the "
        "size of the steps than that by absences: above 0. The network's controls are run in the "
        f"setting '{NOISY}'. "
        f"Reproduce: `{command(validation, 'controls')}`.",
        table(columns, rows, right=(4, 5, 6)),
        *(["Not as predicted:\n\n" + "\n".join(f"- {text}" for text in off)] if off else []),
        *_picture("couples.png", figures),
    ]


def _dose_response(validation: Validation, figures: Collection[str]) -> list[str]:
    parts = [
        "## How much absence?",
        "Members are absent independently with the same rate, in the team and in the network "
        f"(there in the setting '{NOISY}'). Reproduce: `{command(validation, 'dose')}`.",
    ]
    for dose in validation.doses:
        names = ("co-adaptation score", "quality", "two missing, mean")
        rows = [
            [f"{rate:g}", *(figure(float(dose.measures[name][at].mean())) for name in names)]
            for at, rate in enumerate(dose.rates)
        ]
        parts.append(table([f"{dose.world}: absence rate", *names], rows, right=(0, 1, 2, 3)))
        parts.append(_dose_in_words(dose))
    return [*parts, *_picture("dose.png", figures)]


def dose_effects(dose: Dose, measure: str) -> list[Effect]:
    """Compare each rate with the first, by one measure."""
    return [paired_effect(dose.measures[measure][0], row) for row in dose.measures[measure]]


def _dose_in_words(dose: Dose) -> str:
    quality = dose.measures["quality"].mean(axis=1)
    score = dose.measures["co-adaptation score"].mean(axis=1)
    worse = [
        rate
        for rate, effect in zip(dose.rates, dose_effects(dose, "quality"), strict=True)
        if effect.verdict == "lower"
    ]
    best = int(quality.argmax())
    text = (
        f"In the {dose.world}, the co-adaptation score goes from {figure(float(score[0]))} at rate "
        f"{dose.rates[0]:g} to {figure(float(score[-1]))} at rate {dose.rates[-1]:g}; quality is "
        f"best, {figure(float(quality[best]))}, at rate {dose.rates[best]:g}. "
    )
    if worse:
        return text + (
            f"With everyone there the talk is worse than at rate {dose.rates[0]:g}, interval and "
            f"all, at {listed([f'{rate:g}' for rate in worse])}."
        )
    return text + f"At no rate is it worse, interval and all, than at rate {dose.rates[0]:g}."


def _remedies(validation: Validation) -> list[str]:
    rows = [[row.world, row.remedy, *effect_cells(row.effect)] for row in validation.beside]
    worlds = list(dict.fromkeys(row.world for row in validation.beside))
    columns = ["where", "remedy", "nothing done", "with the remedy", "difference [95% interval]"]
    return [
        "## Are there other ways to the same end?",
        "For unseen questions (C9), absences have rivals that let everybody come: to stop "
        "practising in time, and to let all weights decay. Here they stand beside absences. When "
        "to stop, and which of four strengths of decay, was chosen for each seed on one half of "
        "the unseen questions; all are judged on the other half. Absences had no such choice. The "
        f"network's setting is '{NOISY}'. Reproduce: `{command(validation, 'C9')}`.",
        table(columns, rows, right=(2, 3, 4)),
        *(
            compare_remedies([row for row in validation.beside if row.world == world])
            for world in worlds
        ),
    ]


def _limits(validation: Validation) -> list[str]:
    parts = [
        "## Where the analogy breaks",
        "People are not gradient descent, and networks are not teams. Measured, not only said. "
        f"Reproduce: `{command(validation, 'limits')}`.",
    ]
    for result in validation.limits:
        limit = result.limit
        rows = [
            [
                literal(label),
                *(effect_cells(found) if isinstance(found, Effect) else ("", figure(found), "")),
            ]
            for label, found in result.rows
        ]
        parts += [
            f"### {limit.id}. {literal(limit.title)}",
            f"{literal(limit.statement)} Measured: {literal(limit.measured)}.",
            table(["", "first", "second", "difference [95% interval]"], rows, right=(1, 2, 3)),
            f"**Found:** {literal(result.finding)}",
        ]
    return parts


def _published(validation: Validation) -> list[str]:
    rows = [
        [
            literal(published.what),
            literal(published.theirs),
            literal(ours),
            published.source,
            f"`{command(validation, published.part)}`",
        ]
        for published, ours in beside_ours(validation)
    ]
    if not rows:
        return []
    return [
        "## Published figures beside ours",
        "Other networks and other data: the direction can be compared, the size hardly.",
        table(["what", "published", "here", "source", "reproduce"], rows),
    ]


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
        "whole interval lies below 0, or so close to 0 that nobody would care: within "
        f"{QUALITY_WORTH:g} for a quality or an accuracy, within {RELATIVE_WORTH:.0%} of its size "
        "for weights, variances and the like. 'Lower' is the same, mirrored. 'The same' holds if "
        "the whole interval is that close to 0, and does not if it is wholly farther away. 'Not "
        "lower' holds if the whole interval lies above minus that, and does not if it lies below. "
        "Anything else is undecided: more seeds would tell. A claim with several rules holds if "
        "all of them do, and does not hold if one of them does not.",
        "**A claim that does not hold is a finding**, not an error. An exact statement or a "
        "control that fails is an error, or says that the explanation is wrong. Every figure, "
        "seed by seed, is in `validation.json`; one row for each finding is in `validation.csv`.",
    ]


def _picture(name: str, figures: Collection[str]) -> list[str]:
    return [f"![{CAPTIONS[name]}]({name})\n\n*{CAPTIONS[name]}*"] if name in figures else []
