"""Make docs/your-network.md: run its Python blocks in order, and put below each what it printed.

`python examples/make_page.py` writes the page anew. Blocks that import a framework which is not
installed keep what stands below them. Versions, which results print last, are left out.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/your-network.md"
FRAMEWORKS = "torch", "keras", "lightning", "transformers"
BLOCK = re.compile(r"^```python\n(.*?)^```\n(\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)

VERSIONS = re.compile(r"(;\s|^)versions:\s.*?(?=\n\n|\n?\Z)", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A block of the page: its code, and what stands below it."""

    code: str
    output: str

    @property
    def frameworks(self) -> list[str]:
        """Return the frameworks that it imports."""
        return [
            each for each in FRAMEWORKS if re.search(rf"^(import|from) {each}\b", self.code, re.M)
        ]


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    return [Block(found[1], found[3] or "") for found in BLOCK.finditer(page)]


def outputs(page: str, without: tuple[str, ...] = ()) -> Iterator[tuple[Block, str | None]]:
    """Run the blocks of a page in order, in one namespace.

    Parameters
    ----------
    page : str
    without : tuple of str
        Frameworks whose blocks are left out, besides those that are not installed.

    Yields
    ------
    block, output
        None where it was not run.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        if any(each in without or find_spec(each) is None for each in block.frameworks):
            yield block, None
            continue
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(block.code, "mine.py", "exec"), names)
        lines = VERSIONS.sub("", printed.getvalue()).rstrip().splitlines()
        yield block, "".join(f"{line.rstrip()}\n" for line in lines)


def filled(page: str) -> str:
    """Return a page with what its blocks print below them."""
    ran = outputs(page)

    def with_output(found: re.Match[str]) -> str:
        block, output = next(ran)
        output = block.output if output is None else output
        below = f"\n```text\n{output}```\n" if output else ""
        return f"```python\n{block.code}```\n{below}"

    return BLOCK.sub(with_output, page)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(page), encoding="utf-8")
