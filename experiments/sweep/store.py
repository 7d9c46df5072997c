"""The store: one SQLite file, in which a chunk's results and its completion are one transaction.

Rollback journal, not write-ahead log: between two transactions the store is one file that can be
copied, and a transaction costs little beside the second or more that a chunk takes. Who dies in the
middle of one leaves a journal beside the store, and the next to open it is rolled back by SQLite.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from experiments.sweep.design import Design
from experiments.sweep.plan import Plan
from experiments.sweep.points import Point
from simulation.checks import InputError

APPLICATION_ID = 0x53574550
"""'SWEP', in the file's header: tells a sweep's store from any other SQLite file."""

FORMAT = 1
"""Version of the tables below."""

MEASURES = {
    "quality": "quality",
    "one_missing": "one missing, mean",
    "one_missing_worst": "one missing, worst",
    "two_missing": "two missing, mean",
    "two_missing_worst": "two missing, worst",
    "solo_quality": "solo quality, mean",
    "hard_section": "hard section",
    "agreement": "agreement",
    "co_adaptation": "co-adaptation score",
    "reliance": "reliance, mean",
    "squared_weights": "squared weights",
}
"""Columns of the results, and what a stack calls each measure."""

Row = tuple[int | float | None, ...]
"""A team's results: team, point, seed, diverged, then the measures; None for no finite number."""

_TABLES = f"""
CREATE TABLE sweep (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE points (point INTEGER PRIMARY KEY, {", ".join(f.name for f in fields(Point))},
    absence_rate REAL, mean_absence REAL NOT NULL);
CREATE TABLE chunks (chunk INTEGER PRIMARY KEY, teams INTEGER NOT NULL, done INTEGER NOT NULL);
CREATE TABLE results (team INTEGER PRIMARY KEY, point INTEGER NOT NULL, seed INTEGER NOT NULL,
    diverged INTEGER NOT NULL, {", ".join(f"{name} REAL" for name in MEASURES)});
CREATE TABLE failures (chunk INTEGER NOT NULL, error TEXT NOT NULL);
"""


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


class Store:
    """An open store; made by `create_store` or `open_store`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        said = dict(connection.execute("SELECT name, value FROM sweep"))
        self.design = Design.from_json(said["design"])
        self.design_hash: str = said["design hash"]
        self.plan_hash: str = said["plan hash"]
        self.versions: dict[str, str] = json.loads(said["versions"])

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

    def open_chunks(self) -> set[int]:
        """Return the numbers of the chunks that are not done."""
        return {n for (n,) in self.connection.execute("SELECT chunk FROM chunks WHERE NOT done")}

    def finish(self, entries: Mapping[int, Sequence[Row]]) -> None:
        """Enter chunks' results, by chunk, and their completion: all of it or nothing.

        Several at once, for what takes time is to wait for the disk once per transaction.
        """
        marks = ", ".join("?" * (4 + len(MEASURES)))
        with self._writing():
            for chunk, rows in entries.items():
                self.connection.executemany(f"INSERT INTO results VALUES ({marks})", rows)
                changed = self.connection.execute(
                    "UPDATE chunks SET done = 1 WHERE chunk = ? AND NOT done AND teams = ?",
                    (chunk, len(rows)),
                )
                if changed.rowcount != 1:
                    raise RuntimeError(f"chunk {chunk} is done, or is not of {len(rows)} teams")
                self.connection.execute("DELETE FROM failures WHERE chunk = ?", (chunk,))

    def fail(self, chunk: int, error: str) -> None:
        """Note down what went wrong with a chunk."""
        with self._writing():
            self.connection.execute("INSERT INTO failures VALUES (?, ?)", (chunk, error))

    def state(self) -> State:
        """Say how far the sweep is."""
        ask = self.connection.execute
        chunks, teams, done, teams_done = ask(
            "SELECT count(*), sum(teams), sum(done), sum(teams * done) FROM chunks"
        ).fetchone()
        (diverged,) = ask("SELECT count(*) FROM results WHERE diverged").fetchone()
        failures = dict(ask("SELECT chunk, error FROM failures ORDER BY rowid").fetchall())
        return State(teams, teams_done, chunks, done, diverged, failures)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self.connection:
                yield
        except sqlite3.OperationalError as error:
            raise InputError(
                f"the store {self.path} cannot be written ({error}): make room and start again; "
                "every chunk that was entered is kept"
            ) from None


def create_store(path: Path, plan: Plan, versions: dict[str, str]) -> None:
    """Make the store of a plan, whole or not at all.

    For the one coordinator only: what is there already, half made, is then nobody's, and goes.
    """
    name = path.with_name(f".{path.name}.half-made")
    journal = name.with_name(f"{name.name}-journal")
    try:
        for left in (name, journal):
            left.unlink(missing_ok=True)  # by one who was killed here
        with closing(sqlite3.connect(name)) as connection, connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.executescript(_TABLES)
            _describe(connection, plan, versions)
        os.replace(name, path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)  # so that the new name outlives a power cut
        os.close(folder)
    except (OSError, sqlite3.OperationalError) as error:
        raise InputError(f"the store {path} cannot be written: {error}") from None
    finally:
        for left in (name, journal):
            left.unlink(missing_ok=True)


def _describe(connection: sqlite3.Connection, plan: Plan, versions: dict[str, str]) -> None:
    design = plan.design
    said = {
        "design": design.to_json(),
        "design hash": design.hash,
        "plan hash": plan.hash,
        "versions": json.dumps(versions),
    }
    connection.executemany("INSERT INTO sweep VALUES (?, ?)", said.items())
    points = [
        (number, *asdict(p).values(), p.absence_rate, p.law().moments().absence_rate)
        for number, p in enumerate(design.points)
    ]
    marks = ", ".join("?" * len(points[0]))
    connection.executemany(f"INSERT INTO points VALUES ({marks})", points)
    chunks = [(chunk.number, chunk.n_teams) for chunk in plan.chunks]
    connection.executemany("INSERT INTO chunks VALUES (?, ?, 0)", chunks)


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """Open a store, or raise InputError, and leave it untouched, if it is not one or is damaged."""
    if path.is_dir():
        raise InputError(f"the store {path} is a folder: name a file with --store")
    if not path.is_file():
        raise InputError(f"there is no store {path}: name one with --store, or run the sweep first")
    with closing(sqlite3.connect(f"file:{_quoted(path)}?mode=rw", uri=True)) as connection:
        try:
            _check(path, connection)
            connection.execute("PRAGMA synchronous = FULL")
            store = Store(path, connection)
        except sqlite3.DatabaseError as error:
            raise _damaged(path, str(error)) from None
        yield store


def _check(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise _damaged(path, "it is empty or was not written by a sweep")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != FORMAT:
        raise InputError(
            f"the store {path} has format {version}, but this program reads format {FORMAT}: "
            "use the version that wrote it, or name another --store"
        )
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise _damaged(path, str(verdict))


def _damaged(path: Path, why: str) -> InputError:
    why = " ".join(why.split())
    return InputError(
        f"{path} is no sweep's store, or is damaged ({why}): it was left as it is, name another "
        "with --store"
    )


def _quoted(path: Path) -> str:
    return Path(os.path.abspath(path)).as_uri().removeprefix("file://")


def _said(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
