"""Who is let in: the Host and Origin that a request names, and the headers of every answer."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

FORBIDDEN = 4403
"""Code with which a socket of another page's is closed; before it is accepted, it is HTTP's 403."""


class Access:
    """Answers those alone who mean this server, and sockets of its own pages alone.

    Parameters
    ----------
    app : ASGIApp
        What is behind it.
    name : str
        The name or address that the server was told to listen on.
    policy : str
        The content security policy of every answer.
    """

    def __init__(self, app: ASGIApp, name: str, policy: str) -> None:
        self.app, self.name = app, name
        self.headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-cache",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        app = self.app
        if scope["type"] in ("http", "websocket"):
            asked = HTTPConnection(scope).headers
            host = asked.get("host", "")
            known = is_known(host, self.name)
            if scope["type"] == "websocket":
                known &= asked.get("origin") in (f"http://{host}", f"https://{host}")
                app = app if known else WebSocketClose(FORBIDDEN)
            elif not known:
                app = PlainTextResponse("This server is not known by that name.", 403)
        await app(scope, receive, send_with_headers)


def is_known(host: str, own_name: str) -> bool:
    """Whether a Host header is one by which this server can be meant.

    A page of somebody else's can let its own name point at this machine ('DNS rebinding'), but
    neither an address nor 'localhost' nor the name that the server was given.
    """
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    if name is None:
        return False
    if name in ("localhost", own_name.lower()):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def content_policy(page: str) -> str:
    """Return the content security policy of a page: nothing but what this server sends.

    The import map is the one script that stands in the page itself, and is allowed by its hash.
    """
    inline = re.findall(r'<script type="importmap">(.*?)</script>', page, re.DOTALL)
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in inline
    ]
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *hashes)),
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
