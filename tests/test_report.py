"""The report of a validation: its files are whole, and it is true to the figures."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from validations import SEEDS, failing_validation, section, synthetic

from dashboard.validation import files as written
from dashboard.validation.figures import figures_of
from dashboard.validation.files import validation_json, write_validation
from dashboard.validation.report import MARKS, command, outcomes_by_claim, report
from dashboard.validation.rows import rows, validation_csv
from dashboard.validation.tables import SIGNS, validation_tables
from experiments.validation.claims import CLAIMS
from experiments.validation.conditions import CLEAN, NOISY, TEAM
from experiments.validation.facts import FACTS
from experiments.validation.rules import Threshold
from experiments.validation.validate import Validation
from nn_bridge.results.numbers import Said
from simulation.outputs import outputs
from simulation.statistics import paired_effect

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def holding() -> Validation:
    return synthetic()


@pytest.fixture(scope="module")
def failing() -> Validation:
    return failing_validation()


@pytest.fixture(params=["holding", "failing"])
def validation(request) -> Validation:
    return request.getfixturevalue(request.param)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def tables(text: str) -> list[list[list[str]]]:
    return [
        [cells(line) for line in block.splitlines()]
        for block in re.findall(r"(?:^\|.*\|$\n?)+", text, flags=re.MULTILINE)
    ]


def numbers_in(content) -> list[float]:
    match content:
        case bool() | str() | None:
            return []
        case dict():
            return [number for value in content.values() for number in numbers_in(value)]
        case list() | tuple():
            return [number for value in content for number in numbers_in(value)]
    return [float(content)]


# Everything that is written is whole


def test_all_files_are_written_and_nothing_else(validation, tmp_path):
    with outputs(tmp_path) as files:
        write_validation(files, validation)
    pictures = {"effects.png", "couples.png", "dose.png", "ablation.png"}
    assert {path.name for path in tmp_path.iterdir()} == pictures | {
        "report.md",
        "validation.json",
        "validation.csv",
    }
    for name in pictures:
        picture = (tmp_path / name).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert picture.endswith(b"IEND\xaeB`\x82")
    text = (tmp_path / "report.md").read_text("utf-8")
    assert set(re.findall(r"\]\((\w+\.png)\)", text)) == pictures
    assert json.loads((tmp_path / "validation.json").read_text("utf-8"))["plan"]["quick"] is True


def test_a_failure_leaves_the_last_report_as_it_was(holding, tmp_path, monkeypatch):
    (tmp_path / "report.md").write_text("the last one")

    def fails(*_):
        raise RuntimeError("the drawing failed")

    monkeypatch.setattr(written, "figures_of", lambda *_: {"effects.png": fails})
    with pytest.raises(RuntimeError, match="the drawing failed"), outputs(tmp_path) as files:
        write_validation(files, holding)
    assert (tmp_path / "report.md").read_text() == "the last one"
    assert not (tmp_path / "effects.png").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "empty",
    [
        {"outcomes": [], "facts": [], "remedies": []},
        {"theorems": [], "facts": [], "controls": [], "doses": [], "limits": []},
        {"outcomes": [], "remedies": [], "theorems": [], "controls": [], "doses": []},
    ],
)
def test_a_part_of_a_validation_can_be_reported_alone(holding, empty, tmp_path):
    part = replace(holding, **empty)
    with outputs(tmp_path) as files:
        write_validation(files, part, "T3")
    text = (tmp_path / "report.md").read_text("utf-8")
    assert "--only T3" in text
    for name in re.findall(r"\]\((\w+\.png)\)", text):
        assert (tmp_path / name).exists()
    assert "## Controls" in text or not part.controls
    list(validation_tables(part))


def test_nothing_at_all_can_be_reported(holding, tmp_path):
    parts = ("outcomes", "facts", "remedies", "theorems", "controls", "doses", "limits")
    nothing = replace(holding, world={}, **{part: [] for part in parts})
    with outputs(tmp_path) as files:
        write_validation(files, nothing, "dose")
    assert validation_tables(nothing) == []


# JSON and CSV


def test_json_round_trips(validation):
    content = validation_json(validation)
    text = json.dumps(content, allow_nan=False)
    back = json.loads(text)
    assert len(back["claims"]) == len(CLAIMS)
    first = validation.outcomes[0].findings[0]
    read = back["claims"][0]["outcomes"][0]["findings"][0]
    assert read["effect"]["low"] == first.effect.low
    assert read["effect"]["difference"] == first.effect.difference
    by_seed = back["by seed"]
    assert by_seed["seeds"] == list(range(4, 14))
    for condition, measures in validation.world.items():
        assert by_seed[condition.world][condition.name].keys() == measures.keys()
    np.testing.assert_array_equal(
        by_seed["network"]["all digits, clean, adam: without"]["ablation"],
        validation.world[CLEAN.without]["ablation"],
    )
    network = by_seed["network"]["all digits, clean, adam: without"]["quality"]
    assert network == validation.world[CLEAN.without]["quality"][:, 0].tolist()
    assert back["sound"] == validation.sound
    assert back["multiplicity"] == {
        "directional findings": 63,
        "hold": validation.multiplicity.hold,
        "hold after Holm": validation.multiplicity.hold_after_holm,
    }
    assert [fact["id"] for fact in back["facts"]] == list(FACTS)
    assert back["remedies"][0]["against nothing"]["measure"] == "cost of losing one"
    assert {"python", "numpy"} <= back["versions"].keys()


def test_nan_becomes_null_in_json_and_an_empty_field_in_csv(holding, tmp_path):
    limit = replace(holding.limits[0], rows=(("share", float("nan")),))
    broken = replace(holding, limits=[limit])
    with outputs(tmp_path) as files:
        write_validation(files, broken)
    text = (tmp_path / "validation.json").read_text("utf-8")
    read = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert read["limits"][0]["rows"][0]["found"] is None
    assert "nan" not in (tmp_path / "validation.csv").read_text("utf-8").lower()
    assert "nan" not in re.findall(r"\w+", (tmp_path / "report.md").read_text("utf-8").lower())


def test_csv_has_one_row_for_each_finding(validation):
    read = list(csv.DictReader(io.StringIO(validation_csv(validation))))
    claims = [row for row in read if row["kind"] == "claim"]
    findings = [(o, f) for o in validation.outcomes for f in o.findings]
    assert len(claims) == len(findings)
    for row, (outcome, finding) in zip(claims, findings, strict=True):
        assert (row["id"], row["world"], row["setting"]) == (
            outcome.claim.id,
            outcome.world,
            outcome.place.name,
        )
        assert (row["measure"], row["verdict"]) == (finding.rule.measure, finding.verdict)
        assert row["expectation"].startswith(finding.rule.expect)
        for column, value in (
            ("without", finding.effect.before),
            ("with", finding.effect.after),
            ("difference", finding.effect.difference),
            ("low", finding.effect.low),
            ("high", finding.effect.high),
            ("seeds", SEEDS),
            ("margin", finding.margin),
            ("p", finding.p),
        ):
            assert float(row[column]) == value
    kinds = {row["kind"] for row in read}
    assert kinds == {
        *("claim", "fact", "theorem", "control", "dose", "limit"),
        *("remedy, nothing", "remedy, absences"),
    }
    of_remedies = [row for row in read if row["kind"].startswith("remedy")]
    assert len(of_remedies) == 2 * len(validation.remedies)
    assert len([row for row in read if row["kind"] == "control"]) == len(validation.controls)
    assert len(read) == len(list(rows(validation)))


# The report is true to the figures


def test_tables_are_whole(validation):
    text = report(validation, "", figures_of(validation))
    found = tables(text)
    assert len(found) > len(CLAIMS)
    for table in found:
        assert {len(row) for row in table} == {len(table[0])}
        assert set(table[1]) <= {"---", "---:"}
    assert "nan" not in re.findall(r"\w+", text.lower())
    assert "None" not in text


def test_each_finding_stands_in_its_claims_table(validation):
    text = report(validation)
    for name, outcomes in outcomes_by_claim(validation.outcomes).items():
        part = section(text, f'### <a id="{name.lower()}"></a>')
        assert f"`{command(validation, name)}`" in part
        lines = [row for table in tables(part) for row in table]
        for outcome in outcomes:
            place = "team" if outcome.world == "team" else outcome.place.name
            for finding in outcome.findings:
                threshold = isinstance(finding.rule, Threshold)
                label = finding.rule.measure + f", {finding.rule.expect}" * threshold
                (line,) = [row for row in lines if row[:2] == [label, place] and len(row) == 6]
                said = Said.of(finding.effect)
                assert line[2:5] == [said.before, said.after, said.change]
                assert line[5].removesuffix("†") == f"{MARKS[finding.verdict]} {finding.verdict}"


def test_every_number_in_a_table_is_in_the_validation(validation):
    known = numbers_in(validation_json(validation))
    for place in (TEAM, CLEAN, NOISY):  # what is compared beyond the rules
        before, after = validation.world[place.without], validation.world[place.absences]
        pairs = [(before[name], after[name]) for name in ("squared weights", "penalty of absences")]
        if place != TEAM:
            pairs += [(before[name], after[name]) for name in ("50% silenced", "80% silenced")]
        for effect in (paired_effect(*pair) for pair in pairs):
            known += [effect.before, effect.after, effect.difference, effect.low, effect.high]
    checked = 0
    for table in tables(report(validation)):
        for row in table[2:]:
            for cell in row:
                if not re.fullmatch(r"[-+0-9.,e]+( \[[-+0-9.,]+, [-+0-9.,]+\])?", cell):
                    continue
                for token in re.findall(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?(?:e-?[0-9]+)?", cell):
                    value = float(token.replace(",", ""))
                    digits = len(token.partition(".")[2]) if "e" not in token else 0
                    off = min(abs(number - value) for number in known)
                    close = 0.051 * abs(value) if "e" in token else 0.5001 * 10.0**-digits
                    assert off <= close, (cell, row)
                    checked += 1
    assert checked > 300


@pytest.mark.parametrize(
    ("quick", "only", "expected"),
    [
        (True, "C5", "python run.py validate --only C5 --seed 4 --quick"),
        (False, "", "python run.py validate --seed 4"),
    ],
)
def test_commands_say_what_was_run(holding, quick, only, expected):
    validation = replace(holding, plan=replace(holding.plan, quick=quick))
    assert command(validation, only) == expected
    assert f"`{expected}`" in report(validation, only)
    assert ("This was a quick run" in report(validation)) == quick


def test_the_verdict_table_shows_each_verdict(validation):
    text = section(report(validation), "## Does the article hold?")
    (table,) = tables(text)
    for row, (name, outcomes) in zip(
        table[2:], outcomes_by_claim(validation.outcomes).items(), strict=True
    ):
        assert row[0].startswith(f"[{name}]")
        assert [cell for cell in row[2:] if cell != "fact"] == [
            MARKS[outcome.verdict] for outcome in outcomes
        ]
        assert row.count("fact") == 3 - len(outcomes)


# The terminal


def test_terminal_tables_fit_80_columns(validation):
    screen = Console(width=80, file=io.StringIO())
    for table in validation_tables(validation):
        screen.print(table)
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "E[m_j" in text  # not taken for markup
    assert all(name in text for name in (*CLAIMS, "T3", "L1", "It breaks."))
    for outcomes in outcomes_by_claim(validation.outcomes).values():
        signs = [SIGNS[outcome.verdict] for outcome in outcomes]
        (line,) = [x for x in text.splitlines() if x.startswith(f"{outcomes[0].claim.id} ")]
        assert line.split()[-len(signs) :] == signs
