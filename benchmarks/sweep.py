"""What a sweep costs: growth, one worker against two, Mesa's batch_run, and the store by itself.

Run it: python benchmarks/sweep.py, on a machine that does nothing else. `--part` measures one thing
alone, and `--largest 100000` goes up to the sweep of examples/hundred-thousand.toml.

Teams of five, 2,000 rehearsals of eight questions, as in that file. Every sweep is the command
itself in a process of its own; memory is what it and its workers hold together, shared pages
counted once (PSS), looked at ten times a second.
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
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import mesa
import numpy as np
import typer
from mesa.datacollection import DataCollector
from rich.console import Console
from rich.table import Table

from nn_bridge.sweep.design import read_design
from nn_bridge.sweep.plan import Chunk, Plan, cut
from nn_bridge.sweep.store import MEASURES, Row, create_store, open_store
from nn_bridge.sweep.work import versions
from simulation import Team, independent, synthetic_talk
from simulation.scenario import team_result

ROOT = Path(__file__).parent.parent
DESIGN = ROOT / "examples" / "hundred-thousand.toml"
POINTS, REHEARSALS = 100, 2_000
ROUNDS = 3
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
        talk = synthetic_talk(np.random.default_rng([self.number, 0]))
        team = Team(talk, independent(5, self.rate), rng=self.number)
        team.rehearse(REHEARSALS)
        team.collect()
        self.measures = team_result(team).measures
        self.datacollector.collect(self)
        self.running = False


def run_sweep(teams: int, workers: int, folder: Path) -> tuple[float, float]:
    """Run the command on so many teams; return seconds and the peak of memory in GiB."""
    store = folder / f"{teams}-{workers}-{time.monotonic_ns()}.sqlite"
    command = [sys.executable, str(ROOT / "run.py"), "sweep", str(DESIGN), "--json"]
    command += ["--set", f"seeds={teams // POINTS}", "--store", str(store)]
    command += ["--workers", str(workers)]
    started, peak = time.perf_counter(), 0.0
    with open(folder / "out.json", "wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, start_new_session=True)
        while process.poll() is None:
            peak = max(peak, _held(process.pid))
            time.sleep(0.1)
    seconds = time.perf_counter() - started
    said = json.loads((folder / "out.json").read_text())
    assert process.returncode == 0
    assert said["teams done"] == teams
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


def measure_growth(console: Console, folder: Path, smallest: int, largest: int) -> None:
    """Run ten times as many teams, and again, on two workers."""
    table = Table("teams", "seconds", "teams a second", "peak GiB", title="growth, 2 workers")
    teams = smallest
    while teams <= largest:
        seconds, peak = run_sweep(teams, 2, folder)
        table.add_row(f"{teams:,}", f"{seconds:.1f}", f"{teams / seconds:,.0f}", f"{peak:.2f}")
        teams *= 10
    console.print(table)


def measure_workers(console: Console, folder: Path, teams: int) -> None:
    """Run the same teams on one worker and on two, in alternation."""
    pairs = [
        (run_sweep(teams, 1, folder)[0], run_sweep(teams, 2, folder)[0]) for _ in range(ROUNDS)
    ]
    for one, two in pairs:
        console.print(f"{teams:,} teams: {one:.1f} s on 1 worker, {two:.1f} s on 2")
    ratios = sorted(one / two for one, two in pairs)
    console.print(
        f"one worker takes {statistics.median(ratios):.2f} times as long as two "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def measure_mesa(console: Console, folder: Path, teams: int) -> None:
    """Run a sample through Mesa's batch_run, and say what 100,000 teams would take."""
    ours = run_sweep(teams, 2, folder)[0] / teams
    for processes in (1, 2):
        each = run_batch(MESA_SAMPLE, processes) / MESA_SAMPLE
        console.print(
            f"Mesa's batch_run, {processes} processes, {MESA_SAMPLE} teams: "
            f"{1000 * each:.0f} ms a team, {each / ours:.0f} times the sweep's "
            f"{1000 * ours:.2f} ms on 2; 100,000 teams would take "
            f"{each * 100_000 / 3_600:.1f} hours (extrapolated)"
        )


def measure_store(console: Console, folder: Path) -> None:
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
) -> None:
    """Measure, in alternation where two things are compared, and print tables."""
    console, parts = Console(), part or list(Part)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if Part.growth in parts:
            measure_growth(console, folder, smallest, largest)
        if Part.workers in parts:
            measure_workers(console, folder, compared)
        if Part.mesa in parts:
            measure_mesa(console, folder, compared)
        if Part.store in parts:
            measure_store(console, folder)


if __name__ == "__main__":
    typer.run(main)
