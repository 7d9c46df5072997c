"""Runs on other seeds as they are read: what they found, and a damaged file is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest
from validations import failing_validation, synthetic

import run
from dashboard.validation.files import validation_json
from experiments.validation.conditions import TEAM
from experiments.validation.reruns import Rerun, held_against, read_rerun
from experiments.validation.rules import Verdict
from simulation import InputError


def other(verdict: str) -> Rerun:
    return Rerun(1000, "a command", {("C4", TEAM.name): verdict})


def test_what_a_run_has_written_is_read(tmp_path):
    validation = failing_validation()
    (tmp_path / "validation.json").write_text(json.dumps(validation_json(validation)), "utf-8")
    read = read_rerun(tmp_path)
    assert (read.seed, read.command) == (4, "python run.py validate --seed 4 --quick")
    assert read.verdicts == {(o.claim.id, o.place.name): o.found for o in validation.outcomes}


def test_a_run_that_was_itself_held_against_others_gives_what_it_found(tmp_path):
    validation = synthetic()
    outcomes = [held_against([other("equivalent")], each) for each in validation.outcomes]
    held = replace(validation, outcomes=outcomes)
    assert {each.verdict for each in held.outcomes} == {"holds", "undecided"}
    (tmp_path / "validation.json").write_text(json.dumps(validation_json(held)), "utf-8")
    assert set(read_rerun(tmp_path).verdicts.values()) == {"holds"}


def written(**changed) -> str:
    content = {
        "command": "c",
        "plan": {"seeds": [0]},
        "claims": [{"id": "C4", "outcomes": [{"setting": "s", "verdict": "holds"}]}],
    }
    return json.dumps(content | changed)


DAMAGED = {
    "not there": None,
    "not JSON": "{",
    "a list": "[1, 2]",
    "no claims": "{}",
    "no seeds": written(plan={"seeds": []}),
    "no plan": written(plan=None),
    "an outcome without a verdict": written(claims=[{"id": "C4", "outcomes": [{"setting": "s"}]}]),
    "a verdict that is not known": written(
        claims=[{"id": "C4", "outcomes": [{"setting": "s", "verdict": "broken"}]}]
    ),
    "a verdict that is no word": written(
        claims=[{"id": "C4", "outcomes": [{"setting": "s", "verdict": ["holds"]}]}]
    ),
    "not text": b"\xff\xfe\x00",
    "nested without end": "[" * 100_000,
    "a number without end": written(plan={"seeds": [0]}).replace("[0]", f"[{'1' * 5_000}]"),
}


def test_the_file_that_the_damaged_ones_differ_from_is_read(tmp_path):
    (tmp_path / "validation.json").write_text(written(), "utf-8")
    assert read_rerun(tmp_path) == Rerun(0, "c", {("C4", "s"): "holds"})


def test_every_verdict_is_read(tmp_path):
    words = get_args(Verdict)
    outcomes = [{"setting": each, "verdict": each} for each in words]
    text = written(claims=[{"id": "C4", "outcomes": outcomes}])
    (tmp_path / "validation.json").write_text(text, "utf-8")
    assert read_rerun(tmp_path).verdicts == {("C4", each): each for each in words}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_run_is_one_clear_line_and_exit_code_2(damage, tmp_path, capsys):
    folder, out = tmp_path / "other", tmp_path / "out"
    folder.mkdir()
    content = DAMAGED[damage]
    if content is not None:
        as_bytes = content if isinstance(content, bytes) else content.encode()
        (folder / "validation.json").write_bytes(as_bytes)
    with pytest.raises(InputError, match=r"validation\.json (is not what|cannot be read)"):
        read_rerun(folder)
    options = ("--quick", "--only", "C4", "--rerun", str(folder), "--out", str(out))
    assert run.main(["validate", *options]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert str(folder / "validation.json") in told.err
    assert not out.exists()
