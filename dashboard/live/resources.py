"""What the page takes from Python, as the ES module `page/resources.js`: nothing is fetched."""

from __future__ import annotations

import base64
import json
from functools import cache
from importlib.resources import files
from typing import Any

from dashboard.live.digits import digits_as_text
from dashboard.texts import LANGUAGES, load

ICON = 'href="page/icon.svg"'


@cache
def resources() -> str:
    """Return the module: `TEXTS` in all languages, `DIGITS`, and a constant for each JSON file.

    A file gives its constant its name, in capitals: `presets.json` is `PRESETS`.
    """
    constants = {
        path.name.removesuffix(".json").upper(): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(files("dashboard.live").joinpath("page").iterdir(), key=str)
        if path.name.endswith(".json")
    }
    constants["TEXTS"] = {language: load("page", language) for language in LANGUAGES}
    constants["DIGITS"] = digits_as_text()
    return "".join(f"export const {name} = {literal(it)};\n" for name, it in constants.items())


def index_page() -> str:
    """Return `index.html` with its icon inside: browsers ask for it at each new address."""
    page = files("dashboard.live").joinpath("page")
    icon = base64.b64encode(page.joinpath("icon.svg").read_bytes()).decode()
    html = page.joinpath("index.html").read_text(encoding="utf-8")
    assert html.count(ICON) == 1
    return html.replace(ICON, f'href="data:image/svg+xml;base64,{icon}"')


def literal(content: Any) -> str:
    r"""Return plain data as JavaScript that may stand inside a script of a page, too.

    >>> print(literal({"a": "</script>"}))
    {"a":"\u003c/script>"}
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Inside <script> only '</script' and '<!--' end or change the element.
    return text.replace("<", "\\u003c")
