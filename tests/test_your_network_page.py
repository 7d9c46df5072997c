"""docs/your-network.md is what its script makes: the same words, and about the same figures."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "examples"))

import make_page  # noqa: E402

PAGE = (ROOT / "docs/your-network.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")


def words_and_figures(text):
    """Part a text; lines are broken, and bars drawn, as their figures will have it."""
    text = " ".join(re.sub("[─█]+", "", text).split())
    figures = [float(each.replace(",", "")) for each in NUMBER.findall(text)]
    return NUMBER.sub("#", text), figures


@pytest.mark.slow
def test_each_block_prints_what_stands_below_it(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    ran = 0
    for block, output in make_page.outputs(PAGE):
        if output is None:
            assert any(find_spec(each) is None for each in block.frameworks)
            continue
        ran += 1
        words, figures = words_and_figures(output)
        assert words == words_and_figures(block.output)[0]
        # Another processor's last digits may turn a prediction.
        assert figures == pytest.approx(words_and_figures(block.output)[1], rel=0.05, abs=0.01)
    assert ran >= 8


def test_each_block_that_prints_has_its_output_and_shows_no_version():
    blocks = make_page.blocks(PAGE)
    assert len(blocks) == PAGE.count("```python")
    for block in blocks:
        assert bool(block.output) == ("print(" in block.code)
    assert sum(bool(block.output) for block in blocks) == PAGE.count("```text")
    assert "versions:" not in PAGE


def test_a_page_is_filled_in_as_its_blocks_print():
    page = (
        "a\n\n```python\nx = 3\n```\n\nb\n\n```python\nprint(x)\n```\n\n```text\nold\n```\n\nc\n"
        "\n```python\nimport no_such_framework\n```\n\n```text\nkept\n```\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_page, "FRAMEWORKS", ("no_such_framework",))
        assert make_page.filled(page) == page.replace("old", "3")
