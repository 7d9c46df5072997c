"""The command line, used as a person would: what it prints, writes and refuses."""

from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run
from experiments.crossing import TOLERANCE
from experiments.published.study import Plan as StudyPlan
from experiments.story import StoryPlan, run_story
from experiments.validation.plan import Plan
from simulation import Moments

ROOT = Path(__file__).parent.parent


def call(capsys, *arguments: str) -> tuple[int, str, str]:
    code = run.main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.slow
def test_the_story_is_told_and_written(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(StoryPlan, "quick", classmethod(lambda cls, seed: tiny(seed)))
    code, out, err = call(capsys, "--quick", "--out", str(tmp_path), "--workers", "1")
    assert code == 0
    assert err == ""
    written = ["dashboard.png", "report.html", "results.json", "results.md"]
    assert sorted(path.name for path in tmp_path.iterdir()) == written
    assert (tmp_path / "dashboard.png").read_bytes().startswith(b"\x89PNG")
    results = json.loads((tmp_path / "results.json").read_text())
    parts = {"plan", "versions", "teams", "bridge", "beside dropout SGD", "network"}
    assert set(results) == parts | {"remedies", "part of what absences change", "conditions"}
    assert results["plan"]["all_seeds"] == [0, 1]
    # What is printed is what is written.
    share = results["teams"]["hard section, B's share"]
    assert f"{share['before']:.3f}" in out
    assert f"{share['after']:.3f}" in out
    assert all(case["same"] for case in results["bridge"])
    assert str(tmp_path) in out
    assert f"| {share['before']:.3f} |" in (tmp_path / "results.md").read_text()


@pytest.mark.slow
def test_the_story_does_not_depend_on_the_number_of_processes(tmp_path):
    def told(workers: int):
        return run_story(tiny(3), workers, lambda *_: None).to_json()

    assert json.dumps(told(1)) == json.dumps(told(2))


def tiny(seed: int) -> StoryPlan:
    from simulation.scenario import Schedule

    return StoryPlan(seed, 2, Schedule(rehearsals=60, alone=20, show_every=30), 5, 1)


def test_simulate_prints_and_writes_its_frame(tmp_path, capsys):
    path = tmp_path / "frame.csv"
    code, out, _ = call(
        capsys, "simulate", "--rehearsals", "60", "--show-every", "20", "--csv", str(path)
    )
    assert code == 0
    assert "one missing (5 sub-teams)" in out
    assert f"Wrote {path}, shows: 3 (one every 20 rehearsals)." in out
    assert pd.read_csv(path)["Rehearsal"].tolist() == [20, 40, 60]


def test_simulate_advises_a_rate_without_a_rehearsal(capsys, monkeypatch):
    monkeypatch.setattr("simulation.Team.rehearse", None)
    code, out, _ = call(capsys, "simulate", "--advise", "--noise", "0.6")
    assert code == 0
    assert "each should miss" in out
    assert "exact for presenters without relu" in " ".join(out.split())
    code, told, _ = call(capsys, "simulate", "--advise", "--noise", "0.6", "--json")
    best = json.loads(told)["best"]
    assert best["low"] <= best["rate"] <= best["high"]
    assert f"{best['rate']:.0%} ({5 * best['rate']:.1f} of 5 at a time)" in out


def test_simulate_takes_every_form_of_attendance(tmp_path, capsys):
    log = tmp_path / "log.csv"
    log.write_text("A,B,C\n1,0,1\n0,1,1\n")
    laws = ("everyone", "one-or-two", "absent:1", "rate:0.3", "rates:0.1,0.2,0.3", "rota",
            "couples:0.3", "bursts:0.2,3", "without:B", f"log:{log}")  # fmt: skip
    for law in laws:
        options = ("--presenters", "3", "--rehearsals", "20", "--json")
        code, out, _ = call(capsys, "simulate", "--attendance", law, *options)
        assert code == 0
        assert json.loads(out)["rehearsals"] == 20


def test_bridge_prints_the_differences(capsys):
    code, out, _ = call(capsys, "bridge", "--rehearsals", "20", "--json", "--workers", "1")
    found = json.loads(out)
    cases, beside = found["cases"], found["beside dropout SGD"]
    assert code == 0
    assert len(cases) == 6
    assert all(case["largest difference"] <= TOLERANCE for case in cases)
    assert list(beside["difference after rehearsal"]) == ["1", "20"]


def test_bridge_prints_how_far_another_rule_leads(capsys):
    code, out, _ = call(capsys, "bridge", "--rehearsals", "1", "--workers", "1")
    assert code == 0
    assert out.count("beside dropout SGD") == 1


def test_bridge_fails_loudly_when_team_and_network_differ(capsys, monkeypatch):
    monkeypatch.setattr("experiments.crossing.TOLERANCE", -1.0)
    code, out, _ = call(capsys, "bridge", "--rehearsals", "2", "--workers", "1")
    assert code == 1
    assert "NO" in out


def test_validate_runs_one_part_and_writes_its_report(tmp_path, capsys):
    options = ("--quick", "--workers", "1", "--out", str(tmp_path))
    code, out, err = call(capsys, "validate", "--only", "T3,T8", *options)
    assert (code, err) == (0, "")
    assert "T3" in out
    assert "T5" not in out
    report = (tmp_path / "report.md").read_text()
    assert "python run.py validate --only T3,T8 --seed 0 --quick" in report
    assert (tmp_path / "validation.csv").read_text().count("theorem") >= 2


def test_validate_fails_loudly_if_a_theorem_does(tmp_path, capsys, monkeypatch):
    # Nobody speaks up: the mean of the sub-teams is then not the full team.
    monkeypatch.setattr(Moments, "speak_up", property(lambda self: np.ones_like(self.rates)))
    options = ("--quick", "--workers", "1", "--out", str(tmp_path))
    code, _, err = call(capsys, "validate", "--only", "T3", *options)
    assert code == 1
    assert "a theorem, a fact or a control failed" in err


def test_validate_trains_on_the_data_that_it_is_told(tmp_path, capsys, monkeypatch):
    asked = []
    short = Plan.short

    def tiny(seed, data):
        asked.append((seed, data))
        return replace(short(seed, data), seeds=(seed, seed + 1), rehearsals=20, epochs=1)

    monkeypatch.setattr(Plan, "short", tiny)
    options = ("--quick", "--workers", "1", "--seed", "7", "--out", str(tmp_path))
    code, out, err = call(capsys, "validate", "--only", "C8", "--data", "digits", *options)
    assert (code, err, asked) == (0, "", [(7, "digits")])
    assert ". too few seeds to say" in " ".join(out.split())
    report = (tmp_path / "report.md").read_text()
    assert "scikit-learn's 8 x 8 digits (1,147 to practise" in " ".join(report.split())
    assert "`python run.py validate --only C8 --data digits --seed 7 --quick`" in report
    written = json.loads((tmp_path / "validation.json").read_text())
    assert written["plan"]["data"] == "digits"
    (claim,) = written["claims"]
    assert {each["verdict"] for each in claim["outcomes"]} == {"too few seeds to say"}


def test_published_measures_one_study_and_writes_its_page(tmp_path, capsys, monkeypatch):
    tiny = StudyPlan((0, 1), 60, 1, repeats=1, hidden=8, data="digits", quick=True)
    monkeypatch.setattr(StudyPlan, "short", classmethod(lambda cls, seed: tiny))
    options = ("--quick", "--workers", "1", "--out", str(tmp_path))
    code, out, err = call(capsys, "published", "11", *options)
    assert (code, err) == (0, "")
    assert "too few seeds to say" in " ".join(out.split())
    assert "python run.py published 11 --seed 0 --quick" in (tmp_path / "figure-11.md").read_text()


def test_network_compares_two_rates(capsys):
    code, out, _ = call(
        capsys, "network", "--epochs", "1", "--seeds", "2", "--practice", "100", "--hidden", "16",
        "--workers", "1", "--json",
    )  # fmt: skip
    measures = json.loads(out)["measures"]
    assert code == 0
    assert 0 < measures["accuracy, unseen digits"]["after"] <= 1


def write_mnist(folder: Path, side: int = 6) -> None:
    rng = np.random.default_rng(0)
    for part, count in (("train", 60), ("t10k", 30)):
        labels = np.arange(count) % 10
        images = rng.integers(0, 50, (count, side, side))
        images[np.arange(count), labels // 5, labels % 5] = 255
        header = struct.pack(">IIII", 0x803, count, side, side)
        images_file = folder / f"{part}-images-idx3-ubyte.gz"
        images_file.write_bytes(gzip.compress(header + images.astype(np.uint8).tobytes()))
        labels_file = folder / f"{part}-labels-idx1-ubyte"
        labels_file.write_bytes(
            struct.pack(">II", 0x801, count) + labels.astype(np.uint8).tobytes()
        )


def test_network_and_team_learn_from_mnist_files(tmp_path, capsys):
    write_mnist(tmp_path)
    code, out, _ = call(
        capsys, "network", "--data", str(tmp_path), "--epochs", "60", "--seeds", "2", "--hidden",
        "32", "--workers", "1", "--json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(out)["measures"]["accuracy, unseen digits"]["before"] > 0.8
    code, out, _ = call(capsys, "simulate", "--talk", str(tmp_path), "--rehearsals", "50", "--json")
    assert code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["simulate", "--attendance", "absent:6"], "6 absent of 5 presenters"),
        (["simulate", "--attendance", "rate:1"], "absence rate is 1, but must be a number"),
        (["simulate", "--attendance", "rate:nan"], "absence rate is nan"),
        (["simulate", "--attendance", "sometimes"], "one of the forms: everyone"),
        (["simulate", "--attendance", "log:/nowhere.csv"], "/nowhere.csv"),
        (["simulate", "--presenters", "0"], "presenters is 0"),
        (["simulate", "--trust", "0"], "trust is 0"),
        (["simulate", "--learning-rate", "50"], "diverged at rehearsal"),
        (
            ["simulate", "--talk", "poetry"],
            "talk is 'poetry', but must be one of: synthetic, mnist, digits, a folder",
        ),
        (["simulate", "--abilities", "many"], "--abilities"),
        (["simulate", "--rehearsals", "-1"], "rehearsals is -1"),
        (["simulate", "--seed", "-1"], "seed is -1"),
        (["simulate", "--csv", "/proc/no/frame.csv"], "cannot be written"),
        (["simulate", "--advise", "--talk", "digits"], "predicted for squared error alone"),
        (["simulate", "--advise", "--practice", "17"], "17 practice questions leave nothing"),
        (["network", "--rate", "1"], "rate"),
        (["network", "--rate", "nan"], "rate"),
        (["network", "--seeds", "1"], "seeds is 1"),
        (["network", "--optimizer", "lion"], "adam, sgd"),
        (
            ["network", "--data", "/nowhere"],
            "data is '/nowhere', but must be one of: mnist, digits",
        ),
        (["network", "--data", "/proc"], "/proc holds no train-images-idx3-ubyte"),
        (["network", "--label-noise", "2"], "label noise is 2"),
        (["bridge", "--rehearsals", "0"], "rehearsals is 0"),
        (["bridge", "--workers", "0"], "workers is 0"),
        (["--out", "/proc/no"], "/proc/no cannot be written"),
        (["--seed", "-3"], "seed is -3"),
        (["--speed", "9"], "--speed"),
        (["dance"], "dance"),
        (["published", "12"], "study is '12', but must be one of: 9, 10, 11, morcos"),
        (["published", "9", "--seed", "-1"], "seed is -1"),
        (["published", "9", "--out", "/proc/no"], "/proc/no cannot be written"),
        (["validate", "--data", "letters"], "data is 'letters', but must be one of: mnist, digits"),
        (["validate", "--rerun", "/nowhere"], "the rerun /nowhere/validation.json cannot be read"),
        (["validate", "--only", "C14"], "'C14' is no part of the validation: choose from C1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_clear_line_and_exit_code_2(arguments, said, capsys):
    code, out, err = call(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


def test_a_missing_mnist_file_is_named(tmp_path, capsys):
    write_mnist(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    code, _, err = call(capsys, "network", "--data", str(tmp_path))
    assert code == 2
    assert "holds no t10k-labels-idx1-ubyte" in err


def test_help_names_every_command(capsys):
    code, out, _ = call(capsys, "--help")
    assert code == 0
    for command in ("story", "simulate", "network", "bridge", "published"):
        assert command in out


def test_nothing_half_written_when_the_run_diverges(tmp_path, capsys):
    path = tmp_path / "frame.csv"
    code, _, _ = call(capsys, "simulate", "--learning-rate", "50", "--csv", str(path))
    assert code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_new_process_exits_with_2_and_no_traceback():
    ended = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "simulate", "--questions", "0"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == ("run.py: questions in a rehearsal is 0, but must be 1 to 1000000\n")
