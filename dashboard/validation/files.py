"""The validation on disk: the report with its figures, and every number behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dashboard.validation.figures import figures_of
from dashboard.validation.report import command, outcomes_by_claim, report
from dashboard.validation.rows import validation_csv
from experiments.article_measures import SILENCED
from experiments.validation.claims import Outcome
from experiments.validation.conditions import World, on_all
from experiments.validation.rules import Finding
from experiments.validation.theorems.comparison import Comparison
from experiments.validation.validate import Validation
from simulation.outputs import Outputs
from simulation.statistics import Effect
from simulation.versions import versions


def write_validation(
    files: Outputs, validation: Validation, only: str = "", language: str = "en"
) -> None:
    """Write validation.json, validation.csv, the figures, and report.md, which shows them.

    Parameters
    ----------
    files : Outputs
    validation : Validation
    only : str
        The parts that were asked for on the command line; empty for all.
    language : {'en', 'ja'}
        Of the figures. The report is in English.
    """
    files.write_json("validation.json", validation_json(validation, only))
    files.write_text("validation.csv", validation_csv(validation))
    figures = figures_of(validation, language)
    for name, draw in figures.items():
        files.write(name, draw)
    files.write_text("report.md", report(validation, only, figures))


def validation_json(validation: Validation, only: str = "") -> dict[str, Any]:
    """Return everything that was found, and every figure behind it, as JSON can hold it."""
    plan = asdict(validation.plan)
    settings = validation.plan.settings()
    epochs, data = validation.plan.epochs, validation.plan.data
    return {
        "command": command(validation, only),
        "plan": plan
        | {
            "settings": [
                {
                    "name": each.name,
                    "base": asdict(each.absences.training(epochs, data)),
                }
                for each in settings
            ]
        },
        "versions": versions(),
        "sound": validation.sound,
        "theorems": [_theorem(theorem) for theorem in validation.theorems],
        "claims": _claims(validation.outcomes),
        "multiplicity": _multiplicity(validation),
        "held against": [
            {"seed": each.seed, "command": each.command} for each in validation.reruns
        ],
        "facts": _claims(validation.facts),
        "controls": [
            {
                "name": control.name,
                "world": control.world,
                "prediction": control.prediction,
                "compared": control.compared,
                "effect": control.effect.to_json(),
                "verdict": control.verdict,
            }
            for control in validation.controls
        ],
        "remedies": [
            {
                "world": row.place.world,
                "remedy": row.name,
                "against nothing": _finding(row.without),
                "absences against it": _finding(row.beside),
            }
            for row in validation.remedies
        ],
        "dose": [
            {
                "world": dose.world,
                "rates": dose.rates.tolist(),
                "against the first rate": {
                    measure: [effect.to_json() for effect in dose.effects(measure)]
                    for measure in dose.measures
                },
                "by rate and seed": {
                    measure: values.tolist() for measure, values in dose.measures.items()
                },
            }
            for dose in validation.doses
        ],
        "limits": [
            {
                "id": result.limit.id,
                "title": result.limit.title,
                "statement": result.limit.statement,
                "measured": result.limit.measured,
                "rows": [
                    {
                        "label": label,
                        "found": found.to_json() if isinstance(found, Effect) else float(found),
                    }
                    for label, found in result.rows
                ],
                "finding": result.finding,
            }
            for result in validation.limits
        ],
        "silenced in 'ablation'": SILENCED.tolist(),
        "by seed": {
            "seeds": list(validation.plan.seeds),
            "team": _by_condition(validation.world, "team"),
            "network": _by_condition(validation.world, "network"),
        },
    }


def _theorem(theorem: Comparison) -> dict[str, Any]:
    return asdict(theorem) | {
        "checks": [asdict(check) | {"holds": check.holds} for check in theorem.checks],
        "holds": theorem.holds,
    }


def _multiplicity(validation: Validation) -> dict[str, int]:
    counted = validation.multiplicity
    return {
        "directional findings": counted.directional,
        "hold": counted.hold,
        "hold after Holm": counted.hold_after_holm,
    }


def _claims(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "statement": found[0].claim.statement,
            "article": found[0].claim.article,
            "on team": found[0].claim.on_team,
            "on network": found[0].claim.on_network,
            "rules": [asdict(rule) for rule in found[0].claim.rules],
            "theorems": list(found[0].claim.theorems),
            "outcomes": [
                {
                    "world": outcome.world,
                    "setting": outcome.place.name,
                    "verdict": outcome.found,
                    "elsewhere": list(outcome.elsewhere),
                    "findings": [_finding(finding) for finding in outcome.findings],
                }
                for outcome in found
            ],
        }
        for name, found in outcomes_by_claim(outcomes).items()
    ]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "measure": finding.rule.measure,
        "expect": finding.rule.expect,
        "effect": finding.effect.to_json(),
        "smallest effect of interest": finding.margin,
        "p": finding.p,
        "verdict": finding.verdict,
    }


def _by_condition(world: World, where: str) -> dict[str, dict[str, list[Any]]]:
    return {
        condition.name: {
            name: values.tolist() if name == "ablation" else on_all(values).tolist()
            for name, values in measures.items()
        }
        for condition, measures in world.items()
        if condition.world == where
    }
