"""One chunk, run: a stack of teams rehearses and is judged."""

from __future__ import annotations

import hashlib
import math
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import experiments.stack
import simulation
from experiments.stack import TeamStack
from experiments.sweep import points as sweep_points
from experiments.sweep.plan import Task
from experiments.sweep.tables import MEASURES, Row
from simulation.checks import InputError
from simulation.scenario import HEAD_START
from simulation.talk import Talk

_SOURCES = (simulation.__file__, experiments.stack.__file__, sweep_points.__file__, __file__)


@cache
def versions(*, compiled: bool = False) -> dict[str, str]:
    """Name what the results depend on, to the bit, on one kind of processor.

    The program counts by the source that the results come from: nobody has to remember to raise a
    number. Numba is named, and counts, only if it compiles the rehearsals.

    Raises
    ------
    InputError
        If it is to do so, and is not installed.
    """
    source = hashlib.sha256()
    for name in _SOURCES:
        path = Path(name)
        files = sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]
        for file in files:
            source.update(file.read_bytes())
    return {
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        **({"Numba": _numba_version()} if compiled else {}),
        "program": source.hexdigest()[:12],
    }


def is_compiled(said: dict[str, str]) -> bool:
    """Tell from a sweep's versions whether Numba compiles its rehearsals."""
    return "Numba" in said


def _numba_version() -> str:
    try:
        return version("numba")
    except PackageNotFoundError:
        raise InputError(
            "--compiled needs Numba, which is not installed: install the extra 'compiled', or "
            "leave it out"
        ) from None


def run_chunk(task: Task) -> list[Row]:
    """Let the teams of a chunk rehearse, and judge them.

    Raises
    ------
    RuntimeError
        If this process has other versions than the sweep was begun with.
    """
    compiled = is_compiled(task.versions)
    here = versions(compiled=compiled)
    if task.versions != here:
        raise RuntimeError(
            f"this worker has {here}, but the sweep was begun with {task.versions}: "
            "give all workers the same program"
        )
    points = [task.points[member.point] for member in task.members]
    first = points[0]
    # One thread: threads of two processes would fight over the cores, and with another number of
    # threads a matrix product may round differently.
    with threadpool_limits(1):
        talks: dict[tuple[int, float], Talk] = {}
        for member, point in zip(task.members, points, strict=True):
            if (member.seed, point.noise) not in talks:
                talks[member.seed, point.noise] = point.prepare_talk(member.seed)
        stack = TeamStack(
            [talks[m.seed, p.noise] for m, p in zip(task.members, points, strict=True)],
            [task.laws[member.point] for member in task.members],
            [member.seed for member in task.members],
            abilities=first.abilities,
            trust=[point.trust for point in points],
            learning_rate=[point.learning_rate for point in points],
            questions=first.questions,
            compiled=compiled,
        )
        if first.head_start:
            stack.practise_alone(HEAD_START, first.head_start)
        stack.rehearse(first.rehearsals)
        measured = stack.game_measures()
    diverged = stack.diverged.tolist()
    columns = [np.asarray(measured[name]).tolist() for name in MEASURES.values()]
    return [
        (member.team, member.point, member.seed, gone, *map(_finite, values))
        for member, gone, *values in zip(task.members, diverged, *columns, strict=True)
    ]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None  # of a diverged team nothing is
