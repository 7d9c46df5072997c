"""Processes that Ctrl-C never reaches, and that never outlive the one that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

Result = TypeVar("Result")

# Not 'fork': a worker would inherit, and keep open, the other workers' ends of the pipes.
FORKED_FROM_A_SERVER = "forkserver" in multiprocessing.get_all_start_methods()


def import_beforehand(modules: Iterable[str]) -> None:
    """Let workers have these modules: imported once, in the process that they are forked from.

    It begins at once, in the background; where it has begun before, nothing happens.
    """
    if FORKED_FROM_A_SERVER:
        from multiprocessing import forkserver, resource_tracker

        forkserver.set_forkserver_preload(list(modules))
        _apart(resource_tracker.ensure_running)  # started below, it would let Ctrl-C through again
        _apart(forkserver.ensure_running)


@contextmanager
def worker_pool(workers: int) -> Iterator[Executor]:
    """Start so many processes when they are needed, and end them at once on leaving."""
    context = multiprocessing.get_context("forkserver" if FORKED_FROM_A_SERVER else "spawn")
    lifeline, held = context.Pipe(duplex=False)
    executor = _Processes(workers, mp_context=context, initializer=_live_by, initargs=(lifeline,))
    try:
        yield executor
    finally:
        held.close()
        executor.shutdown(wait=True, cancel_futures=True)
        lifeline.close()


class _Processes(ProcessPoolExecutor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Let no Ctrl-C interrupt the start of a worker: half started, it would be nobody's."""
        return _apart(super().submit, fn, *args, **kwargs)


def _apart(function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """Call in a thread that Ctrl-C never interrupts, and what it starts is born deaf to it.

    Ctrl-C is the coordinator's affair, though a terminal sends it to its workers too.
    """
    with ThreadPoolExecutor(1, initializer=_be_deaf) as thread:
        return thread.submit(function, *args, **kwargs).result()


def _be_deaf() -> None:
    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _live_by(lifeline: Connection) -> None:
    """Live, as a worker, as long as the coordinator holds the other end of a pipe.

    However it goes, by Ctrl-C or kill -9, no worker is left behind.
    """

    def wait() -> None:
        lifeline.poll(None)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
