"""Jobs on several processes, with the same results, to the byte, on any number of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from joblib import cpu_count
from threadpoolctl import threadpool_limits

from experiments.worker_pool import import_beforehand, worker_pool
from simulation.checks import InputError, whole

Job = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function that a process can find by name, and its arguments."""

CORES: int = cpu_count()
"""Cores that this process may use: its affinity and its container's share count, too."""

MOST_PER_CORE = 4
"""Processes that may be asked for on each core; more would only fight over it."""

OnProgress = Callable[[str, int, int], None]
"""Told what was done last, how many jobs are done, of how many."""

Key = TypeVar("Key", bound=Hashable)


def check_workers(workers: int) -> int:
    """Return how many processes were asked for, or raise if the cores cannot bear so many."""
    return whole("workers", workers, least=1, most=MOST_PER_CORE * CORES)


def run_jobs(jobs: Mapping[Key, Job], workers: int, on_progress: OnProgress) -> dict[Key, Any]:
    """Run `jobs` and return their results under the same keys.

    Parameters
    ----------
    jobs : mapping of key to (function, arguments)
        Put the longest first, so that no process is left alone with one at the end.
    workers : int
        Processes, 1 to `MOST_PER_CORE` a core; no more are started than there are jobs.
    on_progress : function(what, done, of)
        Called before the first job and after each.
    """
    processes = max(1, min(check_workers(workers), len(jobs)))
    on_progress("starting", 0, len(jobs))
    results: dict[Key, Any] = {}
    with _computed(jobs.values(), processes) as computed:
        for key, result in zip(jobs, computed, strict=True):
            results[key] = result
            name = ": ".join(map(str, key)) if isinstance(key, tuple) else str(key)
            on_progress(name, len(results), len(jobs))
    return results


@contextmanager
def _computed(jobs: Collection[Job], workers: int) -> Iterator[Iterator[Any]]:
    if workers == 1:
        yield (_on_one_thread(*job) for job in jobs)
        return
    import_beforehand({function.__module__ for function, _ in jobs})
    with worker_pool(workers) as pool:
        futures = [pool.submit(_on_one_thread, *job) for job in jobs]
        try:
            yield (future.result() for future in futures)
        except BrokenProcessPool:
            raise InputError(
                "a process was ended from outside, as a machine short of memory does: "
                f"try fewer --workers than {workers}"
            ) from None


def _on_one_thread(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    # Threads of two processes would fight over the cores, and with another number of threads a
    # matrix product may round differently: the same seed would not give the same bytes.
    with threadpool_limits(1):
        return function(*arguments)
