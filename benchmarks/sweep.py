"""What a sweep costs: growth, one worker against two, Mesa's batch_run, and the store by itself.

Run it: python -m benchmarks.sweep, on a machine that does nothing else. `--part` measures one thing
alone, and `--largest 100000` goes up to the sweep of examples/hundred-thousand.toml.

Teams of five, 2,000 rehearsals of eight questions, as in that file. Every sweep is the command
itself in a process of its own; memory is what it and its workers hold together, shared pages
counted once (PSS). To look takes 15 ms of a core and stops who is looked at: it is done five times
a second at first, then ever more seldom, and not at all where times are compared.
"""

from __future__ import annotations

import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import mesa
import numpy as np
import typer
from mesa.datacollection import DataCollector
from rich.table import Table

from experiments.sweep.design import read_design
from experiments.sweep.plan import Chunk, Plan, cut
from experiments.sweep.store_files import create_store, open_store
from experiments.sweep.tables import MEASURES, Row
from experiments.sweep.work import versions
from nn_bridge.results.screen import Screen
from simulation import Team, independent, synthetic_talk
from simulation.scenario import team_result

ROOT = Path(__file__).parent.parent
DESIGN = ROOT / "examples" / "hundred-thousand.toml"
POINTS, REHEARSALS = 100, 2_000
MESA_SAMPLE = 60
STORE_SEEDS = 1_000


class Part(StrEnum):
    """What can be measured by itself."""

    growth = "growth"
    workers = "workers"
    mesa = "mesa"
    store = "store"


class OneTeam(mesa.Model):  # type: ignore[misc]
    """A team's whole life as one step: Mesa's batch_run collects after every step."""

    def __init__(self, rate: float, number: int) -> None:
        super().__init__(rng=number)
        self.rate, self.number = rate, number
        self.measures: dict[str, float] = {}
        self.datacollector = DataCollector({"Quality": lambda model: model.measures["all there"]})

    def step(self) -> None:
        """Rehearse, and be judged."""
        talk = synthetic_talk(np.random.default_rng([self.number, 0]), choice=0)
        team = Team(talk, independent(5, self.rate), rng=self.number)
        team.rehearse(REHEARSALS)
        team.collect()
        self.measures = team_result(team).measures
        self.datacollector.collect(self)
        self.running = False


def begin_sweep(teams: int, workers: int, folder: Path) -> subprocess.Popen[str]:
    """Start the command on so many teams."""
    store = folder / f"{teams}-{workers}-{time.monotonic_ns()}.sqlite"
    command = [sys.executable, str(ROOT / "run.py"), "sweep", "run", str(DESIGN), "--json"]
    command += ["--set", f"seeds={teams // POINTS}", "--store", str(store)]
    command += ["--workers", str(workers)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def end_sweep(process: subprocess.Popen[str], teams: int) -> None:
    """Wait for a sweep, and see that it has done what it was told."""
    said, _ = process.communicate()
    assert process.returncode == 0
    assert json.loads(said)["teams done"] == teams


def time_sweeps(teams: int, workers: int, folder: Path, side_by_side: int = 1) -> float:
    """Run so many sweeps of so many teams each at the same time; return seconds."""
    started = time.perf_counter()
    running = [begin_sweep(teams, workers, folder) for _ in range(side_by_side)]
    for process in running:
        end_sweep(process, teams)
    return time.perf_counter() - started


def weigh_sweep(teams: int, workers: int, folder: Path) -> tuple[float, float]:
    """Run a sweep of so many teams; return seconds and the peak of memory in GiB."""
    started, seconds, peak = time.perf_counter(), 0.0, 0.0
    process = begin_sweep(teams, workers, folder)
    while process.returncode is None:
        peak = max(peak, _held(process.pid))
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.2, seconds / 20))
        seconds = time.perf_counter() - started
    end_sweep(process, teams)
    return seconds, peak / 2**30


def run_batch(sample: int, processes: int) -> float:
    """Let Mesa run a sample of the same teams; return seconds."""
    from mesa.batchrunner import batch_run  # sets the start method of all processes

    started = time.perf_counter()
    batch_run(
        OneTeam,
        {"rate": [0.0, 0.4, 0.8], "number": list(range(sample // 3))},
        number_processes=processes,
        max_steps=1,
        display_progress=False,
    )
    return time.perf_counter() - started


def made_up(plan: Plan) -> Iterator[tuple[Chunk, list[Row]]]:
    """Yield every chunk of a plan with results that took no time."""
    for chunk in plan.chunks:
        values = np.random.default_rng(chunk.number).normal(size=(chunk.n_teams, len(MEASURES)))
        rows: list[Row] = [
            (member.team, member.point, member.seed, 0, *row)
            for member, row in zip(plan.members(chunk), values.tolist(), strict=True)
        ]
        yield chunk, rows


def pack_chunks() -> float:
    """Pack every task and unpack every result, as for other processes; return teams a second."""
    plan = cut(read_design(DESIGN, [f"seeds={STORE_SEEDS}"]))
    results = [pickle.dumps(rows) for _, rows in made_up(plan)]
    started = time.perf_counter()
    for chunk, result in zip(plan.chunks, results, strict=True):
        pickle.dumps(plan.task(chunk, versions()))
        pickle.loads(result)
    return plan.design.n_teams / (time.perf_counter() - started)


def fill_store(folder: Path, at_once: int) -> tuple[float, float]:
    """Enter made-up chunks, so many at once; return teams a second, bytes a team."""
    plan = cut(read_design(DESIGN, [f"seeds={STORE_SEEDS}"]))
    path = folder / f"filled-{at_once}.sqlite"
    create_store(path, plan, versions())
    chunks = [(chunk.number, rows) for chunk, rows in made_up(plan)]
    with open_store(path) as store:
        started = time.perf_counter()
        for at in range(0, len(chunks), at_once):
            store.finish(dict(chunks[at : at + at_once]))
        seconds = time.perf_counter() - started
    teams = plan.design.n_teams
    return teams / seconds, path.stat().st_size / teams


def _held(session: int) -> float:
    """Bytes that all processes of a session hold, shared pages counted once."""
    held = 0
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.getsid(int(folder.name)) == session:
                lines = (folder / "smaps_rollup").read_text().splitlines()
                held += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):  # it ended while we looked
            continue
    return held * 1024.0


def measure_growth(console: Screen, folder: Path, smallest: int, largest: int) -> None:
    """Run ten times as many teams, and again, on two workers."""
    table = Table("teams", "seconds", "teams a second", "peak GiB", title="growth, 2 workers")
    teams = smallest
    while teams <= largest:
        seconds, peak = weigh_sweep(teams, 2, folder)
        table.add_row(f"{teams:,}", f"{seconds:.1f}", f"{teams / seconds:,.0f}", f"{peak:.2f}")
        teams *= 10
    console.print(table)


def measure_workers(console: Screen, folder: Path, teams: int, rounds: int) -> None:
    """Run the same teams on one worker and on two, in alternation, and what the machine allows.

    That is two sweeps on one worker each, side by side: they share nothing but the machine.
    """
    gains, limits = [], []
    for _ in range(rounds):
        one = time_sweeps(teams, 1, folder)
        two = time_sweeps(teams, 2, folder)
        both = time_sweeps(teams, 1, folder, side_by_side=2)
        gains.append(one / two)
        limits.append(2 * one / both)
        console.print(
            f"{teams:,} teams: {one:.1f} s on 1 worker, {two:.1f} s on 2; twice as many in two "
            f"sweeps side by side, 1 worker each: {both:.1f} s"
        )
    console.print(f"one worker takes {_spread(gains)} times as long as two")
    console.print(f"two sweeps side by side do {_spread(limits)} times the work of one alone")


def _spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def measure_mesa(console: Screen, folder: Path, teams: int) -> None:
    """Run a sample through Mesa's batch_run, and say what 100,000 teams would take."""
    ours = time_sweeps(teams, 2, folder) / teams
    for processes in (1, 2):
        each = run_batch(MESA_SAMPLE, processes) / MESA_SAMPLE
        console.print(
            f"Mesa's batch_run, {processes} processes, {MESA_SAMPLE} teams: "
            f"{1000 * each:.0f} ms a team, {each / ours:.0f} times the sweep's "
            f"{1000 * ours:.2f} ms on 2; 100,000 teams would take "
            f"{each * 100_000 / 3_600:.1f} hours (extrapolated)"
        )


def measure_store(console: Screen, folder: Path) -> None:
    """Do the coordinator's own work on results that took no time."""
    console.print(f"tasks packed and results unpacked: {pack_chunks():,.0f} teams a second")
    for at_once in (1, 4, 40):
        rate, size = fill_store(folder, at_once)
        console.print(
            f"entered in the store, {at_once} chunks at once: {rate:,.0f} teams a second, "
            f"{size:.0f} bytes a team"
        )


def main(
    part: Annotated[
        list[Part] | None, typer.Option(help="Measure this alone; all of them if left out.")
    ] = None,
    smallest: Annotated[int, typer.Option(help="Teams of the growth's smallest sweep.")] = 100,
    largest: Annotated[int, typer.Option(help="Teams of the growth's largest sweep.")] = 10_000,
    compared: Annotated[int, typer.Option(help="Teams for one worker against two.")] = 4_000,
    rounds: Annotated[int, typer.Option(help="How often these are run, in alternation.")] = 3,
) -> None:
    """Measure, in alternation where two things are compared, and print tables."""
    console, parts = Screen(), part or list(Part)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if Part.growth in parts:
            measure_growth(console, folder, smallest, largest)
        if Part.workers in parts:
            measure_workers(console, folder, compared, rounds)
        if Part.mesa in parts:
            measure_mesa(console, folder, compared)
        if Part.store in parts:
            measure_store(console, folder)


if __name__ == "__main__":
    typer.run(main)
