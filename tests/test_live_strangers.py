"""What programs, not pages, do to the server: it ends their calls, logs nothing, and grows not."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from served import HOST, Server, answer, served
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

import dashboard.live.listening as listening
import dashboard.live.server as live
import dashboard.live.serving as serving
from dashboard.live.admission import Admission, Visit
from dashboard.live.limits import Limits
from dashboard.live.messages import LONGEST

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
BUFFER = 16_384  # bytes that the system keeps for who does not read them
GET = b"GET /page/resources.js HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(autouse=True)
def clean_log(capfd, caplog):
    """Whatever strangers do, the server's log stays empty."""
    yield
    assert capfd.readouterr().err == ""
    assert caplog.records == []


def raw(opcode, data):
    """A frame of a client that does not look at what it sends."""
    return Frame(opcode, data).serialize(mask=True)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (raw(Opcode.TEXT, b"x" * (LONGEST + 1)), 1009),
        (raw(Opcode.TEXT, b"\xff\xfe"), 1007),
        (raw(Opcode.BINARY, b"\x00" * 9), live.MALFORMED),
        (raw(Opcode.TEXT, b'{"type":"speed","value":' + b"9" * 4050 + b"}"), None),
        (raw(Opcode.TEXT, b"[" * LONGEST), live.MALFORMED),
        (b"\xff" * 20, 1002),
    ],
    ids=["over the limit", "no UTF-8", "binary", "huge integer", "deep", "no frame"],
)
def test_nonsense_is_answered_or_closed_while_others_play_on(sent, code):
    async def scenario():
        async with served() as server, server.visit() as other:
            await other.start()
            await other.say("play")
            for _ in range(4):  # in the midst of frames
                async with server.visit() as one:
                    await one.start()
                    await one.say("speed", value=50)
                    await one.say("play")
                    await one.hear("frame")
                    one.socket.transport.write(sent)
                    if code is None:
                        assert "value is 999" in (await one.hear("error"))["message"]
                    else:
                        assert (await one.closed())[0] == code
            assert (await other.hear("frame"))["playing"]

    asyncio.run(scenario())


def test_a_socket_that_is_refused_is_told_why():
    async def scenario():
        async with served() as server:
            with pytest.raises(InvalidStatus) as refused:
                async with server.visit(origin="http://elsewhere"):
                    pass
            assert b"Only a page of this server" in refused.value.response.body

    asyncio.run(scenario())


LIVE = {
    "type": "websocket",
    "path": "/live",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"origin", b"http://localhost")],
    "server": (HOST, 80),
    "client": (HOST, 9),
}


@pytest.mark.parametrize("refused", ["websocket.send", "websocket.close"])
def test_a_socket_that_uvicorn_has_closed_is_a_page_that_has_left(refused):
    """It says so of what is sent next, and only then that the page has left."""

    async def scenario():
        told = asyncio.Event()
        left = [{"type": "websocket.connect"}]

        async def receive():
            if not left:
                await told.wait()
            return left.pop() if left else {"type": "websocket.disconnect", "code": 1009}

        async def send(message):
            if message["type"] == refused:
                told.set()
                raise RuntimeError("Unexpected ASGI message, after sending 'websocket.close'.")

        await live.build_app(limits=Limits(start_within=0.05))(LIVE, receive, send)
        assert told.is_set()

    asyncio.run(scenario())


def test_a_mistake_of_ours_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr(live, "parse", lambda text: 1 / 0)

    async def scenario():
        heard = [{"type": "websocket.receive", "text": "{}"}, {"type": "websocket.connect"}]

        async def receive():
            return heard.pop()

        async def send(message):
            pass

        with pytest.raises(ZeroDivisionError):
            await live.build_app()(LIVE, receive, send)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HT", GET, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1"],
    ids=["nothing", "a word", "no end of headers", "half a body"],
)
@pytest.mark.parametrize("before", [b"", GET + b"\r\n"], ids=["first", "after another"])
def test_a_request_that_is_never_finished_is_given_up(monkeypatch, before, begun):
    monkeypatch.setattr(serving, "REQUEST_WITHIN", 0.2)

    async def scenario():
        async with served() as server:
            reader, writer = await server.dial()
            writer.write(before)
            if before:
                assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
            writer.write(begun)
            rest = await answer(reader, within=10)
            assert (b"HTTP/1.1 405" in rest) == begun.startswith(b"POST")
            assert not server.state.connections
            writer.close()

    asyncio.run(scenario())


def test_sockets_and_answers_may_take_longer_than_requests(monkeypatch):
    monkeypatch.setattr(serving, "REQUEST_WITHIN", 0.1)
    path = "/page/style.css"

    async def scenario():
        async with served() as server, server.visit() as page:
            stranger = socket.socket()
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stranger.connect((HOST, server.port))
            stranger.send(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            await asyncio.sleep(0.5)
            stranger.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=stranger)
            _, _, body = (await answer(reader)).partition(b"\r\n\r\n")
            assert body == (ROOT / f"dashboard/live{path}").read_bytes()
            assert (await page.start())["rehearsal"] == 0
            writer.close()

    asyncio.run(scenario())


def test_too_many_connections_are_hung_up(monkeypatch):
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 3)

    async def scenario():
        async with served() as server:
            lines = [await server.dial() for _ in range(4)]
            assert await answer(lines[3][0], within=5) == b""
            for _, writer in lines:
                writer.close()
            while server.state.connections:
                await asyncio.sleep(0.01)
            reader, writer = await server.dial()
            writer.write(GET + b"Connection: close\r\n\r\n")
            assert (await answer(reader)).startswith(b"HTTP/1.1 200")
            writer.close()

    asyncio.run(scenario())


@asynccontextmanager
async def deaf(server):
    """A visitor who plays and reads nothing of it."""
    stranger = socket.socket()
    stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    stranger.connect((HOST, server.port))
    async with server.visit(sock=stranger, ping_interval=None) as visitor:
        await visitor.start(presenters=12, abilities=8)
        await visitor.say("play")
        visitor.socket.transport.pause_reading()
        yield
        visitor.socket.transport.abort()


def test_who_takes_nothing_loses_the_place(monkeypatch):
    monkeypatch.setattr(live, "CLOSED_WITHIN", 0.1)

    async def scenario():
        async with served(BUFFER, sessions=1, idle_after=3.0) as server, deaf(server):
            async with asyncio.timeout(10):
                while True:
                    async with server.visit() as page:
                        if await page.hear("hello"):
                            break

    asyncio.run(scenario())


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system cannot do it")
def test_who_takes_nothing_is_hung_up_by_the_system(monkeypatch):
    monkeypatch.setattr(listening, "TAKEN_WITHIN", 500)

    async def scenario():
        async with served(BUFFER) as server, deaf(server):
            async with asyncio.timeout(10):
                while server.state.connections:
                    await asyncio.sleep(0.05)

    asyncio.run(scenario())


def test_a_place_nobody_uses_goes_to_the_next_who_comes():
    async def scenario():
        async with served(sessions=2, spare_after=0.0) as server, AsyncExitStack() as stack:
            lively, silent = [await stack.enter_async_context(server.visit()) for _ in range(2)]
            await lively.start()
            await silent.start()
            await lively.say("step")
            assert (await lively.hear("frame"))["rehearsal"] == 1
            next_one = await stack.enter_async_context(server.visit())
            assert await next_one.start()
            assert await silent.closed() == (live.IDLE, "idle too long")
            await lively.say("step")
            assert (await lively.hear("frame"))["rehearsal"] == 2

    asyncio.run(scenario())


def test_who_holds_more_than_half_makes_room_for_others_alone():
    house = Admission(Limits(sessions=4, spare_after=60.0))
    many = [Visit("crowd", heard=now) for now in range(4)]
    assert all(map(house.admit, many))
    assert not house.admit(Visit("crowd", heard=5))
    others = [Visit("other", heard=5) for _ in range(3)]
    assert [house.admit(other) for other in others] == [True, True, False]
    assert [visit.over.is_set() for visit in many] == [True, True, False, False]
    assert house.admit(Visit("crowd", heard=63))  # a minute after the third was heard
    assert many[2].over.is_set()
    house.leave(many[2])  # it has left already
    assert len(house.inside) == 4


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads Linux's /proc")
def test_two_hundred_sessions_leave_nothing_behind():
    def left():
        tasks, threads = len(asyncio.all_tasks()), threading.active_count()
        return tasks, threads, len(os.listdir("/proc/self/fd"))

    def memory():
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    async def fill(server):
        async with AsyncExitStack() as stack:
            for _ in range(20):
                visitor = await stack.enter_async_context(server.visit())
                await visitor.start(head_start=0)
        while server.state.connections or server.state.tasks:
            await asyncio.sleep(0.01)

    async def scenario():
        async with served() as server:
            for _ in range(2):  # what is made once is there afterwards
                await fill(server)
            before, start = left(), memory()
            for _ in range(10):
                await fill(server)
            assert left() == before
            # A session that was kept would be about 0.3 MB.
            assert memory() - start < 5

    asyncio.run(scenario())


def test_a_session_after_the_first_imports_nothing():
    code = """
import sys
import commands.dashboard
from dashboard.live.server import warm_up
warm_up()
before = set(sys.modules)
warm_up()
assert set(sys.modules) == before, set(sys.modules) - before
assert "sklearn" in before
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True)


@pytest.mark.skipif(os.name != "posix", reason="signals are sent to another process")
@pytest.mark.parametrize(("sent", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_it_ends_quietly_with_sessions_open(sent, code):
    async def scenario(port):
        strangers = [await asyncio.open_connection(HOST, port) for _ in range(3)]
        for (_, writer), begun in zip(strangers, (b"", b"GET /", GET), strict=True):
            writer.write(begun)
        server = Server(port, None)
        async with server.visit() as playing, server.visit():
            await playing.start()
            await playing.say("play")
            await playing.hear("frame")
            process.send_signal(getattr(signal, sent))
            assert (await playing.closed(within=10))[0] == 1012  # the server goes away
        for _, writer in strangers:
            writer.close()

    command = [sys.executable, "run.py", "dashboard", "--port", "0", "--no-open"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()
            asyncio.run(scenario(int(line.split("/ ")[0].rpartition(":")[2])))
            assert process.wait(10) == code
            assert process.stderr.read() == "run.py: interrupted\n"
        finally:
            process.kill()
