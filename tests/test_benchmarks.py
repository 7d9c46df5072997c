"""The benchmarks' machinery: who is timed, in what order, and what the times come to.

No test asserts a real time: the contenders of `contenders.py` bring a clock of their own.
"""

import doctest
import multiprocessing
import os
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest
from frameworks import needs

from benchmarks import growth as growth_module
from benchmarks import ratios, rehearsal, report, silencing, stacks, step
from benchmarks.coalitions import Coalitions, OneByOne, Ours
from benchmarks.growth import growth
from benchmarks.plan import PARTS, chosen
from benchmarks.race import Effort, Row, crew_of, difference, race
from benchmarks.ratios import ratio
from benchmarks.silencing import Silencing
from benchmarks.worker import THREAD_VARIABLES, Entry, Worker, WorkerError

pytestmark = pytest.mark.slow

REFERENCE = {"answer": np.array([3.0, 4.0])}
SMALL = step.Step(inputs=12, hidden=8, outputs=3, batch=6, batches=6)


def entry(make, **options):
    return Entry(make, f"contenders:{make}", **options)


def raced(*entries, problem=None, rounds=3, launches=1, tolerance=1e-3):
    rows = [Row(each) for each in entries]
    for launch in range(launches):
        with crew_of(1) as crew:
            effort = Effort(rounds=rounds, seconds=0.0)
            race(crew, rows, problem or {}, REFERENCE, tolerance, effort, first=launch)
    return rows


def test_contenders_of_known_cost_have_the_ratio_of_their_costs():
    one, three = raced(entry("one"), entry("three_times_as_long"), launches=2)
    assert one.launches == [[0.5] * 3] * 2, "a run of a second has two steps"
    found = ratio(three.launches, one.launches)
    assert (found.median, found.low, found.high) == (3.0, 3.0, 3.0)
    assert found.launches == (3.0, 3.0)


def test_a_short_run_is_repeated_until_it_takes_about_as_long_as_asked(tmp_path):
    log = tmp_path / "runs.txt"
    row = Row(entry("a_thousandth"))
    with crew_of(1) as crew:
        problem, effort = {"log": str(log)}, Effort(rounds=1, seconds=0.05)
        race(crew, [row], problem, REFERENCE, 1e-3, effort)
    assert row.launches[0] == [pytest.approx(0.0005)]
    assert len(log.read_text().split()) == 2 + 50, "a warm-up, a trial, and the timed runs"


def test_who_is_slow_takes_part_in_the_first_rounds_only():
    one, three = raced(entry("one"), entry("three_times_as_long"), rounds=5)
    assert len(one.launches[0]) == 5, "a second is not slow yet"
    assert len(three.launches[0]) == 3
    assert ratio(three.launches, one.launches).median == 3.0


def test_every_contender_runs_once_a_round_in_an_order_that_rotates(tmp_path):
    log = tmp_path / "order.txt"
    raced(
        entry("one"), entry("three_times_as_long"), entry("a_thousandth"),
        problem={"log": str(log)}, rounds=3,
    )  # fmt: skip
    order = log.read_text().split()[6:]  # after a warm-up and a trial of each
    names = ["one", "three", "thousandth"]
    assert order == names + names[1:] + names[:1] + names[2:] + names[:2]


@pytest.mark.parametrize("make", ["something_else", "not_a_number"])
def test_who_computes_something_else_is_refused_and_not_timed(make):
    one, other = raced(entry("one"), entry(make))
    assert one.launches
    assert one.difference == 0.0
    assert other.why_not.startswith("refused: it computes something else")
    assert not other.launches


def test_the_same_within_tolerance_is_not_refused():
    _, other = raced(entry("one"), entry("something_else"), tolerance=0.03)
    assert other.launches
    assert other.difference == pytest.approx(0.1 / 5.0)


@pytest.mark.parametrize("make", ["nothing", "another_name"])
def test_who_shows_nothing_to_check_is_not_timed_unless_it_is_a_bound(make):
    (row,) = raced(entry(make))
    assert row.why_not == "it returned nothing that could be checked"
    (bound,) = raced(entry(make, checked=False))
    assert bound.launches
    assert np.isnan(bound.difference)


def test_results_of_another_shape_are_no_results():
    with pytest.raises(WorkerError, match=r"answer has shape \(1, 2\), not \(2,\)"):
        difference({"answer": np.ones((1, 2))}, REFERENCE)


def test_a_missing_peer_is_skipped_and_said():
    one, absent = raced(entry("one"), entry("one", needs=("no_such_module.at_all", "json")))
    assert one.launches
    assert absent.why_not == "skipped: no_such_module.at_all not installed"


def test_a_peer_that_fails_harms_nobody_else():
    failing, one = raced(entry("cannot_be_built"), entry("one"))
    assert failing.why_not == "ValueError: no luck today"
    assert one.launches


def test_a_peer_whose_process_ends_is_said_and_the_next_race_goes_on():
    ends, one = Row(entry("EndsItsProcess", environment=(("HOME_OF", "it"),))), Row(entry("one"))
    with crew_of(1) as crew:
        for _ in range(2):
            race(crew, [ends, one], {}, REFERENCE, 1e-3, Effort(rounds=2, seconds=0.0))
        assert ends.why_not == "its process ended"
        assert len(one.launches) == 2
        after = Row(replace(ends.entry, make="contenders:one"))
        race(crew, [after], {}, REFERENCE, 1e-3, Effort(rounds=2, seconds=0.0))
        assert after.launches, "a process that ended is replaced"
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_worker_is_pinned_and_told_its_threads(threads, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    before = dict(os.environ)
    worker = Worker(threads, (("BACKEND", "chosen"),))
    try:
        told = worker.ask("build", "room", "contenders:room", {})
    finally:
        worker.stop()
    assert (told["threads"] == threads).all()
    assert len(told["threads"]) == len(THREAD_VARIABLES)
    assert told["cores"] == min(threads, os.cpu_count() or 1)
    assert told["backend"] == "chosen"
    assert told["held back by"] == "", "peers choose their kernels themselves, so do we"
    assert dict(os.environ) == before, "the environment is the worker's alone"


def test_a_ratio_is_taken_within_rounds():
    mood = np.array([1.0, 10.0, 100.0])
    found = ratio([list(2 * mood), list(4 * mood)], [list(mood), list(mood[::-1] * 1.0)])
    assert found.launches[0] == 2.0, "the machine's mood cancels"
    assert found.median == 2.0
    assert ratio([[2.0], [3.0]], [[1.0], [1.0]]).launches == (2.0, 3.0)


def test_growth_finds_the_exponent_where_size_dominates():
    sizes = [1, 2, 4, 8, 16, 32, 64, 128]
    found = growth(sizes, [max(50.0, size**1.5) for size in sizes])
    assert found.from_size == 16
    assert found.slope == pytest.approx(1.5)
    assert found.high - found.low < 1e-6


def test_growth_interval_is_as_wide_as_the_scatter_and_holds_the_truth():
    rng = np.random.default_rng(0)
    sizes = [2**k for k in range(10)]
    held = 0
    for _ in range(400):
        noise = np.exp(0.1 * rng.normal(size=len(sizes)))
        found = growth(sizes, list(np.array(sizes, float) ** 2 * noise))
        held += found.low <= 2.0 <= found.high
    assert 0.92 < held / 400 < 0.98, "of a 95% interval"


def test_growth_counts_doublings_for_coalitions_and_needs_three_sizes():
    found = growth([10, 12, 14], [1.0, 4.0, 16.0], doubling=True)
    assert found.slope == pytest.approx(1.0)
    assert str(found).startswith("doublings a member 1.00")
    assert growth([1, 2], [1.0, 2.0]) is None


class LoudAll(step.PlainStep):
    """Keeps everyone, as loud as those who are kept."""

    def step(self, x, targets, mask):
        return super().step(x, targets, np.ones_like(mask))


class Unscaled(step.PlainStep):
    """Forgets to scale."""

    def step(self, x, targets, mask):
        return super().step(x, targets, mask / self.scale)


class Hasty(step.PlainStep):
    """Learns too fast by a fiftieth."""

    def _move(self, gradients):
        before = [part.copy() for part in self.weights]
        super()._move(gradients)
        for now, then in zip(self.weights, before, strict=True):
            now += 0.02 * (now - then)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("hidden", [32, 512, 4_096])
def test_the_check_lets_pass_who_is_right_and_sees_who_is_wrong_at_every_size(hidden, optimizer):
    case = step.Step(inputs=64, hidden=hidden, batch=32, batches=2, optimizer=optimizer)
    wanted, tolerance = step.reference(case), step.TOLERANCES[optimizer]
    assert difference(step.PlainStep(case).check(), wanted) < tolerance / 20
    with np.errstate(all="ignore"):  # some diverge
        for wrong in (LoudAll, Unscaled, Hasty):
            assert difference(wrong(case).check(), wanted) > tolerance
    bare = step.PlainStep(step.without_dropout(case))
    everyone = np.ones_like(case.masks)
    found = bare.checked(everyone, case.checked_batches, step.NO_DROPOUT)
    assert difference(found, wanted) < tolerance / 20


def test_no_relu_of_the_check_is_left_to_rounding():
    case = step.Step(inputs=64, hidden=2_048, batch=32, batches=2)
    least = 64 * 2.0**-23
    for net, masks in (
        (step.PlainStep(case, np.float64), case.masks),
        (step.PlainStep(step.without_dropout(case), np.float64), np.ones_like(case.masks)),
    ):
        for mask, (x, labels) in zip(masks, case.checked_batches, strict=True):
            z = x @ net.weights[0].T + net.weights[1]
            assert np.abs(z).min() > least
            net.step(x, step.one_hot(labels, case), mask)
    any_batch = case.data[0][:32] @ case.start[0].T + case.start[1]
    assert np.abs(any_batch).min() < least, "one that is not chosen has such a relu"


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_plain_step_is_ours(optimizer):
    from benchmarks.peers.our_step import Fit

    case = replace(SMALL, optimizer=optimizer)
    assert difference(Fit(case).check(), step.reference(case)) < 1e-5


def test_fit_is_held_against_the_plain_step_with_the_masks_it_drew(monkeypatch):
    from benchmarks.peers.our_step import Fit

    monkeypatch.setattr(step.PlainStep, "moved", lambda self: [part + 1 for part in self.weights])
    with pytest.raises(ValueError, match="refused: fit is"):
        Fit(SMALL).check()


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_peers_of_the_step_that_are_installed_take_the_same_step(optimizer):
    needs("torch")
    from benchmarks.peers.sklearn_step import PartialFit
    from benchmarks.peers.torch_step import Eager

    case = replace(SMALL, optimizer=optimizer)
    wanted = step.reference(case)
    for contender in (Eager(case), PartialFit(case)):
        assert difference(contender.check(), wanted) < step.TOLERANCES[optimizer]
        contender.run()


def test_a_training_peer_without_dropout_is_held_against_a_step_without():
    wanted = step.reference(SMALL)
    bare = {name for name in wanted if name.startswith(step.NO_DROPOUT)}
    assert len(bare) == len(wanted) / 2
    apart = {name: wanted[name.removeprefix(step.NO_DROPOUT)] for name in bare}
    assert difference(apart, wanted) > 0.1, "dropout makes a difference that is seen"


@pytest.mark.parametrize("questions", [1, 4])
def test_stacks_in_numpy_are_the_teams_of_mesa_and_the_stack(questions, monkeypatch):
    from benchmarks.peers.numpy_stack import Einsum, Matmul
    from benchmarks.peers.our_stack import Handed, MesaTeams, Whole

    monkeypatch.setattr("experiments.stack.size.CACHE", 1)  # each team is a block
    case = stacks.Stack(teams=3, questions=questions)
    wanted = stacks.reference(case)
    assert min(np.abs(moved).max() for moved in wanted.values()) > 0
    for make in (Whole, Handed, MesaTeams, Matmul, Einsum):
        contender = make(case)
        assert difference(contender.check(), wanted) < 1e-12
        contender.run()


def test_the_floor_by_blas_is_the_products_of_the_floor_by_matmul():
    from benchmarks.peers.floor import BlasProducts, Products

    case = replace(SMALL, batches=1)
    blas, plain = BlasProducts(case), Products(case)
    x, w1, w2 = case.data[0][: case.batch], case.start[0], case.start[2]
    blas.run()
    blas.run()  # what is overwritten is, and gradients are added up
    logits = x @ w1.T @ w2.T
    wanted = (
        x @ w1.T, logits, 2 * (x @ w1.T).T @ logits, logits @ w2, 2 * x.T @ (logits @ w2)
    )  # fmt: skip
    for (*_, out, _, _), product in zip(blas.calls, wanted, strict=True):
        np.testing.assert_allclose(out, product, rtol=1e-4, atol=1e-5)
    plain.run()
    for (a, b, out), (*_, other, _, _) in zip(plain.products, blas.calls, strict=True):
        assert sorted(out.shape) == sorted(other.shape)
        np.testing.assert_array_equal(out, a @ b)


@pytest.mark.parametrize("kind", ["Halves", "HandedHalves"])
def test_both_halves_of_a_stack_are_the_whole(kind):
    from benchmarks.peers import our_stack

    case = stacks.Stack(teams=3, questions=2)
    halves = getattr(our_stack, kind)(case)
    try:
        assert difference(halves.check(), stacks.reference(case)) < 1e-12
        halves.run()
    finally:
        for worker in halves.workers:
            worker.stop()


def test_plain_rehearsals_are_those_of_mesa_and_of_a_stack_of_one():
    case = rehearsal.Rehearsals(rehearsals=2)
    wanted = rehearsal.reference(case)
    for make in (rehearsal.Mesa, rehearsal.Stacked):
        assert difference(make(case).check(), wanted) < 1e-12


def test_values_one_by_one_are_ours():
    case = Coalitions(5, "values")
    assert difference(OneByOne(case).check(), Ours(case).check()) < 1e-12


def test_who_silences_members_judges_alike():
    needs("torch")
    case = Silencing("MLP", masks=3, examples=20)
    wanted = silencing.reference(case)
    assert len(set(wanted["quality"])) > 1
    took_part = []
    for entry in silencing.entries("MLP"):
        if all(find_spec(module) for module in entry.needs):
            module, _, name = entry.make.partition(":")
            contender = getattr(import_module(module), name)(case)
            contender.run()
            if entry.checked:
                assert difference(contender.check(), wanted) == 0.0
            took_part.append(entry.name)
    assert took_part[:3] == [silencing.OURS, silencing.REST, silencing.WHOLE]


def test_the_plan_has_all_axes_and_ours_first():
    plan = chosen(PARTS, quick=False)
    reach = {}
    for each in plan:
        assert each.entries[0].name.startswith("ours")
        if each.curve:
            reach.setdefault(each.curve.title, []).append(each.size)
    assert {(min(s), max(s)) for s in reach.values()} == {
        (32, 4_096), (8, 1_024), (1, 10_000), (5, 320), (5, 20)
    }  # fmt: skip
    assert all(sizes == sorted(set(sizes)) for sizes in reach.values())
    large = [each for each in plan if each.group == "coalitions" and each.size > 14]
    assert all(len(each.entries) == 1 for each in large), "too large for the peers"


@pytest.mark.parametrize("module", [growth_module, ratios, report])
def test_examples_in_the_docstrings(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
