"""The server: the page's files, and a session for each page that opens a socket."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Collection, Iterator
from importlib.resources import as_file, files
from typing import Any, NoReturn

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.live.access import Access, content_policy
from dashboard.live.admission import Admission, Visit
from dashboard.live.frames import encode, refusal
from dashboard.live.limits import Limits, TokenBucket
from dashboard.live.messages import MalformedError, Start, parse
from dashboard.live.names import Under
from dashboard.live.resources import index_page, resources
from dashboard.live.session import Session
from dashboard.live.setup import Setup, read
from simulation.checks import InputError

MALFORMED, IDLE, TOO_MANY, FULL = 4400, 4408, 4429, 4503
"""Codes with which a socket is closed."""
CLOSED_WITHIN = 5.0
"""Seconds in which a page must take what it is told before its socket is closed."""


class ClosedError(Exception):
    """A connection is closed from here: code and reason."""


class Connection:
    """A session on its socket: one task listens, another one works and is the only one to speak."""

    def __init__(self, websocket: WebSocket, visit: Visit, limits: Limits) -> None:
        self.websocket, self.visit, self.limits = websocket, visit, limits
        self.session = Session()
        self.refused: list[InputError] = []
        self.woken = asyncio.Event()

    async def serve(self) -> None:
        """Listen and work until the page leaves or is closed."""
        parts = (self._work(), self._listen(), self._give_way())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self.session.release()
            # A team is a ring of references: without this its memory waits for others to need it.
            gc.collect()
            await asyncio.wait(tasks)
        # None returns: the first to raise ended all. What each raised must be looked at, or
        # asyncio complains of it.
        ends = [task.exception() for task in tasks if not task.cancelled()]
        for end in ends:
            if isinstance(end, ClosedError):
                await close(self.websocket, *end.args)
            elif end is not None and not isinstance(end, WebSocketDisconnect):
                raise end

    async def _give_way(self) -> NoReturn:
        await self.visit.over.wait()
        raise ClosedError(IDLE, "idle too long")

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
            self.visit.heard = clock()
            if not bucket.take(self.visit.heard):
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
        text = encode(message)
        with lost_if_closed():
            await self.websocket.send_text(text)


@contextlib.contextmanager
def lost_if_closed() -> Iterator[None]:
    """Take what uvicorn says of a socket that it has closed by itself for what it is.

    It closes those that send too much or no UTF-8, and a session hears of it only afterwards.
    """
    try:
        yield
    except RuntimeError:
        raise WebSocketDisconnect from None


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close a socket, whether or not somebody still listens there."""
    with contextlib.suppress(WebSocketDisconnect, TimeoutError), lost_if_closed():
        async with asyncio.timeout(CLOSED_WITHIN):
            await websocket.close(code, reason)


def warm_up() -> None:
    """Work off a session that nobody sees.

    What is imported and drawn at first use is there afterwards, or the first page would hold up
    all others.
    """
    session = Session()
    session.take(Start(type="start", setup=read(Setup, {"head_start": 0})))
    while session.work(0.0)[1] is not None:
        pass
    session.release()


def build_app(
    names: Collection[str] = (),
    limits: Limits | None = None,
    *,
    fronts: Collection[str] = (),
    path: str = "",
) -> ASGIApp:
    """Put the application together.

    Parameters
    ----------
    names : collection of str
        Names, besides 'localhost', by which the server can be meant.
    limits : Limits, optional
    fronts : collection of str
        Names of a proxy in front of the server, whose pages are the server's.
    path : str
        Under which the page opens; '' at the root.
    """
    limits = limits or Limits()
    admission = Admission(limits)
    with as_file(files("dashboard.live").joinpath("page")) as folder:
        page = index_page()
        static = StaticFiles(directory=folder)

    async def index(_: Request) -> Response:
        return HTMLResponse(page)

    async def generated(_: Request) -> Response:
        return Response(resources(), media_type="text/javascript")

    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        address = websocket.client.host if websocket.client else ""
        visit = Visit(address, asyncio.get_running_loop().time())
        if not admission.admit(visit):
            await close(websocket, FULL, "full")
            return
        try:
            await Connection(websocket, visit, limits).serve()
        finally:
            admission.leave(visit)

    app = Starlette(
        routes=[
            Route("/", index),
            Route("/page/resources.js", generated),
            Mount("/page", static),
            WebSocketRoute("/live", live),
        ]
    )
    return Access(
        Under(path, app) if path else app, content_policy(page), names, fronts=fronts, path=path
    )
