"""How a command ends by a signal, whatever the signal meets."""

from __future__ import annotations

import os
import signal
import time

import pytest

from commands.ending import Ending


@pytest.fixture
def ending():
    begun = Ending()
    yield begun
    begun.give_back()


def send(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)
    time.sleep(5)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_in_one_line_with_its_own_exit_code(ending, capsys, number, code):
    cleared = []

    def work():
        try:
            send(number)
        except KeyboardInterrupt as interrupt:
            interrupt.add_note("so much is done")
            raise
        finally:
            cleared.append(True)

    assert ending.of(work) == code
    assert capsys.readouterr().err == "run.py: interrupted; so much is done\n"
    assert cleared == [True]


def test_it_counts_as_interrupted_whatever_the_signal_becomes_on_its_way(ending, capsys):
    def work():
        try:
            send()
        except KeyboardInterrupt:
            raise ImportError("an extension could not be initialised") from None

    assert ending.of(work) == 130
    assert capsys.readouterr().err == "run.py: interrupted\n"


def test_a_signal_that_met_only_garbage_is_sent_again(ending, capsys):
    class Garbage:
        def __del__(self):
            send()

    def work():
        Garbage()
        time.sleep(5)

    assert ending.of(work) == 130
    assert capsys.readouterr().err == "run.py: interrupted\n"


def test_a_second_one_leaves_what_clears_up_alone(ending):
    cleared = []

    def work():
        try:
            send()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            cleared.append(True)

    assert ending.of(work) == 130
    assert cleared == [True]


def test_a_fault_of_ours_keeps_its_traceback(ending):
    with pytest.raises(ZeroDivisionError):
        ending.of(lambda: 1 // 0)


def test_afterwards_signals_do_what_they_did_before():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    ending = Ending()
    assert signal.getsignal(signal.SIGTERM) != before[1]
    ending.give_back()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
