"""What the README shows runs as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import run

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = re.findall(r"^python run\.py (\w[^#\n]*)", README, flags=re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_python_examples_run(example, capsys):
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_name_options_that_exist(command, capsys):
    words = shlex.split(command)
    assert run.main([words[0], "--help"]) == 0
    told = capsys.readouterr().out
    for word in words[1:]:
        if word.startswith("--"):
            assert word in told


def test_what_it_points_to_is_there():
    places = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert {"docs/page/page.png", "docs/dashboard.png", "docs/validation/report.md"} <= {*places}
    for place in places:
        assert (Path(__file__).parent.parent / place).exists(), place
