"""The server: the page's files, and a session for each page that opens a socket."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from importlib.resources import as_file, files
from typing import Any, NoReturn

from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.live.doors import Allowance, House, content_policy
from dashboard.live.frames import encode, hello
from dashboard.live.messages import MalformedError, Start, parse
from dashboard.live.session import Session, refusal
from dashboard.texts import LANGUAGES, load
from simulation.checks import InputError

MALFORMED, STRANGER, IDLE, TOO_MANY, FULL = 4400, 4403, 4408, 4429, 4503
"""Codes with which a socket is closed."""

FULL_LINE = "Every seat is taken just now. This page tries again by itself."


class LivePage:
    """The application's state: the house, and how many sessions are in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.sessions = 0

    async def live(self, websocket: WebSocket) -> None:
        """Hold one session, from the opening of its socket to its end."""
        host, origin = websocket.headers.get("host", ""), websocket.headers.get("origin")
        if not self.house.knows_origin(origin, host):
            await websocket.close(STRANGER)  # before it is accepted: the answer is HTTP 403
            return
        await websocket.accept()
        if self.sessions >= self.house.sessions:
            await websocket.send_text(encode({"type": "full", "message": FULL_LINE}))
            await websocket.close(FULL, "full")
            return
        self.sessions += 1
        session = Session()
        try:
            await Visit(websocket, session, self.house).hold()
        finally:
            session.release()
            self.sessions -= 1
            # A team is a ring of references: without this its memory waits for others to need it.
            gc.collect()


class Visit:
    """A session on its socket: one task listens, another one works and is the only one to speak."""

    def __init__(self, websocket: WebSocket, session: Session, house: House) -> None:
        self.websocket, self.session, self.house = websocket, session, house
        self.refused: list[InputError] = []
        self.woken = asyncio.Event()

    async def hold(self) -> None:
        """Listen and work until the page leaves or is shown out."""
        working = asyncio.create_task(self._work())
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.wait((working, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (working, listening):
                task.cancel()
            await asyncio.wait((working, listening))
        for task in (working, listening):
            error = None if task.cancelled() else task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect):
                raise error
        if not listening.cancelled() and listening.exception() is None:
            with contextlib.suppress(WebSocketDisconnect):
                await self.websocket.close(*listening.result())

    async def _listen(self) -> tuple[int, str]:
        """Take messages; return why the page is to be shown out."""
        clock = asyncio.get_running_loop().time
        allowance, wait = Allowance(self.house, clock()), self.house.start_within
        while True:
            try:
                received = await asyncio.wait_for(self.websocket.receive(), wait)
            except TimeoutError:
                return IDLE, "idle too long"
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(received.get("code", 1005))
            if not allowance.spend(clock()):
                return TOO_MANY, "too many messages"
            try:
                message = parse(received.get("text"))
                self.session.take(message)
            except MalformedError as error:
                return MALFORMED, str(error)
            except InputError as error:
                self.refused.append(error)
            else:
                if isinstance(message, Start):
                    wait = self.house.idle_after
            self.woken.set()

    async def _work(self) -> NoReturn:
        clock = asyncio.get_running_loop().time
        await self._tell(hello())
        while True:
            self.woken.clear()
            told, wait = self.session.work(clock())
            refused, self.refused = self.refused, []
            for message in [*map(refusal, refused), *told]:
                await self._tell(message)
            if wait == 0.0:
                await asyncio.sleep(0)  # the other sessions' turn
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.woken.wait(), wait)

    async def _tell(self, message: dict[str, Any]) -> None:
        # Waits while the page is slow to read: what it cannot take is never made.
        await self.websocket.send_text(encode(message))


class Guarded:
    """Turns away requests for a host that is not this one, and adds the headers of every answer."""

    def __init__(self, app: ASGIApp, house: House, policy: str) -> None:
        self.app, self.house = app, house
        self.headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cache-control", b"no-cache"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        app: ASGIApp = self.app
        if not self.house.knows_host(HTTPConnection(scope).headers.get("host", "")):
            app = PlainTextResponse("This server is not known by that name.", 403)
        await app(scope, receive, send_guarded)


def build_app(house: House) -> ASGIApp:
    """Put the application together.

    Parameters
    ----------
    house : House
        Whom it lets in.
    """
    with as_file(files("dashboard.live").joinpath("page")) as folder:
        page = (folder / "index.html").read_text(encoding="utf-8")
        static = StaticFiles(directory=folder)

    async def index(_: Request) -> Response:
        return HTMLResponse(page)

    async def texts(request: Request) -> Response:
        language = request.path_params["language"]
        if language not in LANGUAGES:
            return PlainTextResponse("There is no such language.", 404)
        return JSONResponse(load("page", language))

    app = Starlette(
        routes=[
            Route("/", index),
            Mount("/page", static),
            Route("/texts/page.{language}.json", texts),
            WebSocketRoute("/live", LivePage(house).live),
        ]
    )
    return Guarded(app, house, content_policy(page))
