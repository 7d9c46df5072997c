"""How the application is put on the network: uvicorn, with an end to its patience."""

from __future__ import annotations

import asyncio
import logging

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from dashboard.live.messages import LONGEST

REQUEST_WITHIN = 10.0
"""Seconds in which a request must be whole, and after which a silent connection is closed."""
MOST_CONNECTIONS = 256
"""Connections at a time, whatever they are for; a browser opens six to load the page."""
NOT_OURS = (
    "Invalid UTF-8 sequence received from client.",
    "ASGI callable returned without completing handshake.",  # a socket that was refused
    "Cancel %s running task(s), timeout graceful shutdown exceeded",
)
"""What uvicorn logs as errors, but others did: sent nonsense, or did not take what was sent."""


class ImpatientH11(H11Protocol):
    """HTTP/1.1 that closes a connection whose request does not come to its end.

    uvicorn itself waits for ever for the rest of a request.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many already."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        self._next_look = self.loop.call_later(REQUEST_WITHIN, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._next_look.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End with the server, without waiting for the rest of a request."""
        super().shutdown()
        if self._waits():
            self.transport.abort()

    def _waits(self) -> bool:
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _look(self) -> None:
        if self.transport.get_protocol() is not self:
            return  # it has become a socket, which its session looks after
        if self._waits():
            self.transport.abort()
        else:
            self._next_look = self.loop.call_later(REQUEST_WITHIN, self._look)


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Return a server for the application; it runs on sockets that listen already."""
    config = uvicorn.Config(
        app,
        http=ImpatientH11,
        # What others send wrong is theirs; what goes wrong here is logged as an error.
        log_level="error",
        ws_max_size=LONGEST,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        # Small messages many times a second: squeezing them costs more than sending them.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_ours)
    return uvicorn.Server(config)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.msg not in NOT_OURS
