"""What a page may do, said in the page itself: strict, so that it holds from disk as well."""

from __future__ import annotations

import base64
import hashlib
import re

CHARSET = '<meta charset="utf-8">'
KINDS = {
    kind: re.compile(rf"<{kind}(?P<attributes>[^>]*)>(?P<text>.*?)</{kind}>", re.S)
    for kind in ("script", "style")
}
DATA = re.compile(r'type="(?:text/plain|application/json)"')


def hashes(html: str, kind: str) -> list[str]:
    """Return a policy's source for each script or style that stands in a page, data left out."""
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(found['text'].encode()).digest()).decode()}'"
        for found in KINDS[kind].finditer(html)
        if not DATA.search(found["attributes"])
    ]


def policy_of(html: str, *more: str) -> str:
    """Return a policy that allows a page its own scripts, styles and images alone.

    Parameters
    ----------
    html : str
    *more : str
        Further directives, such as 'worker-src blob:'.
    """
    allowed = {kind: " ".join(hashes(html, kind)) or "'none'" for kind in KINDS}
    return "; ".join(
        (
            "default-src 'none'",
            *(f"{kind}-src {sources}" for kind, sources in allowed.items()),
            "img-src 'self' data:",
            *more,
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def with_policy(html: str, *more: str) -> str:
    """Put that policy into a page that has none yet."""
    assert html.count(CHARSET) == 1
    content = policy_of(html, *more)
    meta = f'{CHARSET}\n<meta http-equiv="Content-Security-Policy" content="{content}">'
    return html.replace(CHARSET, meta)
