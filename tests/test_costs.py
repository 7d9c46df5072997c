"""What work costs is known before it is done, said if it is long, and refused if it is too much."""

import tracemalloc
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import run
from experiments.article import Setting
from experiments.article_measures import joined, train_and_measure
from experiments.costs import Cost, check_fits, cost_of, costing, on_processes
from experiments.costs.cost import PROCESS_BYTES, START_SECONDS
from experiments.costs.machine import CORES, MEASURED, memory, pace
from experiments.costs.teams import TeamSize
from experiments.published.studies import STUDIES
from experiments.published.study import Plan as StudyPlan
from experiments.story import StoryPlan, story_jobs
from experiments.sweep.trained import jobs as jobs_of_check
from experiments.validation.plan import Plan
from experiments.validation.validate import Scope
from simulation import InputError, Team, law_from_text, synthetic_talk
from simulation.coalitions import dependence

MIB = 2**20


# --- every job carries its cost ---


@pytest.mark.parametrize(
    ("jobs", "minutes"),
    [
        (lambda: story_jobs(StoryPlan()), (0.5, 3)),
        (lambda: Scope().jobs(Plan.full(0)), (12, 60)),
        (lambda: Scope().jobs(Plan.short(0)), (2, 10)),
        (lambda: STUDIES["9"].jobs(StudyPlan.full(0)), (2, 12)),
        (lambda: STUDIES["10"].jobs(StudyPlan.full(0)), (1, 6)),
        (lambda: STUDIES["11"].jobs(StudyPlan.full(0)), (0.2, 2)),
        (lambda: STUDIES["morcos"].jobs(StudyPlan.full(0)), (2, 14)),
        (lambda: jobs_of_check(range(6)), (0.1, 1)),
    ],
    ids=["story", "validate", "validate --quick", "9", "10", "11", "morcos", "check"],
)
def test_every_job_of_a_command_has_a_cost_and_together_they_are_what_the_readme_says(
    jobs, minutes, monkeypatch
):
    monkeypatch.setattr("experiments.costs.cost.pace", lambda: 1.0)  # the core measured on
    seconds = sum(cost_of(job).seconds for job in jobs().values())
    assert minutes[0] < seconds / 60 < minutes[1]


def test_time_is_shared_by_cores_and_memory_is_that_of_the_largest_side_by_side():
    costs = [Cost(4.0, 5), Cost(4.0, 3), Cost(4.0, 1)]
    alone, both = on_processes(costs, 1), on_processes(costs, 2)
    assert (alone.seconds, alone.bytes) == (START_SECONDS + 12.0, PROCESS_BYTES + 5)
    assert both.seconds == START_SECONDS + 12.0 / min(2, CORES)
    assert both.bytes == 3 * PROCESS_BYTES + 5 + 3
    assert on_processes([Cost(9.0), Cost(0.1)], 2).seconds >= START_SECONDS + 9.0
    # More processes than cores save nothing.
    many = [Cost(1.0)] * 16 * CORES
    assert on_processes(many, 4 * CORES).seconds == START_SECONDS + 16.0


def test_seconds_are_scaled_by_how_fast_a_core_is():
    ticks = count()
    slow = pace(lambda: 3 * MEASURED * next(ticks))  # each timing takes thrice as long as measured
    assert slow == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("more", "factor"),
    [({"epochs": 20}, 2), ({"practice": 3_000}, 2), ({"hidden": 512}, 2), ({"batch_size": 16}, 1)],
)
def test_training_takes_as_long_as_it_has_to_go_through(more, factor):
    usual = {"practice": 1_500, "epochs": 10, "batch_size": 32}
    before, after = (Setting(**each).size.training for each in (usual, usual | more))
    assert 0.9 * factor < after / before < 1.5 * factor


def test_rehearsing_takes_as_long_as_there_are_rehearsals_and_presenters():
    five = TeamSize().rehearsals(1_000)
    assert TeamSize().rehearsals(6_000) == pytest.approx(6 * five)
    assert 2 <= TeamSize(presenters=10).rehearsals(1_000) / five < 2.1
    assert TeamSize().alone(1_000) == pytest.approx(five / 5)


# --- memory: what is said is what is taken ---


def write_images(folder: Path, many: int, shown: int) -> None:
    """Write IDX files of images of 28 x 28 by whose brightness one can tell the digit."""
    for part, number in (("train", many), ("t10k", shown)):
        labels = (np.arange(number) % 10).astype(np.uint8)
        images = np.broadcast_to(25 * labels[:, None, None], (number, 28, 28))
        for name, content in (("images-idx3", images), ("labels-idx1", labels)):
            lengths = b"".join(length.to_bytes(4, "big") for length in content.shape)
            header = bytes([0, 0, 8, content.ndim]) + lengths
            (folder / f"{part}-{name}-ubyte").write_bytes(header + content.tobytes())


def peak_of(work) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def rehearse(size: TeamSize) -> None:
    talk = synthetic_talk(np.random.default_rng(0), practice=size.practice)
    law = law_from_text("one-or-two", size.presenters)
    sizes = {"abilities": size.abilities, "questions": size.questions}
    team = Team(talk, law, learning_rate=1e-9, rng=0, show_every=1, **sizes)
    team.rehearse(2)
    dependence(team.show().game, law, np.random.default_rng(0))


@pytest.mark.parametrize(
    "size",
    [
        TeamSize(practice=200_000),
        TeamSize(abilities=10_000),
        TeamSize(questions=100_000),
        TeamSize(presenters=100),
    ],
    ids=["practice", "abilities", "questions", "presenters"],
)
def test_memory_of_a_team_is_estimated_to_a_factor_of_three(size):
    peak = peak_of(partial(rehearse, size))
    assert peak > 20 * MIB  # else it would be no test
    assert 1 / 3 < size.bytes(shows=3) / peak < 3


@pytest.mark.parametrize(
    "sizes",
    [{"hidden": 1_024}, {"data": "digits", "hidden": 2_048, "practice": 100}, {"data": None}],
    ids=["mnist", "digits", "folder"],
)
def test_memory_of_networks_is_estimated_to_a_factor_of_three(sizes, tmp_path):
    if sizes.get("data", "") is None:
        write_images(tmp_path, 12_000, 2_000)
        sizes = {"data": str(tmp_path), "hidden": 64}
    setting = Setting(epochs=1, batch_size=500, **sizes)
    peak = peak_of(lambda: train_and_measure(setting, [0]))
    assert peak > 50 * MIB
    assert 1 / 3 < cost_of((train_and_measure, (setting, [0]))).bytes / peak < 3


def test_of_a_folder_only_the_headers_are_read_for_it(tmp_path):
    write_images(tmp_path, 6_000, 1_000)
    assert peak_of(lambda: Setting(data=str(tmp_path)).size) < MIB
    size = Setting(data=str(tmp_path)).size
    assert (size.practice, size.shown, size.pixels) == (6_000, 1_000, 784)


def test_all_of_mnist_takes_gigabytes_for_several_workers(tmp_path, monkeypatch, capsys):
    """The sizes alone decide: nothing is read or trained."""
    monkeypatch.setattr("experiments.article.image_counts", lambda data: (60_000, 10_000, 784))
    each = cost_of((train_and_measure, (Setting(data=str(tmp_path)), [0])))
    assert 700 * MIB < each.bytes < 2_100 * MIB  # measured: 895 MiB
    monkeypatch.setattr("experiments.costs.cost.memory", lambda: 2**31)
    assert run.main(["network", "--data", str(tmp_path), "--workers", "2"]) == 2
    assert "this machine has 2.0" in capsys.readouterr().err


def test_a_container_that_has_less_than_the_machine_counts(tmp_path, monkeypatch):
    machine = SimpleNamespace(total=8 * 2**30)
    monkeypatch.setattr("experiments.costs.machine.psutil.virtual_memory", lambda: machine)
    limits = tmp_path / "memory.max", tmp_path / "limit_in_bytes"
    monkeypatch.setattr("experiments.costs.machine.CONTAINER_LIMITS", limits)
    limits[0].write_text("max\n")
    assert memory() == 8 * 2**30
    limits[1].write_text(f"{2**30}\n")
    assert memory() == 2**30
    check_fits(Cost(1e12, 2**30))
    with pytest.raises(InputError, match=r"about 2\.0 GiB of memory, but this machine has 1\.0"):
        check_fits(Cost(0.0, 2**31))


# --- refused or said, before anything is begun ---


@pytest.fixture
def nothing_begins(monkeypatch):
    def begun(*_, **__):
        raise AssertionError("work was begun")

    for module in ("network", "bridge", "published", "validate", "sweep.check"):
        name = "train_against_prediction" if module == "sweep.check" else "run_jobs"
        monkeypatch.setattr(f"commands.{module}.{name}", begun)
    for name in ("simulate.Team", "simulate.talk_of", "export.live_page", "story.run_story"):
        monkeypatch.setattr(f"commands.{name}", begun)
    monkeypatch.setattr("commands.sweep.run.run_sweep", begun)


@pytest.mark.usefixtures("nothing_begins")
@pytest.mark.parametrize("number", [10**9, 10**12, 10**30])
@pytest.mark.parametrize(
    "words",
    [
        ["simulate", "--presenters"],
        ["simulate", "--abilities"],
        ["simulate", "--questions"],
        ["simulate", "--show-every", "1", "--rehearsals"],
        ["simulate", "--head-start", str(10**10), "--practice"],
        ["simulate", "--advise", "--practice"],
        ["network", "--hidden"],
        ["network", "--practice"],
        ["network", "--batch-size"],
        ["network", "--seeds"],
        ["sweep", "check", "--seeds"],
        ["sweep", "run", "--set", "seeds=2", "--set", "abilities={}"],
        ["sweep", "run", "--set", "seeds=2", "--set", "presenters={}"],
        ["sweep", "run", "--set", "seeds=2", "--set", "questions={}"],
        ["sweep", "run", "--set", "seeds=2", "--set", "practice={}"],
        ["sweep", "run", "--set", "seeds={}"],
        ["export", "page.html", "--rehearsals"],
        ["export", "page.html", "--presenters"],
    ],
    ids=" ".join,
)
def test_absurd_numbers_are_refused_in_one_line(words, number, tmp_path, monkeypatch, capsys):
    """Of these, many ended in a MemoryError, and some of them would have run for ever."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.costs.cost.memory", lambda: 2**34)  # an ordinary machine
    with_number = [word.format(number) for word in words]
    code = run.main(with_number if with_number != words else [*words, str(number)])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("nothing_begins")
@pytest.mark.parametrize(
    "words",
    [
        ["simulate", "--rehearsals"],
        ["simulate", "--head-start"],
        ["network", "--epochs"],
        ["bridge", "--rehearsals"],
        ["sweep", "check", "--epochs"],
    ],
    ids=" ".join,
)
def test_what_would_never_end_is_refused_and_what_is_long_is_said(words, capsys):
    assert run.main([*words, str(10**9 + 1)]) == 2
    assert "1000000001, but must be" in capsys.readouterr().err
    with pytest.raises(AssertionError, match="work was begun"):
        run.main([*words, str(10**6)])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("run.py: about ")
    assert err.endswith(" GiB\n")
    assert err.count("\n") == 1


def test_what_takes_seconds_is_not_announced(capsys):
    assert run.main(["bridge", "--rehearsals", "2", "--workers", "1"]) == 0
    assert capsys.readouterr().err == ""


# --- one job a seed ---


@pytest.mark.parametrize("data", ["mnist", "digits"])
def test_a_job_for_each_seed_gives_the_same_bytes_as_one_for_all(data):
    setting = Setting(0.5, 0.3, 60, 1, data=data, hidden=16)
    together = train_and_measure(setting, [3, 4, 5])
    apart = joined([train_and_measure(setting, [seed]) for seed in (3, 4, 5)])
    assert together.curves.tobytes() == apart.curves.tobytes()
    assert together.carriers.tobytes() == apart.carriers.tobytes()
    assert together.measures.keys() == apart.measures.keys()
    for name, figures in together.measures.items():
        assert figures.tobytes() == apart.measures[name].tobytes()


def test_a_function_without_a_cost_is_no_job():
    with pytest.raises(KeyError):
        cost_of((print, ()))
    assert cost_of((costing(lambda: Cost(0.0, 7))(lambda: None), ())).bytes == 7
