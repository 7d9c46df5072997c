"""What the README and docs/python.md show runs as it stands there, and their figures are true."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import run
from experiments.validation.theorems import THEOREMS
from nn_bridge.results.numbers import Said, part, small
from simulation.statistics import Effect

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "docs/results.md").read_text(encoding="utf-8")
MEASURED = json.loads((ROOT / "docs/results.json").read_text(encoding="utf-8"))
GROUPED = ("remedies", "conditions", "network")
DECAY = MEASURED["remedies"][f"weight decay {MEASURED['plan']['weight_decay']}"]
CONDITIONS = MEASURED["conditions"]
EXAMPLES = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs/python.md").read_text(encoding="utf-8"), flags=re.DOTALL
)
COMMANDS = re.findall(r"^python run\.py (\w[^#\n]*)", README, flags=re.MULTILINE)


def said(measured):
    return Said.of(Effect(*(measured[n] for n in ("before", "after", "low", "high", "seeds"))))


def rows(group):
    """The rows of a table of what was measured, as pages print them."""
    each = {name: said(measured) for name, measured in group.items()}
    return [f"| {name} | {e.before} | {e.after} | {e.change} |" for name, e in each.items()]


def test_the_figures_are_those_that_were_measured():
    groups = [
        MEASURED["teams"],
        *(group for part in GROUPED for group in MEASURED[part].values()),
    ]
    for group in groups:
        for row, measured in zip(rows(group), group.values(), strict=True):
            assert f"{row} {measured['verdict']} |" in RESULTS
    for parts in MEASURED["part of what absences change"].values():
        assert all(f"| {part(each)} |" in RESULTS for each in parts.values())
    for case in MEASURED["bridge"]:
        largest = small(case["largest difference"])
        assert f"| {case['case']} | {largest} |" in RESULTS.splitlines()
    parted = MEASURED["beside dropout SGD"]["difference after rehearsal"]
    assert [*parted] == ["1", "1000"]
    for rehearsal, apart in parted.items():
        for page in (README, RESULTS):
            assert f"{small(apart)} away after rehearsal {rehearsal}" in " ".join(page.split())


def test_the_readme_shows_the_same():
    shown = [line for line in README.splitlines() if re.search(r"\[[+-].*\] \|$", line)]
    networks = {
        f"{labels}, {units}": measured[name]
        for labels, measured in zip(
            ("clean labels", "30% wrong labels"), MEASURED["network"].values(), strict=True
        )
        for name, units in (
            ("accuracy, unseen digits", "all units"),
            ("accuracy, half silenced", "half of the units silenced"),
        )
    }
    assert len(shown) == 5 + len(DECAY) + len(networks)
    assert {*shown} <= {*rows(MEASURED["teams"]), *rows(DECAY), *rows(networks)}
    assert {*rows(DECAY), *rows(networks)} <= {*shown}
    assert said(CONDITIONS["400 practice questions"]["all there"]).change in README
    assert said(CONDITIONS["one ability each"]["hard section, B's share"]).change in README
    stopped = MEASURED["part of what absences change"]["early stopping"]["all there"]
    assert f"it has {part(stopped)} of that gain" in " ".join(README.split())
    assert small(max(case["largest difference"] for case in MEASURED["bridge"])) in README


def test_what_is_said_of_weight_decay_and_of_other_conditions_was_measured():
    """The README's sentences, and the page's `sentence.limits`, say it in words."""
    verdicts = {name: measured["verdict"] for name, measured in DECAY.items()}
    assert verdicts == {
        "all there": "lower",
        "one missing, mean": "no difference shown",
        "two missing, mean": "no difference shown",
        "cost of losing one": "lower",
        "hard section, without B": "higher",
        "hard section, B's share": "lower",
    }
    stopped = MEASURED["part of what absences change"]["early stopping"]["all there"]
    assert stopped == pytest.approx(0.5, abs=0.1)  # 'half'
    many = CONDITIONS["400 practice questions"]["all there"]
    assert 0 < many["high"] < 0.02  # 'hardly anything'
    for unchanged in (
        CONDITIONS["one ability each"]["hard section, B's share"],
        MEASURED["network"]["0% wrong labels"]["accuracy, unseen digits"],
    ):
        assert unchanged["verdict"] == "no difference shown"
    plan = MEASURED["plan"]
    told = " ".join(README.split())
    for condition in (
        f"N = {plan['presenters']}, H = {plan['abilities']}",
        f"{plan['practice']} practice questions",
        f"deviation {plan['noise']}",
        f"{plan['teams']['rehearsals']:,} rehearsals",
        f"head start {plan['teams']['alone']:,}",
        f"{plan['epochs']} epochs",
        f"{plan['seeds']} paired seeds",
        f"strength {plan['weight_decay']}",
    ):
        assert condition in told


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_python_examples_run(example, capsys):
    exec(compile(example, "python.md", "exec"), {})
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_name_options_that_exist(command, capsys):
    words = shlex.split(command)
    named = words[:2] if words[0] == "sweep" else words[:1]
    assert run.main([*named, "--help"]) == 0
    told = capsys.readouterr().out
    for word in words[1:]:
        if word.startswith("--"):
            assert word in told


def test_each_exact_statement_is_proved_here_or_said_to_be_elsewhere():
    proofs = (ROOT / "docs/proofs.md").read_text(encoding="utf-8")
    here = re.findall(r"^## (T\d): ", proofs, flags=re.MULTILINE)
    elsewhere = re.findall(r"^\| (T\d) \| ", proofs, flags=re.MULTILINE)
    assert sorted(here + elsewhere) == sorted(THEOREMS)
    assert proofs.count("**Statement.**") == proofs.count("**Proof.**") == len(here)


def test_what_it_points_to_is_there():
    places = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert {"docs/page/page.png", "docs/results.md", "docs/validation/report.md"} <= {*places}
    named = re.findall(r"`([\w/]+/[\w.]*)`", README)
    assert {"simulation/presenter.py", "experiments/validation/claims.py"} <= {*named}
    for place in {*places, *named} - {
        "out/report.html",
        "out/dashboard.png",
        "out/results.json",
        "out/results.md",
    }:
        assert (ROOT / place).exists(), place


def test_the_command_is_installed():
    command = Path(sys.executable).with_name("group-presentation")
    if not command.exists():
        pytest.skip("the project is not installed in this environment")
    told = subprocess.run(
        [command, "simulate", "--presenters", "0"], capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (2, "")
    assert "presenters is 0" in told.stderr


def test_the_verdicts_are_those_of_the_report():
    report = (ROOT / "docs/validation/report.md").read_text(encoding="utf-8")
    (team,) = re.findall(r"in the team: (.*)\.\n", report)
    (network,) = re.findall(r"In the network: (hold in .*)\.\n", report)
    readme = " ".join(README.split())
    assert team in readme
    assert network in readme
