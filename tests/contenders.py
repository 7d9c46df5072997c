"""Contenders of known cost and known faults, for the workers that the benchmark tests start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from benchmarks import worker


@dataclass
class Fake:
    """A contender that says how long it takes, on a clock of its own process."""

    problem: dict
    name: str = "one"
    steps: int = 2
    seconds: float = 1.0
    results: dict = field(default_factory=lambda: {"answer": np.array([3.0, 4.0])})

    def __post_init__(self) -> None:
        if not isinstance(worker.time, SimpleNamespace):
            worker.time = SimpleNamespace(now=0.0, perf_counter=lambda: worker.time.now)

    def check(self) -> dict:
        return self.results

    def run(self) -> None:
        worker.time.now += self.seconds
        if "log" in self.problem:
            with Path(self.problem["log"]).open("a") as file:
                file.write(f"{self.name}\n")


def one(problem: dict) -> Fake:
    return Fake(problem)


def three_times_as_long(problem: dict) -> Fake:
    return Fake(problem, name="three", seconds=3.0)


def a_thousandth(problem: dict) -> Fake:
    return Fake(problem, name="thousandth", seconds=0.001)


def something_else(problem: dict) -> Fake:
    return Fake(problem, results={"answer": np.array([3.0, 4.1])})


def not_a_number(problem: dict) -> Fake:
    return Fake(problem, results={"answer": np.array([3.0, np.nan])})


def another_name(problem: dict) -> Fake:
    return Fake(problem, results={"other": np.array([3.0, 4.0])})


def nothing(problem: dict) -> Fake:
    return Fake(problem, results={})


def cannot_be_built(problem: dict) -> Fake:
    raise ValueError("no luck\ntoday")


class EndsItsProcess(Fake):
    def run(self) -> None:
        os._exit(3)


def room(problem: dict) -> Fake:
    """Tell what the process it lives in is like."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    threads = [int(os.environ[name]) for name in worker.THREAD_VARIABLES]
    held_back = ",".join(sorted(set(worker.KERNEL_VARIABLES) & set(os.environ)))
    told = {
        "cores": cores,
        "threads": threads,
        "backend": os.environ.get("BACKEND", "none"),
        "held back by": held_back,
    }
    return Fake(problem, results={name: np.array(value) for name, value in told.items()})
