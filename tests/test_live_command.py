"""`run.py dashboard`: where it listens, what it warns of, and what it refuses."""

from __future__ import annotations

import gc
import socket

import pytest
import uvicorn

import run
from dashboard.live.listening import listen_on, reach_of


@pytest.fixture(autouse=True)
def opened(monkeypatch):
    """No server runs and no browser opens; which address would have been opened is kept."""
    addresses = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    monkeypatch.setattr("commands.dashboard.warm_up", lambda: None)
    monkeypatch.setattr("webbrowser.open", addresses.append)
    yield addresses
    gc.unfreeze()  # the tests after these have garbage of their own


def test_it_listens_on_the_loopback_and_opens_the_browser(capsys, opened):
    assert run.main(["dashboard", "--port", "0"]) == 0
    out = capsys.readouterr().out
    (address,) = opened
    assert address.startswith("http://127.0.0.1:")
    assert address in out
    assert "Warning" not in out


def test_no_open_opens_nothing(opened):
    assert run.main(["dashboard", "--port", "0", "--no-open"]) == 0
    assert opened == []


def test_a_host_that_others_can_reach_is_warned_of(capsys, opened):
    assert run.main(["dashboard", "--port", "0", "--host", "0.0.0.0"]) == 0
    out = capsys.readouterr().out
    (address,) = opened
    assert address.startswith("http://localhost:")
    assert address in out
    assert "can be reached from other machines" in out
    assert f"http://{socket.gethostname().lower()}:" in out
    assert "0.0.0.0" not in out


def test_the_path_and_names_given_are_told(capsys, opened):
    options = ["--root-path", "/talk", "--host-name", "one.example", "--host-name", "two.example"]
    assert run.main(["dashboard", "--port", "0", *options]) == 0
    out = " ".join(capsys.readouterr().out.split())
    (address,) = opened
    assert address.endswith("/talk/")
    assert address in out
    assert "answers to one.example and two.example too" in out


def resolving_to(monkeypatch, *addresses):
    """Let every name be that of these addresses."""
    answers = [
        (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0))
        for one in addresses
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)


def test_a_name_is_judged_by_what_it_stands_for(capsys, opened, monkeypatch):
    resolving_to(monkeypatch, "127.0.0.1")
    assert run.main(["dashboard", "--port", "0", "--host", "talk.example"]) == 0
    assert opened[0].startswith("http://127.0.0.1:")
    assert "Warning" not in capsys.readouterr().out
    resolving_to(monkeypatch, "0.0.0.0")
    assert run.main(["dashboard", "--port", "0", "--host", "localhost"]) == 0
    assert opened[1].startswith("http://localhost:")
    assert "Warning" in capsys.readouterr().out


@pytest.mark.parametrize("host", ["0.0.0.0", "::"] if socket.has_dualstack_ipv6() else ["0.0.0.0"])
def test_the_addresses_told_open(host):
    with listen_on(host, 0) as listening:
        reach = reach_of(listening, host)
        # Whether this machine's own name is known in its network is not for us to test.
        told = [reach.here, *(one for one in reach.elsewhere if one[7].isdigit())]
        for address in told:
            name, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
            socket.create_connection((name, int(port)), timeout=10).close()
        assert {socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"} < reach.names


def test_a_loopback_goes_by_no_name_but_the_one_it_was_given():
    with listen_on("127.0.0.1", 0) as listening:
        assert reach_of(listening, "Box").names == {"box"}
        assert reach_of(listening, "Box").elsewhere == ()


def test_a_port_that_is_taken_is_one_line(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run.main(["dashboard", "--port", str(port)]) == 2
    err = capsys.readouterr().err
    assert "cannot be listened on" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--port", "70000"], "port is 70000"),
        *(
            (["--port", "0", "--host", host], "no machine is known by that name")
            for host in (
                "256.1.1.1",
                "a..b",
                "",
                " ",
                "a b",
                "x" * 300,
                "é..é",
                "\udcff",
                "a\0b",
                "a\nb",
            )
        ),
        (["--port", "0", "--host", "192.0.2.1"], "assign requested address"),
        *(
            (["--port", "0", "--host-name", name], "host-name is")
            for name in (
                "http://talk.example",
                "talk:80",
                "",
                "a b",
                "a..b",
                "*.example",
                "a/",
                "\0",
            )
        ),
        *(
            (["--port", "0", "--root-path", path], "root-path is")
            for path in ("talk", "//talk", "/talk//", "/a/../b", "/a?b", "/a b", "/%61", "\\a")
        ),
    ],
)
def test_bad_input_is_one_line(capsys, options, line):
    assert run.main(["dashboard", *options]) == 2
    err = capsys.readouterr().err
    assert line in err
    assert err.count("\n") == 1
