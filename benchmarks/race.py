"""Contenders side by side: checked against a reference, then timed in turn, round after round."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.worker import Entry, Results, Worker, WorkerError

SLOW, SLOW_ROUNDS = 1.0, 3
"""Whose single run takes longer than so many seconds takes part in the first rounds only."""

PAUSE, PAUSE_OF_THREADS = 0.02, 0.15
"""Seconds between contenders, on one thread and on several. The last one's idle threads take part
until they go to sleep: OpenBLAS's spin for 106 ms, which lets others take up to twice as long."""


@dataclass
class Row:
    """What became of one entry.

    Attributes
    ----------
    entry : Entry
    difference : float
        Largest relative difference from the reference's results; nan if it is not checked.
    why_not : str
        Why it was not timed; empty if it was.
    launches : list of list of float
        Seconds a step, by launch and round.
    """

    entry: Entry
    difference: float = math.nan
    why_not: str = ""
    launches: list[list[float]] = field(default_factory=list)


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes
    ----------
    rounds : int
        In each round every contender runs once, in an order that rotates.
    seconds : float
        Roughly how long one run takes; at least one piece of work is done.
    """

    rounds: int = 9
    seconds: float = 0.15


@dataclass(eq=False)
class Crew:
    """The processes of one launch, started when first needed."""

    threads: int
    workers: dict[Any, Worker] = field(default_factory=dict)

    def of(self, entry: Entry) -> Worker:
        """Return the process that `entry` lives in."""
        if entry.home not in self.workers or self.workers[entry.home].lost:
            self.workers[entry.home] = Worker(self.threads, entry.environment)
        return self.workers[entry.home]

    def stop(self) -> None:
        """End all processes."""
        for worker in self.workers.values():
            worker.stop()


@contextmanager
def crew_of(threads: int) -> Iterator[Crew]:
    """Give a crew, and end its processes whatever happens."""
    crew = Crew(threads)
    try:
        yield crew
    finally:
        crew.stop()


def missing(entry: Entry) -> str:
    """Say which module `entry` lacks; empty if none."""
    lacking = [name for name in entry.needs if not _found(name)]
    return f"skipped: {', '.join(lacking)} not installed" if lacking else ""


def difference(results: Results, reference: Results) -> float:
    """Return the largest relative difference of results that both have.

    Each is the norm of the difference over the norm of the reference's.

    Raises
    ------
    WorkerError
        If there is nothing to compare, or shapes differ.
    """
    common = sorted(set(results) & set(reference))
    if not common:
        raise WorkerError("it returned nothing that could be checked")
    worst = 0.0
    for name in common:
        mine, theirs = (np.asarray(r[name], dtype=float) for r in (results, reference))
        if mine.shape != theirs.shape:
            raise WorkerError(f"its {name} has shape {mine.shape}, not {theirs.shape}")
        apart = float(np.linalg.norm(mine - theirs))
        worst = max(worst, apart / float(np.linalg.norm(theirs) or 1.0))
        if math.isnan(apart):
            return math.inf
    return worst


def race(
    crew: Crew,
    rows: Sequence[Row],
    problem: Any,
    reference: Results,
    tolerance: float,
    effort: Effort,
    first: int = 0,
) -> None:
    """Build, check and time all entries in one launch; what comes of it is added to `rows`.

    An entry that lacks a module, fails, or computes something else is not timed, and its row says
    so from then on.

    Parameters
    ----------
    crew : Crew
    rows : sequence of Row
        Of this problem, from earlier launches.
    problem : object
        Handed to each entry's `make`; must be picklable.
    reference : mapping of str to array
    tolerance : float
        Largest relative difference from the reference.
    effort : Effort
    first : int
        Where the rotation of the order starts.
    """
    runs: dict[int, int] = {}
    slow: set[int] = set()
    for number, row in enumerate(rows):
        row.why_not = row.why_not or missing(row.entry)
        if row.why_not:
            continue
        try:
            worker = crew.of(row.entry)
            results = worker.ask("build", row.entry.name, row.entry.make, problem)
            if row.entry.checked:
                row.difference = float(np.fmax(row.difference, difference(results, reference)))
                if row.difference > tolerance:
                    raise WorkerError(
                        f"refused: it computes something else, {row.difference:.1e} away"
                    )
            runs[number], taken = _runs(worker, row.entry, effort.seconds)
            if taken > SLOW:
                slow.add(number)
        except WorkerError as error:
            _drop(row, error)
    times: Mapping[int, list[float]] = {number: [] for number in runs}
    pause = PAUSE if crew.threads == 1 else PAUSE_OF_THREADS
    for round_ in range(effort.rounds):
        for number in _rotated(list(runs), first + round_):
            row = rows[number]
            if row.why_not or (number in slow and round_ >= SLOW_ROUNDS):
                continue
            time.sleep(pause)
            try:
                asked = crew.of(row.entry).ask("time", row.entry.name, runs[number])
                times[number].append(asked)
            except WorkerError as error:
                _drop(row, error)
    for number in runs:
        if not rows[number].why_not:
            rows[number].launches.append(times[number])
            crew.of(rows[number].entry).ask("forget", rows[number].entry.name)


def _runs(worker: Worker, entry: Entry, seconds: float) -> tuple[int, float]:
    """Warm up; find how many runs take about `seconds`, and how long they take."""
    steps: int = worker.ask("steps", entry.name)
    worker.ask("time", entry.name, 1)  # compilers are at work here
    warm: float = max(worker.ask("time", entry.name, 1) * steps, 1e-7)
    runs = max(1, round(seconds / warm))
    return runs, runs * warm


def _drop(row: Row, error: WorkerError) -> None:
    row.why_not = str(error)
    row.launches.clear()


def _rotated(numbers: list[int], by: int) -> list[int]:
    start = by % len(numbers) if numbers else 0
    return numbers[start:] + numbers[:start]


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package that the module would be in
        return False
