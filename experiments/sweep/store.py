"""The store: one SQLite file, in which a chunk's results and its completion are one transaction.

Rollback journal, not write-ahead log: between two transactions the store is one file that can be
copied, and a transaction costs little beside the second or more that a chunk takes. Who dies in the
middle of one leaves a journal beside the store, and the next to open it is rolled back by SQLite.

Whatever is read is held against its checksum (see `tables`), every time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.sweep.design import Design
from experiments.sweep.plan import Plan
from experiments.sweep.tables import ROW, TABLES, Check, Row, Seals, header_digest, write_rows
from experiments.sweep.trouble import UNREADABLE, damaged, damaged_chunks, told
from simulation.checks import InputError

BATCH = 10_000
"""Rows that are read at a time."""


@dataclass(frozen=True)
class State:
    """How far a store is.

    Attributes
    ----------
    teams, teams_done, chunks, chunks_done : int
    diverged : int
        Teams that left the finite numbers; they are results, not failures.
    failures : dict of int to str
        The last error of each chunk that has failed and is not done.
    """

    teams: int
    teams_done: int
    chunks: int
    chunks_done: int
    diverged: int
    failures: dict[int, str]

    @property
    def complete(self) -> bool:
        """Whether every team is there."""
        return self.chunks_done == self.chunks


@dataclass(frozen=True)
class Header:
    """What a store says of its sweep.

    Attributes
    ----------
    design : Design
    design_hash, plan_hash : str
    versions : dict of str to str
        What its teams are run under.
    sizes : list of int
        Teams of each chunk.
    """

    design: Design
    design_hash: str
    plan_hash: str
    versions: dict[str, str]
    sizes: list[int]

    @classmethod
    def of(cls, plan: Plan, versions: dict[str, str]) -> Header:
        """Return what the store of a plan says."""
        sizes = [chunk.n_teams for chunk in plan.chunks]
        return cls(plan.design, plan.design.hash, plan.hash, versions, sizes)

    @property
    def seals(self) -> Seals:
        """Its checksums."""
        return Seals(self.design_hash, self.plan_hash, self.versions)


class Store:
    """An open store; made by `open_store`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        with self._reading():
            header = self._header()
        self.design, self.design_hash = header.design, header.design_hash
        self.plan_hash, self.versions = header.plan_hash, header.versions
        self._sizes, self.seals = header.sizes, header.seals

    def check_belongs_to(self, plan: Plan, versions: dict[str, str]) -> None:
        """Raise InputError if the store was begun for another sweep, or by another program."""
        if self.design_hash != plan.design.hash:
            raise InputError(
                f"the store {self.path} holds another design (or a recorded log has changed): "
                "name another with --store"
            )
        if self.versions != versions or self.plan_hash != plan.hash:
            then, now = _said(self.versions), _said(versions)
            raise InputError(
                f"the store {self.path} was begun with {then}, but this is {now}: its teams might "
                "not be the same to the bit, so go on with the same versions or another --store"
            )

    def check(self) -> None:
        """Raise InputError if the results are not as they were entered."""
        with self._reading():
            check = Check(self.seals)
            check.add(self.connection.execute(f"SELECT {ROW}, chunk FROM results ORDER BY team"))
            if wrong := check.wrong(self._done()):
                raise damaged_chunks(self.path, wrong, len(self._sizes))

    def open_chunks(self) -> set[int]:
        """Return the numbers of the chunks that are not done."""
        with self._reading():
            return set(range(len(self._sizes))) - self._done().keys()

    def finish(self, entries: Mapping[int, Sequence[Row]]) -> None:
        """Enter chunks' results, by chunk, and their completion: all of it or nothing.

        Several at once, for what takes time is to wait for the disk once per transaction.
        """
        with self._writing():
            for chunk, rows in entries.items():
                if len(rows) != self._sizes[chunk]:
                    raise RuntimeError(f"chunk {chunk} is not of {len(rows)} teams")
                seal = {chunk: self.seals.of_rows(chunk, rows)}
                write_rows(self.connection, ((*row, chunk) for row in rows), seal)
                self.connection.execute("DELETE FROM failures WHERE chunk = ?", (chunk,))

    def fail(self, chunk: int, error: str) -> None:
        """Note down what went wrong with a chunk."""
        note = chunk, error, self.seals.of_note(chunk, error)
        with self._writing():
            self.connection.execute("INSERT INTO failures VALUES (?, ?, ?)", note)

    def rows(self) -> Iterator[list[tuple[Any, ...]]]:
        """Check the results, then yield them in the order of the teams, many at a time."""
        with self._reading():
            self.check()
            cursor = self.connection.execute(f"SELECT {ROW} FROM results ORDER BY team")
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def state(self) -> State:
        """Check the results, and say how far the sweep is."""
        with self._reading():
            self.check()
            done = self._done()
            (diverged,) = self.connection.execute(
                "SELECT count(*) FROM results WHERE diverged"
            ).fetchone()
            return State(
                teams=sum(self._sizes),
                teams_done=sum(self._sizes[chunk] for chunk in done),
                chunks=len(self._sizes),
                chunks_done=len(done),
                diverged=diverged,
                failures=self._failures(),
            )

    def _header(self) -> Header:
        header = read_header(self.connection)
        if header is None:
            raise damaged(self.path, "the design", by_design=True)
        return header

    def _done(self) -> dict[int, str]:
        """Return the checksums of the chunks that are done."""
        done = dict(self.connection.execute("SELECT chunk, digest FROM chunks ORDER BY chunk"))
        if done.keys() - range(len(self._sizes)):
            raise damaged(self.path, "a chunk that the design has not")
        return done

    def _failures(self) -> dict[int, str]:
        notes = self.connection.execute("SELECT * FROM failures ORDER BY rowid").fetchall()
        for chunk, error, digest in notes:
            if digest != self.seals.of_note(chunk, error):
                raise damaged(self.path, "the note of a failure")
        return {chunk: error for chunk, error, _ in notes}

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """See one state of the store, whoever writes meanwhile."""
        if self.connection.in_transaction:
            yield
            return
        try:
            self.connection.execute("BEGIN")
            yield
        except UNREADABLE as error:
            raise told(self.path, error, "read") from None
        finally:
            with suppress(sqlite3.ProgrammingError):  # who reads rows may close it in between
                self.connection.rollback()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self.connection:
                yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise told(self.path, error, "written") from None


def read_header(connection: sqlite3.Connection) -> Header | None:
    """Return what a store says of its sweep, or None if it is not as it was written.

    Raises sqlite3.DatabaseError if it cannot be read.
    """
    tables = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE tbl_name IN ('sweep', 'chunks', 'results', 'failures')"
        " AND type = 'table' ORDER BY rowid"
    )
    if [sql for (sql,) in tables] != [*TABLES]:
        return None
    entries = connection.execute("SELECT name, value FROM sweep ORDER BY name").fetchall()
    said = dict(entries)
    rest = [(name, value) for name, value in entries if name != "digest"]
    if said.get("digest") != header_digest(rest):
        return None
    return Header(
        Design.from_json(said["design"]),
        said["design hash"],
        said["plan hash"],
        json.loads(said["versions"]),
        json.loads(said["sizes"]),
    )


def write_header(connection: sqlite3.Connection, header: Header) -> None:
    """Make the tables, and write what the store says of its sweep."""
    for table in TABLES:
        connection.execute(table)
    said = {
        "design": header.design.to_json(),
        "design hash": header.design_hash,
        "plan hash": header.plan_hash,
        "sizes": json.dumps(header.sizes),
        "versions": json.dumps(header.versions),
    }
    entries = [*said.items(), ("digest", header_digest([*said.items()]))]
    connection.executemany("INSERT INTO sweep VALUES (?, ?)", entries)


def _said(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
