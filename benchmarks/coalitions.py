"""How long the exact yardstick takes as the team grows: `python benchmarks/coalitions.py`.

One core (BLAS is held to one thread), squared error, 1,000 questions, 5 sections. Where shapiq can
be imported its exact computer gets the finished values and computes the same Shapley interaction
indices and Moebius coefficients; ratio is how many times longer it takes.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from simulation.audience import AUDIENCES
from simulation.coalitions import (
    Game,
    coalition_values,
    moebius,
    shapley_interactions,
    shapley_values,
)

FloatArray = npt.NDArray[np.float64]

MEMBERS = (5, 8, 10, 12, 14, 16, 18, 20)

SHAPIQ_MEMBERS = 14
"""Largest team given to shapiq, whose Moebius coefficients take 3^N steps."""

COLUMNS = ("N", "values", "Shapley", "pairs", "Moebius", "values+pairs")
SHAPIQ_COLUMNS = ("shapiq pairs", "ratio", "its Moebius", "ratio")


def seconds(task: Callable[[], object], repeats: int) -> float:
    """Shortest of several runs: the others were interrupted."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        taken.append(time.perf_counter() - start)
    return min(taken)


def talk_of(n: int) -> Game:
    """Make up what n members say."""
    rng = np.random.default_rng(n)
    wanted = rng.normal(size=(1_000, 5))
    said = (rng.normal(size=(n, 1_000, 5)) + wanted) / n
    return Game(said, np.zeros(5), wanted, AUDIENCES["squared error"])


def shapiq_times(values: FloatArray, n: int) -> tuple[float, float]:
    """Let shapiq compute the pair indices, and the Moebius coefficients, from all values."""
    number = 1 << np.arange(n)

    def compute(index: str, order: int) -> float:
        computer = import_module("shapiq").ExactComputer(lambda masks: values[masks @ number], n)
        return seconds(lambda: computer(index, order=order), 1)

    return compute("SII", 2), compute("Moebius", n)


def row(n: int) -> list[str]:
    """Time one team size."""
    game = talk_of(n)
    values = coalition_values(game)
    repeats = 5 if n > 16 else 20
    times = [
        seconds(task, repeats)
        for task in (
            lambda: coalition_values(game),
            lambda: shapley_values(values),
            lambda: shapley_interactions(values),
            lambda: moebius(values),
        )
    ]
    texts = [str(n), *(f"{1e3 * each:.2f} ms" for each in (*times, times[0] + times[2]))]
    if find_spec("shapiq") is None or n > SHAPIQ_MEMBERS:
        return texts
    for theirs, ours in zip(shapiq_times(values - values[0], n), times[2:], strict=True):
        texts += [f"{theirs:.3f} s", f"{theirs / ours:,.0f}"]
    return texts


def main() -> None:
    """Print the table."""
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}")
    with threadpool_limits(limits=1):
        shapiq_columns = () if find_spec("shapiq") is None else SHAPIQ_COLUMNS
        for line in ((*COLUMNS, *shapiq_columns), *map(row, MEMBERS)):
            print("".join(f"{text:>14}" for text in line), flush=True)


if __name__ == "__main__":
    main()
