"""The page's modules in Node: a module's text and data go in as JSON, what it tells comes out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "dashboard" / "live" / "page"
NODE = shutil.which("node")
ENDS_WITHIN = 60  # s; two busy cores
PREAMBLE = """\
import { readFileSync as _read, writeFileSync as _write } from "node:fs";
const data = JSON.parse(_read("data.json", "utf8"));
const _plain = (_, value) => ArrayBuffer.isView(value) ? Array.from(value)
    : typeof value === "bigint" ? String(value) : value;
const tell = (value) => _write("told.json", JSON.stringify(value, _plain) ?? "null");
"""


def pytest_collection_modifyitems(items):
    """Skip these tests where no Node is, unless there must be one."""
    if NODE or os.environ.get("CI_NEEDS_BROWSER") == "1":
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="there is no Node on this machine"))


@pytest.fixture(scope="session")
def page_package(tmp_path_factory):
    """A copy of the page as a package of ES modules, which Node imports as "page/.." ."""
    folder = tmp_path_factory.mktemp("node")
    shutil.copytree(PAGE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("vendor"))
    package = {"name": "page", "type": "module", "exports": {"./*": "./*"}}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    return folder


@pytest.fixture
def node(page_package):
    """Run an ES module in Node, `node(code, data)`, and return what it told.

    The code finds what it was given in `data`, calls `tell(value)` once (typed arrays become lists,
    BigInts texts, what is not finite None), and imports from "page/engine/..". Whole numbers above
    2^53 go in as texts.
    """

    def run(code, data=None, *, within=ENDS_WITHIN):
        assert NODE, "CI_NEEDS_BROWSER is set, but there is no Node"
        told = page_package / "told.json"
        told.unlink(missing_ok=True)
        (page_package / "data.json").write_text(json.dumps(data, allow_nan=False), "utf-8")
        # On the first line, so that the lines which Node names are the code's own.
        (page_package / "code.js").write_text(PREAMBLE.replace("\n", " ") + code, "utf-8")
        done = subprocess.run(
            [NODE, "code.js"],
            cwd=page_package,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=within,
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"Node ended with {done.returncode}:\n{said}"
        assert told.exists(), f"the code called no tell(value):\n{said}"
        return json.loads(told.read_text("utf-8"))

    return run
