"""A study on disk: the page with its figure, and every number behind it."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from dashboard.published.figure import draw
from dashboard.templates import render
from dashboard.validation.report import MARKS
from experiments.published.study import (
    ALIKE,
    PAPER_GAIN,
    RULES_SINCE,
    Found,
    Plan,
    Statement,
    Study,
)
from simulation.outputs import Outputs
from simulation.versions import versions

IMAGES = {"mnist": "5,000 of MNIST, 3,500 to draw from and 1,000 to be tested on"}


def write_study(files: Outputs, study: Study, plan: Plan, found: Found) -> str:
    """Write STUDY.json, STUDY.png and STUDY.md, which shows it.

    Returns
    -------
    str
        The page's name.
    """
    name = stem(study)
    files.write_json(f"{name}.json", study_json(study, plan, found))
    files.write(f"{name}.png", partial(draw, found))
    files.write_text(f"{name}.md", page(study, plan, found))
    return f"{name}.md"


def page(study: Study, plan: Plan, found: Found) -> str:
    """Write the page in Markdown."""
    return render(
        "published/page.md.jinja",
        **vars(found),
        multiplicity=found.multiplicity,
        study=study,
        plan=plan,
        command=command(study, plan),
        picture=f"{stem(study)}.png",
        images=IMAGES.get(plan.data, plan.data),
        marks=MARKS,
        rule=_rule,
        alike=ALIKE,
        paper_gain=PAPER_GAIN,
        rules_since=RULES_SINCE,
    )


def study_json(study: Study, plan: Plan, found: Found) -> dict[str, Any]:
    """Return everything that was found as JSON can hold it."""
    return {
        "command": command(study, plan),
        "source": study.source,
        "plan": asdict(plan),
        "versions": versions(),
        "statements": [
            {
                "claim": statement.claim,
                "expected": statement.expect,
                "margin": statement.margin,
                "verdict": statement.verdict,
                "compared": {
                    label: finding.effect.to_json() | {"verdict": finding.verdict}
                    for label, finding in statement.compared.items()
                },
            }
            for statement in found.statements
        ],
        "facts": list(found.facts),
        "curves": [
            {
                "panel": panel.title,
                "curve": curve.name,
                "at": list(curve.at),
                "points": [point.to_json() for point in curve.points],
            }
            for panel in found.panels
            for curve in panel.curves
        ],
    }


def command(study: Study, plan: Plan) -> str:
    """Return the command that reproduces a study."""
    quick = " --quick" if plan.quick else ""
    return f"python run.py published {study.name} --seed {plan.seeds[0]}{quick}"


def stem(study: Study) -> str:
    """Name the files of a study: figure-9 for the figure that it asks about."""
    return f"figure-{study.name}" if study.name.isdigit() else study.name


def _rule(statement: Statement) -> str:
    within = statement.expect == "same"
    how = "the same within" if within else f"{statement.expect} by more than"
    return f"{how} {statement.margin:.3g}"
