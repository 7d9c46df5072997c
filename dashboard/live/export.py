"""The live page as one file: all that a server would send put inside, with the engine to ask.

Its modules become two scripts: the page's own, and the engine's, which stands there as text until
the page makes a worker of it. A policy in the page itself forbids every request.
"""

from __future__ import annotations

import re
from html import escape
from importlib.resources import files

from dashboard.live.bundle import bundle
from dashboard.live.resources import index_page, resources
from dashboard.policy import with_policy
from dashboard.texts import load

PAGE = files("dashboard.live").joinpath("page")
WORKERS = "worker-src blob:"
STYLESHEET = re.compile(r'<link rel="stylesheet" href="page/([\w.]+)">')
TITLE = "<title>"


def live_page(link: str = "", head: str = "", beside: str = "") -> str:
    """Return the page as one HTML file that asks nobody for anything.

    Parameters
    ----------
    link : str
        What follows '#' in the address that it opens at, if its own says nothing.
    head : str
        Further tags for its head.
    beside : str
        HTML for readers without scripts.
    """
    html = _filled(re.sub(r"<script\b.*?</script>\n?", "", index_page(), flags=re.S))
    html = STYLESHEET.sub(lambda found: f"<style>\n{_read(found[1])}</style>", html)
    opens = f'<meta name="opens-at" content="#{escape(link)}">\n' if link else ""
    scripts = f"""\
<script type="text/plain" id="engine">
{bundle("engine/worker.js", _read)}</script>
<script>
{bundle("main.js", _read)}</script>
</body>"""
    for there, instead in {
        TITLE: opens + head + TITLE,
        "</noscript>": f"{beside}</noscript>",
        "</body>": scripts,
    }.items():
        assert html.count(there) == 1, f"index.html has {html.count(there)} times {there}"
        html = html.replace(there, instead)
    return with_policy(html, WORKERS)


def sizes(html: str) -> dict[str, int]:
    """Return how many bytes of a page are for what."""
    parts = {
        "engine": r'<script type="text/plain" id="engine">.*?</script>',
        "scripts": r"<script>.*?</script>",
        "styles": r"<style>.*?</style>",
    }
    of = {
        name: sum(len(found[0].encode()) for found in re.finditer(pattern, html, re.S))
        for name, pattern in parts.items()
    }
    return of | {"markup": len(html.encode()) - sum(of.values())}


def _read(name: str) -> str:
    if name == "resources.js":
        return resources()
    return PAGE.joinpath(name).read_text(encoding="utf-8")


def _filled(html: str) -> str:
    """Write the English texts where the page's script will write them: nothing moves then."""
    texts = load("page", "en")

    def fill(found: re.Match[str]) -> str:
        return f"{found[1]}{escape(texts[found[2]], quote=False)}<"

    return re.sub(r'(<[^<>]* data-text="([\w.]+)"[^<>]*>)<', fill, html)
