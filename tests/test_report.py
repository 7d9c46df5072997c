"""The report of a validation: whole, true to the figures, and never at odds with a verdict."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from dashboard.validation import files as written
from dashboard.validation.explanations import compare_remedies, explain, explain_control
from dashboard.validation.figures import figures_of
from dashboard.validation.files import validation_csv, validation_json, write_validation
from dashboard.validation.markdown import effect_cells, signed
from dashboard.validation.report import outcomes_by_claim, report
from dashboard.validation.sections import command
from dashboard.validation.tables import rows, validation_tables
from nn_bridge.article import SILENCED
from nn_bridge.validation.claims import CLAIMS
from nn_bridge.validation.comparison import Check, Comparison
from nn_bridge.validation.controls import ControlResult
from nn_bridge.validation.judgements import (
    NOISY,
    Beside,
    World,
    beside_dropout,
    dose_response,
    judge_claim,
    judge_controls,
)
from nn_bridge.validation.limits import Limit, LimitResult
from nn_bridge.validation.plan import NETWORK_DECAYS, TEAM_DECAYS, Plan
from nn_bridge.validation.validate import Validation
from simulation.effects import Effect, paired_effect

CLEAN = "all digits, clean, adam"
TEAM = "five presenters"
SEEDS = 3
RATES = (0.0, 0.2, 0.5)
PLAN = Plan(
    tuple(range(4, 4 + SEEDS)),
    team_rates=RATES,
    network_rates=RATES,
    every_setting=False,
    quick=True,
)

# What each measure is without absences, and with: every claim holds.
HOLDING = {
    "quality": (0.71, 0.83),
    "quality of the average": (0.71, 0.83),
    "one missing, mean": (0.52, 0.74),
    "one missing, worst": (0.41, 0.69),
    "two missing, mean": (0.33, 0.61),
    "two missing, worst": (0.12, 0.55),
    "cost of losing one": (0.19, 0.09),
    "pair synergy": (0.061, -0.022),
    "solo quality": (0.06, 0.27),
    "agreement": (-0.02, 0.36),
    "agreement of couples": (0.015, 0.31),
    "agreement of others": (0.012, 0.32),
    "co-adaptation score": (2.15, 0.35),
    "spread over absences": (0.17, 0.08),
    "spread over starts": (0.26, 0.11),
    "carrier's share": (0.88, 0.31),
    "section without its carrier": (-0.21, 0.44),
    "squared weights": (36.4, 27.3),
    "penalty of absences": (3.12, 0.31),
    "practice quality": (0.98, 0.93),
    "gap": (0.27, 0.10),
    "distinct sub-teams": (1.0, 15.0),
    "silenced in training": (0.0, 0.3),
    "rate": (0.0, 0.3),
    "silenced at the show": (0.0, 0.0),
    "none": (0.0, 0.0),
    "early-stopped quality": (0.76, 0.84),
    "quality, choosing half": (0.70, 0.82),
    "quality, judged half": (0.72, 0.83),
    "passes to match": (1.0, 50.0),
}
EXACTLY = {"silenced at the show", "none", "rate", "distinct sub-teams"}


def figures(condition: int, changed: dict[str, tuple[float, float]] | None = None, shift=0.0):
    """Measures of a condition (0 without, 1 with absences), seeds a little apart."""
    measures = HOLDING | (changed or {})
    drawn = {}
    for number, (name, values) in enumerate(measures.items()):
        wiggle = (
            0.0
            if name in EXACTLY
            else 0.002 * np.sin(1 + number + condition + 3.1 * np.arange(SEEDS))
        )
        scale = abs(values[condition]) if abs(values[condition]) > 1 else 0.5
        drawn[name] = values[condition] + scale * (wiggle + shift)
    drawn = {name: np.broadcast_to(values, SEEDS).copy() for name, values in drawn.items()}
    curve = np.linspace(0.95, 0.30 + 0.2 * condition, len(SILENCED))
    return drawn | {"ablation": curve + 0.001 * np.arange(SEEDS)[:, None]}


def synthetic(**changed: dict[str, tuple[float, float]]) -> Validation:
    """A validation by hand; `team`, `clean` and `noisy` change measures (without, with)."""
    team = {
        "without": figures(0, changed.get("team")),
        "absences": figures(1, changed.get("team")),
        "fixed": figures(0, shift=0.0002),
        "noise": figures(0, shift=0.1),
        "slow without": figures(0),
        "slow noise": figures(0, shift=0.0002),
        "slow absences": figures(1),
        "six without": figures(0),
        "six couples": figures(
            0, {"agreement of couples": (-0.25, 0), "agreement of others": (0.2, 0)}
        ),
    }
    network = {
        "fixed": figures(0, shift=0.0002),
        "noise": figures(0),
        "couples": figures(
            0, {"agreement of couples": (-0.06, 0), "agreement of others": (0.03, 0)}
        ),
    }
    for setting, which in ((CLEAN, "clean"), (NOISY, "noisy")):
        network[f"{setting}: without"] = figures(0, changed.get(which))
        network[f"{setting}: absences"] = figures(1, changed.get(which))
    for conditions, decays in ((team, TEAM_DECAYS), (network, NETWORK_DECAYS)):
        for at, rate in enumerate(RATES):
            conditions[f"rate {rate:g}"] = figures(min(at, 1), shift=0.003 * at)
        for at, decay in enumerate(decays):
            conditions[f"decay {decay:g}"] = figures(0, shift=0.01 * at)
    world = World(team, network)
    theorems = [
        Comparison(
            name,
            f"{name}: |a - b|^2 is E[m_j given m_i = 1] and a*b*c <c_i, c_j>",
            "a source | another",
            (Check("one | and the other", 1.25e-15),),
            "all of them",
        )
        for name in ("T3", "T4", "T9")
    ]
    holding = {theorem.id: theorem.holds for theorem in theorems}
    limit = Limit("L1", "A limit", "It is so.", "how | far")
    found = paired_effect([0.111, 0.112, 0.113], [0.221, 0.232, 0.213])
    return Validation(
        plan=PLAN,
        theorems=theorems,
        outcomes=[o for c in CLAIMS.values() for o in judge_claim(c, PLAN, world, holding)],
        controls=judge_controls(world),
        beside=beside_dropout(world),
        doses=dose_response(PLAN, world),
        limits=[LimitResult(limit, (("a: b", found), ("share", 0.345)), "It breaks.")],
        world=world,
    )


@pytest.fixture(scope="module")
def holding() -> Validation:
    return synthetic()


FAILING = {
    "team": {"squared weights": (27.3, 36.4)},
    "clean": {
        "squared weights": (27.3, 36.4),
        "quality": (0.973, 0.973),
        "cost of losing one": (0.0059, 0.0058),
        "pair synergy": (-0.012, -0.0021),
        "carrier's share": (0.175, 0.176),
        "spread over starts": (0.001, 0.003),
    },
    "noisy": {"gap": (-0.12, -0.24), "quality of the average": (0.71, 0.90)},
}


@pytest.fixture(scope="module")
def failing() -> Validation:
    validation = synthetic(**FAILING)
    broken = replace(validation.theorems[0], checks=(Check("one and the other", 0.25),))
    held = {"T3": False, "T4": True, "T9": True}
    outcomes = [o for c in CLAIMS.values() for o in judge_claim(c, PLAN, validation.world, held)]
    return replace(
        validation, theorems=[broken, *validation.theorems[1:]], outcomes=outcomes
    )  # fmt: skip


@pytest.fixture(params=["holding", "failing"])
def validation(request) -> Validation:
    return request.getfixturevalue(request.param)


def of_claim(validation: Validation, name: str):
    return outcomes_by_claim(validation.outcomes)[name]


def why(validation: Validation, name: str) -> str:
    return "\n".join(explain(validation, of_claim(validation, name)))


def section(text: str, heading: str) -> str:
    """The part of a report from a heading to the next of the same depth or above."""
    start = text.index(heading)
    depth = re.match("#+", heading).group()
    following = re.search(rf"\n#{{1,{len(depth)}}} ", text[start + 1 :])
    return text[start : start + 1 + following.start()] if following else text[start:]


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
    write_validation(tmp_path, validation)
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
    with pytest.raises(RuntimeError, match="the drawing failed"):
        write_validation(tmp_path, holding)
    assert (tmp_path / "report.md").read_text() == "the last one"
    assert not (tmp_path / "effects.png").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "empty",
    [
        {"outcomes": [], "beside": []},
        {"theorems": [], "controls": [], "doses": [], "limits": []},
        {"outcomes": [], "beside": [], "theorems": [], "controls": [], "doses": []},
    ],
)
def test_a_part_of_a_validation_can_be_reported_alone(holding, empty, tmp_path):
    part = replace(holding, **empty)
    write_validation(tmp_path, part, "T3")
    text = (tmp_path / "report.md").read_text("utf-8")
    assert "--only T3" in text
    for name in re.findall(r"\]\((\w+\.png)\)", text):
        assert (tmp_path / name).exists()
    assert "## Controls" in text or not part.controls
    list(validation_tables(part))


def test_nothing_at_all_can_be_reported(holding, tmp_path):
    parts = ("outcomes", "beside", "theorems", "controls", "doses", "limits")
    nothing = replace(holding, world=World({}, {}), **{part: [] for part in parts})
    write_validation(tmp_path, nothing, "dose")
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
    assert by_seed["seeds"] == [4, 5, 6]
    for condition, measures in validation.world.team.items():
        assert by_seed["team"][condition].keys() == measures.keys()
    np.testing.assert_array_equal(
        by_seed["network"][f"{CLEAN}: without"]["ablation"],
        validation.world.network[f"{CLEAN}: without"]["ablation"],
    )
    assert back["sound"] == validation.sound
    assert {"python", "numpy"} <= back["versions"].keys()


def test_nan_becomes_null_in_json_and_an_empty_field_in_csv(holding, tmp_path):
    limit = replace(holding.limits[0], rows=(("share", float("nan")),))
    broken = replace(holding, limits=[limit])
    write_validation(tmp_path, broken)
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
            outcome.setting,
        )
        assert (row["measure"], row["verdict"]) == (finding.measure, finding.verdict)
        assert row["expectation"].startswith(finding.expect)
        for column, value in (
            ("without", finding.effect.before),
            ("with", finding.effect.after),
            ("difference", finding.effect.difference),
            ("low", finding.effect.low),
            ("high", finding.effect.high),
            ("seeds", SEEDS),
        ):
            assert float(row[column]) == value
    kinds = {row["kind"] for row in read}
    assert kinds == {"claim", "theorem", "control", "remedy", "dose", "limit"}
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
            place = "team" if outcome.world == "team" else outcome.setting
            for finding in outcome.findings:
                (line,) = [
                    row for row in lines if row[:2] == [finding.measure, place] and len(row) == 6
                ]
                assert tuple(line[2:5]) == effect_cells(finding.effect)
                assert line[5].endswith(finding.verdict)


def test_every_number_in_a_table_is_in_the_validation(validation):
    known = numbers_in(validation_json(validation))
    conditions = [
        (validation.world.team["without"], validation.world.team["absences"]),
        *(
            (validation.world.network[f"{s}: without"], validation.world.network[f"{s}: absences"])
            for s in (CLEAN, NOISY)
        ),
    ]
    for before, after in conditions:  # what explanations compare beyond the rules
        for name in ("squared weights", "penalty of absences"):
            effect = paired_effect(before[name], after[name])
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
    marks = {"holds": "✔", "does not hold": "✘", "undecided": "?"}
    for row, (name, outcomes) in zip(
        table[2:], outcomes_by_claim(validation.outcomes).items(), strict=True
    ):
        assert row[0].startswith(f"[{name}]")
        assert row[2:] == [marks[outcome.verdict] for outcome in outcomes]


# No explanation contradicts a verdict


def test_what_the_synthetic_validations_are_meant_to_be(holding, failing):
    assert {outcome.verdict for outcome in holding.outcomes} == {"holds"}
    assert {control.verdict for control in holding.controls} == {"holds"}
    assert holding.sound
    assert not failing.sound
    clean = {o.claim.id: o.verdict for o in failing.outcomes if o.setting == CLEAN}
    broken = {name for name, verdict in clean.items() if verdict != "holds"}
    assert broken == {"C1", "C2", "C4", "C7", "C8", "C9", "C10", "C11"}


def test_claims_that_do_not_hold_leave_a_validation_sound_but_a_control_does_not(holding, failing):
    assert {outcome.verdict for outcome in failing.outcomes} >= {"does not hold"}
    assert replace(failing, theorems=holding.theorems).sound
    for verdict in ("does not hold", "undecided"):
        off = replace(holding.controls[-1], verdict=verdict)
        assert not replace(holding, controls=[*holding.controls[:-1], off]).sound


def test_where_all_holds_nothing_is_explained_away(holding):
    assert not any(why(holding, name) for name in CLAIMS)
    text = report(holding)
    assert text.count("✘") == 1  # in the legend
    assert "Not as predicted" not in text
    assert f"all {len(CLAIMS)} hold" in section(text, "## In short")
    assert "hold in none" not in text


def test_a_claim_is_explained_where_it_does_not_hold_and_only_there(failing):
    text = report(failing)
    for name, outcomes in outcomes_by_claim(failing.outcomes).items():
        part = section(text, f'### <a id="{name.lower()}"></a>')
        told = [line for line in part.splitlines() if line.startswith("- **")]
        short = {o.setting for o in outcomes if o.verdict != "holds"}
        assert bool(told) == bool(short)
        for place, setting in ((f"*{CLEAN}*", CLEAN), (f"*{NOISY}*", NOISY), ("the team", TEAM)):
            assert any(place in line for line in told) == (setting in short), (name, place)


def test_a_broken_theorem_is_named_where_a_claim_rests_on_it(failing):
    assert "T3: does not hold" in why(failing, "C11")
    assert "the claim does not hold" in report(failing)
    assert "**T3 failed**" in report(failing)


def test_squared_weights_are_explained_by_the_penalty(failing):
    text = why(failing, "C8")
    assert "falls in every setting" in text
    assert f"the team and *{CLEAN}*, where squared weights do not" in text
    assert "Under cross-entropy" in text
    rising = {"penalty of absences": (0.3, 3.1), "squared weights": (27.3, 36.4)}
    text = why(synthetic(clean=rising), "C8")
    assert "falls in 2 of 3 settings" in text
    assert "where squared weights do not" not in text
    text = why(synthetic(team={"squared weights": (27.3, 36.4)}), "C8")
    assert "cross-entropy" not in text
    everywhere = dict.fromkeys(("team", "clean", "noisy"), rising)
    assert "falls in none of the settings" in why(synthetic(**everywhere), "C8")


def test_saturation_is_only_blamed_where_there_is_little_to_lose(failing):
    assert "next to nothing to lose" in why(failing, "C1")
    costly = synthetic(clean={"cost of losing one": (0.19, 0.30)})
    assert "does not hold" in why(costly, "C1")
    assert "moves the other way" in why(costly, "C1")
    assert "next to nothing to lose" not in why(costly, "C1")


def test_clean_labels_are_only_blamed_where_the_noisy_ones_do_better(failing):
    assert "have clean labels" in why(failing, "C9")
    assert "holds in every setting" in why(failing, "C9")
    both = {"quality": (0.973, 0.973)}
    text = why(synthetic(clean=both, noisy=both), "C9")
    assert "does not hold" in text
    assert "have clean labels" not in text
    assert "holds in every setting" not in text
    assert "dropout paper" not in text  # no small clean set was looked at


def test_synergy_and_shares_are_explained_by_what_was_there_to_undo(failing):
    assert "nothing to undo" in why(failing, "C2")
    assert "0.175" in why(failing, "C4")
    needed = synthetic(clean={"pair synergy": (0.06, 0.09)})
    assert "does not hold" in why(needed, "C2")
    assert "nothing to undo" not in why(needed, "C2")


def test_steadiness_is_split_only_where_the_readings_part(failing):
    assert "three readings" in why(failing, "C10")
    starts = {"spread over starts": (0.1, 0.3), "co-adaptation score": (0.3, 0.9)}
    text = why(synthetic(clean=starts), "C10")
    assert "does not hold" in text
    assert "three readings" not in text


def test_an_undecided_rule_is_not_said_to_fail():
    wide = synthetic()
    wide.world.network[f"{CLEAN}: absences"]["solo quality"] = np.array([0.2, -0.3, 0.5])
    outcomes = judge_claim(CLAIMS["C3"], PLAN, wide.world, {})
    assert [outcome.verdict for outcome in outcomes] == ["holds", "undecided", "holds"]
    (told,) = explain(wide, outcomes)
    assert "undecided" in told
    assert "does not hold" not in told


def control(verdict: str, compared: str = "change of agreement: a, and b") -> ControlResult:
    effect = Effect(0.2, 0.1, -0.15, -0.05, 10)
    return ControlResult("noise", "team", "no gain", compared, effect, verdict)  # type: ignore[arg-type]


def test_controls_are_explained_by_their_verdict(holding):
    assert explain_control(control("holds")) == ""
    assert "undecided" in explain_control(control("undecided"))
    assert "by 50% of what absences" in explain_control(control("does not hold"))
    assert "does not come true" in explain_control(control("does not hold", "rise of a, and b"))
    off = replace(holding, controls=[control("does not hold"), *holding.controls])
    text = report(off)
    assert "not so: noise, team (does not hold)" in text
    assert "Not as predicted" in text


def test_a_better_remedy_than_absences_is_called_better():
    def rows_of(absences: float, decay: float) -> list[Beside]:
        return [
            Beside("team", name, Effect(0.5, 0.5 + gain, gain - 0.02, gain + 0.02, 10))
            for name, gain in (
                ("absences", absences),
                ("early stopping", 0.05),
                ("weight decay", decay),
            )
        ]

    text = compare_remedies(rows_of(0.20, 0.29))
    assert "**Weight decay: better than absences** on average" in text
    assert "lies wholly above that of absences and early stopping" in text
    assert signed(0.29, 3) in text
    text = compare_remedies(rows_of(0.20, 0.19))
    assert "better than absences" not in text
    assert "Absences gain most on average" in text
    assert "overlaps with that of weight decay" in text


def test_a_dose_that_harms_is_said_to(holding):
    assert "At none of these rates is it worse" in report(holding)
    harmful = [
        replace(dose, measures=dose.measures | {"quality": dose.measures["quality"][::-1]})
        for dose in holding.doses
    ]
    text = report(replace(holding, doses=harmful))
    assert "At none of these rates is it worse" not in text
    assert "interval and all, at 0.2 and 0.5" in text


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
        verdict = outcomes[0].verdict
        (line,) = [x for x in text.splitlines() if x.startswith(f"{outcomes[0].claim.id} ")]
        assert verdict.split()[0] in line
