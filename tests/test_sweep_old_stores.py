"""Stores that an older program wrote, in tests/data, beside their rows as it exported them.

`compiled` was complete, `unfinished` lacks a chunk of its two; each has a CSV of all its teams,
the lacking ones too.
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from sweeps import threads

import run
from experiments.sweep.coordinate import run_sweep
from experiments.sweep.plan import cut
from experiments.sweep.store_files import open_store
from experiments.sweep.tables import MEASURES

DATA = Path(__file__).parent / "data"
COMMON = ["rate=0,0.3", "attendance=one-or-two", "seeds=3", "rehearsals=20"]
DESIGNS = {
    "compiled": [*COMMON, "talk=digits", "practice=60", "trust=0.1"],
    "unfinished": [*COMMON, "presenters=3,4"],
}
LACKING = 3
"""Presenters of the teams that `unfinished` lacks."""


@pytest.fixture(params=["compiled", "unfinished"])
def name(request):
    return request.param


@pytest.fixture
def old(tmp_path):
    """Copies, for a store that is opened may be written to."""

    def copy(name: str) -> Path:
        return Path(shutil.copy(DATA / f"sweep_{name}.sqlite", tmp_path))

    return copy


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def there(name: str) -> list[dict[str, str]]:
    rows = rows_of(DATA / f"sweep_{name}.csv")
    return [row for row in rows if name == "compiled" or int(row["presenters"]) != LACKING]


def test_the_status_is_told(old, name, capsys):
    # The design is named too: it is the store's own only if laws still say what they said then.
    design = [word for setting in DESIGNS[name] for word in ("--set", setting)]
    assert run.main(["sweep", "status", *design, "--store", str(old(name)), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["teams done"] == len(there(name)) == 9
    assert status["complete"] is (name == "compiled")
    assert ("Numba" in status["versions"]) is (name == "compiled")
    failed = {"1": "OSError: the disk was full"} if name == "unfinished" else {}
    assert status["failed chunks"] == failed


def test_the_export_is_the_same_to_the_bit(old, name, tmp_path):
    out = tmp_path / "teams.csv"
    assert run.main(["sweep", "export", str(out), "--store", str(old(name))]) == 0
    assert rows_of(out) == there(name)


def test_the_page_says_the_same_figures(old, name, tmp_path):
    words = ["sweep", "report", "--store", str(old(name)), "--out", str(tmp_path)]
    assert run.main(words) == 0
    page = (tmp_path / "report.md").read_text()
    assert page.startswith("# Ended before" if name == "compiled" else "# Begun before")
    assert ("Not complete" in page) is (name == "unfinished")
    # The best rate's quality with everyone there, counted from the rows.
    kept = [row for row in there(name) if row["absence_rate"]]
    rates = {row["absence_rate"] for row in kept}
    means = [
        np.mean([float(row["quality"]) for row in kept if row["absence_rate"] == rate])
        for rate in rates
    ]
    line = next(
        line for line in page.split("### Quality with everyone there")[1].splitlines()
        if "as in the short answer" in line
    )  # fmt: skip
    assert f" {max(means):.2f} " in line


def test_it_is_not_gone_on_with_by_another_program(old, capsys):
    path = old("unfinished")
    before = path.read_bytes()
    assert run.main(["sweep", "run", "--store", str(path), "--workers", "1"]) == 2
    assert "was begun with an older program" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_run_anew_its_design_gives_the_teams_that_it_would_have_had(old, tmp_path):
    with open_store(old("unfinished")) as store:
        design = store.design
    path = tmp_path / "new.sqlite"
    assert run_sweep(cut(design), path, threads(), lambda *_: None).complete
    with open_store(path) as store:
        found = [row[4:] for rows in store.rows() for row in rows]
    whole = rows_of(DATA / "sweep_unfinished.csv")
    expected = np.array([[float(row[name]) for name in MEASURES] for row in whole])
    # The score was over 200 half-teams drawn, and is over all of them now.
    tolerance = [0.06 if name == "co_adaptation" else 1e-9 for name in MEASURES]
    assert (abs(np.array(found) - expected) <= tolerance * abs(expected)).all()


DAMAGE = [
    "UPDATE sweep SET value = replace(value, '0.3', '0.2') WHERE name = 'design'",
    "UPDATE sweep SET value = '5' WHERE name IN ('design', 'versions')",
    "DELETE FROM sweep WHERE name = 'versions'",
    "DROP TABLE chunks",
    "UPDATE chunks SET teams = 'many'",
    "UPDATE chunks SET chunk = 7 WHERE chunk = 0",
    "UPDATE results SET quality = 'good' WHERE team = 3",
    "UPDATE results SET point = 99 WHERE team = 3",
    "DELETE FROM results WHERE team = 3",
]


@pytest.mark.parametrize("change", DAMAGE)
def test_what_makes_no_sense_is_refused_in_one_line(old, tmp_path, capsys, change):
    path = old("unfinished")
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    for words in (["status"], ["export", str(tmp_path / "t.csv")], ["run"], ["run", "--repair"]):
        assert run.main(["sweep", *words, "--store", str(path)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
