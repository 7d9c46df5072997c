"""What a validation found, as tables for the terminal and as flat rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from dashboard.numbers import small
from dashboard.tables import plain_table
from dashboard.validation.report import outcomes_by_claim
from experiments.validation.claims import Outcome
from experiments.validation.validate import Validation
from simulation.statistics import Effect

STYLES = {"holds": "green", "does not hold": "red", "undecided": "yellow"}
MARKS = {"holds": "+", "does not hold": "-", "undecided": "?"}

COLUMNS = (
    "kind",
    "id",
    "world",
    "setting",
    "measure",
    "expectation",
    "without",
    "with",
    "difference",
    "low",
    "high",
    "seeds",
    "verdict",
)

Row = dict[str, str | float | int]


def validation_tables(validation: Validation) -> list[Table]:
    """Return the tables of `run.py validate`: claims, theorems, controls, limits."""
    tables = []
    if validation.outcomes:
        tables.append(_claims_table(validation))
    if validation.theorems:
        tables.append(_theorems_table(validation))
    if validation.controls:
        tables.append(_controls_table(validation))
    if validation.limits:
        tables.append(_limits_table(validation))
    return tables


def _claims_table(validation: Validation) -> Table:
    by_claim = outcomes_by_claim(validation.outcomes)
    settings = [
        outcome.place.name
        for outcome in next(iter(by_claim.values()))
        if outcome.world == "network"
    ]
    numbered = "; ".join(f"{at} {name}" for at, name in enumerate(settings, start=1))
    table = plain_table(
        "The article's claims",
        f"network settings: {numbered}\n+ holds, - does not hold, ? undecided; "
        f"{len(validation.plan.seeds)} paired seeds",
    )
    table.add_column("")
    table.add_column("claim")
    table.add_column("team")
    table.add_column("network\n" + " ".join(map(str, range(1, len(settings) + 1))), no_wrap=True)
    for name, outcomes in by_claim.items():
        team = [outcome.verdict for outcome in outcomes if outcome.world == "team"]
        table.add_row(
            name,
            Text(outcomes[0].claim.statement),
            Text(", ".join(team), STYLES[team[0]] if team else ""),
            _marks([outcome for outcome in outcomes if outcome.world == "network"]),
        )
    return table


def _marks(outcomes: list[Outcome]) -> Text:
    return Text(" ").join(
        Text(MARKS[outcome.verdict], STYLES[outcome.verdict]) for outcome in outcomes
    )


def _theorems_table(validation: Validation) -> Table:
    table = plain_table("What must hold exactly", "")
    table.add_column("")
    table.add_column("statement")
    table.add_column("largest\ndifference", justify="right")
    table.add_column("allowed", justify="right")
    table.add_column("holds")
    for theorem in validation.theorems:
        table.add_row(
            theorem.id,
            Text(theorem.statement),
            small(theorem.difference),
            small(theorem.tolerance),
            Text("yes", "green") if theorem.holds else Text("NO", "red"),
        )
    return table


def _controls_table(validation: Validation) -> Table:
    table = plain_table("Controls: where the effect must not appear", "")
    table.add_column("control")
    table.add_column("world")
    table.add_column("prediction")
    table.add_column("verdict")
    for control in validation.controls:
        table.add_row(
            Text(control.name),
            control.world,
            Text(control.prediction),
            Text(control.verdict, STYLES[control.verdict]),
        )
    return table


def _limits_table(validation: Validation) -> Table:
    table = plain_table("Where the analogy breaks", "")
    table.add_column("")
    table.add_column("found")
    for result in validation.limits:
        table.add_row(result.limit.id, Text(f"{result.limit.title}: {result.finding}"))
    return table


def rows(validation: Validation) -> Iterator[Row]:
    """Yield one flat row for each finding, with the columns `COLUMNS`; not all fill them all."""
    for outcome in validation.outcomes:
        for finding in outcome.findings:
            rule = finding.rule
            against = "" if rule.against is None else f" (against {rule.against})"
            yield {
                "kind": "claim",
                "id": outcome.claim.id,
                "world": outcome.world,
                "setting": outcome.place.name,
                "measure": rule.measure,
                "expectation": rule.expect + against,
                **_effect(finding.effect),
                "verdict": finding.verdict,
            }
    for theorem in validation.theorems:
        for check in theorem.checks:
            yield {
                "kind": "theorem",
                "id": theorem.id,
                "measure": check.compared,
                "expectation": f"at most {check.tolerance:g}",
                "difference": check.difference,
                "verdict": "holds" if check.holds else "does not hold",
            }
    for control in validation.controls:
        yield {
            "kind": "control",
            "id": control.name,
            "world": control.world,
            "measure": control.compared,
            "expectation": control.prediction,
            **_effect(control.effect),
            "verdict": control.verdict,
        }
    for remedy in validation.remedies:
        yield {
            "kind": "remedy",
            "id": remedy.name,
            "world": remedy.world,
            "measure": "quality, judged half",
            **_effect(remedy.effect),
        }
    for dose in validation.doses:
        for measure in dose.measures:
            for rate, effect in zip(dose.rates, dose.effects(measure), strict=True):
                yield {
                    "kind": "dose",
                    "id": f"rate {rate:g}",
                    "world": dose.world,
                    "measure": measure,
                    **_effect(effect),
                }
    for result in validation.limits:
        for label, found in result.rows:
            row: Row = {"kind": "limit", "id": result.limit.id, "measure": label}
            yield row | (_effect(found) if isinstance(found, Effect) else {"with": float(found)})


def _effect(effect: Effect) -> Row:
    return {
        "without": effect.before,
        "with": effect.after,
        "difference": effect.difference,
        "low": effect.low,
        "high": effect.high,
        "seeds": effect.seeds,
    }
