"""A sweep as it is written down: what is allowed, what is refused, how it is counted and cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sweeps import small_plan, threads

import run
from experiments.sweep.coordinate import run_sweep
from experiments.sweep.design import Design, read_design
from experiments.sweep.estimate import LONGEST, WORK, estimate
from experiments.sweep.plan import cut, work_of
from experiments.sweep.results import frame
from experiments.sweep.store_files import create_store, open_store
from experiments.sweep.tables import MEASURES
from experiments.sweep.work import run_chunk, versions
from simulation import InputError, Team, synthetic_talk
from simulation.scenario import team_result

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_a_grid_is_every_combination():
    design = read_design(
        None, ["rate=0,0.25", "attendance=bursts:0.2,5,one-or-two", "presenters=3,5", "seeds=7"]
    )
    assert {point.attendance for point in design.points} == {
        "rate:0.0", "rate:0.25", "bursts:0.2,5", "one-or-two",
    }  # fmt: skip
    assert len(design.points) == 8
    assert design.n_teams == 56
    assert design.seeds == tuple(range(7))


def test_points_are_crossed_with_the_grid(tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text(
        "seeds = [5, 9]\n[grid]\nrate = [0, 0.5]\n[[points]]\nnoise = [0, 1]\n"
        "[[points]]\npresenters = 4\ntalk = 'digits'\n"
    )
    design = read_design(file)
    kept = [(p.absence_rate, p.presenters, p.noise, p.talk, p.audience) for p in design.points]
    assert kept == [
        (0.0, 5, 0.0, "synthetic", "squared error"),
        (0.0, 5, 1.0, "synthetic", "squared error"),
        (0.5, 5, 0.0, "synthetic", "squared error"),
        (0.5, 5, 1.0, "synthetic", "squared error"),
        (0.0, 4, 0.0, "digits", "softmax"),
        (0.5, 4, 0.0, "digits", "softmax"),
    ]
    assert design.seeds == (5, 9)


def test_settings_replace_what_the_file_says():
    design = read_design(EXAMPLES / "hundred-thousand.toml", ["seeds=3", "noise=0.3"])
    assert design.n_teams == 10 * 3


@pytest.mark.parametrize(
    ("file", "teams"), [("sweep.toml", 23_000), ("hundred-thousand.toml", 100_000)]
)
def test_the_examples_are_designs(file, teams):
    assert read_design(EXAMPLES / file).n_teams == teams


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seeds = 0", "seeds is 0"),
        ("seeds = [1, 1]", "twice"),
        ("sedes = 3", "sedes, which is not a setting"),
        ("[grid]\nrate = [0.2, 1]", "rate.1 is 1, but input should be less than 1"),
        ("[grid]\nrate = nan", "finite"),
        ("[grid]\nrate = []", "rate is [], but value should have at least 1 item"),
        ("points = []", "points is [], but list should have at least 1 item"),
        ("[grid]\npractice = 1000000", "practice.0 is 1000000"),
        ("[grid]\nrate = [0.1, 0.1]", "twice"),
        ("[grid]\nrates = 0.1", "grid.rates, which is not a setting"),
        ("[grid]\npresenters = 2.5", "integer"),
        ("[grid]\npresenters = true", "integer"),
        ("[grid]\ntrust = 0", "greater than 0"),
        ("[grid]\nattendance = 'absent:9'", "9 absent of 5"),
        ("[grid]\nattendance = 'sometimes'", "not one of the forms"),
        ("[grid]\naudience = 'softmax'", "choose audience 'squared error'"),
        ("[grid]\ntalk = 'digits'\npractice = 5000", "5000"),
        ("[grid]\ntalk = 'digits'\nnoise = 2", "label noise is 2"),
        ("[grid]\npresenters = 1\nattendance = 'everyone'\nhead_start = 5", "head start"),
        ("[grid]\nrate = 0.1\n[[points]]\nattendance = 'everyone'", "in the grid and in a point"),
        ("[[points]]\nnoise = 1\n[[points]]\nnoise = [0, 1]", "same point twice"),
        ("grid = 5", "grid is 5"),
        ("seeds =", "not TOML"),
    ],
)
def test_a_bad_design_is_refused_in_one_line(tmp_path, text, told):
    file = tmp_path / "sweep.toml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        read_design(file)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_design_too_large_to_list_is_refused_at_once():
    many = ",".join(map(str, range(1, 1001)))
    with pytest.raises(InputError, match="1,000,000,000 points"):
        read_design(None, [f"{key}={many}" for key in ("practice", "abilities", "questions")])
    with pytest.raises(InputError, match=r"1,000,000,000 teams \(points x seeds\)"):
        read_design(None, [f"practice={many}", "seeds=1000000"])


def test_a_setting_must_have_a_value():
    with pytest.raises(InputError, match="key=v1,v2"):
        read_design(None, ["rate"])


def test_the_hash_is_that_of_all_that_decides_the_results(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("A,B\n1,0\n")
    settings = [f"attendance=log:{log}", "presenters=2", "seeds=2"]
    design = read_design(None, settings)
    assert read_design(None, [*settings, "title=other"]).hash == design.hash
    assert Design.from_json(design.to_json()) == design
    assert read_design(None, [*settings, "noise=0.31"]).hash != design.hash
    assert read_design(None, [*settings, "seeds=3"]).hash != design.hash
    log.write_text("A,B\n0,1\n")
    assert read_design(None, settings).hash != design.hash


SAME = [
    ["rate=0.3,.30"],
    ["attendance=rate:0.3,rate:.30"],
    ["attendance=rate:3e-1", "rate=0.3"],
    ["attendance=rate:0,rate:-0"],
    ["attendance=rates:0.3,0.3,0.3,0.3,0.3", "rate=0.3"],
    ["attendance=bursts:0.2,bursts:0.2,5"],
    ["attendance=bursts:0.2,5,bursts:.2,5.0"],
    ["attendance=rota,rota:1"],
    ["attendance=couples:0.2,couples:.2"],
    ["attendance=absent:2,absent:2.0"],
    ["noise=0.3,.3"],
    ["seeds=1,01"],
]


@pytest.mark.parametrize("settings", SAME)
def test_what_is_the_same_is_no_two_points(settings):
    with pytest.raises(InputError, match="twice"):
        read_design(None, settings)


def test_the_same_law_written_otherwise_is_the_same_design():
    for one, other in [
        ("rate=0.3", "attendance=rate:.30"),
        ("rate=0.3", "attendance=rates:0.3,.3,3e-1,0.30,0.3"),
        ("rate=0", "attendance=rate:-0.0"),
        ("attendance=bursts:0.2", "attendance=bursts:.2,5"),
        ("attendance=rota", "attendance=rota:1"),
        ("noise=0", "noise=-0.0"),
    ]:
        ours, theirs = read_design(None, [one]), read_design(None, [other])
        assert ours.hash == theirs.hash, (one, other)
        assert cut(ours).hash == cut(theirs).hash
    rate, couples = (read_design(None, [f"attendance={law}:0.3"]) for law in ("rate", "couples"))
    assert rate.hash != couples.hash


# --- recorded logs ---


@pytest.fixture
def logged(tmp_path, monkeypatch):
    """A design that names the log beside it, and another of that name where we stand."""
    folder, here = tmp_path / "designs", tmp_path / "here"
    folder.mkdir()
    here.mkdir()
    (folder / "week.csv").write_text("A,B\n1,0\n0,1\n1,1\n")
    (here / "week.csv").write_text("A,B\n0,1\n")
    file = folder / "sweep.toml"
    grid = "attendance = 'log:week.csv'\npresenters = 2\nrehearsals = 4"
    file.write_text(f"seeds = 2\n[grid]\n{grid}")
    monkeypatch.chdir(here)
    return file


def law(design: Design):
    return design.law(design.points[0]).rows


def test_a_log_is_read_from_beside_the_design(logged):
    assert law(read_design(logged)) == ((1, 0), (0, 1), (1, 1))
    logged.write_text(logged.read_text().replace("[grid]", "[[points]]"))
    assert law(read_design(logged)) == ((1, 0), (0, 1), (1, 1))


def test_a_log_on_the_command_line_is_read_from_where_one_stands(logged):
    assert law(read_design(logged, ["attendance=log:week.csv"])) == ((0, 1),)
    assert law(read_design(logged, ["attendance = log:week.csv"])) == ((0, 1),)
    assert law(read_design(None, ["presenters=2", "attendance=log:week.csv"])) == ((0, 1),)


def test_a_log_of_the_same_rows_is_the_same_log(logged):
    copy = logged.with_name("copy.csv")
    copy.write_text("B,A\n0,1\n1,0\n1,1\n")
    ours = read_design(logged)
    assert read_design(logged, [f"attendance=log:{copy}"]).hash == ours.hash
    with pytest.raises(InputError, match="are the same law"):
        read_design(logged, [f"attendance=log:{copy},log:{logged.with_name('week.csv')}"])


def test_a_store_goes_on_without_the_log(logged, tmp_path):
    path, plan = tmp_path / "store.sqlite", cut(read_design(logged))
    create_store(path, plan, versions())
    logged.with_name("week.csv").unlink()
    with open_store(path) as store:
        design = store.design
    assert law(design) == ((1, 0), (0, 1), (1, 1))
    assert cut(design).hash == plan.hash
    assert run_sweep(cut(design), path, threads(), lambda *_: None).complete
    with open_store(path) as store:
        assert frame(store)["mean_absence"].tolist() == [pytest.approx(1 / 3)] * 2


def test_a_log_that_changed_is_another_design(logged, tmp_path, capsys):
    path = tmp_path / "store.sqlite"
    words = ["sweep", "run", str(logged), "--store", str(path), "--workers", "1"]
    assert run.main(words) == 0
    logged.with_name("week.csv").write_text("A,B\n1,1\n")
    assert run.main(words) == 2
    assert "or a recorded log has changed" in capsys.readouterr().err
    logged.with_name("week.csv").unlink()
    assert run.main(words) == 2
    assert f"the attendance log {logged.with_name('week.csv')}" in capsys.readouterr().err
    assert run.main(["sweep", "run", "--store", str(path), "--workers", "1"]) == 0


def test_the_cut_holds_every_team_once_and_pairs_side_by_side():
    plan = cut(read_design(None, ["rate=0,0.3,0.6", "presenters=3,4", "seeds=80"]))
    members = [list(plan.members(chunk)) for chunk in plan.chunks]
    assert len(members) == 16
    assert sorted(m.team for each in members for m in each) == list(range(480))
    for chunk in members:
        # All three rates of a seed are in one chunk.
        assert all(sum(m.seed == one.seed for m in chunk) == 3 for one in chunk)
        assert len({plan.design.points[m.point].presenters for m in chunk}) == 1
        assert all(m.team == m.point * 80 + m.seed for m in chunk)


def test_the_cut_depends_on_the_design_alone():
    assert cut(read_design(None, ["seeds=100"])).hash == cut(read_design(None, ["seeds=100"])).hash
    assert cut(read_design(None, ["seeds=100"])).hash != cut(read_design(None, ["seeds=101"])).hash


def test_the_dearest_chunks_come_first():
    plan = cut(read_design(None, ["presenters=3,8", "rehearsals=10,100", "seeds=4"]))
    first, last = (plan.design.points[plan.chunks[at].points[0]] for at in (0, -1))
    assert (first.presenters, first.rehearsals) == (8, 100)
    assert (last.presenters, last.rehearsals) == (3, 10)


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [False, True])
def test_a_chunk_holds_what_its_teams_come_to(compiled):
    """Row for row what `Team` gives, at the same seed: laws, trust, rates, noise, head start."""
    plan = cut(
        read_design(
            None,
            ["attendance=everyone,one-or-two,couples:0.3", "trust=0.02,0.2", "seeds=3,11",
             "learning_rate=0.01,0.02", "noise=0.2", "rehearsals=40", "head_start=10"],
        )
    )  # fmt: skip
    (chunk,) = plan.chunks
    rows = run_chunk(plan.task(chunk, versions(compiled=compiled)))
    assert len(rows) == 24
    names = [name for name in MEASURES if name not in ("quality", "hard_section", "co_adaptation")]
    for team, number, seed, diverged, *values in rows:
        point = plan.design.points[number]
        assert team == number * 2 + [3, 11].index(seed)
        talk = synthetic_talk(np.random.default_rng([seed, 0]), noise=0.2)
        lone = Team(talk, plan.design.law(point), trust=point.trust, rng=seed,
                    learning_rate=point.learning_rate)  # fmt: skip
        lone.practise_alone("B", 10)
        lone.rehearse(40)
        lone.collect()
        expected = team_result(lone).measures
        measured = dict(zip(MEASURES, values, strict=True))
        assert diverged == 0
        assert measured["quality"] == pytest.approx(expected["all there"], abs=1e-12)
        assert measured["hard_section"] == pytest.approx(
            expected["hard section, all there"], abs=1e-12
        )
        for name in names:
            assert measured[name] == pytest.approx(expected[MEASURES[name]], rel=1e-11, abs=1e-12)


def test_a_team_that_diverges_is_a_result():
    plan = cut(read_design(None, ["learning_rate=0.02,50", "seeds=2", "rehearsals=200"]))
    rows = [row for chunk in plan.chunks for row in run_chunk(plan.task(chunk, versions()))]
    for _, point, _, diverged, *values in rows:
        wild = plan.design.points[point].learning_rate == 50
        assert (diverged > 0) is wild
        assert all((value is None) is wild for value in values)


def test_a_worker_of_another_version_refuses():
    plan = small_plan()
    with pytest.raises(RuntimeError, match="same program"):
        run_chunk(plan.task(plan.chunks[0], {**versions(), "NumPy": "1.0"}))


def test_the_estimate_grows_with_the_sweep(monkeypatch):
    small, large = small_plan("rehearsals=100"), small_plan("rehearsals=100000")
    found = estimate(small, list(small.chunks))
    assert all(cost.seconds > 0 and cost.bytes > 0 for cost in found)
    assert estimate(small, []) == []
    # What is timed depends on what else the machine does; what is made of it does not.
    monkeypatch.setattr(
        "experiments.sweep.estimate._seconds", lambda plan, chunk, rehearsals, _under: rehearsals
    )
    few, many = (total(estimate(plan, list(plan.chunks))) for plan in (small, large))
    assert many > 20 * few


@pytest.mark.parametrize("compiled", [False, True])
def test_the_estimate_is_what_all_rehearsals_take_and_what_is_done_once(compiled, monkeypatch):
    plan = small_plan("rehearsals=2000")

    def seconds(plan, chunk, rehearsals, _under):
        return plan.work(chunk) * (3.0 + 0.5 * rehearsals)

    monkeypatch.setattr("experiments.sweep.estimate._seconds", seconds)
    found = total(estimate(plan, list(plan.chunks), compiled=compiled))
    assert found == pytest.approx(sum(map(plan.work, plan.chunks)) * (3.0 + 0.5 * 2000))


@pytest.mark.parametrize(
    "setting", ["head_start=1000000000", "abilities=20000,4", "questions=40000"]
)
def test_what_would_take_long_is_not_tried_for_the_estimate(setting, monkeypatch):
    """Once the head start was held in full, 12 times, to time it; and one with huge teams."""
    tried = []
    monkeypatch.setattr("experiments.sweep.estimate.run_chunk", tried.append)
    plan, usual = small_plan(setting), small_plan("rehearsals=2000")
    estimate(plan, list(plan.chunks))
    for task in tried:
        assert all(point.head_start == 0 for point in task.points.values())
        assert sum(work_of(task.points[each.point]) for each in task.members) < LONGEST / WORK
    long, short = (total(estimate(each, list(each.chunks), timed=False)) for each in (plan, usual))
    assert long > short


def total(costs) -> float:
    """Seconds of one core."""
    return sum(cost.seconds for cost in costs)
