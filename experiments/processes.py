"""Jobs on several processes, with the same results, to the byte, on any number of them."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from experiments.costs import Cost, cost_of, on_processes
from experiments.costs.machine import CORES
from experiments.worker_pool import import_beforehand, worker_pool
from simulation.checks import InputError, whole

Job = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function with `experiments.costs.costing` that a process can find by name; its arguments."""

MOST_PER_CORE = 4
"""Processes that may be asked for on each core; more would only fight over it."""

OnProgress = Callable[[str, float], None]
"""Told what is done, and what share of all the work that is."""

LOOK_EVERY = 0.5
"""Seconds between two looks at how far the jobs are that are being worked on."""

BEGUN = 1e-9
"""Share of a job that is said to be done when it begins: now its process is there."""

Key = TypeVar("Key", bound=Hashable)

_place: ContextVar[tuple[Path, int]] = ContextVar("_place")
"""Where the job being worked on says how far it is: in a file with a number for each job."""


def report(share: float) -> None:
    """Say from within a job what share of it is done; outside of jobs nobody hears it."""
    if (place := _place.get(None)) is not None:
        shares, number = place
        np.memmap(shares, dtype=float, mode="r+")[number] = share


def reporting(steps: int) -> Callable[[int], None]:
    """Give a function that a job may call after each of its steps: it reports now and then."""
    every = max(1, steps // 100)

    def after_each(held: int) -> None:
        if held % every == 0:
            report(held / steps)

    return after_each


def check_workers(workers: int) -> int:
    """Return how many processes were asked for, or raise if the cores cannot bear so many."""
    return whole("workers", workers, least=1, most=MOST_PER_CORE * CORES)


def cost_of_all(jobs: Mapping[Any, Job], workers: int) -> Cost:
    """Say what `run_jobs` will cost."""
    return on_processes(map(cost_of, jobs.values()), check_workers(workers))


def run_jobs(jobs: Mapping[Key, Job], workers: int, on_progress: OnProgress) -> dict[Key, Any]:
    """Run `jobs` and return their results under the same keys.

    Parameters
    ----------
    jobs : mapping of key to (function, arguments)
        Put the longest first, so that no process is left alone with one at the end.
    workers : int
        Processes, 1 to `MOST_PER_CORE` a core; no more are started than there are jobs.
    on_progress : function(what, share)
        Called before the first job and after each, and now and then meanwhile, by another thread.
    """
    processes = max(1, min(check_workers(workers), len(jobs)))
    results: dict[Key, Any] = {}
    last = ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        shares = Path(folder) / "shares"
        np.zeros(len(jobs)).tofile(shares)
        seconds = np.array([cost_of(job).seconds for job in jobs.values()])

        def tell() -> None:
            share = seconds @ np.fromfile(shares) / seconds.sum() if jobs else 1.0
            on_progress(f"{len(results)} of {len(jobs)} jobs{last}", float(share))

        tell()
        with _computed(jobs.values(), processes, shares) as computed, _every(LOOK_EVERY, tell):
            for key, result in zip(jobs, computed, strict=True):
                results[key] = result
                last = f", last {': '.join(map(str, key)) if isinstance(key, tuple) else key}"
                tell()
    return results


@contextmanager
def _every(seconds: float, call: Callable[[], None]) -> Iterator[None]:
    """Call in a thread every so many seconds, until the block ends."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(seconds):
            call()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _computed(jobs: Collection[Job], workers: int, shares: Path) -> Iterator[Iterator[Any]]:
    placed = [((shares, number), *job) for number, job in enumerate(jobs)]
    if workers == 1:
        yield (_on_one_thread(*job) for job in placed)
        return
    import_beforehand({function.__module__ for function, _ in jobs})
    with worker_pool(workers) as pool:
        futures = [pool.submit(_on_one_thread, *job) for job in placed]
        try:
            yield (future.result() for future in futures)
        except BrokenProcessPool:
            raise InputError(
                "a process was ended from outside, as a machine short of memory does: "
                f"try fewer --workers than {workers}"
            ) from None


def _on_one_thread(
    place: tuple[Path, int], function: Callable[..., Any], arguments: tuple[Any, ...]
) -> Any:
    outer = _place.set(place)
    report(BEGUN)
    # Threads of two processes would fight over the cores, and with another number of threads a
    # matrix product may round differently: the same seed would not give the same bytes.
    try:
        with threadpool_limits(1):
            result = function(*arguments)
        report(1.0)
        return result
    finally:
        _place.reset(outer)
