"""How far a sweep is, in words."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from experiments.sweep.store import State, Store
from simulation.checks import printable

SHOWN = 10
"""Failed chunks that are listed one by one."""


def status_table(store: Store, state: State) -> Table:
    """Return a store's state as a table."""
    design = store.design
    table = Table("what", "how many", title=printable(design.title), title_justify="left")
    table.add_row("points", f"{len(design.points):,}")
    table.add_row("seeds", f"{len(design.seeds):,}")
    table.add_row("teams done", f"{state.teams_done:,} of {state.teams:,}")
    table.add_row("chunks done", f"{state.chunks_done:,} of {state.chunks:,}")
    table.add_row("teams that diverged", f"{state.diverged:,}")
    table.add_row("chunks that failed", f"{len(state.failures):,}")
    return table


def failure_lines(state: State) -> list[str]:
    """Name the chunks that failed, with their last errors."""
    lines = [f"chunk {chunk} failed: {error}" for chunk, error in state.failures.items()]
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], f"and {more} more, all in the store"]


def status_json(store: Store, state: State) -> dict[str, Any]:
    """Return a store's state as JSON can hold it."""
    return {
        "store": str(store.path),
        "title": store.design.title,
        "design hash": store.design_hash,
        "versions": store.versions,
        "points": len(store.design.points),
        "seeds": len(store.design.seeds),
        "teams": state.teams,
        "teams done": state.teams_done,
        "chunks": state.chunks,
        "chunks done": state.chunks_done,
        "diverged": state.diverged,
        "failed chunks": {str(chunk): error for chunk, error in state.failures.items()},
        "complete": state.complete,
    }
