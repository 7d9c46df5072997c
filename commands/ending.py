"""How a command ends that is cut short: by Ctrl-C, by SIGTERM, or because nobody reads it.

In one line at most, with an exit code of its own, and after what was begun has cleared up behind
itself. It is imported before all else, while which Ctrl-C may come, and imports little itself.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from contextlib import suppress

TYPE_CHECKING = False  # of typing, which takes its time
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn

SIGNALS = signal.SIGINT, signal.SIGTERM
UNREAD, BAD_INPUT = 1, 2
"""Exit codes: nobody reads standard output any more; what was asked for cannot be done."""


PATIENCE = 2
"""Seconds for which another Ctrl-C is taken for the same."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or SIGTERM; its notes say what the one line is to say besides."""


class Ending:
    """Lets Ctrl-C and SIGTERM end this process, from now on, in one line and at once."""

    def __init__(self) -> None:
        self._received: int | None = None
        in_charge = threading.current_thread() is threading.main_thread()
        before = {each: signal.getsignal(each) for each in SIGNALS} if in_charge else {}
        # Who is started in the background is told to ignore Ctrl-C, and None is not Python's.
        self._before = {
            each: handler
            for each, handler in before.items()
            if handler not in (signal.SIG_IGN, None)
        }
        self._hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
        self._let(self._end_at_once)

    def of(self, work: Callable[[], int]) -> int:
        """Return the exit code of `work`, which a signal leaves by raising `Interrupted`."""
        _let_streams_take_any_text()
        try:
            self._let(self._interrupt)
            code = work()
            self._let(self._end_at_once)
            if sys.stdout is not None:
                sys.stdout.flush()
            return code
        except BaseException as error:
            if self._received is None and isinstance(error, KeyboardInterrupt):
                self._received = signal.SIGINT
            if self._received is not None:  # whatever the signal has become on its way here
                complain("; ".join(["interrupted", *getattr(error, "__notes__", ())]))
                return 128 + self._received
            unwritten = _unwritten()
            if unwritten is None:
                raise
            if isinstance(unwritten, BrokenPipeError):
                return UNREAD
            complain(f"standard output cannot be written: {unwritten.strerror}")
            return BAD_INPUT

    def give_back(self) -> None:
        """Let signals do what they did before: for a process that goes on."""
        for each, handler in self._before.items():
            signal.signal(each, handler)
        sys.excepthook, sys.unraisablehook, threading.excepthook = self._hooks

    def _let(self, handler: Callable[[int, FrameType | None], None]) -> None:
        for each in self._before:
            signal.signal(each, handler)

    def _end_at_once(self, number: int, frame: FrameType | None) -> NoReturn:
        """Nothing was begun yet, or all is done."""
        with suppress(OSError):
            os.write(2, b"run.py: interrupted\n")
        os._exit(128 + number)

    def _interrupt(self, number: int, frame: FrameType | None) -> NoReturn:
        """Once: a second Ctrl-C would interrupt the clearing up, a later one ends it."""
        self._let(self._end_if_it_takes_long)
        self._received, self._since = number, time.monotonic()
        # Other threads may fail for it, and C code prints what it does not pass on.
        sys.excepthook = lambda *_: None
        threading.excepthook = lambda _: None
        sys.unraisablehook = self._interrupt_again
        raise Interrupted

    def _end_if_it_takes_long(self, number: int, frame: FrameType | None) -> None:
        if time.monotonic() - self._since > PATIENCE:
            self._end_at_once(number, frame)

    def _interrupt_again(self, lost: sys.UnraisableHookArgs) -> None:
        """Garbage collection, say, was interrupted, and nothing else: try once more."""
        if isinstance(lost.exc_value, Interrupted) and self._received is not None:
            self._let(self._interrupt)
            # Later than this hook returns, on a busy machine too: in here it would be lost again.
            threading.Timer(0.2, os.kill, (os.getpid(), self._received)).start()


def complain(line: str) -> None:
    """Print one line on standard error, if there is one."""
    from simulation.checks import printable  # not before it is imported for something else

    if sys.stderr is not None:
        with suppress(OSError):
            print(f"run.py: {printable(line)}", file=sys.stderr, flush=True)


def _let_streams_take_any_text() -> None:
    out = sys.__stdout__
    if out is not None and out is sys.stdout and isinstance(out.buffer, io.RawIOBase):
        # Python -u: what is not taken would be lost, and with it who did not take it.
        buffer = io.BufferedWriter(out.buffer)
        sys.stdout = io.TextIOWrapper(buffer, encoding=out.encoding, line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name may hold what it cannot encode
            stream.reconfigure(errors="backslashreplace")


def _unwritten() -> OSError | None:
    """Return why standard output does not take what it is given, if so, and give it up."""
    if sys.stdout is None:
        return None
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return error
    return None
