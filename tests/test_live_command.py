"""`run.py dashboard`: where it listens, what it warns of, and what it refuses."""

from __future__ import annotations

import gc
import socket

import pytest
import uvicorn

import run


@pytest.fixture(autouse=True)
def opened(monkeypatch):
    """No server runs and no browser opens; which address would have been opened is kept."""
    addresses = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
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


def test_a_host_that_others_can_reach_is_warned_of(capsys):
    assert run.main(["dashboard", "--port", "0", "--host", "0.0.0.0", "--no-open"]) == 0
    assert "can be reached from other machines" in " ".join(capsys.readouterr().out.split())


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
    [(["--port", "70000"], "port is 70000"), (["--host", "256.1.1.1"], "cannot be listened on")],
)
def test_bad_input_is_one_line(capsys, options, line):
    assert run.main(["dashboard", *options]) == 2
    err = capsys.readouterr().err
    assert line in err
    assert err.count("\n") == 1
