"""One coordinator at a time.

It holds an operating-system lock on 'STORE.lock', which goes with it however it dies. The lock is
not on the store itself, for some systems would then keep SQLite out.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from simulation.checks import InputError


@contextmanager
def coordinating(path: Path) -> Iterator[None]:
    """Be the one coordinator of the store at `path`, or raise InputError if there is one.

    The store's folder must be there.
    """
    lock = Path(f"{os.path.realpath(path)}.lock")
    try:
        file = _locked(lock)
    except BlockingIOError:
        raise InputError(
            f"another sweep is writing to the store {path}: wait for it, or name another --store"
        ) from None
    except OSError as error:
        raise InputError(f"the store {path} cannot be locked: {error}") from None
    with file:
        try:
            yield
        finally:
            # While we hold it: who opened it in between finds, once it has it, that it is gone.
            lock.unlink(missing_ok=True)


def _locked(lock: Path) -> IO[bytes]:
    while True:
        file = open(lock, "ab")  # noqa: SIM115 - the caller closes it, and with it ends the lock
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), os.stat(lock)):
                    return file
        except BaseException:
            file.close()
            raise
        file.close()  # its last owner removed it before we had it: begin again
