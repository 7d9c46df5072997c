"""What the commands have in common: the screen, options, progress, JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dashboard.screen import Screen
from experiments.processes import CORES, OnProgress
from simulation.checks import printable
from simulation.outputs import json_text

console = Screen()

Seed = Annotated[int, typer.Option(help="First seed. Same seed, same results, to the byte.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Workers = Annotated[int, typer.Option(help="Processes to use. The results do not depend on it.")]
DEFAULT_WORKERS = CORES


@contextmanager
def progress(*, quiet: bool) -> Iterator[OnProgress]:
    """Show a bar on a terminal's standard error; nothing elsewhere."""
    screen = Screen(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
        disable=quiet or not screen.is_terminal,
    ) as bar:
        task = bar.add_task("", total=None)

        def on_progress(what: str, done: int, of: int) -> None:
            bar.update(task, description=printable(what), completed=done, total=of)

        yield on_progress


def say_json(content: Any) -> None:
    """Print `content` as JSON."""
    typer.echo(json_text(content).encode(), nl=False)  # in UTF-8, as JSON is, on any terminal
