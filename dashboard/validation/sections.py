"""The sections of the report around the claims: what is exact, controlled, dosed, published."""

from __future__ import annotations

from collections.abc import Collection

from dashboard.numbers import figure, small
from dashboard.templates import listed, literal
from dashboard.validation.explanations import compare_remedies, explain_control
from dashboard.validation.markdown import effect_cells, table
from dashboard.validation.published import beside_ours
from experiments.validation.conditions import NOISY
from experiments.validation.controls import AT_MOST
from experiments.validation.dose import Dose
from experiments.validation.validate import Validation
from simulation.statistics import Effect

MARKS = {"holds": "✔", "does not hold": "✘", "undecided": "?"}


CAPTIONS = {
    "effects.png": "Every finding with its 95% interval. One step to the right is the smallest "
    "effect of interest; right is what the claim says.",
    "couples.png": "Agreement inside couples who are only ever absent together, and between them.",
    "dose.png": "The dose: co-adaptation and quality against the absence rate, in both worlds.",
    "ablation.png": "The article's network with more and more of its hidden units silenced, "
    "trained without dropout and with. Nobody covers for those who are silenced.",
}


def command(validation: Validation, only: str = "") -> str:
    """Return the command that reproduces a part of this validation."""
    words = ["python run.py validate", f"--only {only}" if only else ""]
    words += [f"--seed {validation.plan.seeds[0]}", "--quick" if validation.plan.quick else ""]
    return " ".join(word for word in words if word)


def picture(name: str, figures: Collection[str]) -> list[str]:
    """Show a figure with its caption, if it was drawn."""
    return [f"![{CAPTIONS[name]}]({name})\n\n*{CAPTIONS[name]}*"] if name in figures else []


def theorems_section(validation: Validation) -> list[str]:
    """Tabulate the exact statements."""
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


def controls_section(validation: Validation, figures: Collection[str]) -> list[str]:
    """Tabulate the controls, with what each means."""
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
        "them by, in the same seeds. Couples must come to agree more with others than with each "
        "other, and the gain by noise must shrink more with the size of the steps than that by "
        "absences. In each of these the interval must lie above 0. The network's controls are run "
        f"in the setting '{NOISY.name}'. Two of these rules are not the first ones: what noise was "
        "expected to do, and where a fixed block was looked at, were revised after a first run, "
        "for the reasons written in `experiments/validation/controls.py`. "
        f"Reproduce: `{command(validation, 'controls')}`.",
        table(columns, rows, right=(4, 5, 6)),
        *(["Not as predicted:\n\n" + "\n".join(f"- {text}" for text in off)] if off else []),
        *picture("couples.png", figures),
    ]


def dose_section(validation: Validation, figures: Collection[str]) -> list[str]:
    """Say what becomes of the talk as absences grow more frequent."""
    parts = [
        "## How much absence?",
        "Members are absent independently with the same rate, in the team and in the network "
        f"(there in the setting '{NOISY.name}'). Reproduce: `{command(validation, 'dose')}`.",
    ]
    for dose in validation.doses:
        names = ("co-adaptation score", "quality", "two missing, mean")
        rows = [
            [f"{rate:g}", *(figure(float(dose.measures[name][at].mean())) for name in names)]
            for at, rate in enumerate(dose.rates)
        ]
        parts.append(table([f"{dose.world}: absence rate", *names], rows, right=(0, 1, 2, 3)))
        parts.append(_dose_in_words(dose))
    if validation.limits:
        parts.append("Which dose is too much, at rates beyond these too, is asked below (L2).")
    return [*parts, *picture("dose.png", figures)]


def _dose_in_words(dose: Dose) -> str:
    quality = dose.measures["quality"].mean(axis=1)
    score = dose.measures["co-adaptation score"].mean(axis=1)
    worse = [
        rate
        for rate, effect in zip(dose.rates, dose.effects("quality"), strict=True)
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
    return text + (
        f"At none of these rates is it worse, interval and all, than at rate {dose.rates[0]:g}."
    )


def remedies_section(validation: Validation) -> list[str]:
    """Set early stopping and weight decay beside absences."""
    rows = [[row.world, row.name, *effect_cells(row.effect)] for row in validation.remedies]
    worlds = list(dict.fromkeys(row.world for row in validation.remedies))
    columns = ["where", "remedy", "nothing done", "with the remedy", "difference [95% interval]"]
    return [
        "## Are there other ways to the same end?",
        "For unseen questions (C9), absences have rivals that let everybody come: to stop "
        "practising in time, and to let all weights decay. Here they stand beside absences. When "
        "to stop, and which of four strengths of decay, was chosen for each seed on one half of "
        "the unseen questions; all are judged on the other half. Absences had no such choice. The "
        f"network's setting is '{NOISY.name}'. Reproduce: `{command(validation, 'C9')}`.",
        table(columns, rows, right=(2, 3, 4)),
        *(
            compare_remedies([row for row in validation.remedies if row.world == world])
            for world in worlds
        ),
    ]


def limits_section(validation: Validation) -> list[str]:
    """Say where the analogy breaks."""
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


def published_section(validation: Validation) -> list[str]:
    """Set published figures beside ours."""
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
