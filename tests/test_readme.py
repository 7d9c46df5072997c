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
from dashboard.numbers import Said, small
from experiments.validation.theorems import THEOREMS
from simulation.statistics import Effect

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "docs/results.md").read_text(encoding="utf-8")
MEASURED = json.loads((ROOT / "docs/results.json").read_text(encoding="utf-8"))
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
    for group in (MEASURED["teams"], *MEASURED["network"].values()):
        assert {*rows(group)} <= {*RESULTS.splitlines()}
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
    assert len(shown) == 5
    assert {*shown} <= {*rows(MEASURED["teams"])}
    clean, noisy = MEASURED["network"].values()
    for measured in (
        clean["accuracy, unseen digits"],
        clean["accuracy, half silenced"],
        noisy["accuracy, unseen digits"],
    ):
        assert said(measured).change in README
    assert small(max(case["largest difference"] for case in MEASURED["bridge"])) in README


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
    for place in {*places, *named} - {"out/report.html", "out/dashboard.png", "out/results.json"}:
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
