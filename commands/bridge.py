"""`run.py bridge`: how far teams and networks are apart."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.shared import DEFAULT_WORKERS, AsJson, Seed, Workers, at_work, console, say_json
from dashboard.tables import bridge_table
from experiments.costs.bounds import MOST_STEPS
from experiments.crossing import CASES, cross
from experiments.parting import part
from experiments.processes import Job, run_jobs
from simulation.checks import whole
from simulation.versions import versions


def bridge(
    rehearsals: Annotated[int, typer.Option(help="Rehearsals, that is training steps.")] = 1_000,
    seed: Seed = 0,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Run teams beside their network twins and print how far apart they ever were.

    For a = 1 the twin trains by plain SGD with one mask a batch or a sample, for a < 1 by the
    presenters' own rule. Exit code 1 if they differ by more than the tolerance. Last comes how far
    a team with a < 1 is from dropout SGD with the same masks, from which it must part.
    """
    whole("rehearsals", rehearsals, least=1, most=MOST_STEPS)
    whole("seed", seed)
    jobs: dict[str, Job] = {case.name: (cross, (case, rehearsals, seed)) for case in CASES}
    jobs["beside dropout SGD"] = part, (rehearsals, seed)
    with at_work(jobs, workers) as on_progress:
        results = run_jobs(jobs, workers, on_progress)
    crossings, parting = [results[case.name] for case in CASES], results["beside dropout SGD"]
    if as_json:
        cases = [crossing.to_json() for crossing in crossings]
        found = {"cases": cases, "beside dropout SGD": parting.to_json()}
        say_json({"seed": seed, "versions": versions()} | found)
    else:
        console.print(bridge_table(crossings, parting))
    if not all(crossing.holds for crossing in crossings):
        raise typer.Exit(1)
