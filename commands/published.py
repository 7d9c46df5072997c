"""`run.py published`: published figures, measured again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import DEFAULT_WORKERS, AsJson, Seed, Workers, at_work, console, say_json
from dashboard.published.page import study_json, write_study
from dashboard.published.table import statements_table
from experiments.processes import run_jobs
from experiments.published.studies import STUDIES
from experiments.published.study import Plan
from simulation.checks import one_of
from simulation.outputs import outputs


def published(
    study: Annotated[
        str,
        typer.Argument(
            help="9, 10 or 11, a figure of the dropout paper (Srivastava et al. 2014): rate, "
            "training images, sub-networks averaged; or morcos (Morcos et al. 2018): robust beyond "
            "the fraction dropped?"
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the page, its figure and data.")] = Path(
        "out/published"
    ),
    seed: Seed = 0,
    quick: Annotated[
        bool, typer.Option(help="Few images, short training: verdicts differ.")
    ] = False,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Measure a published figure again: the article's network on 5,000 MNIST images, ten seeds.

    Writes a page with its figure, and JSON beside it, into OUT. A study takes a quarter of a
    minute to five on two cores.
    """
    started = time.perf_counter()
    chosen = STUDIES[one_of("study", study, tuple(STUDIES))]
    plan = Plan.short(seed) if quick else Plan.full(seed)
    with outputs(out) as files:
        jobs = chosen.jobs(plan)
        with at_work(jobs, workers) as on_progress:
            results = run_jobs(jobs, workers, on_progress)
        found = chosen.find(plan, results)
        written = write_study(files, chosen, plan, found)
    if as_json:
        say_json(study_json(chosen, plan, found))
        return
    console.print(statements_table(chosen, found))
    for fact in found.facts:
        console.print(fact)
    console.say(f"Wrote {out / written} after {time.perf_counter() - started:.0f} s.")
