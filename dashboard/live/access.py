"""Who is let in: the Host and Origin that a request names, and the headers of every answer."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from dashboard.live.listening import url
from dashboard.live.names import host_name
from simulation.checks import InputError


class Access:
    """Answers those alone who mean this server, and sockets of its own pages alone.

    Parameters
    ----------
    app : ASGIApp
        What is behind it.
    policy : str
        The content security policy of every answer.
    names : collection of str
        Names, besides 'localhost', by which the server can be meant.
    fronts : collection of str
        Those of which every page is this server's, though a proxy may name another host.
    path : str
        Under which the page opens.
    """

    def __init__(
        self,
        app: ASGIApp,
        policy: str,
        names: Collection[str] = (),
        fronts: Collection[str] = (),
        path: str = "",
    ) -> None:
        self.app, self.names, self.fronts, self.path = app, {*names, *fronts}, fronts, path
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

        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self.app(scope, receive, send_with_headers)
        elif scope["type"] == "http":
            await refusal(scope, receive, send_with_headers)
        else:
            await WebSocket(scope, receive, send).send_denial_response(refusal)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        asked = HTTPConnection(scope).headers
        host, origin = asked.get("host", ""), asked.get("origin")
        # By which this very request has come.
        address, port = scope["server"]
        here = url(address, port, self.path)
        if not is_known(host, self.names):
            line = (
                f"This server does not go by the name that it was asked by: open {here}, or start "
                f"it with {option(f'//{host}')}."
            )
        elif scope["type"] == "websocket" and not self._is_own(origin, host):
            line = (
                f"Only a page of this server opens its sockets: open {here} in a browser, or, if "
                f"the page came through a proxy, start the server with {option(origin)}."
            )
        else:
            return None
        return PlainTextResponse(line + "\n", 403)

    def _is_own(self, origin: str | None, host: str) -> bool:
        return origin in (f"http://{host}", f"https://{host}") or name_in(origin) in self.fronts


def name_in(address: str | None) -> str | None:
    """Return the name of the host in an address, in small letters; None where there is none."""
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None


def option(address: str | None) -> str:
    """Write the option that lets in who comes by an address, as far as one can."""
    try:
        return f"--host-name {host_name(name_in(address) or '')}"
    except InputError:
        return "--host-name NAME"


def is_known(host: str, names: Collection[str]) -> bool:
    """Whether a Host header is one by which this server can be meant.

    A page of somebody else's can let its own name point at this machine ('DNS rebinding'), but
    neither an address nor 'localhost' nor a name that this server goes by.
    """
    name = name_in(f"//{host}")
    if name is None:
        return False
    if name == "localhost" or name in names:
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
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )
