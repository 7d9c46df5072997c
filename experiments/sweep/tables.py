"""What stands in a store: its tables, and the checksums that say it is as it was written."""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from typing import Any

APPLICATION_ID = 0x53574550
"""'SWEP', in the file's header: tells a sweep's store from any other SQLite file."""

FORMAT = 2
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

ROW = ", ".join(("team", "point", "seed", "diverged", *MEASURES))
"""The columns of a row."""

TABLES = (
    "CREATE TABLE sweep (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE chunks (chunk INTEGER PRIMARY KEY, digest TEXT NOT NULL)",  # those that are done
    "CREATE TABLE results (team INTEGER PRIMARY KEY, point INTEGER NOT NULL, seed INTEGER NOT NULL,"
    f" diverged INTEGER NOT NULL, {', '.join(f'{name} REAL' for name in MEASURES)},"
    " chunk INTEGER NOT NULL)",
    "CREATE TABLE failures (chunk INTEGER NOT NULL, error TEXT NOT NULL, digest TEXT NOT NULL)",
)

_PACKED = struct.Struct(f"<4q{len(MEASURES)}d")


def packed(row: Sequence[Any]) -> bytes:
    """Return a row as bytes, or raise ValueError if anything in it is of another type.

    No finite number is nan, and SQLite does not tell -0.0 from 0.
    """
    try:
        values = [math.nan if value is None else value + 0.0 for value in row[4:]]
        return _PACKED.pack(*row[:4], *values)
    except (TypeError, struct.error) as error:
        raise ValueError(str(error)) from None


def header_digest(said: Sequence[tuple[Any, Any]]) -> str:
    """Return the checksum of what the table `sweep` says, its own entry left out."""
    return hashlib.sha256(ascii(said).encode()).hexdigest()


class Seals:
    """Checksums of a sweep's chunks and notes, each over the sweep too.

    So rows of another design, cut or program do not pass as its own.
    """

    def __init__(self, design_hash: str, plan_hash: str, versions: dict[str, str]) -> None:
        sweep = json.dumps([design_hash, plan_hash, versions], sort_keys=True)
        self._sweep = hashlib.sha256(sweep.encode())

    def begun(self, chunk: Any) -> hashlib._Hash:
        """Begin a chunk's checksum; its rows, packed, in the order of their teams, go in next."""
        seal = self._sweep.copy()
        seal.update(ascii(chunk).encode())
        return seal

    def of_rows(self, chunk: int, rows: Iterable[Row]) -> str:
        """Return the checksum of a chunk with all its rows."""
        seal = self.begun(chunk)
        for row in sorted(rows, key=lambda row: row[:1]):
            seal.update(packed(row))
        return seal.hexdigest()

    def of_note(self, chunk: Any, error: Any) -> str:
        """Return the checksum of what was noted of a chunk that failed."""
        seal = self._sweep.copy()
        seal.update(ascii((chunk, error)).encode())
        return seal.hexdigest()


class Check:
    """Rows as they are read, held against the checksums of their chunks."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals
        self._found: dict[Any, hashlib._Hash] = {}
        self._odd: set[Any] = set()

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in rows, the last of each its chunk, in the order of their teams."""
        for row in rows:
            chunk = row[-1]
            seal = self._found.get(chunk)
            if seal is None:
                seal = self._found[chunk] = self._seals.begun(chunk)
            try:
                seal.update(packed(row[:-1]))
            except ValueError:
                self._odd.add(chunk)

    def wrong(self, done: dict[int, str]) -> set[Any]:
        """Return the chunks whose rows are not as their checksums say; given of all."""
        found = {chunk: seal.hexdigest() for chunk, seal in self._found.items()}
        chunks = done.keys() | found.keys()
        return self._odd | {chunk for chunk in chunks if done.get(chunk) != found.get(chunk)}


def write_rows(
    connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]], done: dict[int, str]
) -> None:
    """Write rows, the last of each its chunk, and the checksums of the chunks that are done."""
    marks = ", ".join("?" * (5 + len(MEASURES)))
    connection.executemany(f"INSERT INTO results VALUES ({marks})", rows)
    connection.executemany("INSERT INTO chunks VALUES (?, ?)", done.items())
