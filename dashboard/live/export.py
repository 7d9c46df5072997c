"""The live page as one file: everything it would ask a server for put inside, a recording included.

Modules go into the import map as data: URLs, since a page opened from disk may not import files
beside it. The recording is packed, to a third of its size. A policy in the page itself forbids
every request.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from importlib.resources import files
from typing import Any

from dashboard.texts import LANGUAGES, load

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'"
)

IMPORT_MAP = re.compile(r'<script type="importmap">.*?</script>', re.DOTALL)
STYLE_SHEET = re.compile(r'<link rel="stylesheet" href="/page/([^"]+)">')
CLASSIC_SCRIPT = re.compile(r'<script defer src="/page/([^"]+)"></script>')
MAIN_MODULE = '<script type="module" src="/page/main.js"></script>'


def page_with(recording: dict[str, Any]) -> str:
    """Return the page with a recording inside, as one HTML file that asks nobody for anything.

    Parameters
    ----------
    recording : dict
        What `dashboard.live.recording.record` returned.
    """
    page = files("dashboard.live").joinpath("page")

    def read(name: str) -> str:
        return page.joinpath(name).read_text(encoding="utf-8")

    modules = {
        f"page/{path.name}": _data_url(path.read_text(encoding="utf-8"))
        for path in sorted(page.iterdir(), key=lambda path: path.name)
        if path.name.endswith(".js")
    }
    inside = {
        "texts": {language: load("page", language) for language in LANGUAGES},
        "presets": json.loads(read("presets.json")),
    }
    start = "".join(
        f'<script type="application/json" id="{name}">{_as_script(content)}</script>\n'
        for name, content in inside.items()
    )
    packed = base64.b64encode(gzip.compress(_as_script(recording).encode(), mtime=0)).decode()
    start += f'<script type="text/plain" id="recording">{packed}</script>\n'
    start += '<script type="module">import "page/main.js";</script>'

    html = read("index.html")
    html = _once(
        re.compile(r'<meta charset="utf-8">'),
        lambda match: f'{match[0]}\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        html,
    )
    html = _once(
        IMPORT_MAP,
        lambda _: f'<script type="importmap">{_as_script({"imports": modules})}</script>',
        html,
    )
    html = STYLE_SHEET.sub(lambda match: f"<style>{_closed(read(match[1]), 'style')}</style>", html)
    html = CLASSIC_SCRIPT.sub(
        lambda match: f"<script>{_closed(read(match[1]), 'script')}</script>", html
    )
    return _once(re.compile(re.escape(MAIN_MODULE)), lambda _: start, html)


def _once(pattern: re.Pattern[str], replacement: Any, html: str) -> str:
    html, count = pattern.subn(replacement, html)
    assert count == 1, f"index.html has {count} times {pattern.pattern}"
    return html


def _data_url(module: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(module.encode()).decode()


def _as_script(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Inside <script> only '</script' and '<!--' end or change the element.
    return text.replace("<", "\\u003c")


def _closed(text: str, element: str) -> str:
    assert f"</{element}" not in text.lower(), f"a file to inline holds </{element}"
    return text
