"""Processes: no more than there are jobs, and no more than the cores can bear."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import run
from experiments.costs import Cost, costing
from experiments.processes import CORES, MOST_PER_CORE, run_jobs

MANY = MOST_PER_CORE * CORES


@costing(lambda number: Cost(1.0))
def squared(number: int) -> int:
    return number * number


def test_no_more_processes_are_started_than_there_are_jobs(monkeypatch):
    asked = []

    @contextmanager
    def pool(workers: int):
        asked.append(workers)
        with ThreadPoolExecutor(workers) as threads:
            yield threads

    monkeypatch.setattr("experiments.processes.worker_pool", pool)
    monkeypatch.setattr("experiments.processes.import_beforehand", lambda _: None)
    for jobs in (0, 1, 2, 3):
        run_jobs({number: (squared, (number,)) for number in range(jobs)}, MANY, lambda *_: None)
    assert asked == [2, 3]  # one job needs no other process


@pytest.mark.parametrize("command", [["bridge"], ["sweep", "run", "--set", "seeds=1"], ["network"]])
@pytest.mark.parametrize("workers", [MANY + 1, 10**12])
def test_more_than_the_cores_can_bear_is_refused_in_one_line(command, workers, capsys, tmp_path):
    store = ["--store", str(tmp_path / "store.sqlite")] if command[0] == "sweep" else []
    assert run.main([*command, *store, "--workers", str(workers)]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"run.py: workers is {workers}, but must be 1 to {MANY}\n")


def test_as_many_as_allowed_give_the_same_results():
    jobs = {number: (squared, (number,)) for number in range(5)}
    one, many = (run_jobs(jobs, workers, lambda *_: None) for workers in (1, MANY))
    assert one == many == {number: number * number for number in range(5)}
