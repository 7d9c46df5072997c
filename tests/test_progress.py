"""How far work is: a bar with the time left on a terminal, elsewhere a line now and then."""

import os
import pty
import re
import sys
import threading
from contextlib import suppress

import pytest

from commands import shared
from commands.shared import progress
from dashboard.live.digits import DigitNetworks
from experiments.article import Setting
from experiments.article_measures import train_and_measure
from experiments.costs import Cost, costing
from experiments.processes import report, run_jobs
from experiments.sweep.trained import qualities


def test_a_bar_with_the_time_left_is_shown_on_a_terminal(monkeypatch):
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with open(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress() as say:
            say("4 of 10 teams", 0.3)
            say("10 of 10 [teams]", 1.0)
    shown = ""
    with suppress(OSError):  # a terminal whose other end is closed says so by an error
        while text := os.read(ours, 65536):
            shown += text.decode()
    os.close(ours)
    assert "10 of 10 [teams]" in shown
    assert "100%" in shown
    assert "left:" in shown


def test_where_no_terminal_looks_on_a_line_is_said_every_half_minute(monkeypatch, capsys):
    now = iter([0, 0, 1, 10, 29, 31, 50, 61])
    monkeypatch.setattr(shared.time, "monotonic", lambda: next(now))
    with progress() as say:
        for done, share in enumerate([0.4, 0.4, 0.45, 0.5, 0.6, 0.65, 0.7]):
            say(f"{done} of 9", share)
    out, err = capsys.readouterr()
    assert out == ""
    # What was done before this run, .4, took no time of it; nor did the start, a second.
    assert err == (
        "run.py: 4 of 9; 60% done, about 60 seconds left\n"
        "run.py: 6 of 9; 70% done, about 60 seconds left\n"
    )


def test_nothing_is_said_in_the_first_half_minute(capsys):
    with progress() as say:
        say("1 of 2", 0.5)
    assert capsys.readouterr() == ("", "")


heard = threading.Event()


@costing(lambda seconds: Cost(seconds))
def half_done(seconds: float) -> float:
    report(0.5)
    assert heard.wait(20)
    return seconds


def test_progress_moves_within_a_job_and_goes_by_the_cost_of_jobs():
    told = []

    def on_progress(what: str, share: float) -> None:
        told.append((what, round(share, 3)))
        if share > 0:
            heard.set()

    heard.clear()
    assert run_jobs({"one": (half_done, (9.0,)), "two": (half_done, (1.0,))}, 1, on_progress) == {
        "one": 9.0,
        "two": 1.0,
    }
    assert told[0] == ("0 of 2 jobs", 0.0)
    assert ("0 of 2 jobs", 0.45) in told
    assert ("1 of 2 jobs, last one", 0.9) in told
    assert told[-1] == ("2 of 2 jobs, last two", 1.0)


@pytest.mark.slow
def test_progress_moves_within_the_job_of_another_process():
    told = []
    jobs = {rate: (qualities, (rate, range(2), 400)) for rate in (0.1, 0.2, 0.3)}
    run_jobs(jobs, 2, lambda what, share: told.append((what, share)))
    of_none = [share for what, share in told if re.match("0 of 3", what)]
    assert 0.01 < max(of_none) < 1


def test_no_network_of_ours_talks_into_the_bar(monkeypatch, capsys):
    """On a terminal `fit` and `evaluate` print what they see, unless they are told not to."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    train_and_measure(Setting(practice=50, epochs=1, hidden=8, data="digits"), [0])
    list(DigitNetworks(0, 0.5, 0.3).train())
    qualities(0.5, range(2), 1)
    assert capsys.readouterr() == ("", "")
