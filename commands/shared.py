"""What the commands have in common: the screen, options, estimates, progress, JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

from commands.ending import complain
from experiments.costs import Cost, check_fits
from experiments.costs.machine import CORES
from experiments.processes import Job, OnProgress, cost_of_all
from nn_bridge.results.screen import Screen
from simulation.checks import printable
from simulation.outputs import json_text

console = Screen()

Seed = Annotated[int, typer.Option(help="First seed. Same seed, same results, to the byte.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Workers = Annotated[int, typer.Option(help="Processes to use. The results do not depend on it.")]
DEFAULT_WORKERS = CORES

SAID_FROM = 10
"""Seconds from which on it is said beforehand how long work will take."""

SEEN = 0.001
"""Share of the work from which on the time left is told by it; before, work has hardly begun."""

LINE_EVERY = 30
"""Seconds between two lines that say how far work is, where no terminal looks on."""


def announce(cost: Cost) -> None:
    """Refuse work that this machine has no memory for; say how long it takes, if it is long."""
    check_fits(cost)
    if cost.seconds >= SAID_FROM:
        complain(f"about {told(cost)}")


def told(cost: Cost) -> str:
    """Say what work costs.

    >>> told(Cost(190, 2**30, 2))
    '3.2 minutes on 2 processes, 1.0 GiB'
    """
    where = f" on {cost.processes} processes" if cost.processes > 1 else ""
    return f"{duration(cost.seconds)}{where}, {cost.bytes / 2**30:.1f} GiB"


def duration(seconds: float) -> str:
    """Say about how long.

    >>> [duration(each) for each in (0.2, 48.2, 190, 9_000, 900_000, 1e12)]
    ['a second', '48 seconds', '3.2 minutes', '2.5 hours', '10 days', '31,710 years']
    """
    if seconds < 1.5:
        return "a second"
    for below, unit, form in (
        (100, 1, "{:.0f} seconds"),
        (6_000, 60, "{:.1f} minutes"),
        (172_800, 3_600, "{:.1f} hours"),
        (63_072_000, 86_400, "{:.0f} days"),
    ):
        if seconds < below:
            return form.format(seconds / unit)
    return f"{seconds / 31_536_000:,.0f} years"


@contextmanager
def at_work(jobs: Mapping[Any, Job], workers: int) -> Iterator[OnProgress]:
    """Announce what jobs will cost, and show how far they are."""
    announce(cost_of_all(jobs, workers))
    with progress() as on_progress:
        yield on_progress


class _TimeLeft(ProgressColumn):
    """The time left, by all the work of this run.

    Rich's own goes by the last few updates, and two workers may end their jobs in one moment.
    """

    def render(self, task: Task) -> Text:
        """Count down to when, after the last job, the end was to be expected."""
        ends = task.fields["ends"]
        if ends is None:
            return Text("left: -:--:--")
        return Text(f"left: {timedelta(seconds=max(round(ends - time.monotonic()), 0))}")


@contextmanager
def progress() -> Iterator[OnProgress]:
    """Show on standard error how far work is, and the time left: a bar, or a line now and then."""
    screen = Screen(stderr=True)
    with Progress(
        TextColumn(
            "{task.description}", markup=False, table_column=Column(no_wrap=True, max_width=40)
        ),
        BarColumn(None, table_column=Column(ratio=1)),  # what room the words leave
        TaskProgressColumn(),
        TimeElapsedColumn(),
        _TimeLeft(),
        console=screen,
        transient=True,
        expand=True,
        disable=not screen.is_terminal,
    ) as bar:
        task = bar.add_task("", total=1.0, ends=None)
        begun = said = time.monotonic()
        first: float | None = None

        def on_progress(what: str, share: float) -> None:
            nonlocal begun, first, said
            now = time.monotonic()
            if first is None or share <= first:  # a sweep goes on where it was left
                begun, first = now, share
            gone = share - first
            left = (now - begun) * (1.0 - share) / gone if gone > SEEN else None
            bar.update(task, description=printable(what), completed=share, ends=left and now + left)
            if bar.disable and now - said >= LINE_EVERY:
                said = now
                then = "" if left is None else f", about {duration(left)} left"
                complain(f"{what}; {share:.0%} done{then}")

        yield on_progress


def say_json(content: Any) -> None:
    """Print `content` as JSON."""
    typer.echo(json_text(content).encode(), nl=False)  # in UTF-8, as JSON is, on any terminal
