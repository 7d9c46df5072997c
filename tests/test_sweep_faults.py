"""What a sweep must survive. After each: nothing lost, nothing doubled, the same content."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from sweeps import (
    content,
    deadly,
    fine_plan,
    made_up,
    raising,
    small_plan,
    stuck_once,
    threads,
    wait_for,
    wait_until_gone,
)

from experiments.sweep.coordinate import run_sweep
from experiments.sweep.engines import cluster, processes
from experiments.sweep.lock import coordinating
from experiments.sweep.plan import Task
from experiments.sweep.store_files import create_store, open_store
from experiments.sweep.tables import Row
from experiments.sweep.work import versions
from simulation import InputError

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["experiments.sweep.coordinate"])
PLAN = small_plan()


def quiet(*_: object) -> None:
    pass


@pytest.fixture
def tmp_path(memory_path):
    """A process that dies takes no file with it."""
    return memory_path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the small plan ends with if nothing happens, in this one process."""
    path = tmp_path_factory.mktemp("undisturbed") / "store.sqlite"
    assert run_sweep(PLAN, path, threads(), quiet).complete
    return content(path)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_number_of_processes_changes_no_bit(tmp_path, undisturbed, workers):
    seen = []
    state = run_sweep(
        PLAN, tmp_path / "store.sqlite", processes(workers), lambda *said: seen.append(said)
    )
    assert state.complete
    assert content(tmp_path / "store.sqlite") == undisturbed
    assert seen == sorted(seen)
    assert seen[0] == (0, 0.0)
    assert seen[-1] == (320, pytest.approx(1.0))
    # One file is left: no journal, no lock.
    assert [path.name for path in tmp_path.iterdir()] == ["store.sqlite"]


# --- kill -9 ---


STAGES = ("PRAGMA", "SELECT", "a chunk", "BEGIN", "INSERT INTO results", "INSERT INTO chunks",
          "DELETE", "COMMIT", "entered")  # fmt: skip
"""Where a coordinator is killed: at a statement to the store, in a chunk, or when it is entered."""


def coordinate(path: Path, stage: str, times: int) -> None:
    """A coordinator that is killed when it has come to a stage so many times."""
    left = itertools.count(times - 1, -1)

    def come_to(what: str) -> None:
        if what.lstrip().startswith(stage) and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def connect(*args, connect=sqlite3.connect, **options):
        connection = connect(*args, **options)
        connection.set_trace_callback(come_to)  # told each statement as it begins
        return connection

    def work(task: Task) -> list[Row]:
        come_to("a chunk")
        return made_up(task)

    sqlite3.connect = connect
    run_sweep(fine_plan(800), path, threads(2), lambda done, _: come_to(f"entered {done}"), work)


def half_made(folder: Path) -> list[Path]:
    return list(folder.glob(".store.sqlite.*"))


def test_the_coordinator_is_killed_at_twenty_random_moments(tmp_path):
    """While it makes the store, then twice at every stage, in random order, then at the end."""
    path, rng = tmp_path / "store.sqlite", np.random.default_rng(0)
    moments = [("CREATE", 3)]
    for stage in rng.permutation([*STAGES, *STAGES]).tolist():
        # What is asked before the first chunk is asked a few times only.
        moments.append((stage, int(rng.integers(1, 4 if stage in ("PRAGMA", "SELECT") else 24))))
    moments.append(("entered 1600", 1))
    done = []
    for stage, times in moments:
        process = SPAWN.Process(target=coordinate, args=(path, stage, times))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL, stage
        process.close()
        if stage == "CREATE":
            assert not path.exists()  # made whole or not at all
            assert half_made(tmp_path)
            continue
        assert not half_made(tmp_path)  # the next start has removed what was left
        with open_store(path) as store:  # what it left can be read, journal and all
            state = store.state()
            (rows,) = store.connection.execute("SELECT count(*) FROM results").fetchone()
        assert rows == state.teams_done == 2 * state.chunks_done
        done.append(state.chunks_done)
    assert len(moments) == 20
    assert done == sorted(done)  # nothing that was entered is ever lost
    assert 0 < done[-2] < 800  # every kill but the last fell into the middle
    assert run_sweep(fine_plan(800), path, threads(2), quiet, made_up).complete
    calm = tmp_path / "calm.sqlite"
    run_sweep(fine_plan(800), calm, threads(), quiet, made_up)
    assert content(path) == content(calm)


def coordinate_workers(path: Path, flag: Path) -> None:
    run_sweep(PLAN, path, processes(2), quiet, partial(stuck_once, flag))


def test_no_worker_outlives_a_killed_coordinator(tmp_path, undisturbed):
    path, flag = tmp_path / "store.sqlite", tmp_path / "stuck"
    process = SPAWN.Process(target=coordinate_workers, args=(path, flag))
    process.start()
    worker = int(wait_for(flag))
    process.kill()
    process.join()
    process.close()
    wait_until_gone(worker)
    assert run_sweep(PLAN, path, processes(2), quiet).complete
    assert content(path) == undisturbed


def test_a_worker_is_killed_in_the_middle_of_a_chunk(tmp_path, undisturbed):
    path, flag = tmp_path / "store.sqlite", tmp_path / "stuck"
    killer = threading.Thread(target=lambda: os.kill(int(wait_for(flag)), signal.SIGKILL))
    killer.start()
    state = run_sweep(PLAN, path, processes(2), quiet, partial(stuck_once, flag))
    killer.join()
    assert state.complete
    assert content(path) == undisturbed  # in it: not one failure noted


def test_a_chunk_that_kills_its_workers_is_given_up_alone(tmp_path):
    path, plan = tmp_path / "store.sqlite", fine_plan(12)
    state = run_sweep(plan, path, processes(2), quiet, deadly)
    assert state.chunks_done == 11
    assert list(state.failures) == [0]
    assert "the worker died" in state.failures[0]
    # Another day, another worker.
    assert run_sweep(plan, path, threads(), quiet, made_up).complete


# --- a cluster, for real: a scheduler and two workers on the loopback ---


@pytest.fixture
def dask(tmp_path):
    pytest.importorskip("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rsplit(":", 1)[1]
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": path}
    common = {"env": environment, "cwd": tmp_path, "stderr": subprocess.DEVNULL}
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
                 "--port", port, "--no-dashboard"]  # fmt: skip
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1",
              "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)]  # fmt: skip
    running = [subprocess.Popen(command, **common) for command in (scheduler, worker, worker)]
    yield address
    for process in running:
        process.kill()
        process.wait()


def test_a_cluster_gives_the_same_and_outlives_a_worker(tmp_path, dask, undisturbed):
    path, flag = tmp_path / "store.sqlite", tmp_path / "stuck"
    killer = threading.Thread(target=lambda: os.kill(int(wait_for(flag)), signal.SIGKILL))
    killer.start()
    state = run_sweep(PLAN, path, cluster(dask), quiet, partial(stuck_once, flag))
    killer.join()
    assert state.complete
    assert content(path) == undisturbed


def test_a_cluster_that_is_not_there_is_named(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("experiments.sweep.engines.CONNECT_WITHIN", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(InputError, match="cannot be reached"):
            run_sweep(PLAN, tmp_path / "store.sqlite", cluster(address), quiet)


# --- chunks that raise ---


def test_a_chunk_that_raises_is_tried_again(tmp_path):
    path, counts = tmp_path / "store.sqlite", tmp_path / "counts"
    work = partial(raising, counts, 2)
    state = run_sweep(fine_plan(12), path, threads(2), quiet, work)
    assert state.complete
    assert state.failures == {}
    assert counts.read_text() == "xx"


def test_a_chunk_that_raises_for_good_stops_no_other(tmp_path):
    path = tmp_path / "store.sqlite"
    work = partial(raising, tmp_path / "counts", 1000)
    state = run_sweep(fine_plan(12), path, threads(2), quiet, work)
    assert (state.chunks_done, state.chunks) == (11, 12)
    assert state.failures == {0: "ValueError: no talk today"}
    assert (tmp_path / "counts").read_text() == "xxx"  # three attempts
    assert run_sweep(fine_plan(12), path, threads(), quiet, made_up).failures == {}
    run_sweep(fine_plan(12), tmp_path / "calm.sqlite", threads(), quiet, made_up)
    assert content(path) == content(tmp_path / "calm.sqlite")


# --- the disk ---


def coordinate_on_a_full_disk(path: Path, limit: int, told: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        run_sweep(fine_plan(300), path, threads(2), quiet, made_up)
    except InputError as error:
        told.send(str(error))
    else:
        told.send("nothing happened")


@pytest.mark.parametrize("limit", [1_000, 60_000])
def test_a_full_disk_is_said_and_survived(tmp_path, limit):
    """Full while the store is made, and full in the middle."""
    path = tmp_path / "store.sqlite"
    heard, told = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=coordinate_on_a_full_disk, args=(path, limit, told))
    process.start()
    told.close()
    message = heard.recv()
    process.join()
    process.close()
    assert "cannot be written" in message
    assert "make room" in message
    if limit == 1_000:
        assert [each.name for each in tmp_path.iterdir()] == []
    else:
        with open_store(path) as store:
            state = store.state()
        assert 0 < state.chunks_done < 300
    assert run_sweep(fine_plan(300), path, threads(), quiet, made_up).complete
    run_sweep(fine_plan(300), tmp_path / "calm.sqlite", threads(), quiet, made_up)
    assert content(path) == content(tmp_path / "calm.sqlite")


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store.sqlite"
    run_sweep(fine_plan(60), path, threads(), quiet, made_up)
    return path


def assert_refused_untouched(path: Path, told: str) -> None:
    before = path.read_bytes()
    with pytest.raises(InputError, match=told) as error:
        run_sweep(fine_plan(60), path, threads(), quiet, made_up)
    assert "\n" not in str(error.value)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_store_is_refused(store, kept):
    size = store.stat().st_size
    os.truncate(store, int(size * kept))
    assert_refused_untouched(store, "damaged")


def test_a_store_of_another_format_is_refused(store):
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert_refused_untouched(store, "format 99")


def test_files_that_are_no_store_are_refused(store):
    store.write_text("team,quality\n1,0.5\n" * 50)
    assert_refused_untouched(store, "no sweep's store")
    store.unlink()
    with sqlite3.connect(store) as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    assert_refused_untouched(store, "not written by a sweep")


def test_another_design_is_refused(store):
    with pytest.raises(InputError, match="another design"):
        run_sweep(fine_plan(61), store, threads(), quiet, made_up)


def test_another_version_is_refused(tmp_path):
    path, plan = tmp_path / "store.sqlite", fine_plan(3)
    create_store(path, plan, {**versions(), "NumPy": "1.0"})
    with pytest.raises(InputError, match=r"NumPy 1\.0"):
        run_sweep(plan, path, threads(), quiet, made_up)


def test_a_chunk_is_never_entered_twice(store):
    plan = fine_plan(60)
    before = content(store)
    with open_store(store) as opened, pytest.raises(sqlite3.IntegrityError):
        opened.finish({0: made_up(plan.task(plan.chunks[0], versions()))})
    assert content(store) == before


def test_a_chunk_of_the_wrong_size_is_not_entered(tmp_path):
    plan = fine_plan(3)
    state = run_sweep(plan, tmp_path / "store.sqlite", threads(), quiet, made_up)
    assert state.complete
    path = tmp_path / "other.sqlite"
    create_store(path, plan, versions())
    rows = made_up(plan.task(plan.chunks[0], versions()))[:1]
    with open_store(path) as opened, pytest.raises(RuntimeError, match="not of 1 teams"):
        opened.finish({0: rows})
    with open_store(path) as opened:
        assert opened.state().teams_done == 0


# --- one coordinator ---


def test_a_second_coordinator_is_refused(store, tmp_path):
    link = tmp_path / "link.sqlite"
    link.symlink_to(store)
    with coordinating(store):
        for path in (store, link):
            with pytest.raises(InputError, match="another sweep is writing"):
                run_sweep(fine_plan(60), path, threads(), quiet, made_up)
        with open_store(store) as opened:  # reading is no business of the lock's
            assert opened.state().complete
    assert run_sweep(fine_plan(60), store, threads(), quiet, made_up).complete


# --- Ctrl-C ---


@pytest.mark.parametrize("after", [0, 0.3, 1])
def test_ctrl_c_ends_cleanly_and_the_same_command_goes_on(tmp_path, after):
    """As the workers are started, while they import, and (on a fast machine) while they work."""
    path = tmp_path / "store.sqlite"
    words = ["run.py", "sweep", "run", "--set", "rate=0,0.3", "--set", "seeds=500",
             "--set", "rehearsals=1000", "--store", str(path), "--workers", "2",
             "--json"]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for_bytes(path)
    threading.Event().wait(after)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == (
        "run.py: interrupted; what was entered is kept, the same command goes on from there"
    )
    assert [each.name for each in tmp_path.iterdir()] in ([path.name],)
    with open_store(path) as opened:
        assert not opened.state().complete


def wait_for_bytes(path: Path) -> None:
    """Wait until the store has been made; it is renamed to its place whole."""
    for _ in range(60_000):
        if path.exists():
            return
        threading.Event().wait(0.001)
    raise AssertionError(f"{path} never came")
