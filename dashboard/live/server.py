"""The server: the page's files, and a session for each page that opens a socket."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from importlib.resources import as_file, files
from typing import Any, NoReturn

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.live.access import Access, content_policy
from dashboard.live.frames import encode, refusal
from dashboard.live.limits import Limits, TokenBucket
from dashboard.live.messages import MalformedError, Start, parse
from dashboard.live.session import Session
from dashboard.texts import LANGUAGES, load
from simulation.checks import InputError

MALFORMED, IDLE, TOO_MANY, FULL = 4400, 4408, 4429, 4503
"""Codes with which a socket is closed."""


class ClosedError(Exception):
    """A connection is closed from here: code and reason."""


class Connection:
    """A session on its socket: one task listens, another one works and is the only one to speak."""

    def __init__(self, websocket: WebSocket, limits: Limits) -> None:
        self.websocket, self.limits = websocket, limits
        self.session = Session()
        self.refused: list[InputError] = []
        self.woken = asyncio.Event()

    async def serve(self) -> None:
        """Listen and work until the page leaves or is closed."""
        tasks = [asyncio.create_task(part) for part in (self._work(), self._listen())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self.session.release()
            # A team is a ring of references: without this its memory waits for others to need it.
            gc.collect()
            await asyncio.wait(tasks)
        for task in tasks:  # neither returns: the first to raise ended both
            try:
                if not task.cancelled():
                    task.result()
            except WebSocketDisconnect:
                pass
            except ClosedError as closed:
                with contextlib.suppress(WebSocketDisconnect):
                    await self.websocket.close(*closed.args)

    async def _listen(self) -> NoReturn:
        """Take messages until there is a reason to close."""
        clock = asyncio.get_running_loop().time
        bucket, wait = TokenBucket(self.limits, clock()), self.limits.start_within
        while True:
            try:
                async with asyncio.timeout(wait):
                    received = await self.websocket.receive()
            except TimeoutError:
                raise ClosedError(IDLE, "idle too long") from None
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect
            if not bucket.take(clock()):
                raise ClosedError(TOO_MANY, "too many messages")
            try:
                message = parse(received.get("text"))
                self.session.take(message)
            except MalformedError as error:
                raise ClosedError(MALFORMED, str(error)) from None
            except InputError as error:
                self.refused.append(error)
            else:
                if isinstance(message, Start):
                    wait = self.limits.idle_after
            self.woken.set()

    async def _work(self) -> NoReturn:
        clock = asyncio.get_running_loop().time
        await self._tell({"type": "hello"})
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
                    async with asyncio.timeout(wait):
                        await self.woken.wait()

    async def _tell(self, message: dict[str, Any]) -> None:
        # Waits while the page is slow to read: what it cannot take is never made.
        await self.websocket.send_text(encode(message))


def build_app(name: str = "127.0.0.1", limits: Limits | None = None) -> ASGIApp:
    """Put the application together.

    Parameters
    ----------
    name : str
        The name or address that the server listens on.
    limits : Limits, optional
    """
    limits = limits or Limits()
    free = asyncio.Semaphore(limits.sessions)
    with as_file(files("dashboard.live").joinpath("page")) as folder:
        page = (folder / "index.html").read_text(encoding="utf-8")
        static = StaticFiles(directory=folder)

    async def index(_: Request) -> Response:
        return HTMLResponse(page)

    async def texts(_: Request) -> Response:
        return JSONResponse({language: load("page", language) for language in LANGUAGES})

    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        if free.locked():
            await websocket.close(FULL, "full")
            return
        async with free:
            await Connection(websocket, limits).serve()

    app = Starlette(
        routes=[
            Route("/", index),
            Mount("/page", static),
            Route("/texts/page.json", texts),
            WebSocketRoute("/live", live),
        ]
    )
    return Access(app, name, content_policy(page))
