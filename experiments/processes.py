"""Jobs on several processes, with the same results, to the byte, on any number of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from joblib import Parallel, cpu_count, delayed
from threadpoolctl import threadpool_limits

from simulation.checks import whole

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
    pool = Parallel(n_jobs=processes, return_as="generator")
    results: dict[Key, Any] = {}
    on_progress("starting", 0, len(jobs))
    computed = pool(delayed(_on_one_thread)(*job) for job in jobs.values())
    for key, result in zip(jobs, computed, strict=True):
        results[key] = result
        name = ": ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        on_progress(name, len(results), len(jobs))
    return results


def _on_one_thread(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    # Threads of two processes would fight over the cores, and with another number of threads a
    # matrix product may round differently: the same seed would not give the same bytes.
    with threadpool_limits(1):
        return function(*arguments)
