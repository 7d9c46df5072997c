"""The server's door: whatever comes is answered or closed, and nobody else notices."""

from __future__ import annotations

import asyncio
import json

import pytest
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st
from served import answer, served

from dashboard.live.frames import frame
from dashboard.live.limits import Limits
from dashboard.live.messages import LONGEST
from dashboard.live.pair import Pair
from dashboard.live.server import MALFORMED
from dashboard.live.setup import Setup

CLOSES = {1000, 1002, 1003, 1005, 1007, 1009, MALFORMED}
"""Never 1006 or 1011: those are for what went wrong in the server."""
SETUP = {"head_start": 0, "presenters": 2}

laws = st.from_regex(r"(everyone|rate:0\.\d|absent:-?\d{1,9}|rota(:\d)?|log:/etc/\w+|\w*:.{0,9})")
names = st.lists(st.sampled_from(["A", "B", "Z", ""]), max_size=4)
texts = st.text(st.characters(exclude_categories=[]), max_size=20) | laws
numbers = st.integers() | st.floats() | st.just(10**4000)
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(texts, some, max_size=3),
    max_leaves=5,
)
counts = st.integers(-1, 40)
fields = {
    "value": counts | laws | anything,
    "key": st.sampled_from(["left", "right", "learning_rate", "trust"]) | anything,
    "left": names | anything,
    "right": names | anything,
    "do": st.sampled_from(["play", "pause", "reset"]) | anything,
    "net_rate": st.floats(-1, 2) | anything,
    "label_noise": st.floats(-1, 2) | anything,
    "setup": st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(Setup.model_fields, counts | laws | anything),
    )
    | anything,
}
KINDS = ["start", "play", "pause", "step", "speed", "home", "change", "network"]
messages = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS) | anything}, optional=fields
) | st.dictionaries(texts, anything, max_size=4)
as_text = messages.map(json.dumps) | st.sampled_from(["[" * LONGEST, '{"a":' * 700, "NaN", ""])
data = as_text.map(str.encode) | st.binary(max_size=200) | st.just(b" " * (LONGEST + 1))


def packed(opcode, content, whole):
    """A frame, also one that no client would send; its mask is zeros."""
    size = len(content)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2)
    return bytes([whole << 7 | opcode]) + length + bytes(4) + content


frames = st.builds(
    packed, st.just(1) | st.integers(0, 15), data, st.sampled_from([True, True, True, False])
)


@pytest.fixture
def house(capfd, caplog):
    """A loop with a server, and one who steps there; nothing is logged, and the steps are right."""
    with asyncio.Runner() as runner:
        place = served()
        server = runner.run(place.__aenter__())
        entering = server.visit()
        other = runner.run(entering.__aenter__())
        runner.run(other.start(**SETUP))
        held = 0

        async def with_a_step(work):
            nonlocal held
            await work(server)
            await asyncio.sleep(1 / Limits().rate)  # else it would be too many messages
            await other.say("step")
            held = (last := await other.hear("frame"))["rehearsal"]
            return last

        yield lambda work: runner.run(with_a_step(work))
        last = runner.run(with_a_step(lambda server: asyncio.sleep(0)))
        runner.run(entering.__aexit__(None, None, None))
        runner.run(place.__aexit__(None, None, None))
    alone = Pair(Setup(**SETUP))
    for _ in range(held):
        alone.rehearse()
    quality = [side["quality"] for side in frame(alone, playing=False)["teams"].values()]
    assert [side["quality"] for side in last["teams"].values()] == quality
    assert capfd.readouterr().err == ""
    assert caplog.records == []


@given(sent=st.lists(frames, min_size=1, max_size=4), started=st.booleans())
@examples(70)
def test_every_message_is_answered_or_closes_its_socket_alone(house, sent, started):
    async def visit(server):
        async with server.visit() as visitor:
            if started:
                await visitor.say("start", setup=SETUP)
            for one in sent:
                visitor.socket.transport.write(one)
            await visitor.say("the last")
            while reply := await visitor.hear("error"):
                assert "\n" not in reply["message"]
                assert len(reply["message"]) < 1_000
                if "the last" in reply["message"]:
                    return
            assert visitor.socket.close_code in CLOSES

    house(visit)


tokens = st.text(st.characters(max_codepoint=255), max_size=12)
paths = st.sampled_from(
    [
        "/",
        "/live",
        "/page/main.js",
        "/page/../server.py",
        "/page/%00",
        "/%ff",
        "//",
        "*",
        "http://a/",
    ]
)
NAMES = """Host Origin Upgrade Connection Content-Length Transfer-Encoding Range Expect
Sec-WebSocket-Version Sec-WebSocket-Key Sec-WebSocket-Extensions If-None-Match"""
VALUES = """localhost http://localhost websocket Upgrade 13 chunked bytes=9-1 -1 100-continue
AAAAAAAAAAAAAAAAAAAAAA=="""
headers = st.tuples(
    st.sampled_from(NAMES.split()) | tokens,
    st.sampled_from([*VALUES.split(), "9" * 5_000]) | tokens,
)


@given(
    method=st.sampled_from(["GET", "GET", "HEAD", "POST", "OPTIONS", "PRI"]) | tokens,
    path=paths | tokens,
    version=st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", ""]),
    lines=st.lists(headers, max_size=6),
    upgrades=st.booleans(),
    body=st.binary(max_size=40),
)
@examples(30)
def test_every_request_is_answered_or_hung_up(house, method, path, version, lines, upgrades, body):
    if upgrades:
        lines = [("Host", "localhost"), ("Connection", "Upgrade"), ("Upgrade", "websocket"), *lines]
    request = f"{method} {path} {version}\r\n"
    request += "".join(f"{name}: {value}\r\n" for name, value in lines)

    async def call(server):
        reader, writer = await server.dial()
        writer.write(request.encode("latin-1") + b"\r\n" + body)
        writer.write_eof()
        said = await answer(reader)
        # What comes is refused or given, and never a fault of the server.
        assert not said or said.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4", b"HTTP/1.1 1"))
        writer.close()

    house(call)
