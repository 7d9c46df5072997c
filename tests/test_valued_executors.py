"""Calls at once: the figures are the same through any executor, and what ends them."""

import multiprocessing
import os
import pickle
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from functions import Counted, rolled, weighed

from simulation import InputError
from simulation import coalitions as c
from simulation.coalitions import Game


@pytest.mark.parametrize("workers", [1, 3])
def test_figures_are_the_same_with_any_number_of_threads(workers):
    alone = Game.of(rolled, 5, repeats=2)
    with ThreadPoolExecutor(workers) as executor:
        game = Game.of(rolled, 5, repeats=2, executor=executor)
        np.testing.assert_array_equal(c.coalition_values(game), c.coalition_values(alone))
        found = c.shapley_within(game, 200)
    assert found == c.shapley_within(alone, 200)


@pytest.mark.slow
def test_figures_are_the_same_with_other_processes():
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as executor:
        game = Game.of(rolled, 4, repeats=2, executor=executor)
        found = c.coalition_values(game)
        with pytest.raises(InputError, match=r"^value failed for nobody \(.*(pickle|local object)"):
            Game.of(lambda mask: 1.0, 4, executor=executor).quality(np.zeros((1, 4), dtype=bool))
    np.testing.assert_array_equal(found, c.coalition_values(Game.of(rolled, 4, repeats=2)))


class Remembers(ThreadPoolExecutor):
    """Does not do again what it is handed again, as Dask's executor does not."""

    def __init__(self):
        super().__init__(1)
        self.known = {}

    def submit(self, function, value, *given):
        key = pickle.dumps(given)
        if key not in self.known:
            self.known[key] = super().submit(function, value, *given)
        return self.known[key]


def test_calls_for_the_same_members_are_calls_of_their_own_to_any_executor():
    chance = np.random.default_rng(0)
    with Remembers() as executor:
        game = Game.of(lambda mask: chance.normal(), 2, repeats=8, executor=executor)
        rounds = game.qualities(np.ones((1, 2), dtype=bool))
    assert len({*rounds[0].tolist()}) == 9


def fails_for_two(mask):
    if mask.sum() == 2:
        raise ZeroDivisionError("no\nmodel")
    return weighed(mask)


@pytest.mark.parametrize("workers", [0, 3])
def test_what_fails_is_told_in_one_line_and_what_was_measured_is_kept(workers, tmp_path):
    path = tmp_path / "calls.sqlite"
    executor = ThreadPoolExecutor(workers) if workers else None
    game = Game.of(fails_for_two, ["A", "B", "C"], path=path, executor=executor)
    with pytest.raises(
        InputError,
        match=r"^value failed for [ABC], [ABC] \(ZeroDivisionError: no model\): mend it and ask "
        r"again, what \d other calls gave is kept in .*calls.sqlite$",
    ) as told:
        c.coalition_values(game)
    assert isinstance(told.value.__cause__, ZeroDivisionError)
    kept = game.calls
    assert 3 <= kept <= 5
    if executor is not None:
        executor.shutdown()
    value = Counted(weighed)
    mended = Game.of(value, ["A", "B", "C"], path=path)
    assert c.coalition_values(mended).tolist() == [weighed(m) for m in c.all_coalitions(3)]
    assert len(value.masks) == 8 - kept


def test_after_a_failure_no_more_calls_are_begun_but_those_that_had_begun_are_kept():
    begun, may_end = threading.Semaphore(0), threading.Event()
    called = []

    def value(mask):
        called.append(mask)
        if not mask.any():
            begun.acquire()
            raise ValueError("nobody")
        begun.release()
        may_end.wait(10)
        return 1.0

    threading.Timer(0.2, may_end.set).start()
    with ThreadPoolExecutor(2) as executor:
        game = Game.of(value, 9, executor=executor)  # more than are handed over at once
        with pytest.raises(InputError, match="value failed for nobody"):
            c.coalition_values(game)
    assert len(called) <= 4
    assert game.calls == len(called) - 1


def test_an_executor_that_was_shut_down_is_told():
    with ThreadPoolExecutor(1) as executor:
        game = Game.of(weighed, 2, executor=executor)
    with pytest.raises(InputError, match=r"^the executor takes no calls \(cannot schedule"):
        game.quality(np.ones((1, 2), dtype=bool))


@pytest.mark.parametrize("workers", [0, 2])
def test_ctrl_c_gives_what_was_measured_so_far(workers):
    done = []

    def value(mask, rng):
        done.append(mask)
        if len(done) == 100:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
        return rolled(mask, rng)

    executor = ThreadPoolExecutor(workers) if workers else None
    game = Game.of(value, 5, repeats=2, budget=400, executor=executor)
    found = c.shapley_within(game)
    assert found.interrupted
    assert found.asked <= game.calls < 150
    undisturbed = c.shapley_within(Game.of(rolled, 5, repeats=2, budget=found.asked))
    assert found.shapley == undisturbed.shapley
    assert c.shapley_within(game).asked == 400
    if executor is not None:
        executor.shutdown()


def test_ctrl_c_before_there_is_anything_to_say_is_ctrl_c():
    def value(mask):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        c.shapley_within(Game.of(value, 5, budget=400))
