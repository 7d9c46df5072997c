"""Where chunks run: processes on this machine, or a Dask cluster. Both are plain executors."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from experiments.processes import check_workers
from simulation.checks import InputError

Result = TypeVar("Result")

CONNECT_WITHIN = 10
"""Seconds to find a cluster's scheduler."""


@dataclass(frozen=True)
class Pool:
    """An executor that is up, and how many chunks it should be given at a time."""

    executor: Executor
    width: Callable[[], int]


Engine = Callable[[], AbstractContextManager[Pool]]
"""Starts a pool; called again if the pool breaks because one of its processes died."""


def processes(workers: int, preload: tuple[str, ...] = ()) -> Engine:
    """Let chunks run in so many processes on this machine.

    Parameters
    ----------
    workers : int
    preload : tuple of str
        Modules that workers will import; done once, in the process that they are forked from, which
        begins at once, in the background.
    """
    check_workers(workers)
    forkserver.set_forkserver_preload(["experiments.sweep.work", *preload])
    _apart(resource_tracker.ensure_running)  # started below, it would let Ctrl-C through again
    _apart(forkserver.ensure_running)

    @contextmanager
    def start() -> Iterator[Pool]:
        # Not 'fork': a worker would inherit, and keep open, the other workers' ends of the pipes.
        context = multiprocessing.get_context("forkserver")
        lifeline, held = context.Pipe(duplex=False)
        executor = _Processes(
            workers, mp_context=context, initializer=_live_by, initargs=(lifeline,)
        )
        try:
            # Twice as many as workers: nobody waits while a result is entered in the store.
            yield Pool(executor, lambda: 2 * workers)
        finally:
            held.close()
            executor.shutdown(wait=True, cancel_futures=True)
            lifeline.close()

    return start


class _Processes(ProcessPoolExecutor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Let no Ctrl-C interrupt the start of a worker: half started, it would be nobody's."""
        return _apart(super().submit, fn, *args, **kwargs)


def _apart(function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """Call in a thread that Ctrl-C never interrupts, and what it starts is born deaf to it.

    Ctrl-C is the coordinator's affair, though a terminal sends it to its workers too.
    """
    deaf = signal.SIG_BLOCK, {signal.SIGINT}
    with ThreadPoolExecutor(1, initializer=signal.pthread_sigmask, initargs=deaf) as thread:
        return thread.submit(function, *args, **kwargs).result()


def _live_by(lifeline: Connection) -> None:
    """Live, as a worker, as long as the coordinator holds the other end of a pipe.

    However it goes, by Ctrl-C or kill -9, no worker is left behind.
    """

    def wait() -> None:
        lifeline.poll(None)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


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
