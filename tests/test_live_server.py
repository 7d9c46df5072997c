"""The protocol, through Starlette's test client: who is let in, answered, and closed."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from dashboard.live.access import content_policy
from dashboard.live.limits import Limits, TokenBucket
from dashboard.live.messages import LONGEST
from dashboard.live.server import FULL, IDLE, MALFORMED, TOO_MANY, build_app
from dashboard.texts import load
from simulation.team import Team

pytestmark = pytest.mark.slow

HERE = "http://127.0.0.1:8000"
LIVE = "ws://127.0.0.1:8000/live"
SETUP = {"head_start": 20}


class Page:
    """Talks over a socket as the page does."""

    def __init__(self, socket):
        self.socket = socket

    def say(self, kind, **content):
        self.socket.send_text(json.dumps({"type": kind} | content))

    def start(self, **setup):
        self.say("start", setup=SETUP | setup)
        return self.hear("started")

    def hear(self, kind):
        """The next message of a kind."""
        while True:
            message = json.loads(self.socket.receive_text())
            if message["type"] == kind:
                return message

    def frame(self, rehearsal):
        while (frame := self.hear("frame"))["rehearsal"] < rehearsal:
            pass
        return frame

    def closed(self):
        try:
            while True:
                self.socket.receive_text()
        except WebSocketDisconnect as end:
            return end.code, end.reason


def client_of(**limits):
    return TestClient(build_app(limits=Limits(**limits)), base_url=HERE)


@pytest.fixture
def client():
    return client_of()


@contextmanager
def visit(client, origin=HERE):
    with client.websocket_connect(LIVE, headers={"origin": origin}) as socket:
        yield Page(socket)


def test_a_session_from_hello_to_frames(client):
    with visit(client) as page:
        assert page.hear("hello") == {"type": "hello"}
        assert page.start(seed=3, presenters=4)["names"] == ["A", "B", "C", "D"]
        assert page.frame(0)["playing"] is False
        assert page.hear("network")["epoch"] == 0
        page.say("speed", value=9)
        page.say("play")
        assert page.frame(9)["playing"] is True
        page.say("pause")
        while (frame := page.hear("frame"))["playing"]:
            pass
        page.say("home", left=["B"], right=["C"])
        frame = page.frame(frame["rehearsal"])
        assert [frame["teams"][side]["home"]["away"] for side in ("left", "right")] == [
            ["B"],
            ["C"],
        ]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"type": "dance"}, "dance"),
        ({"no": "type"}, "type"),
        ({"type": "speed", "value": 51}, "value is 51"),
        ({"type": "speed", "value": "4"}, "value is '4'"),
        ({"type": "step", "more": 1}, "more"),
        ({"type": "home", "left": ["Z"], "right": []}, "'Z' cannot be sent home"),
        ({"type": "home", "left": list("ABCDE"), "right": []}, "everybody is sent home"),
        ({"type": "home", "left": "B", "right": []}, "left is 'B'"),
        ({"type": "change", "key": "seed", "value": 1}, "key is 'seed'"),
        ({"type": "change", "key": "trust", "value": 0}, "trust is 0"),
        ({"type": "change", "key": "left", "value": "log:/etc/passwd"}, "presenters are A to E"),
        ({"type": "change", "key": "left", "value": {"a": [1]}}, "not for the page"),
        ({"type": "network", "do": "play", "net_rate": 0.95}, "net_rate is 0.95"),
        ({"type": "start", "setup": {"presenters": 21}}, "presenters is 21"),
        ({"type": "start", "setup": {"colour": "red"}}, "colour"),
        ({"type": "start", "setup": {"left": "rate:1"}}, "absence rate is 1"),
        ({"type": "start", "setup": {"changes": "1:seed=2"}}, "entries look like"),
    ],
    ids=str,
)
def test_what_is_impossible_is_told_in_a_line_and_the_session_goes_on(client, message, line):
    with visit(client) as page:
        page.start()
        page.say("step")
        before = page.frame(1)
        page.socket.send_text(json.dumps(message))
        error = page.hear("error")
        told = error["message"]
        assert error["code"] == "refused"
        assert line in told
        assert "\n" not in told
        assert len(told) < 300
        page.say("home", left=[], right=[])  # asks for nothing but to be shown again
        after = page.hear("frame")
        for frame in (before, after):
            del (
                frame["teams"]["left"]["twin"]["largest"],
                frame["teams"]["right"]["twin"]["largest"],
            )
        assert after == before


MALFORMED_MESSAGES = {
    "no json": "hello",
    "a list": "[1]",
    "a number": "1",
    "nothing": "",
    "deep": "[" * LONGEST,
    "cut off": '{"type": "st',
    "huge": json.dumps({"type": "start", "setup": {"left": "x" * LONGEST}}),
    "huge in bytes": json.dumps({"type": "é" * (LONGEST // 2)}, ensure_ascii=False),
}


@pytest.mark.parametrize("text", MALFORMED_MESSAGES.values(), ids=MALFORMED_MESSAGES)
def test_malformed_messages_close_the_socket_with_a_reason_and_others_stay(client, text):
    with visit(client) as other:
        other.start()
        other.frame(0)
        with visit(client) as page:
            page.start()
            page.socket.send_text(text)
            code, reason = page.closed()
            assert code == MALFORMED
            assert "messages are" in reason
        other.say("step")
        assert other.frame(1)["rehearsal"] == 1


def test_bytes_are_no_message(client):
    with visit(client) as page:
        page.socket.send_bytes(b'{"type": "play"}')
        assert page.closed()[0] == MALFORMED


def test_too_many_messages_close_the_socket_and_others_stay():
    client = client_of(burst=10, rate=0.001)
    with visit(client) as other, visit(client) as page:
        other.start()
        for _ in range(11):
            page.say("play")
        assert page.closed() == (TOO_MANY, "too many messages")
        other.say("step")
        assert other.frame(1)["rehearsal"] == 1


def test_a_bucket_fills_up_again():
    bucket = TokenBucket(Limits(burst=3, rate=2.0), now=0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(2.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(1e6 + 0.1 * k) for k in range(8)] == [True] * 3 + [False] * 5


def test_the_next_page_is_told_that_the_server_is_full_until_somebody_leaves():
    client = client_of(sessions=2)
    with visit(client) as first:
        first.start()
        with visit(client) as second:
            second.start()
            with visit(client) as third:
                assert third.closed() == (FULL, "full")
            second.say("step")
            assert second.frame(1)["rehearsal"] == 1
        with visit(client) as again:
            assert again.start()["names"]


def test_a_page_that_never_starts_is_closed():
    with visit(client_of(start_within=0.05)) as page:
        assert page.closed() == (IDLE, "idle too long")


def test_a_page_that_falls_silent_is_closed():
    with visit(client_of(idle_after=0.05)) as page:
        page.start()
        begun = time.monotonic()
        assert page.closed() == (IDLE, "idle too long")
        assert time.monotonic() - begun < 10  # it is no longer given the time to start


def test_two_sessions_do_not_touch_each_other(client):
    with visit(client) as first, visit(client) as second:
        first.start(seed=1)
        second.start(seed=1)
        start = second.frame(0)
        first.say("change", key="learning_rate", value=0.5)
        first.say("home", left=["A"], right=[])
        for _ in range(3):
            first.say("step")
        first.frame(3)
        second.say("step")
        after = second.frame(1)
        assert after["teams"]["left"]["home"]["away"] == []
    with visit(client) as alone:
        alone.start(seed=1)
        assert alone.frame(0) == start
        alone.say("step")
        assert alone.frame(1)["teams"] == after["teams"]


def test_a_session_is_freed_when_its_page_leaves(client):
    def teams():
        gc.collect()
        # Not isinstance: it asks each thing for its class, and some of PyTorch's then warn.
        return sum(issubclass(type(thing), Team) for thing in gc.get_objects())

    before = teams()
    for seed in range(3):
        with visit(client) as page:
            page.start(seed=seed)
            page.frame(0)
            assert teams() == before + 2
        assert teams() == before


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:8001",
        "file://",
        "http://127.0.0.1:8000.evil",
    ],
)
def test_a_socket_from_another_page_is_refused(client, origin):
    with pytest.raises(WebSocketDenialResponse) as denied, visit(client, origin=origin):
        pass
    assert denied.value.status_code == 403
    assert f"open {HERE}/ in a browser" in denied.value.text
    name = "evil.example" if origin == "http://evil.example" else ""
    assert f"start the server with --host-name {name}" in denied.value.text


@pytest.mark.parametrize("origin", ["https://talk.example", "http://talk.example:8080"])
@pytest.mark.parametrize("host", ["talk.example", "127.0.0.1:8000"])
def test_a_proxy_that_goes_by_a_name_given_is_let_in(origin, host):
    client = TestClient(build_app(fronts=["talk.example"]), base_url=HERE)
    headers = {"host": host, "origin": origin}
    assert client.get("/", headers=headers).status_code == 200
    with client.websocket_connect(LIVE, headers=headers) as socket:
        assert Page(socket).hear("hello")


def test_a_name_of_this_machine_is_not_one_of_a_proxy():
    # Or a page of whatever else it serves, on another port, could open our sockets.
    client = TestClient(build_app({"box"}), base_url=HERE)
    with pytest.raises(WebSocketDenialResponse), visit(client, origin="http://box:9"):
        pass


@pytest.mark.parametrize("taken_off", [False, True])
def test_under_a_path_all_is_served_whether_or_not_a_proxy_takes_it_off(taken_off):
    client = TestClient(build_app(path="/a/b"), base_url=HERE)
    at = "" if taken_off else "/a/b"
    assert "<h1" in client.get(f"{at}/").text
    for path in ("/page/main.js", "/page/resources.js"):
        assert client.get(at + path).status_code == 200
    with client.websocket_connect(f"ws://127.0.0.1:8000{at}/live", headers={"origin": HERE}) as one:
        assert Page(one).hear("hello")
    assert client.get("/a/b/c").status_code == 404


def test_a_path_without_its_slash_leads_to_the_page():
    client = TestClient(build_app(path="/a/b"), base_url=HERE, follow_redirects=False)
    answer = client.get("/a/b")
    assert (answer.status_code, answer.headers["location"]) == (308, "/a/b/")
    refused = client.get("/a/b/", headers={"host": "evil.example"})
    assert f"open {HERE}/a/b/, or" in refused.text


def test_a_socket_without_an_origin_is_refused(client):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE):
        pass


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("evil.example", "evil.example"),
        ("Evil.example:8000", "evil.example"),
        ("127.0.0.1.nip.io", "127.0.0.1.nip.io"),
        ("", "NAME"),
        ("[", "NAME"),
        ("a b", "NAME"),
    ],
)
def test_a_host_that_this_is_not_is_refused_with_what_to_do(client, host, name):
    line = (
        f"This server does not go by the name that it was asked by: open {HERE}/, or start it with "
        f"--host-name {name}.\n"
    )
    refused = client.get("/", headers={"host": host})
    assert (refused.status_code, refused.text) == (403, line)
    headers = {"host": host, "origin": f"http://{host}"}
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        client.websocket_connect(LIVE, headers=headers),
    ):
        pass
    assert (denied.value.status_code, denied.value.text) == (403, line)


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost:8000", "[::1]:8000", "10.1.2.3", "box"])
def test_hosts_by_which_this_server_can_be_meant(host):
    client = TestClient(build_app({"box"}), base_url=HERE)
    assert client.get("/", headers={"host": host}).status_code == 200


def test_every_answer_has_a_strict_policy(client):
    for path in ("/", "/page/main.js", "/page/resources.js", "/nothing"):
        headers = client.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert "unsafe" not in policy["script-src"] + policy["style-src"]
        assert policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'self'"
        assert policy["worker-src"] == "'self'"
        assert headers["x-content-type-options"] == "nosniff"


def test_the_policy_allows_the_import_map_alone_of_what_stands_in_the_page():
    policy = content_policy('<script type="importmap">{}</script><script>evil()</script>')
    # printf '{}' | openssl dgst -sha256 -binary | base64
    assert "script-src 'self' 'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o='" in policy


def test_files_are_served_and_nothing_beside_them(client):
    assert "<h1" in client.get("/").text
    answer = client.get("/page/resources.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    line = next(line for line in answer.text.splitlines() if line.startswith("export const TEXTS"))
    texts = json.loads(line.removeprefix("export const TEXTS = ").removesuffix(";"))
    assert texts == {language: load("page", language) for language in ("en", "ja")}
    for path in ("/page/../server.py", "/page/%2e%2e/server.py", "/page//etc/passwd"):
        assert client.get(path).status_code == 404
    assert client.post("/").status_code == 405


writes: list[str] = []
watching = False


def note_writes(event, arguments):
    if watching and event == "open":
        path, mode, flags = arguments
        if (mode and set(mode) & set("wax+")) or (flags or 0) & (os.O_WRONLY | os.O_RDWR):
            writes.append(str(path))


def test_nothing_is_written_to_disk(client, monkeypatch):
    sys.addaudithook(note_writes)  # stays for the process's life, and only listens here
    monkeypatch.setattr(sys.modules[__name__], "watching", True)
    writes.clear()
    with visit(client) as page:
        page.start(at=5, epochs=1)
        page.frame(5)
        page.say("home", left=["B"], right=["B"])
        page.say("change", key="left", value="rota:1")
        page.hear("changed")
        page.socket.send_text("nonsense")
        page.closed()
    assert writes == []
    open(os.devnull, "w").close()  # it would have been heard
    assert writes == [os.devnull]
