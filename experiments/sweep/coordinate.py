"""A sweep from its design to its store: begun, or taken up where it was left."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from experiments.sweep.engines import Engine
from experiments.sweep.execution import Work, see_through
from experiments.sweep.lock import coordinating
from experiments.sweep.plan import Chunk, Plan
from experiments.sweep.store import State
from experiments.sweep.store_files import create_store, open_store
from experiments.sweep.work import run_chunk, versions

OnProgress = Callable[[int, float], None]
"""Told how many teams are done, and what share of all the work that is."""


def run_sweep(
    plan: Plan,
    path: Path,
    engine: Engine,
    on_progress: OnProgress,
    work: Work = run_chunk,
    *,
    compiled: bool = False,
) -> State:
    """Run what the store at `path` does not have yet of a plan, and say how it ended.

    The store's content does not depend on the engine, on the order in which chunks end, or on how
    often the sweep was killed and started again.

    Parameters
    ----------
    plan : Plan
    path : Path
        Its folder must be there; the store is made if it is not.
    engine : Engine
    on_progress : function(teams, share)
        Called at the start and whenever a chunk has been entered.
    work : function(Task) -> list of Row
    compiled : bool
        Whether Numba compiles the rehearsals; a store keeps to what it was begun with.

    Raises
    ------
    InputError
        If there is another coordinator, or the store is another sweep's, damaged, or cannot be
        written. What was entered before is kept.
    """
    with coordinating(path):
        if not os.path.exists(path):
            create_store(path, plan, versions(compiled=compiled))
        with open_store(path) as store:
            store.check_belongs_to(plan, versions(compiled=compiled))
            there = store.open_chunks()
            left = sum(plan.work(chunk) for chunk in plan.chunks if chunk.number in there)
            work_of_all = sum(map(plan.work, plan.chunks))
            teams = store.state().teams_done
            on_progress(teams, 1.0 - left / work_of_all)

            def entered(chunk: Chunk) -> None:
                nonlocal teams, left
                teams, left = teams + chunk.n_teams, left - plan.work(chunk)
                on_progress(teams, 1.0 - left / work_of_all)

            see_through(plan, store, engine, work, entered)
            return store.state()
