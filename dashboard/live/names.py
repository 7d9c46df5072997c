"""By what a server is known: names it was given, and the path it stands under."""

from __future__ import annotations

import re

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from simulation.checks import InputError, given

LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
SEGMENT = re.compile(r"(?!\.{1,2}$)[^/\\?#%\s]+")


def host_name(text: str) -> str:
    """Return a name of a host as browsers send it, or raise.

    Examples
    --------
    >>> host_name("Talk.Example"), host_name("発表.example")
    ('talk.example', 'xn--6wym69a.example')
    """
    try:
        name = text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not all(map(LABEL.fullmatch, name.split("."))):
        raise InputError(
            f"host-name is {given(text)}, but must be a name alone, without http:// and port: "
            "--host-name talk.example"
        )
    return name


def root_path(text: str) -> str:
    """Return a path in which a server stands, without a slash at its end, or raise.

    Examples
    --------
    >>> root_path("/x/y/"), root_path("/")
    ('/x/y', '')
    """
    path = text.removesuffix("/")
    first, *segments = path.split("/")
    if first or not all(map(SEGMENT.fullmatch, segments)):
        raise InputError(
            f"root-path is {given(text)}, but must be a path from a slash on: --root-path /talk"
        )
    return path


class Under:
    """Serves an application under a path, whether or not a proxy takes the path off.

    Nothing that is sent names a path from the root on, so the application needs not know of it.
    """

    def __init__(self, path: str, app: ASGIApp) -> None:
        self.path, self.app = path, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == self.path:
            # What the page asks for is named from its own address on, up to the last slash.
            await RedirectResponse(f"{self.path}/", 308)(scope, receive, send)
        elif scope["path"].startswith(f"{self.path}/"):
            inner = scope["path"].removeprefix(self.path)
            await self.app({**scope, "path": inner}, receive, send)
        else:
            await self.app(scope, receive, send)
