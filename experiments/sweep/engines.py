"""Where chunks run: processes on this machine, or a Dask cluster. Both are plain executors."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from experiments.processes import check_workers
from experiments.worker_pool import import_beforehand, worker_pool
from simulation.checks import InputError

CONNECT_WITHIN = 10
"""Seconds to find a cluster's scheduler."""


@dataclass(frozen=True)
class Pool:
    """An executor that is up, and how many chunks it should be given at a time."""

    executor: Executor
    width: Callable[[], int]


Engine = Callable[[], AbstractContextManager[Pool]]
"""Starts a pool; called again if the pool breaks because one of its processes died."""


def processes(workers: int) -> Engine:
    """Let chunks run in so many processes on this machine."""
    check_workers(workers)
    import_beforehand(["experiments.sweep.work"])

    @contextmanager
    def start() -> Iterator[Pool]:
        with worker_pool(workers) as executor:
            # Twice as many as workers: nobody waits while a result is entered in the store.
            yield Pool(executor, lambda: 2 * workers)

    return start


def cluster(address: str) -> Engine:
    """Let chunks run on a Dask cluster, given its scheduler's address.

    Parameters
    ----------
    address : str
        Such as 'tcp://127.0.0.1:8786'.

    Raises
    ------
    InputError
        If it is no address, Dask is not installed, or nobody answers there.
    """
    if not re.fullmatch(r"tcp://\S+:\d{1,5}", address):
        raise InputError(
            f"the cluster's address is {address!r}, but must be of the form tcp://host:port"
        )
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise InputError(
            "--cluster needs Dask, which is not installed: install the extra 'cluster'"
        ) from None

    def connect() -> Any:
        try:
            return distributed.Client(address, timeout=CONNECT_WITHIN, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(
                f"the cluster {address} cannot be reached ({error}): start its scheduler with "
                "'dask scheduler', or leave --cluster out"
            ) from None

    connect().close()  # nothing is to be begun if nobody is there

    @contextmanager
    def start() -> Iterator[Pool]:
        with connect() as client:
            executor = client.get_executor()
            try:
                yield Pool(executor, lambda: 2 * max(1, sum(client.nthreads().values())))
            finally:
                executor.shutdown(wait=False)

    return start
