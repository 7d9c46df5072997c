"""Sweeps whose rehearsals Numba compiles: the same teams, and a store that keeps to it."""

from functools import partial
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from sweeps import content, raising, small_plan, threads

import run
from experiments.sweep import work
from experiments.sweep.coordinate import run_sweep
from experiments.sweep.engines import processes
from experiments.sweep.store_files import open_store
from simulation import InputError

pytestmark = pytest.mark.slow

PLAN = small_plan("presenters=3", "seeds=160")  # one size: Numba takes a second for each
RESULTS = 2
"""Where `content` has the teams."""

DESIGN = ["--set", "rate=0,0.3", "--set", "seeds=4", "--set", "rehearsals=5"]
SETTINGS = [*DESIGN, "--workers", "1", "--json"]  # no estimate: it would compile once more


def quiet(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    path = tmp_path_factory.mktemp("compiled") / "store.sqlite"
    assert run_sweep(PLAN, path, threads(), quiet, compiled=True).complete
    return content(path)


def test_the_teams_are_those_of_numpy_up_to_rounding(tmp_path, compiled):
    path = tmp_path / "store.sqlite"
    run_sweep(PLAN, path, threads(), quiet)
    plain = content(path)
    assert compiled[RESULTS] != plain[RESULTS]  # or it was not compiled
    ours, numpys = (np.array(each[RESULTS], dtype=float) for each in (compiled, plain))
    assert ours.shape == numpys.shape == (320, 16)
    np.testing.assert_allclose(ours, numpys, rtol=1e-9, atol=1e-9)


def test_the_number_of_processes_changes_no_bit(tmp_path, compiled):
    path = tmp_path / "store.sqlite"
    assert run_sweep(PLAN, path, processes(2), quiet, compiled=True).complete
    assert content(path) == compiled


def test_a_store_keeps_to_what_it_was_begun_with(tmp_path):
    for begun in (False, True):
        path = tmp_path / f"{begun}.sqlite"
        fails = partial(raising, tmp_path / f"{begun}.counts", 3)
        run_sweep(PLAN, path, threads(), quiet, fails, compiled=begun)
        with pytest.raises(InputError, match=r"was begun with .*Numba") as refused:
            run_sweep(PLAN, path, threads(), quiet, compiled=not begun)
        assert ("Numba" in str(refused.value).split("but this is")[0]) is begun


def test_the_command_begins_and_goes_on_with_it(tmp_path, capsys):
    path = str(tmp_path / "store.sqlite")
    assert run.main(["sweep", "run", *SETTINGS, "--store", path, "--compiled"]) == 0
    with open_store(tmp_path / "store.sqlite") as opened:
        assert work.is_compiled(opened.versions)
    assert run.main(["sweep", "run", *SETTINGS, "--store", path]) == 0  # the store knows
    assert run.main(["sweep", "report", *DESIGN, "--store", path, "--out", str(tmp_path)]) == 0
    assert "--compiled" in (tmp_path / "report.md").read_text()
    other = str(tmp_path / "other.sqlite")
    assert run.main(["sweep", "run", *SETTINGS, "--store", other]) == 0
    capsys.readouterr()
    assert run.main(["sweep", "run", *SETTINGS, "--store", other, "--compiled"]) == 2
    assert "was begun with" in capsys.readouterr().err


def test_without_numba_it_is_refused_in_one_line(tmp_path, monkeypatch, capsys):
    def nowhere(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(work, "version", nowhere)
    work.versions.cache_clear()
    path = tmp_path / "store.sqlite"
    assert run.main(["sweep", "run", *SETTINGS, "--store", str(path), "--compiled"]) == 2
    work.versions.cache_clear()
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "needs Numba, which is not installed" in said
    assert not path.exists()
