"""What the calls of a value function gave: in memory, and in one SQLite file that outlives a kill.

Each call is entered by a transaction of its own, so that whoever is killed loses those alone that
were on their way. Rollback journal, as SQLite has it by itself: between two transactions the file
is one that can be copied.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from simulation.arrays import FloatArray
from simulation.checks import InputError, given
from simulation.parts import on_sets

APPLICATION_ID = 0x47616D65
"""Marks SQLite files that hold calls."""

PATIENCE = 1.0
"""Seconds to wait for another process to let go of the file, which it has while it makes calls."""

_FIND = "SELECT reading, there, repeat, value FROM calls"


class Call(NamedTuple):
    """Which call it is.

    Attributes
    ----------
    reading : str
    mask : bytes
        A byte for each member, 1 for there.
    repeat : int
        From 0, of the calls with the same members.
    """

    reading: str
    mask: bytes
    repeat: int


Enter = Callable[[Call, FloatArray], None]
"""Enters what a call gave, (1,) or (M,), at once and for good."""


class Book:
    """What calls gave, by call: on all examples, and without each part of them.

    Parameters
    ----------
    path : Path or None
        The file; made if it is not there. None: in memory alone.
    about : mapping
        Whose calls they are; a file that says otherwise is refused.
    """

    def __init__(self, path: Path | None, about: Mapping[str, Any]) -> None:
        self.path = path
        self.examples: int | None = None
        self._found: dict[Call, FloatArray] = {}
        if path is not None:
            with self._connected(path) as connection:
                self._claim(path, connection, about)
                for reading, there, repeat, value in connection.execute(_FIND):
                    try:
                        mask, numbers = bytes(map(int, there)), np.frombuffer(value, "<f8")
                    except (TypeError, ValueError):
                        raise InputError(
                            f"{path} is damaged where it holds {given(there)}: name another file"
                        ) from None
                    self._remember(Call(reading, mask, repeat), numbers)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, call: Call) -> bool:
        return call in self._found

    def __getitem__(self, call: Call) -> FloatArray:
        return self._found[call]

    @contextmanager
    def entering(self) -> Iterator[Enter]:
        """Give the function that enters what calls gave."""
        if self.path is None:
            yield self._remember
            return
        with self._connected(self.path) as connection:
            # Whoever else wants to enter anything meanwhile is told so.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")

            def enter(call: Call, value: FloatArray) -> None:
                there = "".join(map(str, call.mask))
                row = call.reading, there, call.repeat, value.astype("<f8").tobytes()
                connection.execute("INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?)", row)
                self._remember(call, value)

            yield enter

    def _remember(self, call: Call, value: FloatArray) -> None:
        examples = 0 if value.size == 1 else value.size
        if self.examples not in (None, examples):
            raise InputError(
                f"a call gave {value.size} numbers, another {self.examples or 1}: value must "
                "always give one number, or one for each of the same examples"
            )
        self.examples = examples
        self._found[call] = on_sets(value) if examples else value

    def _claim(self, path: Path, connection: sqlite3.Connection, about: Mapping[str, Any]) -> None:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (marked,) = connection.execute("PRAGMA application_id").fetchone()
        if not tables:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("CREATE TABLE game (about TEXT)")
            connection.execute(
                "CREATE TABLE calls (reading TEXT, there TEXT, repeat INTEGER, value BLOB, "
                "PRIMARY KEY (reading, there, repeat)) WITHOUT ROWID"
            )
            connection.execute("INSERT INTO game VALUES (?)", (json.dumps(about),))
            connection.execute("COMMIT")
        elif marked != APPLICATION_ID:
            raise InputError(f"{path} holds something else than calls of a game: name another file")
        (said,) = connection.execute("SELECT about FROM game").fetchone()
        for name, ours in about.items():
            if (theirs := json.loads(said).get(name)) != ours:
                raise InputError(
                    f"{path} holds the calls of another game, whose {name} is {given(theirs)}, not "
                    f"{given(ours)}: name another file with path="
                )

    @contextmanager
    def _connected(self, path: Path) -> Iterator[sqlite3.Connection]:
        """Connect for as long as the block takes; what SQLite says becomes one line."""
        try:
            connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            with closing(connection):
                yield connection
        except sqlite3.Error as error:
            raise InputError(f"{path}: {_advice(path, error)}") from None


def _advice(path: Path, error: sqlite3.Error) -> str:
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "another process is entering calls there, wait for it or name another file"
    if not os.path.isdir(path.parent):
        return f"there is no folder {path.parent}, make it or name another file"
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR")):
        return f"it is no file of calls, or is damaged ({error}), name another file"
    return f"calls cannot be kept there ({error}), see to it or name another file"
