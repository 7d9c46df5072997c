"""Calls kept on disk: files that are refused, and a process that was killed."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from functions import rolled, weighed

from simulation import InputError
from simulation import coalitions as c
from simulation.coalitions import Game

ROOT = Path(__file__).parents[1]


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


def test_a_game_that_is_refused_leaves_no_file(tmp_path):
    path = tmp_path / "calls.sqlite"
    with pytest.raises(InputError, match=r"^seed is -1"):
        Game.of(weighed, 2, seed=-1, path=path)
    assert not path.exists()


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
from functions import rolled
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
