"""`run.py sweep run`: every team of a design, or what is left of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from commands.ending import complain
from commands.shared import (
    DEFAULT_WORKERS,
    AsJson,
    Workers,
    console,
    duration,
    progress,
    say_json,
    told,
)
from commands.sweep.options import File, Settings, StorePath, store_path
from dashboard.sweep.status import failure_lines, status_json
from experiments.costs import Cost, check_fits, on_processes
from experiments.processes import check_workers
from experiments.sweep.coordinate import run_sweep
from experiments.sweep.design import read_design
from experiments.sweep.engines import cluster, processes
from experiments.sweep.estimate import estimate
from experiments.sweep.lock import coordinating
from experiments.sweep.plan import Chunk, Plan, cut
from experiments.sweep.store import State
from experiments.sweep.store_files import open_store, repair_store
from experiments.sweep.work import is_compiled, versions
from simulation import InputError
from simulation.outputs import outputs

FAILED = 3


def run(
    file: File = None,
    settings: Settings = None,
    store: StorePath = None,
    workers: Workers = DEFAULT_WORKERS,
    cluster_address: Annotated[
        str | None,
        typer.Option("--cluster", help="Run on a Dask cluster: its scheduler, tcp://host:port."),
    ] = None,
    compiled: Annotated[
        bool,
        typer.Option(
            "--compiled",
            help="Let Numba compile the rehearsals: faster, with the extra 'compiled'.",
        ),
    ] = False,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Keep what is sound of a damaged store, and run the rest."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run every team of a design, or go on where the last run of it stopped.

    Exit code 3 if chunks failed for good; Ctrl-C ends it with 130, and the same command goes on.
    """
    path = store_path(file, store)
    try:
        if repair:
            _repair(file, settings or [], path, compiled=compiled, quiet=as_json)
        plan, chunks, compiled = _taken_up(file, settings or [], path, compiled=compiled)
        here = cluster_address is None
        workers = min(check_workers(workers), max(len(chunks), 1))
        engine = processes(workers) if here else cluster(cluster_address or "")
        with (
            outputs(path.parent, "name another file with --store"),
            progress() as on_progress,
        ):
            costs = estimate(plan, chunks, compiled=compiled, timed=not as_json)
            if here:
                check_fits(on_processes(costs, workers))
            if not as_json:
                _announce(plan, chunks, costs, workers if here else None)
            teams = f"{plan.design.n_teams:,} teams"
            state = run_sweep(
                plan,
                path,
                engine,
                lambda done, share: on_progress(f"{done:,} of {teams}", share),
                compiled=compiled,
            )
    except KeyboardInterrupt as interrupt:
        interrupt.add_note("what was entered is kept, the same command goes on from there")
        raise
    _conclude(path, state, as_json=as_json)


def _repair(
    file: Path | None, settings: list[str], path: Path, *, compiled: bool, quiet: bool
) -> None:
    """Take out of a store what is damaged, and say how much that was."""
    named = cut(read_design(file, settings)) if file or settings else None
    with coordinating(path):
        damaged = repair_store(path, named, versions(compiled=compiled))
    if not quiet:
        console.say(f"Damaged chunks in {path}: {damaged:,}; all else is kept.")


def _taken_up(
    file: Path | None, settings: list[str], path: Path, *, compiled: bool
) -> tuple[Plan, list[Chunk], bool]:
    """Return the plan, what the store lacks of it, and whether Numba compiles the rehearsals.

    A store that is there says what is not named: its design, and whether it was begun compiled.
    """
    named = read_design(file, settings) if file or settings else None
    if os.path.exists(path):
        with open_store(path) as begun:
            plan = cut(named or begun.design)
            compiled = compiled or is_compiled(begun.versions)
            begun.check_belongs_to(plan, versions(compiled=compiled))
            begun.check()
            lacking = begun.open_chunks()
        return plan, [chunk for chunk in plan.chunks if chunk.number in lacking], compiled
    if named is None:
        raise InputError(
            "there is nothing to run: name a design's file, such as examples/sweep.toml, or give "
            "--set key=v1,v2, or go on with a --store"
        )
    plan = cut(named)
    return plan, list(plan.chunks), compiled


def _announce(plan: Plan, chunks: list[Chunk], costs: list[Cost], workers: int | None) -> None:
    """Say what is going to be run, and about what it will cost."""
    console.say(
        f"{plan.design.n_teams:,} teams (points x seeds: {len(plan.design.points):,} x "
        f"{len(plan.design.seeds):,}), in chunks: {len(plan.chunks):,}. To run: "
        f"{sum(chunk.n_teams for chunk in chunks):,} teams."
    )
    if not chunks:
        return
    if workers is None:
        where = f"{duration(sum(cost.seconds for cost in costs))} of one core like this one"
    else:
        where = told(on_processes(costs, workers))
    console.say(f"Estimate, from a few teams timed here: about {where}.")


def _conclude(path: Path, state: State, *, as_json: bool) -> None:
    """Say how it ended; exit code 3 if something failed for good."""
    if as_json:
        with open_store(path) as opened:
            say_json(status_json(opened, state))
    else:
        console.say(
            f"{state.teams_done:,} of {state.teams:,} teams are in {path}; "
            f"{state.diverged:,} of them diverged."
        )
    if state.complete:
        return
    for line in failure_lines(state):
        complain(line)
    complain("the same command tries the failed chunks again")
    raise typer.Exit(FAILED)
