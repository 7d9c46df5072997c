"""Where chunks run: processes on this machine, or a Dask cluster. Both are plain executors."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from simulation.checks import InputError, whole

Given = ParamSpec("Given")
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
        Modules that workers will import; done once, in the process that they are forked from.
    """
    whole("workers", workers, least=1)

    @contextmanager
    def start() -> Iterator[Pool]:
        begin_imports(preload)
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


def begin_imports(preload: tuple[str, ...] = ()) -> None:
    """Start the process that workers are forked from, and let it import in the background.

    Whoever has something else to do before the first chunk calls this first, and goes on meanwhile.

    Parameters
    ----------
    preload : tuple of str
        As of `processes`.
    """
    forkserver.set_forkserver_preload(["experiments.sweep.work", *preload])
    with _ctrl_c_held_back():
        resource_tracker.ensure_running()  # started below, it would let SIGINT through again
        # Ctrl-C is the coordinator's affair. The fork server ignores it too, but only once it has
        # imported, and a worker only once it has been told to; so both are born deaf to it.
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heard)


class _Processes(ProcessPoolExecutor):
    def submit(
        self, fn: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Result]:
        """Hold Ctrl-C back: a worker that is half started would be nobody's, and complain of it."""
        with _ctrl_c_held_back():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Let Ctrl-C take effect at the end only, where this is the thread that hears it."""
    heard = signal.getsignal(signal.SIGINT)
    if not callable(heard) or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)
    for number, frame in came[:1]:
        heard(number, frame)


def _live_by(lifeline: Connection) -> None:
    """Live, as a worker, as long as the coordinator holds the other end of a pipe.

    However it goes, by Ctrl-C or kill -9, no worker is left behind. Ctrl-C is its affair alone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)

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
