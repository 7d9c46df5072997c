"""Damaged stores: each is told in one line, or is read as it was; repaired, it ends as it would."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fuzzing import counted
from sweeps import content, fine_plan, made_up, threads

from commands.sweep.export import export
from dashboard.sweep.status import status_json
from experiments.sweep.coordinate import run_sweep
from experiments.sweep.store_files import open_store, repair_store
from experiments.sweep.work import versions
from simulation import InputError

PLAN = fine_plan(8)
DONE = 5
CHANGES = [
    "DROP TABLE {table}",
    "DELETE FROM {table} WHERE rowid % 3 = {n} % 3",
    "DELETE FROM sweep WHERE name > '{text}'",
    "ALTER TABLE {table} RENAME TO other",
    "ALTER TABLE results RENAME COLUMN {column} TO other",
    "ALTER TABLE results DROP COLUMN quality",
    "UPDATE sweep SET value = {value} WHERE rowid IS NULL OR name > '{text}'",
    "UPDATE sweep SET name = name || {value} WHERE name > '{text}'",
    "UPDATE results SET {column} = {value} WHERE team = {n}",
    "UPDATE results SET {column} = {column} + 1 WHERE team = {n}",
    "UPDATE results SET team = team + 1000 WHERE team >= {n}",
    "UPDATE chunks SET digest = {value} WHERE chunk = {n} / 2",
    "UPDATE chunks SET chunk = chunk + {n} * 7 + 1 WHERE chunk = 4",
    "INSERT INTO chunks VALUES ({n} + 3, {value})",
    "UPDATE failures SET error = {value}",
    "UPDATE failures SET chunk = {value}",
    "INSERT INTO failures VALUES ({n}, {value}, {value})",
    "PRAGMA user_version = {n}",
    "PRAGMA application_id = {n}",
    "CREATE TABLE notes (text)",
    "CREATE INDEX own ON results (quality)",
    "CREATE TRIGGER own AFTER DELETE ON failures BEGIN DELETE FROM results; END",
    "CREATE VIEW own AS SELECT * FROM {table}",
]  # fmt: skip
VALUES = ["NULL", "'text'", "x'00ff'", "CAST(x'ff' AS TEXT)", "0", "-1", "1e308", "9e999", "7.5",
          "9223372036854775807", "'[[['", "'{{}}'", "''", "zeroblob(9)"]  # fmt: skip


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Give a store in the middle of its sweep, its rows, and the content it ends with."""
    path = tmp_path_factory.mktemp("begun") / "store.sqlite"
    calm = path.with_name("calm.sqlite")
    run_sweep(PLAN, calm, threads(), lambda *_: None, made_up)

    def some(task):
        if task.members[0].team >= 2 * DONE:
            raise ValueError("not today")
        return made_up(task)

    run_sweep(PLAN, path, threads(), lambda *_: None, some)
    return path, rows_of(path), content(calm)


def rows_of(path: Path) -> str:
    with open_store(path) as store:
        return repr([row for rows in store.rows() for row in rows])


def damage(rng: np.random.Generator, path: Path) -> str:
    """Do something to a store, and say what."""
    raw = bytearray(path.read_bytes())
    place = int(rng.integers(len(raw) * 8))
    kind = rng.choice(["bit", "bit", "cut", "block", "swap", "sql", "sql", "other"])
    match kind:
        case "bit":
            raw[place // 8] ^= 1 << place % 8
        case "cut":
            raw = raw[: place // 8]
        case "block":
            length = int(rng.integers(1, 600))
            raw[place // 8 : place // 8 + length] = rng.bytes(length)
        case "swap":
            pages = [raw[at : at + 4096] for at in range(0, len(raw), 4096)]
            raw = bytearray(b"".join(pages[at] for at in rng.permutation(len(pages))))
        case "other":
            path.unlink()
            with sqlite3.connect(path) as connection:
                connection.execute(f"PRAGMA application_id = {rng.choice([0, 0x53574550])}")
                connection.execute(f"PRAGMA user_version = {rng.choice([0, 1, 2])}")
                connection.execute("CREATE TABLE sweep (name, value)")
                connection.execute("INSERT INTO sweep VALUES ('design', '{}')")
            connection.close()
            return "another program's file"
        case "sql":
            change = rng.choice(CHANGES).format(
                table=rng.choice(["sweep", "chunks", "results", "failures"]),
                column=rng.choice(["team", "point", "seed", "diverged", "quality", "chunk"]),
                value=rng.choice(VALUES),
                text=rng.choice(["", "d", "p", "v"]),
                n=rng.integers(0, 12),
            )
            connection = sqlite3.connect(path, isolation_level=None)
            try:
                connection.execute(change)
            except sqlite3.Error as error:
                change += f" ({error})"
            connection.close()
            return change
    path.write_bytes(raw)
    return f"{kind} at {place // 8}, {place % 8}"


def check_one_line(error: InputError, what: str) -> None:
    assert len(str(error).splitlines()) == 1, what


@pytest.mark.parametrize("part", range(4))
def test_damage_is_told_or_changes_nothing(begun, memory_path, part):
    path, rows, ended = begun
    rng = np.random.default_rng([14, part])
    for _ in range(counted(25)):
        hurt = memory_path / "store.sqlite"
        shutil.copy(path, hurt)
        what = damage(rng, hurt)
        before = hurt.read_bytes()
        read(hurt, rows, memory_path / "teams.csv", what)
        assert hurt.read_bytes() == before, what
        go_on(hurt, ended, what)
        shutil.copy(path, hurt)
        hurt.write_bytes(before)
        repair(hurt, ended, what)


def read(hurt: Path, rows: str, out: Path, what: str) -> None:
    """As the commands do, whose errors are told in a line with exit code 2."""
    try:
        assert rows_of(hurt) == rows, what
        export(out, store=hurt)
        assert len(pd.read_csv(out)) == 2 * DONE, what
        out.unlink()
        with open_store(hurt) as store:
            said = status_json(store, store.state())
    except InputError as error:
        check_one_line(error, what)
        assert not out.exists(), what
        return
    assert said["teams done"] == 2 * DONE, what
    assert set(said["failed chunks"].values()) <= {"ValueError: not today"}, what


def go_on(hurt: Path, ended: list[object], what: str) -> None:
    try:
        run_sweep(PLAN, hurt, threads(), lambda *_: None, made_up)
    except InputError as error:
        check_one_line(error, what)
        return
    assert content(hurt) == ended, what


def repair(hurt: Path, ended: list[object], what: str) -> None:
    before = hurt.read_bytes()
    try:
        repair_store(hurt, PLAN, versions())
    except InputError as error:
        check_one_line(error, what)
        assert hurt.read_bytes() == before, what
        assert [each.name for each in hurt.parent.iterdir()] == [hurt.name], what
        return
    run_sweep(PLAN, hurt, threads(), lambda *_: None, made_up)
    assert content(hurt) == ended, what
