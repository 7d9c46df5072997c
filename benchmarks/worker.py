"""A process of its own for contenders: pinned threads, its own environment, timed from inside."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

Results = Mapping[str, npt.NDArray[Any]]

PATIENCE = 300.0
"""Seconds that a worker may take to answer before it is given up: compilers can hang."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)

KERNEL_VARIABLES = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "MKL_ENABLE_INSTRUCTIONS",
    "ONEDNN_MAX_CPU_ISA",
    "ATEN_CPU_CAPABILITY",
)
"""Taken out of a worker's environment: they hold one library back from what the processor can do,
while its peers choose for themselves."""


class Contender(Protocol):
    """One way to do the work that is compared.

    Attributes
    ----------
    steps : int
        Steps in one `run`; times are given per step.
    """

    steps: int

    def check(self) -> Results:
        """Do the problem's few checked steps from its own start; return what came of them.

        Called once, before `run`. Results are compared by name with the reference's.
        """
        ...

    def run(self) -> None:
        """Do `steps` steps, and have them done on return."""
        ...


@dataclass(frozen=True)
class Entry:
    """A contender by name, before anything of it is imported.

    Attributes
    ----------
    name : str
        As it stands in the tables.
    make : str
        'module:function'; the function takes the problem and returns a Contender.
    needs : tuple of str
        Modules without which it is skipped.
    environment : tuple of (str, str)
        Variables its process starts with. Entries of one module and environment share a process.
    note : str
        What a reader must know to compare fairly.
    checked : bool
        False for a lower bound that does only part of the work.
    most : int or None
        Largest size at which it takes part in a growth curve.
    handed : bool
        Whether it is handed ready-made what others draw: held against ours that are too.
    """

    name: str
    make: str
    needs: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    note: str = ""
    checked: bool = True
    most: int | None = None
    handed: bool = False

    @property
    def ours(self) -> bool:
        """Whether it is one of ours."""
        return self.name.startswith("ours")

    @property
    def home(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What decides which process it lives in."""
        return self.make.partition(":")[0], self.environment


class WorkerError(Exception):
    """A contender that could not be built or run; the message says why."""


class Worker:
    """A process that holds contenders.

    Parameters
    ----------
    threads : int
        Threads that its libraries may start, and cores it may run on.
    environment : sequence of (str, str)
        Further variables for the process.
    cores : int or None
        Cores it may run on, if not as many as threads.

    Attributes
    ----------
    lost : bool
        Whether it ended, or was ended, in the middle of something.
    """

    def __init__(
        self,
        threads: int,
        environment: tuple[tuple[str, str], ...] = (),
        cores: int | None = None,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, threads, cores or threads))
        self.lost = False
        pinned = dict.fromkeys(THREAD_VARIABLES, str(threads))
        # Libraries read these when they are loaded, so the process must be born with them.
        with _environment(dict.fromkeys(KERNEL_VARIABLES) | pinned | dict(environment)):
            self._process.start()
        there.close()

    def ask(self, question: str, *arguments: Any) -> Any:
        """Have the process answer; raise `WorkerError` if it cannot."""
        self.send(question, *arguments)
        return self.answer()

    def send(self, question: str, *arguments: Any) -> None:
        """Let the process begin to answer."""
        try:
            self._here.send((question, *arguments))
        except OSError:
            self.lost = True

    def answer(self) -> Any:
        """Wait for the answer to what was sent; raise `WorkerError` if there is none."""
        try:
            if not self._here.poll(PATIENCE):
                self.lost = True
                self.stop()
                raise WorkerError(f"gave no answer within {PATIENCE:.0f} s")
            good, answer = self._here.recv()
        except (EOFError, OSError):
            self.lost = True
            raise WorkerError("its process ended") from None
        if not good:
            raise WorkerError(answer)
        return answer

    def stop(self) -> None:
        """End the process."""
        self._here.close()
        self._process.join(timeout=2.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def pin(cores: int) -> None:
    """Keep this process and the threads it will start on so many cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])


def _serve(connection: Connection, threads: int, cores: int) -> None:
    pin(cores)
    contenders: dict[str, Contender] = {}

    def build(name: str, make: str, problem: Any) -> Results:
        contenders.pop(name, None)
        module, _, function = make.partition(":")
        contender: Contender = getattr(import_module(module), function)(problem)
        threadpool_limits(threads)  # once its libraries are loaded; stays
        result = {key: np.asarray(value) for key, value in contender.check().items()}
        contenders[name] = contender
        return result

    def seconds_per_step(name: str, runs: int) -> float:
        contender = contenders[name]
        started = time.perf_counter()
        for _ in range(runs):
            contender.run()
        return (time.perf_counter() - started) / (runs * contender.steps)

    def steps(name: str) -> int:
        return contenders[name].steps

    def forget(name: str) -> None:
        contenders.pop(name, None)

    answers: dict[str, Callable[..., Any]] = {
        "build": build, "time": seconds_per_step, "steps": steps, "forget": forget
    }  # fmt: skip
    while True:
        try:
            question, *arguments = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            connection.send((True, answers[question](*arguments)))
        except Exception as error:  # told in the table: one peer's trouble is not the others'
            text = " ".join(str(error).split())[:200]
            connection.send((False, f"{type(error).__name__}: {text}"))


@contextmanager
def _environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables, or take those out that are None; put all back in the end."""
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
