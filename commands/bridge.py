"""`run.py bridge`: how far teams and their network twins are apart."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.shared import DEFAULT_WORKERS, AsJson, Seed, Workers, console, progress, say_json
from dashboard.tables import bridge_table
from experiments.crossing import CASES, cross
from experiments.processes import Job, run_jobs
from experiments.versions import versions
from simulation.checks import whole


def bridge(
    rehearsals: Annotated[int, typer.Option(help="Rehearsals, that is training steps.")] = 1_000,
    seed: Seed = 0,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Run teams beside their network twins and print how far apart they ever were.

    Exit code 1 if they differ by more than the tolerance.
    """
    whole("rehearsals", rehearsals, least=1)
    whole("seed", seed)
    jobs: dict[str, Job] = {case.name: (cross, (case, rehearsals, seed)) for case in CASES}
    with progress(quiet=as_json) as on_progress:
        crossings = list(run_jobs(jobs, workers, on_progress).values())
    if as_json:
        say_json({"seed": seed, "versions": versions(), "cases": [c.to_json() for c in crossings]})
    else:
        console.print(bridge_table(crossings))
    if not all(crossing.holds for crossing in crossings):
        raise typer.Exit(1)
