"""What a sweep says: its results, the page, the tables, and the command line."""

from __future__ import annotations

import csv
import json
import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sweeps import fine_plan, raising, small_plan, threads

import run
from dashboard.sweep.report import Commands, write_report
from experiments.prediction.best import predict
from experiments.sweep.answers import direction, find_answers, in_common
from experiments.sweep.coordinate import run_sweep
from experiments.sweep.design import read_design
from experiments.sweep.plan import Plan, Task, cut
from experiments.sweep.predicted import forecasts
from experiments.sweep.results import COLUMNS, doses, frame
from experiments.sweep.store_files import create_store, open_store
from experiments.sweep.tables import MEASURES, Row
from experiments.sweep.work import versions
from simulation import synthetic_talk
from simulation.outputs import outputs

pytestmark = pytest.mark.slow

# --- results ---


def peaked(task: Task) -> list[Row]:
    """Quality is best at rate 0.4 with some missing, at 0.2 with all; co-adaptation falls.

    With noise 2 the rate does not matter, and with learning rate 9 half of the teams at rate 0.6
    diverge.
    """
    rows = []
    for m in task.members:
        point = task.points[m.point]
        rate = 0.3 if point.absence_rate is None else point.absence_rate
        own = np.random.default_rng([m.seed, m.point]).normal(size=len(MEASURES)) / 100
        flat = 0.0 if point.noise == 2 else 1.0
        values = dict(zip(MEASURES, own + np.random.default_rng(m.seed).normal(), strict=True))
        values["quality"] -= flat * 2 * (rate - 0.2) ** 2
        values["one_missing"] -= flat * 2 * (rate - 0.4) ** 2
        values["two_missing"] -= flat * 2 * (rate - 0.4) ** 2
        values["co_adaptation"] = 2 - rate + own[0]
        gone = point.learning_rate == 9 and rate == 0.6 and m.seed % 2 == 0
        measured = [None] * len(MEASURES) if gone else list(values.values())
        rows.append((m.team, m.point, m.seed, 7 * gone, *measured))
    return rows


GRID = ["rate=0,0.2,0.4,0.6", "seeds=20"]


@pytest.fixture
def stored(tmp_path):
    def make(*settings: str, work=peaked) -> Path:
        path = tmp_path / "store.sqlite"
        run_sweep(
            cut(read_design(None, [*GRID, *settings])), path, threads(), lambda *_: None, work
        )
        return path

    return make


def table_of(path: Path) -> pd.DataFrame:
    with open_store(path) as opened:
        return frame(opened)


def test_the_frame_has_every_team_beside_its_point(stored):
    table = table_of(stored("presenters=3,5", "attendance=one-or-two"))
    assert list(table.columns) == list(COLUMNS)
    assert table["team"].tolist() == list(range(200))
    rated = table[table["attendance"] == "rate:0.4"]
    assert (rated["absence_rate"] == 0.4).all()
    assert rated["mean_absence"].to_numpy() == pytest.approx(0.4)
    article = table[(table["attendance"] == "one-or-two") & (table["presenters"] == 5)]
    assert article["absence_rate"].isna().all()
    assert article["mean_absence"].to_numpy() == pytest.approx(0.3)


def test_doses_pair_the_seeds_of_one_setting(stored):
    table = table_of(stored("presenters=3,5", "attendance=one-or-two"))
    found = doses(table.sample(frac=1, random_state=0))  # whatever the order of the rows
    assert sorted(dose.setting["presenters"] for dose in found) == [3, 5]
    dose = next(dose for dose in found if dose.setting["presenters"] == 5)
    assert dose.rates.tolist() == [0.0, 0.2, 0.4, 0.6]
    rows = table[(table["presenters"] == 5) & (table["seed"] == 13)].set_index("absence_rate")
    assert dose.measures["quality"][:, 13].tolist() == rows["quality"].loc[dose.rates].tolist()
    kept = (rows["one_missing"] + rows["two_missing"]).loc[dose.rates] / 2
    assert dose.measures["kept"][:, 13].tolist() == kept.tolist()


def test_a_rate_at_which_many_diverge_is_no_candidate(stored):
    (dose,) = doses(table_of(stored("learning_rate=9")))
    assert dose.unstable == (0.6,)
    assert dose.rates.tolist() == [0.0, 0.2, 0.4]
    assert len(dose.seeds) == 20


def test_a_seed_that_diverges_at_one_rate_is_left_out_at_all(stored):
    table = table_of(stored("seeds=40"))
    gone = (table["seed"] == 3) & (table["absence_rate"] == 0.2)
    table.loc[gone, list(MEASURES)] = np.nan
    table.loc[gone, "diverged"] = 5
    (dose,) = doses(table)
    assert dose.seeds.tolist() == [seed for seed in range(40) if seed != 3]
    assert dose.diverged.tolist() == [0, 1, 0, 0]
    assert dose.unstable == ()


def test_answers_say_what_is_best_and_how_it_moves(stored):
    answers = find_answers(table_of(stored("presenters=3,5,8", "noise=0.3,2")))
    assert answers.panels == ["presenters", "noise"]
    assert answers.reference is not None
    assert answers.reference.best["kept"].rate == 0.4
    assert answers.reference.best["quality"].rate == 0.2
    sizes = answers.along("presenters")
    assert [answer.dose.setting["presenters"] for answer in sizes] == [3, 5, 8]
    assert direction(sizes, "kept") == "not shown"
    assert answers.along("noise")[-1].best["kept"].flat


def test_a_move_is_told_if_the_ends_have_no_rate_in_common():
    def end(rate, *as_good):
        return SimpleNamespace(best={"kept": SimpleNamespace(rate=rate, as_good=as_good)})

    middle = end(0.3, 0.2, 0.3)
    assert direction([end(0.0, 0.0, 0.1), middle, end(0.4, 0.4)], "kept") == "rises"
    assert direction([end(0.4, 0.4), middle, end(0.0, 0.0, 0.1)], "kept") == "falls"
    overlap = [end(0.0, 0.0, 0.1), middle, end(0.2, 0.1, 0.2)]
    assert direction(overlap, "kept") == "not shown"
    assert in_common(overlap, "kept") == [0.1]


def test_another_law_is_compared_with_the_best_rate_seed_by_seed(stored):
    """In `peaked` the article's law is worth 0.02 less than the best rate, 0.4."""
    table = table_of(stored("attendance=one-or-two"))
    gone = (table["seed"] == 3) & (table["attendance"] == "one-or-two")
    table.loc[gone, list(MEASURES)] = np.nan
    table.loc[gone, "diverged"] = 5
    (law,) = find_answers(table).laws
    assert (law.attendance, law.presenters, law.diverged) == ("one-or-two", 5, 1)
    difference = law.against["kept"]
    assert difference.low[0] < -0.02 < difference.high[0]
    assert difference.high[0] - difference.low[0] < 0.02  # paired: the luck of the seeds has gone
    rates = table.set_index("seed")
    best = rates[rates["absence_rate"] == 0.2]["quality"]
    theirs = rates[rates["attendance"] == "one-or-two"]["quality"]
    assert law.against["quality"].mean[0] == pytest.approx((theirs - best).mean())  # 19 seeds


def test_a_prediction_stands_beside_what_was_measured(stored):
    """In `peaked` quality is best at 0.2, and a rate is worse by twice the square from there."""
    answers = find_answers(table_of(stored("presenters=3,12", "attendance=one-or-two")))
    (small, large), told = answers.along("presenters"), forecasts(answers)
    assert told.keys() == {small, large}
    talks = [synthetic_talk(np.random.default_rng([seed, 0])) for seed in range(20)]
    assert told[large].best == predict(talks, 12, 4)
    assert told[small].best.rate < 0.3 < 0.5 < told[large].best.rate
    assert (told[small].followed, told[large].followed) == (0.2, 0.6)
    assert told[small].lost.mean[0] == 0
    assert told[large].lost.mean[0] == pytest.approx(2 * 0.4**2, abs=0.01)


def test_there_is_no_prediction_for_softmax(stored):
    answers = find_answers(table_of(stored("talk=digits", "practice=50")))
    assert answers.reference is not None
    assert forecasts(answers) == {}


# --- the page ---


def page_of(path: Path, folder: Path, language: str = "en") -> str:
    with open_store(path) as opened, outputs(folder) as files:
        write_report(opened, files, Commands(None, "a command"), language)
    return (folder / "report.md").read_text()


def test_the_page_answers_the_question(stored, tmp_path):
    path = stored("presenters=3,5", "noise=0.3,2", "attendance=one-or-two")
    page = page_of(path, tmp_path)
    assert "**For quality with one or two missing**, each should miss 40%" in page
    assert ": on average 2 of 5 at a time" in page
    assert "**For quality with everyone there**, each should miss 20%" in page
    assert "400 simulated teams: 20 ways to rehearse, each with 20 seeds" in page
    assert "one-or-two" in page
    assert "flat" in page
    assert "Theory alone, before any rehearsal, says" in page
    assert "| noise in practice 2 |" in page.split("## Predicted, then measured")[1]
    assert "Not complete" not in page
    for name in ("by_rate.png", "best_rates.png", "predicted.png"):
        assert f"({name})" in page
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_the_page_and_its_figures_speak_japanese(stored, tmp_path):
    path = stored("presenters=3,5", "attendance=one-or-two")
    english, japanese = tmp_path / "en", tmp_path / "ja"
    for folder in (english, japanese):
        folder.mkdir()
    ours, theirs = page_of(path, english), page_of(path, japanese, "ja")
    assert theirs.count("\n") == ours.count("\n")
    assert "一人か二人が欠けた発表の出来" in theirs
    assert not re.findall(r"(?:^| )(?:the|of|is|rates?) ", theirs.split("\n", 1)[1])
    # Every figure that the English page says stands in the Japanese one too.
    assert re.findall(r"[+-]\d\.\d{3}", theirs) == re.findall(r"[+-]\d\.\d{3}", ours)
    for name in ("by_rate.png", "best_rates.png", "predicted.png"):
        assert (english / name).read_bytes() != (japanese / name).read_bytes()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("sizes", ["5", "3,5", "3,4,5", "3,4,5,8"])
def test_nothing_is_cut_off_a_figure(stored, tmp_path, monkeypatch, sizes, language):
    """However many panels there are, the legend has its place, and axes have plain numbers."""
    seen = []

    def look(figure: Figure, _: object) -> None:
        figure.canvas.draw()
        seen.append(figure)
        (legend,) = figure.legends
        box = legend.get_window_extent()
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
        for ax in figure.axes:
            low, high = ax.get_ylim()
            ticks = ax.yaxis.get_ticklabels(which="both")
            shown = [tick.get_text() for tick in ticks if low <= tick.get_position()[1] <= high]
            assert len([text for text in shown if text]) >= 3 or not ax.get_ylabel()
            assert not [text for text in shown if "$" in text]

    monkeypatch.setattr("dashboard.sweep.figures.save_png", look)
    page_of(stored(f"presenters={sizes}"), tmp_path, language)
    assert len(seen) == (1 if sizes == "5" else 3)


def test_the_page_says_that_nothing_could_be_shown(stored, tmp_path):
    page = page_of(stored("noise=2"), tmp_path)
    assert "it makes no difference that could be shown" in page
    assert "best_rates.png" not in page  # nothing else was varied
    assert not (tmp_path / "best_rates.png").exists()


@pytest.mark.parametrize("settings", [["rate=0.2"], ["seeds=1"], ["attendance=everyone,absent:1"]])
def test_a_store_without_rates_to_compare_has_a_page_too(tmp_path, settings):
    path = tmp_path / "store.sqlite"
    given = settings if "attendance" in settings[0] else [*GRID, *settings]
    run_sweep(cut(read_design(None, given)), path, threads(), lambda *_: None, peaked)
    assert "there is no rate to recommend" in page_of(path, tmp_path)


def test_the_page_of_half_a_sweep_says_so(tmp_path):
    path = tmp_path / "store.sqlite"
    plan = small_plan()
    create_store(path, plan, versions())
    with open_store(path) as opened:
        opened.finish({0: peaked(plan.task(plan.chunks[0], versions()))})
    page = page_of(path, tmp_path)
    assert "**Not complete:** 288 of 320 teams are still to come" in page


# --- the command line ---


def call(capsys, *arguments: str) -> tuple[int, str, str]:
    code = run.main(["sweep", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def settings(*given: str) -> list[str]:
    return [word for setting in given for word in ("--set", setting)]


def test_the_command_runs_reports_and_exports(tmp_path, capsys):
    path = str(tmp_path / "new" / "store.sqlite")
    words = settings("rate=0,0.3", "rehearsals=5", "seeds=4")
    code, out, err = call(capsys, "run", *words, "--store", path, "--workers", "1")
    assert (code, err) == (0, "")
    assert "8 teams (points x seeds: 2 x 4)" in out
    assert "Estimate" in out
    assert "8 of 8 teams are in" in out
    # Again, from the store alone: nothing is left to do.
    code, out, _ = call(capsys, "run", "--store", path, "--workers", "1")
    assert code == 0
    assert "To run: 0 teams" in out
    made = [tmp_path / "new" / name for name in ("teams.csv", "teams.parquet")]
    for file in made:
        assert call(capsys, "export", str(file), "--store", path)[0] == 0
    code, out, _ = call(capsys, "report", "--store", path, "--out", str(tmp_path / "page"))
    assert code == 0
    assert "report.md" in out
    code, out, _ = call(capsys, "status", "--store", path, "--json")
    assert json.loads(out)["teams done"] == 8
    assert json.loads(out)["complete"] is True
    with open_store(Path(path)) as opened:
        table = frame(opened)
    header, *rows = csv.reader(made[0].read_text().splitlines())
    parquet = pd.read_parquet(made[1])
    assert header == list(parquet.columns) == list(COLUMNS)
    for name, text in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        assert parquet[name].tolist() == table[name].tolist()  # to the bit
        if name in MEASURES:
            assert [float(value) for value in text] == table[name].tolist()
    assert [row[COLUMNS.index("attendance")] for row in rows] == table["attendance"].tolist()


def test_no_more_processes_are_started_than_there_are_chunks(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr("commands.sweep.run.processes", lambda n: started.append(n) or threads(n))
    path, words = tmp_path / "store.sqlite", settings("rehearsals=5", "seeds=40")
    for left in (2, 0):  # both chunks, then none
        assert run.main(["sweep", "run", *words, "--store", str(path), "--workers", "4"]) == 0
        assert started.pop() == max(left, 1)


def test_a_page_says_by_which_commands_it_was_made(tmp_path, capsys):
    file, path, page = tmp_path / "a sweep.toml", tmp_path / "store.sqlite", tmp_path / "page"
    file.write_text("seeds = 2\n[grid]\nrate = [0, 0.3]\nrehearsals = 5\n")
    words = [str(file), "--store", str(path)]
    assert call(capsys, "run", *words, "--workers", "1", "--json")[0] == 0
    assert call(capsys, "report", *words, "--out", str(page))[0] == 0
    ran = f"python run.py sweep run '{file}' --store {path}"
    said = f"python run.py sweep report '{file}' --store {path} --out {page}"
    assert f"`{ran}`, and then `{said}`" in (page / "report.md").read_text()
    assert call(capsys, "report", "--store", str(path), "--out", str(page))[0] == 0
    said = f"python run.py sweep report --store {path} --out {page}"
    assert f"Made by `{said}`" in (page / "report.md").read_text()


def test_a_store_is_read_and_run_under_its_own_design_alone(tmp_path, capsys):
    path = str(tmp_path / "store.sqlite")
    words = settings("seeds=2", "rehearsals=5")
    assert call(capsys, "run", *words, "--store", path, "--workers", "1", "--json")[0] == 0
    others = settings("seeds=3", "rehearsals=5")
    for what in (["run"], ["status"], ["report", "--out", str(tmp_path / "page")]):
        code, out, err = call(capsys, *what, *others, "--store", path)
        assert (code, out) == (2, "")
        assert "holds another design" in err
    assert call(capsys, "status", *words, "--store", path)[0] == 0


def test_what_is_not_defined_is_empty_in_an_export(stored, tmp_path, capsys):
    path, out = stored("learning_rate=9"), tmp_path / "teams.csv"
    assert call(capsys, "export", str(out), "--store", str(path))[0] == 0
    read = pd.read_csv(out)
    assert read["quality"].isna().sum() == (read["diverged"] > 0).sum() == 10


def test_failed_chunks_are_listed_with_exit_code_3(tmp_path, capsys, monkeypatch):
    path, plan = tmp_path / "store.sqlite", fine_plan(4)

    def failing(plan: Plan, path: Path, engine, on_progress, **options):
        work = partial(raising, tmp_path / "counts", 100)
        return run_sweep(plan, path, threads(), on_progress, work, **options)

    monkeypatch.setattr("commands.sweep.run.run_sweep", failing)
    monkeypatch.setattr("commands.sweep.run.cut", lambda design: plan)
    words = settings("seeds=8", "rehearsals=1")
    code, _, err = call(capsys, "run", *words, "--store", str(path))
    assert code == 3
    assert "chunk 0 failed: ValueError: no talk today" in err
    code, out, _ = call(capsys, "status", "--store", str(path))
    assert code == 0
    assert "chunk 0 failed: ValueError: no talk today" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run"], "there is nothing to run"),
        (["run", "missing.toml"], "cannot be read"),
        (["run", "--set", "rate=2"], "rate.0 is 2"),
        (["status", "--store", "none.sqlite"], "there is no store"),
        (["run", "--set", "seeds=1", "--workers", "0"], "workers is 0"),
        (["run", "--set", "seeds=1", "--store", "."], "is a folder"),
        (["run", "--set", "seeds=1", "--store", "/proc/no/s"], "name another file with --store"),
        (["run", "--set", "seeds=1", "--cluster", "here"], "of the form tcp://host:port"),
        (["report", "--lang", "fr", "--store", "none.sqlite"], "language is 'fr'"),
        (["export", "/proc/no/teams.csv", "--store", "none.sqlite"], "name another PATH"),
        (["export", "teams.xlsx", "--store", "none.sqlite"], "must end in .csv or .parquet"),
        (["states"], "No such command 'states'"),
        # As it was typed before there were sub-commands.
        ([], "python run.py sweep run'"),
        (["a b.toml"], "python run.py sweep run 'a b.toml''"),
        (["--set", "rate=2"], "python run.py sweep run --set rate=2'"),
        (["--status", "--store", "s"], "python run.py sweep status --store s'"),
        (["a.toml", "--report", "--lang", "ja"], "python run.py sweep report a.toml --lang ja'"),
        (["a.toml", "--export", "t.csv"], "python run.py sweep export t.csv a.toml'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path, capsys, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(capsys, *words)
    assert code == 2
    assert told in err
    assert err.count("\n") == 1
    assert out == ""
    assert list(tmp_path.iterdir()) == []
