"""A store's file: made whole or not at all, opened only if it is one, and repaired."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from experiments.sweep.plan import Plan
from experiments.sweep.store import Header, Store, read_header, write_header
from experiments.sweep.tables import APPLICATION_ID, FORMAT, ROW, Check, write_rows
from experiments.sweep.trouble import UNREADABLE, damaged, not_ours, told
from simulation.checks import InputError
from simulation.inputs import named_path
from simulation.inputs import told as reading

PATIENCE = 30
"""Seconds that a reader or writer waits for another program to let go of the store."""


def create_store(path: Path, plan: Plan, versions: dict[str, str]) -> None:
    """Make the store of a plan, whole or not at all; for the one coordinator only."""
    with _made(path) as connection:
        write_header(connection, Header.of(plan, versions))


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """Open a store, or raise InputError, and leave it untouched, if it is not one or is damaged."""
    with _connected(path) as connection:
        try:
            _check_format(path, connection)
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise damaged(path, str(verdict))
            connection.execute("PRAGMA synchronous = FULL")
        except UNREADABLE as error:
            raise told(path, error, "read") from None
        yield Store(path, connection)


def repair_store(path: Path, named: Plan | None, versions: dict[str, str]) -> int:
    """Keep what is sound of a store, and return how many chunks were not.

    For the one coordinator only. What is kept takes the store's place whole, or nothing does.

    Parameters
    ----------
    path : Path
    named : Plan or None
        Of the design that was named, for a store that has lost its own.
    versions : dict of str to str
        What that plan's chunks are run under.

    Raises
    ------
    InputError
        If it is no store, or nothing of it is left.
    """
    with _made(path) as new, _connected(path) as old:
        # Nothing is written to it: so SQLite reads what is left of a file that was cut short, too.
        old.execute("PRAGMA writable_schema = ON")
        _check_format(path, old)
        own = _readable_header(old)
        if own is not None:
            header = own
        elif named is not None:
            header = Header.of(named, versions)
        else:
            raise damaged(path, "the design", by_design=True)
        done = dict(_readable(old, "chunk, digest FROM chunks", "chunk"))
        check = Check(header.seals)
        check.add(_readable(old, f"{ROW}, chunk FROM results", "team"))
        wrong = check.wrong(done)
        sound = {chunk: digest for chunk, digest in done.items() if chunk not in wrong}
        if own is None and wrong and not sound:
            raise not_ours(path, "its design is lost, and nothing in it fits the one that is named")
        write_header(new, header)
        kept = _readable(old, f"{ROW}, chunk FROM results", "team")
        write_rows(new, (row for row in kept if row[-1] in sound), sound)
        return len(wrong)


def _readable_header(connection: sqlite3.Connection) -> Header | None:
    try:
        return read_header(connection)
    except UNREADABLE:
        return None


def _readable(connection: sqlite3.Connection, what: str, key: str) -> Iterator[tuple[Any, ...]]:
    """Yield what is readable in rising order of `key`, the first column: up to damage, and after.

    Of two damaged places, what lies between is lost.
    """
    last = -1
    try:
        for row in connection.execute(f"SELECT {what} ORDER BY {key}"):
            yield row
            last = row[0]
    except UNREADABLE:
        behind = []
        with suppress(*UNREADABLE):
            for row in connection.execute(
                f"SELECT {what} WHERE {key} > ? ORDER BY {key} DESC", (last,)
            ):
                behind.append(row)
        yield from reversed(behind)


@contextmanager
def _made(path: Path) -> Iterator[sqlite3.Connection]:
    """Make a new store beside `path`, which takes its place at the end, or not at all."""
    place = Path(os.path.realpath(path))
    name = place.with_name(f".{place.name}.half-made")
    left = name, name.with_name(f"{name.name}-journal")
    try:
        try:
            _remove(*left)  # by one who was killed here; there is but one coordinator
            with closing(sqlite3.connect(name)) as connection, connection:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {FORMAT}")
                connection.execute("BEGIN")
                yield connection
            if place.exists():
                shutil.copymode(place, name)
            os.replace(name, place)
            _outlive_a_power_cut(place.parent)
        finally:
            _remove(*left)
    except sqlite3.DatabaseError as error:
        raise told(path, error, "written") from None
    except OSError as error:
        raise InputError(
            f"the store {path} cannot be written ({error.strerror}): make room, or name another "
            "with --store"
        ) from None


def _remove(*names: Path) -> None:
    for name in names:
        name.unlink(missing_ok=True)


def _outlive_a_power_cut(folder: Path) -> None:
    """See that a new name is on the disk, on systems that open folders."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with reading(named_path(path, "store"), "store"):
        try:
            mode = os.stat(path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise InputError(
                f"there is no store {path}: name one with --store, or run the sweep first"
            ) from None
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "no plain file"
        raise InputError(f"the store {path} is {what}: name a file with --store")
    uri = Path(os.path.abspath(path)).as_uri().removeprefix("file://")
    try:
        connection = sqlite3.connect(f"file:{uri}?mode=rw", uri=True, timeout=PATIENCE)
    except UNREADABLE as error:
        raise told(path, error, "read") from None
    with closing(connection):
        yield connection


def _check_format(path: Path, connection: sqlite3.Connection) -> None:
    """Raise InputError if it is no store, or another program's."""
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except UNREADABLE as error:
        raise told(path, error, "read") from None
    if application != APPLICATION_ID:
        raise not_ours(path, "it is empty or was not written by a sweep")
    if version != FORMAT:
        raise InputError(
            f"the store {path} has format {version}, but this program reads format {FORMAT}: "
            "export it with the version that wrote it, or name another --store"
        )
