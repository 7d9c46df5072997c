"""Small sweeps for the tests, and workers that misbehave. Other processes find these by name."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from experiments.sweep.design import read_design
from experiments.sweep.engines import Engine, Pool
from experiments.sweep.plan import Chunk, Plan, Task, cut
from experiments.sweep.tables import MEASURES, Row
from experiments.sweep.work import run_chunk


def small_plan(*settings: str) -> Plan:
    """320 teams in 10 chunks, each a fraction of a second."""
    return cut(read_design(None, ["rate=0,0.3", "presenters=3,4", "seeds=80", "rehearsals=5",
                                  *settings]))  # fmt: skip


def fine_plan(chunks: int, teams: int = 2) -> Plan:
    """Many chunks of a few teams: what takes time is the store."""
    design = read_design(None, [f"seeds={chunks * teams}"])
    return Plan(design, tuple(Chunk(n, (0,), n * teams, (n + 1) * teams) for n in range(chunks)))


def threads(count: int = 1) -> Engine:
    @contextmanager
    def start() -> Iterator[Pool]:
        with ThreadPoolExecutor(count) as executor:
            yield Pool(executor, lambda: 2 * count)

    return start


def made_up(task: Task) -> list[Row]:
    """Results that take no time and are different for every team and measure."""
    return [
        (m.team, m.point, m.seed, 0, *(_number(f"{name} {m.team}") for name in MEASURES))
        for m in task.members
    ]


def _number(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**40


def has_team(task: Task, team: int) -> bool:
    return any(member.team == team for member in task.members)


def stuck_once(flag: Path, task: Task) -> list[Row]:
    """The worker that is given team 0 first says who it is, and never ends."""
    if has_team(task, 0) and not flag.exists():
        part = flag.with_suffix(".part")
        part.write_text(str(os.getpid()))
        part.rename(flag)
        time.sleep(120)
    return run_chunk(task)


def deadly(task: Task) -> list[Row]:
    """Team 0 kills its worker, every time."""
    if has_team(task, 0):
        os.kill(os.getpid(), signal.SIGKILL)
    return made_up(task)


def raising(counts: Path, times: int, task: Task) -> list[Row]:
    """Team 0 raises so many times."""
    if has_team(task, 0):
        tries = len(counts.read_text()) if counts.exists() else 0
        if tries < times:
            counts.write_text("x" * (tries + 1))
            raise ValueError("no talk\ntoday")
    return made_up(task)


def wait_for(path: Path, seconds: float = 60) -> str:
    """Wait until another process has written `path`; return what it wrote."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.005)
    return path.read_text()


def wait_until_gone(pid: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while _runs(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def content(path: Path) -> list[object]:
    """Everything in a store that has a meaning, row for row; floats compare bit for bit."""
    connection = sqlite3.connect(path)
    try:
        tables = [
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("sweep", "chunks", "results", "failures")
        ]
    finally:
        connection.close()
    return [*tables]
