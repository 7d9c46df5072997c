"""What is written: whole or not at all, and what belongs together, together.

Files are filled in a folder of their own inside the one they are for, and are moved to their places
at the end. Who is killed before leaves that folder; the next to write there clears it away.
"""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

import psutil

from simulation.checks import InputError

Write = Callable[[IO[bytes]], Any]
"""Fills a file."""

_UNFINISHED = f".unfinished-{platform.node()}-"
"""Begins the names of the folders that are filled; then comes the number of the process."""


class Outputs:
    """Files that are being written for a folder; made by `outputs`."""

    def __init__(self, folder: Path, unfinished: Path) -> None:
        self._folder, self._unfinished = folder, unfinished

    def write(self, name: str, write: Write) -> None:
        """Let `write` fill the file `name`."""
        with _told(self._folder / name), (self._unfinished / name).open("wb") as file:
            write(file)

    def write_text(self, name: str, text: str) -> None:
        """Write `text` in UTF-8."""
        self.write(name, lambda file: file.write(text.encode(errors="backslashreplace")))

    def write_json(self, name: str, content: Any) -> None:
        """Write `content` as readable JSON."""
        self.write_text(name, json_text(content))

    def appear(self) -> None:
        """Move all that was written to where it belongs."""
        direct: list[tuple[Path, Path]] = []
        led: list[tuple[Path, Path]] = []
        for file in sorted(self._unfinished.iterdir()):
            place = self._folder / file.name
            with _told(place):
                there = direct if _is_plain(place) and not place.is_symlink() else led
            there.append((file, place))
        for file, place in led:
            with output(place) as write, file.open("rb") as written:
                write(partial(shutil.copyfileobj, written))
        # In a thread, where Ctrl-C does not come between files that belong together.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(_move, direct).result()


@contextmanager
def outputs(folder: str | Path, mend: str = "name another folder with --out") -> Iterator[Outputs]:
    """Write files that appear in `folder` together, where the block ends well, or not at all.

    Parameters
    ----------
    folder : path
        Made if it is not there; it is tried at the beginning, before any work is done for it.
    mend : str
        What to do if it cannot be written.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    folder = Path(folder)
    with _told(folder, mend):
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(0, "it is a file")
        made = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        _clear_away_what_was_left_in(folder)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{_UNFINISHED}{os.getpid()}-", dir=folder))
    try:
        files = Outputs(folder, unfinished)
        yield files
        files.appear()
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        for each in made:
            with suppress(OSError):  # it is not empty: all went well
                each.rmdir()


@contextmanager
def output(path: str | Path, mend: str = "name another file") -> Iterator[Callable[[Write], None]]:
    """Write one file; it appears where the block ends well, or not at all.

    A link stays, and what it leads to is written. What is no plain file, such as a device or a
    pipe, is written into.

    Parameters
    ----------
    path : path
        It is tried at the beginning, before any work is done for it.
    mend : str
        What to do if it cannot be written.

    Yields
    ------
    function(write)
        Lets `write` fill the file.

    Raises
    ------
    InputError
        If it is a folder, or cannot be written.
    """
    place = Path(path)
    with _told(place, mend):
        plain = _is_plain(place)
        target = place.resolve() if plain else place
    if plain:
        with outputs(target.parent, mend) as files:
            yield partial(files.write, target.name)
    else:
        yield partial(_write_into, place)


def json_text(content: Any) -> str:
    """Return `content` as readable JSON; nan and infinity, which JSON lacks, are null."""
    text = json.dumps(_without_nan(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode(errors="backslashreplace").decode()  # names of files that are no UTF-8


def _is_plain(path: Path) -> bool:
    """Tell plain files, there or yet to be, from devices and pipes; raise OSError for a folder.

    What this process prints to is among the latter, whatever it is.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return True
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "it is a folder")
    if not os.access(path, os.W_OK):
        raise PermissionError(0, "it is write-protected")
    return stat.S_ISREG(mode) and _printed_to(path) is None


def _printed_to(path: Path) -> int | None:
    """Return which of this process's streams leads to `path`, as /dev/stdout does, or None."""
    for stream in (1, 2):
        with suppress(OSError):  # it is closed
            if os.path.samestat(path.stat(), os.fstat(stream)):
                return stream
    return None


def _write_into(path: Path, write: Write) -> None:
    sys.stdout.flush()
    stream = _printed_to(path)
    # A stream opened anew would begin where its file begins, over what has been printed.
    with _told(path), path.open("ab") if stream is None else open(os.dup(stream), "wb") as file:
        write(file)


def _move(moves: list[tuple[Path, Path]]) -> None:
    for file, place in moves:
        with _told(place):
            if place.exists():
                shutil.copymode(place, file)
            file.replace(place)


def _clear_away_what_was_left_in(folder: Path) -> None:
    for left in folder.iterdir():
        if left.name.startswith(_UNFINISHED):
            process = left.name.removeprefix(_UNFINISHED).partition("-")[0]
            if not (process.isdecimal() and psutil.pid_exists(int(process))):
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _told(path: Path, mend: str = "make room, or name another") -> Iterator[None]:
    try:
        if "\0" in str(path):
            raise OSError(0, "no name holds a NUL character")
        yield
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"{path} cannot be written ({why}): {mend}") from None


def _without_nan(content: Any) -> Any:
    match content:
        case dict():
            return {key: _without_nan(value) for key, value in content.items()}
        case list() | tuple():
            return [_without_nan(value) for value in content]
        case float() if not math.isfinite(content):
            return None
    return content
