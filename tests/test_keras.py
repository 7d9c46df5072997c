"""docs/keras.md: every row of its tables does what it says."""

import re
from pathlib import Path

import pytest

from simulation.checks import InputError

PAGE = (Path(__file__).parents[1] / "docs/keras.md").read_text()
LISTING = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)
ROWS = re.findall(r"^\| `(.+?)` \| (yes|no)\b", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def listing():
    return compile(LISTING, "docs/keras.md", "exec")


@pytest.fixture
def scope(listing, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scope = {}
    exec(listing, scope)
    return scope


def test_every_row_is_read():
    assert len(ROWS) == len(re.findall(r"^\| `", PAGE, re.MULTILINE)) > 80


@pytest.mark.parametrize("call", [call for call, here in ROWS if here == "yes"])
def test_what_is_here_runs(scope, call):
    exec(call, scope)


@pytest.mark.parametrize("call", [call for call, here in ROWS if here == "no"])
def test_what_is_not_here_is_refused_in_a_line_that_names_what_there_is(scope, call):
    with pytest.raises((InputError, AttributeError, ImportError)) as caught:
        exec(call, scope)
    message = str(caught.value)
    assert "\n" not in message
    assert re.search(r"there are|it takes|but|No module named|add \.npz|write their row", message)
