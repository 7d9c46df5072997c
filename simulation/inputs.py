"""Reading the files that users name: plain files only, never more of them than fits, text as UTF-8.

A pipe or a device might never end, and a file may hold anything. Whatever is wrong is told in one
line.
"""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from simulation.checks import InputError

MOST_TEXT = 2**26
"""Bytes of a text (64 MiB): a million rehearsals of thirty people in a log."""

_KINDS = (
    (stat.S_ISDIR, "it is a folder, name a file"),
    (stat.S_ISFIFO, "it is a pipe, save what comes out of it to a file and name that"),
    (stat.S_ISSOCK, "it is a socket, name a file"),
)

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def named_path(path: str | PathLike[str], what: str) -> Path:
    """Return `path`, given as the name of a `what`, as a Path; refuse what cannot be a name."""
    name = os.fspath(path) if isinstance(path, str | PathLike) else path
    if not isinstance(name, str):
        raise InputError(
            f"the {what} is named by {type(path).__name__}, but must be named by its path: give a "
            "str or a pathlib.Path"
        )
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        raise _unreadable(name, what, "no file of this system can be named so") from None
    if not name or "\0" in name:
        raise _unreadable(name, what, "a name is not empty and has no NUL in it")
    return Path(name)


def named_folder(path: str | PathLike[str], what: str) -> Path:
    """Return `path` as a Path if it is a folder that is there, else say in one line why not."""
    folder = named_path(path, what)
    with told(folder, what):
        if not stat.S_ISDIR(os.stat(folder).st_mode):
            raise _unreadable(folder, what, "it is not a folder, name one")
        os.scandir(folder).close()
    return folder


@contextmanager
def told(path: Path, what: str) -> Iterator[None]:
    """Turn what the system says of reading `path` into an InputError."""
    try:
        yield
    except OSError as error:
        raise _unreadable(path, what, _reason(error)) from None


@contextmanager
def opened(path: str | PathLike[str], what: str) -> Iterator[BinaryIO]:
    """Open a plain file to read from; what the system says of it, then or later, becomes one line.

    Parameters
    ----------
    path : path
    what : str
        What the user meant it to be, for the message: 'attendance log'.

    Raises
    ------
    InputError
        If there is no such file, or it may not be read, or is a folder, a pipe or a device.
    """
    file_path = named_path(path, what)
    with told(file_path, what):
        mode = os.stat(file_path).st_mode
        if not stat.S_ISREG(mode):
            reason = next((said for is_kind, said in _KINDS if is_kind(mode)), None)
            raise _unreadable(file_path, what, reason or "it is a device, name a file")
        with open(file_path, "rb") as file:
            yield file


def read_bytes(path: str | PathLike[str], what: str, *, most: int) -> bytes:
    """Read a whole file of at most `most` bytes, as `opened` opens it.

    Examples
    --------
    >>> read_bytes("/dev/zero", "picture", most=100)
    Traceback (most recent call last):
    simulation.checks.InputError: the picture /dev/zero cannot be read: it is a device, name a file
    """
    with opened(path, what) as file:
        content = read_at_most(file, most + 1)
    if len(content) > most:
        raise _unreadable(path, what, f"it has more than the {most:,} bytes that are read at most")
    return content


def read_at_most(file: BinaryIO, most: int) -> bytes:
    """Read the next `most` bytes, or fewer where it ends, without room for them beforehand."""
    parts = []
    while most and (part := file.read(min(most, 2**20))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def read_text(path: str | PathLike[str], what: str, *, most: int = MOST_TEXT) -> str:
    """Read a whole text file: UTF-8, with a byte order mark or without, line ends as they are."""
    content = read_bytes(path, what, most=most)
    if content.startswith(_WIDE):
        raise _unreadable(path, what, "it is text in UTF-16, save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(
            path, what, f"line {place} is not text in UTF-8, save the file as UTF-8"
        ) from None
    if "\0" in text:
        place = text.count("\n", 0, text.index("\0")) + 1
        raise _unreadable(
            path, what, f"line {place} has a NUL in it, as no text has, name a text file"
        )
    return text


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return "there is none of that name, check it"
        case errno.EACCES | errno.EPERM:
            return "one may not read it, see who may or copy it"
        case errno.ENAMETOOLONG:
            return "its name is longer than a name can be, shorten it"
        case _:
            return error.strerror or str(error)


def _unreadable(path: object, what: str, reason: str) -> InputError:
    name = str(path)
    name = name if len(name) <= 200 else name[:100] + "..." + name[-60:]
    return InputError(f"the {what} {name or repr(name)} cannot be read: {reason}")
