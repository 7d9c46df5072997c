"""A game of anybody's function: what is asked of it, what is kept, what is refused."""

import functools
import multiprocessing
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from simulation import InputError, independent
from simulation import coalitions as c
from simulation.coalitions import Game
from simulation.coalitions.game import Described
from simulation.parts import on_sets

ROOT = Path(__file__).parents[1]


def weighed(mask):
    """Anyone counts, and the first two need each other."""
    return float(mask @ np.arange(1.0, len(mask) + 1)) + 5.0 * mask[:2].all()


def of_three(mask):
    """Any one of the first three is enough; the rest add a little each."""
    return float(mask[:3].any()) + 0.01 * float(mask[3:].sum())


def rolled(mask, rng):
    return weighed(mask) + rng.normal()


class Counted:
    """A function that knows what it was called for."""

    def __init__(self, value):
        self.value, self.masks = value, []

    def __call__(self, mask):
        self.masks.append(tuple(mask.tolist()))
        return self.value(mask)


def test_a_mask_is_called_once_whatever_is_asked():
    value = Counted(weighed)
    game = Game.of(value, ["A", "B", "C"])
    everyone = np.ones((3, 3), dtype=bool)
    assert game.quality(everyone).tolist() == [11, 11, 11]
    values = c.coalition_values(game)
    assert values.tolist() == [weighed(mask) for mask in c.all_coalitions(3)]
    c.pair_synergy(game)
    assert len(value.masks) == len({*value.masks}) == game.calls == 8
    assert game.members == ("A", "B", "C")
    assert Game.of(weighed, 3).members == ("0", "1", "2")


def test_what_the_function_does_to_its_mask_does_no_harm():
    def spoils(mask):
        mask[:] = False
        return 1.0

    game = Game.of(spoils, 2)
    masks = np.ones((2, 2), dtype=bool)
    game.quality(masks)
    assert masks.all()
    assert game.calls == 1


def test_every_measure_takes_it():
    law = independent(6, 0.3)
    game = Game.of(of_three, 6)
    values = c.coalition_values(game)
    shares = c.shapley_values(values)
    assert c.quality_kept(game, 1).worst == pytest.approx(1.02)
    assert c.ablation_curve(game, 0, [0, 0.5, 1], reading="nobody covers")[0] == pytest.approx(1.03)
    assert c.fragility(values, law).total > 0
    assert c.bus_factor(values) == 3
    assert c.dependence(game, law, 0).bus_factor == 3
    assert c.effective_carriers(shares) == pytest.approx(c.dependence(game, law, 0).carriers.value)
    assert c.estimates.measured(game, 0).shapley[0].value == pytest.approx(1 / 3)
    assert c.dependence(Game.of(of_three, 24), independent(24, 0.3), 0).sampled


@pytest.mark.parametrize(
    "needs_answers", [c.solo_quality, c.answer_shares, c.agreement, c.co_adaptation_score]
)
def test_measures_of_answers_say_in_one_line_that_it_gives_none(needs_answers):
    with pytest.raises(InputError, match="must be of the class AdditiveGame"):
        needs_answers(Game.of(weighed, 3))


@pytest.mark.parametrize("name", ["shapley_values", "bus_factor"])
def test_measures_of_values_say_in_one_line_what_they_take(name):
    with pytest.raises(
        InputError, match=r"^coalition values is <game of 3 members.*array of numbers$"
    ):
        getattr(c, name)(Game.of(weighed, 3))


@pytest.mark.parametrize("n", [6, 30])
def test_stand_ins_of_three_that_leave_one_out_and_all_pairs_do_not_see(n):
    game = Game.of(of_three, n, budget=1_000)
    synergy, full = c.pair_synergy(game), game.quality(np.ones((1, n), dtype=bool))
    without = game.quality(~np.eye(n, dtype=bool))
    assert np.abs(full - without)[:3].max() < 1e-12
    assert np.abs(synergy).max() < 1e-12
    found = c.shapley_within(game)
    assert game.calls <= 1_000
    for j in range(n):
        true = 1 / 3 if j < 3 else 0.01
        estimate = found.shapley[j]
        assert abs(estimate.value - true) < max(4 * estimate.error if n == 30 else 0, 1e-9)
        assert estimate.exact == (n == 6)
    assert found.values[:3].min() > 0.3


def test_a_value_for_each_example_lets_examples_be_left_out():
    rng = np.random.default_rng(0)
    scores = rng.random((4, 57))
    game = Game.of(lambda mask: (mask @ scores) > 1, 4, name="accuracy")
    masks = c.all_coalitions(4)
    np.testing.assert_allclose(
        game.qualities(masks), [on_sets((mask @ scores > 1).astype(float)) for mask in masks]
    )
    assert game.described() == Described(57, "accuracy")
    assert Game.of(lambda mask: mask @ scores, 4).described().examples == 57
    assert c.estimates.measured(game, 0).complete.over == ("examples",)


def test_fill_the_time_is_refused_unless_the_function_says_what_it_means():
    game = Game.of(weighed, 3)
    with pytest.raises(InputError, match=r"^'fill the time' has no meaning for value\(mask\): ask"):
        c.ablation_curve(game, 0, [0.5])
    assert game.calls == 0

    def scaled(mask, reading):
        return mask.sum() * (len(mask) / max(1, mask.sum()) if reading == "fill the time" else 1)

    game = Game.of(scaled, 4)
    assert c.coalition_values(game, "fill the time")[1:].tolist() == [4] * 15
    assert c.coalition_values(game)[3] == 2


def test_calls_that_are_noisy_are_averaged_and_their_chance_is_the_seeds():
    masks = c.all_coalitions(3)
    game = Game.of(rolled, 3, repeats=400, seed=1)
    mean = game.quality(masks)
    assert game.calls == 8 * 400
    assert np.abs(mean - [weighed(mask) for mask in masks]).max() < 4.5 / 20
    some = Game.of(rolled, 3, repeats=400, seed=1)
    np.testing.assert_array_equal(some.quality(masks[::-1])[::-1], mean)
    assert (Game.of(rolled, 3, repeats=400, seed=2).quality(masks) != mean).all()
    columns = game.qualities(masks)
    np.testing.assert_allclose(columns[:, 0], mean, rtol=1e-12)
    parts = on_sets(np.array([[called(game, mask, r) for r in range(400)] for mask in masks]))
    np.testing.assert_array_equal(columns, parts)


def called(game, mask, repeat):
    calls = game.caller.calls(mask[None], np.array([repeat]), "nobody covers")
    return game.caller.made(calls)[0, 0]


def test_intervals_of_all_measures_let_noisy_calls_vary():
    """Coverage of 100 repeats, each with six rounds of calls; the bounds are the binomial's."""
    true = c.shapley_values([weighed(mask) for mask in c.all_coalitions(3)])
    covered = {"complete": 0, "alone": 0, "shapley": 0}
    for seed in range(100):
        found = c.estimates.measured(Game.of(rolled, 3, repeats=6, seed=seed), 0)
        assert found.complete.over == found.shapley[0].over == ("calls",)
        assert "no examples" in found.warnings
        for name, one, truth in (
            ("complete", found.complete, 11.0),
            ("alone", found.alone[2], 3.0),
            ("shapley", found.shapley[1], true[1]),
        ):
            covered[name] += one.low <= truth <= one.high
    least, most = binom.ppf([1e-4, 1 - 1e-4], 100, 0.95)
    assert all(least <= times <= most for times in covered.values()), covered


def test_a_budget_is_kept_and_what_needs_more_is_refused_before_it_is_called():
    value = Counted(weighed)
    game = Game.of(value, 4, budget=10)
    game.quality(np.eye(4, dtype=bool))
    with pytest.raises(
        InputError, match=r"^this takes 12 calls of value more, but of the budget of 10 .* 6 left:"
    ):
        c.coalition_values(game)
    assert len(value.masks) == 4
    game.quality(~np.eye(4, dtype=bool))
    assert len(value.masks) == game.calls == 8


@pytest.mark.parametrize("n", [4, 30])
def test_a_budget_is_not_spent_on_what_it_does_not_allow_as_a_whole(n):
    game = Game.of(weighed, n, budget=30, repeats=2)
    with pytest.raises(
        InputError, match=r"^this takes about \d+ calls of value, but the budget is"
    ):
        c.estimates.measured(game, 0)
    assert game.calls <= 2  # by which it is known what it is judged on
    enough = Game.of(weighed, 4, budget=32, repeats=2)
    assert c.estimates.measured(enough, 0).exact


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


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ("good", "is 'good', but must be an array of numbers"),
        (None, "is None, but must be an array of numbers"),
        (np.nan, "not all numbers are finite"),
        (np.zeros((2, 2)), r"has the shape \(2, 2\), but must be a number, or \(M,\)"),
        ([], r"has the shape \(0,\)"),
    ],
)
def test_what_is_no_value_is_refused_and_not_kept(gives, said):
    game = Game.of(lambda mask: gives, ["A", "B"])
    with pytest.raises(InputError, match=f"^what value gave for B:? ?{said}"):
        game.quality(np.array([[False, True]]))
    assert game.calls == 0


def test_values_of_other_examples_are_refused():
    game = Game.of(lambda mask: np.ones(2 + mask.sum()), 2)
    with pytest.raises(InputError, match=r"^a call gave 3 numbers, another 2: value must always"):
        c.coalition_values(game)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": 3}, "value is 3, but must be a function"),
        ({"members": 0}, "members is 0, but must be"),
        ({"members": 10**12}, "members is 10"),
        ({"members": ["A", "A"]}, r"members is \['A', 'A'\], but must be their number or their"),
        ({"members": []}, "members is"),
        ({"members": "AB"}, "members is 'AB', but must be a list"),
        ({"repeats": 0}, "repeats is 0"),
        ({"budget": 0}, "budget is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"path": 3}, "the file of calls is named by int"),
        ({"executor": 4}, "executor is 4, but must be of the class Executor"),
        ({"name": None}, "name is None"),
    ],
)
def test_what_is_no_game_is_refused(changed, said):
    with pytest.raises(InputError, match=f"^{said}"):
        Game.of(**{"value": weighed, "members": 3, **changed})


def test_another_games_file_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "calls.sqlite"
    Game.of(weighed, ["A", "B"], path=path).quality(np.ones((1, 2), dtype=bool))
    before = path.read_bytes()
    for game, said in (
        ({"members": ["A", "C"]}, r"whose members is \['A', 'B'\], not \['A', 'C'\]: name another"),
        ({"name": "recall"}, "whose name is 'quality', not 'recall'"),
        ({"value": rolled}, "whose seed is None, not 0"),
    ):
        with pytest.raises(InputError, match=f"holds the calls of another game, {said}"):
            Game.of(**{"value": weighed, "members": ["A", "B"], "path": path, **game})
    assert path.read_bytes() == before


def test_files_that_hold_no_calls_are_refused_and_left_as_they_are(tmp_path):
    text, other = tmp_path / "text", tmp_path / "other"
    text.write_text("not a database at all" * 100)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    for path, said in (
        (text, "it is no file of calls, or is damaged"),
        (other, "holds something else than calls of a game"),
        (tmp_path, "calls cannot be kept there"),
        (tmp_path / "no" / "calls", "there is no folder"),
    ):
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(InputError, match=said):
            Game.of(weighed, 2, path=path)
        assert before == (path.read_bytes() if path.is_file() else None)


def test_a_damaged_call_is_refused(tmp_path):
    path = tmp_path / "calls.sqlite"
    Game.of(weighed, 2, path=path).quality(np.ones((1, 2), dtype=bool))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE calls SET value = x'00'")
    connection.close()
    with pytest.raises(InputError, match=r"is damaged where it holds '11': name another file$"):
        Game.of(weighed, 2, path=path)


def test_an_executor_that_was_shut_down_is_told():
    with ThreadPoolExecutor(1) as executor:
        game = Game.of(weighed, 2, executor=executor)
    with pytest.raises(InputError, match=r"^the executor takes no calls \(cannot schedule"):
        game.quality(np.ones((1, 2), dtype=bool))


def test_more_calls_than_fit_are_refused():
    with pytest.raises(InputError, match=r"^the calls would take"):
        Game.of(weighed, 2, repeats=10**9).quality(np.ones((1, 2), dtype=bool))


def test_two_processes_at_once_are_told(tmp_path):
    path = tmp_path / "calls.sqlite"
    inner = Game.of(weighed, 2, path=path)

    def value(mask):
        return inner.quality(mask[None])[0]

    game = Game.of(value, 2, path=path)
    with pytest.raises(InputError, match="another process is entering calls there"):
        game.quality(np.ones((2, 2), dtype=bool) & [[True, False], [True, True]])


KILLED = """
import sys
sys.path.insert(0, "tests")
from test_valued import rolled
from simulation.coalitions import Game, shapley_within

def told(mask, rng):
    print("called", flush=True)
    return rolled(mask, rng)

shapley_within(Game.of(told, 5, repeats=2, budget=120, path=sys.argv[1]))
"""


@pytest.mark.slow
def test_a_killed_process_is_gone_on_with_to_the_same_figures(tmp_path):
    path, calls = tmp_path / "calls.sqlite", 0
    for more in (7, 20, 30):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        with process:
            for _ in range(more):
                process.stdout.readline()
            process.kill()
        before, calls = calls, Game.of(rolled, 5, repeats=2, path=path).calls
        assert calls >= before + more - 1  # but for the one that was on its way
    game = Game.of(rolled, 5, repeats=2, budget=120, path=path)
    undisturbed = Game.of(rolled, 5, repeats=2, budget=120)
    assert c.shapley_within(game) == c.shapley_within(undisturbed)
    assert game.calls == 120


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


def test_partial_functions_and_those_without_a_signature_are_functions():
    assert Game.of(functools.partial(np.dot, np.ones(3)), 3).quality(np.eye(3, dtype=bool))[0] == 1
    assert Game.of(np.mean, 2).quality(np.eye(2, dtype=bool))[0] == 0.5
