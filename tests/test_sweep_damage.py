"""Stores that are damaged, moved or shut while they are needed: told as it is, and repaired."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sweeps import content, fine_plan, made_up, threads

import run
from experiments.sweep.coordinate import run_sweep
from experiments.sweep.plan import Task
from experiments.sweep.store_files import open_store, repair_store
from experiments.sweep.work import versions
from simulation import InputError

ROOT = Path(__file__).parent.parent
PLAN = fine_plan(60)


@pytest.fixture
def tmp_path(memory_path):
    return memory_path


def quiet(*_: object) -> None:
    pass


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store.sqlite"
    run_sweep(PLAN, path, threads(), quiet, made_up)
    return path


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def told(path: Path) -> str:
    """Return what is said of a damaged store, the same at every door."""
    said = set()
    for read in (lambda store: store.state(), lambda store: list(store.rows())):
        with pytest.raises(InputError) as error, open_store(path) as opened:
            read(opened)
        said.add(str(error.value))
    with pytest.raises(InputError) as error:
        run_sweep(PLAN, path, threads(), quiet, made_up)
    (line,) = said | {str(error.value)}
    assert "\n" not in line
    return line


def run_again(path: Path, plan=None) -> list[int]:
    """Repair a store and run what it lacks; return which teams were run."""
    teams = []

    def work(task: Task):
        teams.extend(member.team for member in task.members)
        return made_up(task)

    repair_store(path, plan, versions())
    assert run_sweep(PLAN, path, threads(), quiet, work).complete
    return sorted(teams)


HURT = {
    "another figure": ["UPDATE results SET quality = quality + 1e-9 WHERE team = 14"],
    "no figure": ["UPDATE results SET quality = NULL WHERE team = 14"],
    "a text": ["UPDATE results SET quality = 'good' WHERE team = 14"],
    "another seed": ["UPDATE results SET seed = 99 WHERE team = 14"],
    "a point that is not": ["UPDATE results SET point = 99 WHERE team = 14"],
    "no row": ["DELETE FROM results WHERE team = 14"],
    "one row more": [
        "INSERT INTO results SELECT 999, point, seed, diverged, quality, one_missing,"
        " one_missing_worst, two_missing, two_missing_worst, solo_quality, hard_section,"
        " agreement, co_adaptation, reliance, squared_weights, chunk FROM results WHERE team = 14"
    ],
    "another checksum": ["UPDATE chunks SET digest = 'x' WHERE chunk = 7"],
    "rows that were not entered": ["DELETE FROM chunks WHERE chunk = 7"],
}


@pytest.mark.parametrize("how", HURT)
def test_a_damaged_chunk_is_named_and_run_again_alone(store, how):
    calm = content(store)
    change(store, *HURT[how])
    line = told(store)
    assert "is damaged (chunk 7): 'sweep run --store" in line
    assert line.endswith("--repair' keeps every chunk that is sound and runs the others again")
    assert run_again(store) == [14, 15]
    assert content(store) == calm


def test_figures_that_sqlite_stores_in_another_form_are_no_damage(tmp_path):
    def work(task: Task):
        odd = [-0.0, 0.0, 1.0, -7.0, 2.0**53, 5e-324, 1.7e308, None]
        return [(*row[:4], *odd, *row[4 + len(odd) :]) for row in made_up(task)]

    path = tmp_path / "store.sqlite"
    assert run_sweep(PLAN, path, threads(), quiet, work).complete
    with open_store(path) as store:
        assert store.state().complete


def test_of_many_damaged_chunks_a_few_are_named(store):
    change(store, "UPDATE results SET seed = seed + 1 WHERE team % 4 = 0")
    assert "(chunk 0, chunk 2, chunk 4, chunk 6, chunk 8, and 25 more of 60)" in told(store)


@pytest.mark.parametrize(
    "how",
    [
        "UPDATE sweep SET value = replace(value, '0.02', '0.03') WHERE name = 'design'",
        "UPDATE sweep SET value = replace(value, 'NumPy', 'Numpy') WHERE name = 'versions'",
        "UPDATE sweep SET value = 'x' WHERE name = 'digest'",
        "DELETE FROM sweep WHERE name = 'sizes'",
        "UPDATE sweep SET value = x'00' WHERE name = 'plan hash'",
        "UPDATE sweep SET value = CAST(x'ff' AS TEXT) WHERE name = 'design'",
        "DROP TABLE failures",
        "DROP TABLE sweep",
        "ALTER TABLE failures RENAME COLUMN error TO mistake",
    ],
)
def test_a_damaged_design_needs_its_name(store, how):
    calm = content(store)
    change(store, how)
    before = store.read_bytes()
    line = told(store)
    assert "is damaged (" in line
    with pytest.raises(InputError, match="where DESIGN is the file or the --set"):
        repair_store(store, None, versions())
    with pytest.raises(InputError, match="nothing in it fits the one that is named"):
        repair_store(store, fine_plan(61), versions())
    assert store.read_bytes() == before
    assert run_again(store, PLAN) == []  # not one team was lost
    assert content(store) == calm


def test_a_damaged_page_costs_its_chunks_alone(store):
    calm, page = content(store), 4096
    raw = bytearray(store.read_bytes())
    # Pages of teams begin with 13; neither the first nor the last of them.
    leaves = [at for at in range(page, len(raw), page) if raw[at] == 13 and raw[at + 8 : at + 600]]
    at = leaves[len(leaves) // 2]
    raw[at : at + page] = b"\xff" * page
    store.write_bytes(raw)
    assert "--repair" in told(store)
    assert 0 < len(run_again(store)) < 80
    assert content(store) == calm


@pytest.mark.parametrize("kept", [0.5, 0.87])
def test_a_store_that_was_cut_short_is_repaired_by_what_is_left(store, kept):
    calm, whole = content(store), store.read_bytes()
    store.write_bytes(whole[: int(kept * len(whole))])
    assert "--repair" in told(store)
    run_again(store, PLAN)
    assert content(store) == calm


def test_what_is_sound_is_repaired_to_itself(store):
    calm = content(store)
    store.chmod(0o600)
    assert repair_store(store, None, versions()) == 0
    assert content(store) == calm
    assert store.stat().st_mode & 0o777 == 0o600


def test_the_command_repairs(tmp_path, capsys):
    path, out = tmp_path / "a store.sqlite", tmp_path / "report"
    words = ["--set", "rate=0,0.3", "--set", "seeds=40", "--set", "rehearsals=5"]
    begun = ["sweep", "run", *words, "--store", str(path), "--workers", "1"]
    assert run.main(begun) == 0
    calm = content(path)
    change(path, "UPDATE results SET quality = 1 WHERE team = 3")
    capsys.readouterr()
    for again in (
        begun,
        ["sweep", "status", "--store", str(path)],
        ["sweep", "export", str(tmp_path / "teams.csv"), "--store", str(path)],
        ["sweep", "report", "--store", str(path), "--out", str(out)],
    ):
        assert run.main(again) == 2
        told = capsys.readouterr().err
        assert "(chunk 0): 'sweep run --store '" in told
        assert told.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == [path.name]  # nothing half-written
    assert run.main(["sweep", "run", "--store", str(path), "--workers", "1", "--repair"]) == 0
    assert "Damaged chunks in" in capsys.readouterr().out
    assert content(path) == calm


def test_a_store_is_not_exported_over_itself(store, capsys):
    path = store.rename(store.with_suffix(".csv"))
    before = path.read_bytes()
    (link := path.with_name("link.csv")).symlink_to(path)
    for name in (path, link):
        assert run.main(["sweep", "export", str(name), "--store", str(path)]) == 2
        assert "is the store itself: name another PATH" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_reader_may_leave_in_the_middle(store):
    with open_store(store) as opened:
        rows = opened.rows()
        next(rows)
    rows.close()


# --- while a sweep runs ---


def disturbed(path: Path, disturb) -> str:
    """Run a sweep, disturb it in the middle, and return what it says."""

    def work(task: Task):
        if task.members[0].team == 60:
            disturb()
        return made_up(task)

    with pytest.raises(InputError) as error:
        run_sweep(PLAN, path, threads(), quiet, work)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_store_that_is_moved_away_is_told_and_can_be_put_back(tmp_path):
    path, away = tmp_path / "store.sqlite", tmp_path / "away.sqlite"
    line = disturbed(path, lambda: path.rename(away))
    assert "was moved or deleted meanwhile: put it back" in line
    assert [each.name for each in tmp_path.iterdir()] == [away.name]
    away.rename(path)
    assert run_sweep(PLAN, path, threads(), quiet, made_up).complete


def test_a_store_whose_folder_is_moved_away_is_told(tmp_path):
    path, away = tmp_path / "here" / "store.sqlite", tmp_path / "away"
    path.parent.mkdir()
    assert "moved or deleted meanwhile" in disturbed(path, lambda: path.parent.rename(away))


def test_a_store_that_is_deleted_is_told(tmp_path):
    path = tmp_path / "store.sqlite"
    assert "moved or deleted meanwhile" in disturbed(path, path.unlink)
    assert not path.exists()


def test_a_store_that_is_replaced_is_told_and_the_other_is_left(store, tmp_path):
    path = tmp_path / "another.sqlite"
    line = disturbed(path, lambda: shutil.copy(store, path.with_suffix(".new")).replace(path))
    assert "was replaced by another file meanwhile" in line
    assert path.read_bytes() == store.read_bytes()


def test_a_store_that_another_program_holds_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.sweep.store_files.PATIENCE", 0.05)
    path, held = tmp_path / "store.sqlite", []

    def hold():
        held.append(sqlite3.connect(path, check_same_thread=False))
        held[0].execute("BEGIN EXCLUSIVE")

    assert "another program has held it" in disturbed(path, hold)
    held[0].close()


READ_ONLY = """
import os, sys
from pathlib import Path
from sweeps import fine_plan, made_up, threads
from experiments.sweep.coordinate import run_sweep
from experiments.sweep.store_files import create_store
from experiments.sweep.work import versions
from simulation import InputError
if os.getuid() == 0:  # whom nothing is forbidden
    os.setuid(65534)
path, what = Path(sys.argv[1]), sys.argv[2]
def work(task):
    if what == "folder" and task.members[0].team == 60:
        path.parent.chmod(0o500)
    return made_up(task)
create_store(path, fine_plan(60), versions())
if what == "file":
    path.chmod(0o400)
try:
    run_sweep(fine_plan(60), path, threads(), lambda *_: None, work)
except InputError as error:
    print(error)
"""


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_store_that_is_read_only_or_becomes_so_is_told(what):
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are for their owner alone
        folder = Path(name)
        folder.chmod(0o777)
        if os.getuid() == 0:
            os.chown(folder, 65534, 65534)
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        told = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(folder / "store.sqlite"), what],
            capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        folder.chmod(0o700)
    assert told.stderr == ""
    assert told.stdout.count("\n") == 1
    assert "it and its folder must allow that, so allow it, or copy the store" in told.stdout
