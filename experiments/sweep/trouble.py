"""What can be the matter with a store, in one line, with advice that fits the cause."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Collection
from pathlib import Path

from simulation.checks import InputError

UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What reading a damaged store raises; the latter where SQLite quotes what is no text."""

NAMED = 5
"""Damaged chunks that are named one by one."""


def damaged(path: Path, what: str, *, by_design: bool = False) -> InputError:
    """Say that a store of ours is damaged, and how it is repaired: if `by_design`, by that."""
    how = "sweep run DESIGN" if by_design else "sweep run"
    which = ", where DESIGN is the file or the --set that it was begun with" if by_design else ""
    return InputError(
        f"the store {path} is damaged ({' '.join(what.split())}): '{how} --store "
        f"{shlex.quote(str(path))} --repair' keeps every chunk that is sound and runs the others "
        f"again{which}"
    )


def damaged_chunks(path: Path, chunks: Collection[object], of: int) -> InputError:
    """Say which chunks are damaged."""
    numbers = sorted(chunk for chunk in chunks if isinstance(chunk, int) and 0 <= chunk < of)
    named = [f"chunk {number}" for number in numbers[:NAMED]]
    if len(numbers) > NAMED:
        named.append(f"and {len(numbers) - NAMED:,} more of {of:,}")
    return damaged(path, ", ".join(named) or "rows that are of no chunk")


def not_ours(path: Path, why: str) -> InputError:
    """Say that a file is no sweep's store."""
    return InputError(
        f"{path} is no sweep's store, or is damaged beyond repair ({' '.join(why.split())}): it "
        "was left as it is, name another with --store"
    )


def told(path: Path, error: sqlite3.DatabaseError | UnicodeDecodeError, doing: str) -> InputError:
    """Say why a store could not be read or written, by SQLite's own account of it.

    `doing` is what failed: 'read' or 'written'.
    """
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith("SQLITE_NOTADB"):
        return not_ours(path, str(error))
    if not name or name.startswith(("SQLITE_CORRUPT", "SQLITE_ERROR", "SQLITE_FORMAT")):
        return damaged(path, str(error))  # a column is missing, or a text is none
    # In the midst of a transaction SQLite only says that its journal is not where it was.
    if name == "SQLITE_READONLY_DBMOVED" or not os.path.isdir(path.parent):
        there = os.path.lexists(path)
        what = "replaced by another file" if there else "moved or deleted"
        return InputError(
            f"the store {path} was {what} meanwhile: put it back to go on with what was entered "
            f"before, or start again to {'go on with what is there' if there else 'begin anew'}"
        )
    return InputError(f"the store {path} cannot be {doing} ({error}): {_advice(path, name)}")


def _advice(path: Path, name: str) -> str:
    if not all(os.access(each, os.W_OK) for each in (path, path.parent) if each.exists()):
        return (
            "it and its folder must allow that, so allow it, or copy the store (and the -journal "
            "beside it, if there is one) to a folder that does; what was entered is kept"
        )
    if name.startswith("SQLITE_READONLY"):
        return "the file says so by damage, add --repair to 'sweep run'"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return (
            "another program has held it all the while, so end that one and start again; what was "
            "entered is kept"
        )
    if name.startswith("SQLITE_FULL"):
        return "make room and start again; every chunk that was entered is kept"
    return (
        "the disk is full, gone or broken, so make room or see to it, and start again; every chunk "
        "that was entered is kept"
    )
