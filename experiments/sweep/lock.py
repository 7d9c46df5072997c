"""One coordinator at a time.

It holds a lock of the operating system's on 'STORE.lock', which goes with it however it dies. The
lock is not on the store itself, for some systems would then keep SQLite out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from simulation.checks import InputError


@contextmanager
def coordinating(path: Path) -> Iterator[None]:
    """Be the one coordinator of the store at `path`, or raise InputError if there is one.

    The store's folder must be there.
    """
    name = Path(f"{os.path.realpath(path)}.lock")
    lock = FileLock(name)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise InputError(
            f"another sweep is writing to the store {path}: wait for it, or name another --store"
        ) from None
    except OSError as error:
        raise InputError(
            f"the store {path} cannot be written ({error.strerror}): allow it in its folder, or "
            "name another with --store"
        ) from None
    try:
        yield
    finally:
        # While we hold it: who opened it in between finds, once it has it, that it is gone. Where
        # an open file cannot be removed, or its folder is gone, it stays.
        with suppress(OSError):
            name.unlink()
        lock.release()
