"""The live server on a real port of this process, for tests that speak to it as strangers do."""

import asyncio
import gc
import json
import socket
from contextlib import asynccontextmanager, suppress
from functools import partial

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from dashboard.live.limits import Limits
from dashboard.live.listening import listen_on, reach_of
from dashboard.live.server import build_app, warm_up
from dashboard.live.serving import server_of

HOST = "127.0.0.1"


class Visitor:
    """A page's socket, as a program opens it."""

    def __init__(self, socket):
        self.socket = socket

    async def say(self, kind, **content):
        await self.socket.send(json.dumps({"type": kind} | content))

    async def start(self, **setup):
        await self.say("start", setup={"head_start": 20} | setup)
        return await self.hear("frame")

    async def hear(self, *kinds, within=20):
        """The next message of one of these kinds; None once the socket is closed."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(within):
                while True:
                    message = json.loads(await self.socket.recv())
                    if message["type"] in kinds:
                        return message
        return None

    async def closed(self, within=20):
        """Code and reason, once the socket is closed."""
        assert await self.hear(within=within) is None
        return self.socket.close_code, self.socket.close_reason


class Server:
    """A server that runs in this event loop."""

    def __init__(self, port, state):
        self.port, self.state = port, state

    def dial(self):
        """Open a connection on which anything may be said."""
        return asyncio.open_connection(HOST, self.port)

    @asynccontextmanager
    async def visit(self, **options):
        address = f"{HOST}:{self.port}"
        call = partial(connect, f"ws://{address}/live", origin=f"http://{address}")
        async with call(compression=None, max_size=None, max_queue=None, **options) as socket:
            yield Visitor(socket)


@asynccontextmanager
async def served(send_buffer=None, **limits):
    """Serve on a free port until the block ends."""
    listening = listen_on(HOST, 0)
    if send_buffer:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    names = reach_of(listening, HOST).names
    server = server_of(build_app(names, Limits(**limits)))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    warm_up()  # as the command does, and then: a session's end does not search what was there
    gc.freeze()
    try:
        yield Server(listening.getsockname()[1], server.server_state)
    finally:
        gc.unfreeze()
        server.should_exit = True
        await serving


async def answer(reader, within=20):
    """All that the other side still says; b'' if it hangs up without a word."""
    with suppress(ConnectionResetError):
        async with asyncio.timeout(within):
            return await reader.read()
    return b""
