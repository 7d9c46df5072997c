"""The bar that is shown while a sweep runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

from dashboard.screen import Screen
from experiments.sweep.coordinate import OnProgress


class _TimeLeft(ProgressColumn):
    """The time left, by all the work of this run.

    Rich's own goes by the last few updates, and two workers may end their chunks in one moment.
    """

    def render(self, task: Task) -> Text:
        """Count down to when, after the last chunk, the end was to be expected."""
        ends = task.fields["ends"]
        if ends is None or task.elapsed is None:
            return Text("left: -:--:--")
        return Text(f"left: {timedelta(seconds=max(round(ends - task.elapsed), 0))}")


@contextmanager
def progress(teams: int, *, quiet: bool) -> Iterator[OnProgress]:
    """Show teams done, their rate and the time left on a terminal; nothing elsewhere.

    The bar and the time left go by work: the dearest teams come first.
    """
    screen = Screen(stderr=True)
    with Progress(
        TextColumn("{task.fields[done]:,} of {task.fields[teams]:,} teams"),
        BarColumn(None, table_column=Column(ratio=1)),  # what room the words leave
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        _TimeLeft(),
        console=screen,
        transient=True,
        expand=True,
        disable=quiet or not screen.is_terminal,
    ) as bar:
        task = bar.add_task("", total=1.0, teams=teams, done=0, rate="", ends=None, start=False)
        begun_with: tuple[int, float] | None = None

        def on_progress(done: int, share: float) -> None:
            nonlocal begun_with
            if begun_with is None:
                begun_with = done, share
                bar.start_task(task)
            teams_before, share_before = begun_with
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = f"{(done - teams_before) / elapsed:,.0f} a second" if elapsed > 1 else ""
            now = share - share_before
            ends = elapsed * (1.0 - share_before) / now if now > 0 else None
            bar.update(task, completed=share, done=done, rate=rate, ends=ends)

        yield on_progress
