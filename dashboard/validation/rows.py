"""The validation as a flat table: validation.csv, one row for each finding."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator

from experiments.validation.rules import Finding, Threshold
from experiments.validation.validate import Validation
from simulation.statistics import Effect

COLUMNS = (
    "kind", "id", "world", "setting", "measure", "expectation",
    "without", "with", "difference", "low", "high", "seeds", "margin", "p", "verdict",
)  # fmt: skip

Row = dict[str, str | float | int]


def validation_csv(validation: Validation) -> str:
    """Return one line for each finding; what is not a finite number is left empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows(validation):
        writer.writerow({name: "" if _undefined(value) else value for name, value in row.items()})
    return text.getvalue()


def rows(validation: Validation) -> Iterator[Row]:
    """Yield one flat row for each finding, with the columns `COLUMNS`; not all fill them all."""
    for kind, outcomes in (("claim", validation.outcomes), ("fact", validation.facts)):
        for outcome in outcomes:
            for finding in outcome.findings:
                yield {
                    "kind": kind,
                    "id": outcome.claim.id,
                    "world": outcome.world,
                    "setting": outcome.place.name,
                    **_finding(finding),
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
        for against, finding in (("nothing", remedy.without), ("absences", remedy.beside)):
            yield {
                "kind": f"remedy, {against}",
                "id": remedy.name,
                "world": remedy.place.world,
                "setting": remedy.place.name,
                **_finding(finding),
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


def _finding(finding: Finding) -> Row:
    rule = finding.rule
    if isinstance(rule, Threshold):
        expectation = f"{rule.expect} {rule.share:g} x {rule.of} ({rule.where})"
    else:
        expectation = rule.expect + ("" if rule.against is None else f" (against {rule.against})")
    return {
        "measure": rule.measure,
        "expectation": expectation,
        **_effect(finding.effect),
        "margin": finding.margin,
        "p": finding.p,
        "verdict": finding.verdict,
    }


def _effect(effect: Effect) -> Row:
    return {
        "without": effect.before,
        "with": effect.after,
        "difference": effect.difference,
        "low": effect.low,
        "high": effect.high,
        "seeds": effect.seeds,
    }


def _undefined(value: str | float | int) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
