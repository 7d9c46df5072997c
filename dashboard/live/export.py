"""The live page as one file: everything it would ask a server for put inside, a recording included.

Modules go into the import map as data: URLs, since a page opened from disk may not import files
beside it. The recording is packed, to a third of its size. A policy in the page itself forbids
every request.
"""

from __future__ import annotations

import base64
import gzip
import re
from importlib.resources import files
from typing import Any

from dashboard.live.resources import literal, resources

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'"
)


def page_with(recording: dict[str, Any]) -> str:
    """Return the page with a recording inside, as one HTML file that asks nobody for anything.

    Parameters
    ----------
    recording : dict
        What `dashboard.live.recording.record` returned.
    """
    page = files("dashboard.live").joinpath("page")

    def read(name: str) -> str:
        text = page.joinpath(name).read_text(encoding="utf-8")
        assert name == "index.html" or not re.search("</(style|script)", text, re.IGNORECASE), name
        return text

    names = sorted(path.name for path in page.iterdir() if path.name.endswith(".js"))
    modules = {
        f"page/{name}": "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()
        for name, text in [
            *((name, read(name)) for name in names),
            ("resources.js", resources()),
        ]
    }
    packed = base64.b64encode(gzip.compress(literal(recording).encode(), mtime=0)).decode()
    html = read("index.html")
    for there, instead in {
        '<meta charset="utf-8">': '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '{"imports": {"page/": "./page/"}}': literal({"imports": modules}),
        **{
            f'<link rel="stylesheet" href="page/{name}">': f"<style>{read(name)}</style>"
            for name in ("style.css", "panels.css")
        },
        '<script type="module" src="page/main.js"></script>': f"""\
<script type="text/plain" id="recording">{packed}</script>
<script type="module">import "page/main.js";</script>""",
    }.items():
        assert html.count(there) == 1, f"index.html has {html.count(there)} times {there}"
        html = html.replace(there, instead)
    return html
