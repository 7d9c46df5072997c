"""`run.py sweep`: thousands of teams, and what they say."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
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

from commands.shared import DEFAULT_WORKERS, AsJson, Workers, console, say_json
from dashboard.files import ready_folder
from dashboard.style import check_language
from dashboard.sweep.export import export, export_writer
from dashboard.sweep.report import Commands, write_report
from dashboard.sweep.status import failure_lines, status_json, status_table
from experiments.sweep.coordinate import OnProgress, run_sweep
from experiments.sweep.design import Design, read_design
from experiments.sweep.engines import Engine, begin_imports, cluster, processes
from experiments.sweep.estimate import estimate
from experiments.sweep.plan import Plan, cut
from experiments.sweep.store import State, Store, open_store
from experiments.sweep.work import is_compiled, versions
from simulation import InputError

FAILED, INTERRUPTED = 3, 130
OUT = Path("out/sweep")
PRELOAD = (__name__,)
"""What workers import: this, for they import run.py, as processes do with the main module."""


def sweep(
    file: Annotated[
        Path | None, typer.Argument(help="The design, a TOML file; see examples/sweep.toml.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="key=v1,v2,.. instead of, or on top of, the file's grid."),
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The store, an SQLite file; out/FILE.sqlite if left out.")
    ] = None,
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
    status: Annotated[bool, typer.Option("--status", help="Say how far the store is.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Write the store's answers: a page with figures.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = OUT,
    lang: Annotated[str, typer.Option(help="Language of the report: en or ja.")] = "en",
    export_to: Annotated[
        Path | None,
        typer.Option("--export", help="Write the store's results to this .csv or .parquet file."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run every team of a design, or go on where the last run of it stopped.

    With --status, --report or --export nothing is run: they read the
    store. Exit code 3 if chunks failed for good; Ctrl-C ends with 130,
    and the same command goes on.
    """
    path = store or Path("out") / f"{file.stem if file else 'sweep'}.sqlite"
    given = settings or []
    if status or report or export_to:
        check_language(lang)
        if report:
            ready_folder(out)
        if export_to:
            export_writer(export_to)
            ready_folder(export_to.parent, "--export")
        with open_store(path) as opened:
            _check_design(opened, file, given)
            if status:
                _say_status(opened, as_json=as_json)
            if export_to:
                export(opened, export_to)
            if report:
                write_report(opened, out, _commands(file, given, opened, store, out, lang), lang)
        for written in (export_to, out / "report.md" if report else None):
            if written and not as_json:
                console.print(f"Wrote {written}", soft_wrap=True)
        return
    try:
        design = _design(file, given, path)
        engine = _engine(cluster_address, workers)
        ready_folder(path.parent, "--store")
        plan = cut(design)
        compiled = compiled or _begun_compiled(path)
        _announce(
            plan,
            path,
            workers if cluster_address is None else None,
            compiled=compiled,
            quiet=as_json,
        )
        with progress(design.n_teams, quiet=as_json) as on_progress:
            state = run_sweep(plan, path, engine, on_progress, compiled=compiled)
    except KeyboardInterrupt:
        print(
            "run.py: interrupted; what was entered is kept, the same command goes on from there",
            file=sys.stderr,
        )
        raise typer.Exit(INTERRUPTED) from None
    _conclude(path, state, as_json=as_json)


def _commands(
    file: Path | None,
    settings: list[str],
    opened: Store,
    store: Path | None,
    out: Path,
    lang: str,
) -> Commands:
    """Say what was typed, for the page to name it."""
    words = ["python", "run.py", "sweep", *([str(file)] if file else [])]
    words += [word for setting in settings for word in ("--set", setting)]
    words += ["--store", str(store)] if store else []
    compiled = ["--compiled"] if is_compiled(opened.versions) else []
    run = shlex.join([*words, *compiled]) if file or settings else None
    words += ["--report", *([] if out == OUT else ["--out", str(out)])]
    return Commands(run, shlex.join([*words, *([] if lang == "en" else ["--lang", lang])]))


def _check_design(store: Store, file: Path | None, settings: list[str]) -> None:
    """Raise InputError if a design is named, and it is not the store's."""
    if (file or settings) and read_design(file, settings).hash != store.design_hash:
        raise InputError(
            f"the store {store.path} holds another design than the one that is named: leave that "
            "out, with --store, or name the store that is its own"
        )


def _say_status(store: Store, *, as_json: bool) -> None:
    state = store.state()
    if as_json:
        say_json(status_json(store, state))
        return
    console.print(status_table(store, state))
    for line in failure_lines(state):
        console.print(line, markup=False, soft_wrap=True)


def _engine(address: str | None, workers: int) -> Engine:
    return processes(workers, PRELOAD) if address is None else cluster(address)


def _design(file: Path | None, settings: list[str], path: Path) -> Design:
    if file is not None or settings:
        return read_design(file, settings)
    if not path.exists():
        raise InputError(
            "there is nothing to run: name a design's file, such as examples/sweep.toml, or give "
            "--set key=v1,v2, or go on with a --store"
        )
    with open_store(path) as begun:
        return begun.design


def _begun_compiled(path: Path) -> bool:
    """Tell whether the store, if there is one, was begun with --compiled."""
    if not path.exists():
        return False
    with open_store(path) as begun:
        return is_compiled(begun.versions)


def _announce(plan: Plan, path: Path, workers: int | None, *, compiled: bool, quiet: bool) -> None:
    """Say what is going to be run, and about what it will cost."""
    chunks = list(plan.chunks)
    if path.exists():
        with open_store(path) as begun:
            begun.check_belongs_to(plan, versions(compiled=compiled))
            there = begun.open_chunks()
        chunks = [chunk for chunk in chunks if chunk.number in there]
    if quiet:
        return
    console.print(
        f"{plan.design.n_teams:,} teams (points x seeds: {len(plan.design.points):,} x "
        f"{len(plan.design.seeds):,}), in chunks: {len(plan.chunks):,}. To run: "
        f"{sum(chunk.n_teams for chunk in chunks):,} teams.",
        soft_wrap=True,
    )
    if chunks and workers is not None:
        begin_imports(PRELOAD)
    cost = estimate(plan, chunks, compiled=compiled)
    if workers is None:
        where = f"{_duration(cost.seconds)} of one core like this one"
    else:
        memory = cost.memory(workers) / 2**30
        where = f"{_duration(cost.seconds / workers)} on {workers} processes, {memory:.1f} GiB"
    if chunks:
        console.print(f"Estimate, from a few teams timed here: about {where}.", soft_wrap=True)


def _conclude(path: Path, state: State, *, as_json: bool) -> None:
    """Say how it ended; exit code 3 if something failed for good."""
    if as_json:
        with open_store(path) as opened:
            say_json(status_json(opened, state))
    else:
        console.print(
            f"{state.teams_done:,} of {state.teams:,} teams are in {path}; "
            f"{state.diverged:,} of them diverged.",
            soft_wrap=True,
        )
    if state.complete:
        return
    for line in failure_lines(state):
        print(f"run.py: {line}", file=sys.stderr)
    print("run.py: the same command tries the failed chunks again", file=sys.stderr)
    raise typer.Exit(FAILED)


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
    screen = Console(stderr=True)
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


def _duration(seconds: float) -> str:
    """Say about how long.

    >>> _duration(0.2), _duration(48.2), _duration(190), _duration(9_000)
    ('a second', '48 seconds', '3.2 minutes', '2.5 hours')
    """
    if seconds < 1.5:
        return "a second"
    if seconds < 100:
        return f"{seconds:.0f} seconds"
    if seconds < 6_000:
        return f"{seconds / 60:.1f} minutes"
    return f"{seconds / 3_600:.1f} hours"
