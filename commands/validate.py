"""`run.py validate`: theorems, claims, controls, and where the analogy breaks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from commands.ending import complain
from commands.shared import DEFAULT_WORKERS, AsJson, Seed, Workers, at_work, console, say_json
from dashboard.style import check_language
from dashboard.validation.files import validation_json, write_validation
from dashboard.validation.tables import validation_tables
from experiments.processes import run_jobs
from experiments.validation.plan import Plan
from experiments.validation.reruns import read_rerun
from experiments.validation.validate import Scope, judge
from simulation.checks import whole
from simulation.outputs import outputs
from simulation.real_talks import check_data


def validate(
    only: Annotated[
        str,
        typer.Option(
            help="Parts to run, such as C5,F1,T3,controls,remedies,limits,dose; all if left out."
        ),
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder for the report, its figures and data.")] = Path(
        "out/validation"
    ),
    data: Annotated[
        str,
        typer.Option(
            help="What the network learns from: mnist (5,000 images of it), digits "
            "(scikit-learn's), or a folder with IDX files."
        ),
    ] = "mnist",
    rerun: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder that this command wrote for other seeds; a verdict that differs there is "
            "undecided. More than one can be given."
        ),
    ] = None,
    seed: Seed = 0,
    quick: Annotated[
        bool, typer.Option(help="Shorter training, fewer settings; some verdicts differ.")
    ] = False,
    workers: Workers = DEFAULT_WORKERS,
    lang: Annotated[
        str, typer.Option(help="Language of the figures: en or ja. The report is in English.")
    ] = "en",
    as_json: AsJson = False,
) -> None:
    """Validate the analogy: theorems, the article's claims, controls, and where it breaks.

    Writes OUT/report.md with its figures, validation.json and validation.csv. Exit code 1 if a
    theorem, a fact or a control fails; a claim that does not hold is a finding, and exits with 0.
    """
    started = time.perf_counter()
    whole("seed", seed)
    check_language(lang)
    scope = Scope.only([name for name in only.split(",") if name])
    check_data(data)
    plan = Plan.short(seed, data) if quick else Plan.full(seed, data)
    reruns = [read_rerun(each) for each in rerun or ()]
    with outputs(out) as files:
        jobs = scope.jobs(plan)
        with at_work(jobs, workers) as on_progress:
            results = run_jobs(jobs, workers, on_progress)
        validation = judge(plan, scope, results, reruns)
        write_validation(files, validation, only, lang)
    if as_json:
        say_json(validation_json(validation, only))
    else:
        for table in validation_tables(validation):
            console.print(table)
            console.print()
        console.say(f"Wrote {out / 'report.md'} after {time.perf_counter() - started:.0f} s.")
    if not validation.sound:
        complain("a theorem, a fact or a control failed, see the report")
        raise typer.Exit(1)
