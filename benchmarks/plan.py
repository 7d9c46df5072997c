"""What is compared: the tables, and the curves of how cost grows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from benchmarks import coalitions, rehearsal, silencing, stacks, step
from benchmarks.coalitions import Coalitions
from benchmarks.race import Effort
from benchmarks.rehearsal import Rehearsals
from benchmarks.silencing import Silencing
from benchmarks.stacks import Stack
from benchmarks.step import Step
from benchmarks.worker import Entry, Results

GROUPS = ("step", "stacks", "rehearsal", "coalitions", "silencing")
PARTS = (*GROUPS, "growth")
"""What can be run by itself: the tables of a group, or the curves of all."""


@dataclass(frozen=True)
class Curve:
    """An axis along which cost is watched.

    Attributes
    ----------
    group : str
    title : str
        What grows, and what is done.
    size : str
        Label of the sizes.
    doubling : bool
        Whether cost grows exponentially in the size.
    """

    group: str
    title: str
    size: str
    doubling: bool = False


@dataclass(frozen=True)
class Comparison:
    """One problem and those who race at it.

    Attributes
    ----------
    group : str
        One of `GROUPS`.
    title : str
    problem : object
        Handed to the entries' `make`.
    entries : tuple of Entry
        The first is ours, to which all ratios refer.
    reference : function of the problem
        What the checked steps must come to.
    tolerance : float
    threads : int
    curve : Curve or None
        If it is a point of a curve instead of a table.
    size : int
        Its place on the curve.
    """

    group: str
    title: str
    problem: Any
    entries: tuple[Entry, ...]
    reference: Callable[[Any], Results]
    tolerance: float
    threads: int = 1
    curve: Curve | None = None
    size: int = 0


SMALL_NET = Step(inputs=64, hidden=32, outputs=10, batch=32, batches=256)
ARTICLE_NET = Step()

HIDDEN = Curve("step", "A training step: hidden units", "hidden units (784-H-10, batch 128)")
BATCH = Curve("step", "A training step: batch", "batch (784-256-10)")
REPLICATES = Curve("stacks", "A step of all teams: replicates", "teams of 5 x 4, eight questions")
TEAM = Curve("rehearsal", "A rehearsal: team size", "presenters, eight questions")
VALUES = Curve("coalitions", "Values of all coalitions", "members N", doubling=True)
PAIRS = Curve("coalitions", "Pair indices from the values", "members N", doubling=True)
MOEBIUS = Curve("coalitions", "Moebius coefficients", "members N", doubling=True)
CURVES = (HIDDEN, BATCH, REPLICATES, TEAM, VALUES, PAIRS, MOEBIUS)


def tables(*, quick: bool) -> Iterator[Comparison]:
    """List what is compared in tables."""
    for threads in (1,) if quick else (1, 2):
        for net, optimizer in (
            (net, optimizer) for net in (ARTICLE_NET, SMALL_NET) for optimizer in ("sgd", "adam")
        ):
            yield _step(replace(net, optimizer=optimizer), threads)
        for questions in (8, 1):
            yield _stack(Stack(100 if quick else 1_000, questions), threads)
    yield _rehearsal(Rehearsals())
    for what in ("values", "Shapley values", "pair indices", "Moebius coefficients"):
        for members in (10,) if quick else (10, 12):
            yield _coalitions(Coalitions(members, what))
    for network in ("CNN", "MLP"):
        yield _silencing(Silencing(network, *((8, 20) if quick else ())))


def curves(*, quick: bool) -> Iterator[Comparison]:
    """List the points of all curves, sizes growing."""
    for hidden in (32, 128, 512) if quick else (32, 64, 128, 256, 512, 1_024, 2_048, 4_096):
        case = Step(hidden=hidden, batches=8 if hidden > 512 else 32)
        yield replace(_fast_step(case), curve=HIDDEN, size=hidden)
    for batch in (8, 32, 128) if quick else (8, 16, 32, 64, 128, 256, 512, 1_024):
        case = Step(batch=batch, batches=min(128, 4_096 // batch))
        yield replace(_fast_step(case), curve=BATCH, size=batch)
    for teams in (1, 10, 100) if quick else (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000):
        yield replace(_stack(Stack(teams), 1), curve=REPLICATES, size=teams)
    for presenters in (5, 10, 20) if quick else (5, 10, 20, 40, 80, 160, 320):
        case_ = Rehearsals(presenters, max(4, 800 // presenters))
        yield replace(_rehearsal(case_), curve=TEAM, size=presenters)
    for curve, what in (
        (VALUES, "values"), (PAIRS, "pair indices"), (MOEBIUS, "Moebius coefficients")
    ):  # fmt: skip
        for members in (5, 8, 10) if quick else (5, 6, 8, 10, 12, 14, 16, 18, 20):
            yield replace(_coalitions(Coalitions(members, what)), curve=curve, size=members)


def chosen(only: Iterable[str], *, quick: bool) -> list[Comparison]:
    """List all comparisons of the parts `only`."""
    parts = tuple(only)
    return [
        replace(each, entries=_at(each))
        for each in (*tables(quick=quick), *curves(quick=quick))
        if (each.group if each.curve is None else "growth") in parts
    ]


def effort(comparison: Comparison, *, quick: bool) -> Effort:
    """Say how long to measure in a launch: three launches of all take half an hour on two cores."""
    if comparison.curve is not None:
        return Effort(rounds=3, seconds=0.03 if quick else 0.05)
    return Effort(rounds=3 if quick else 5, seconds=0.05 if quick else 0.1)


def _at(comparison: Comparison) -> tuple[Entry, ...]:
    """Leave out those for whom this size of a curve is too large."""
    return tuple(
        entry
        for entry in comparison.entries
        if comparison.curve is None or entry.most is None or comparison.size <= entry.most
    )


def _step(case: Step, threads: int) -> Comparison:
    title = (
        f"training step, {case.inputs}-{case.hidden}-{case.outputs}, batch {case.batch}, "
        f"{'plain SGD' if case.optimizer == 'sgd' else 'Adam'}, dropout {case.rate:g}"
    )
    return Comparison(
        "step", title, case, step.ENTRIES, step.reference, step.TOLERANCES[case.optimizer], threads
    )  # fmt: skip


def _fast_step(case: Step) -> Comparison:
    fast = tuple(entry for entry in step.ENTRIES if entry.name in step.ON_CURVES)
    return replace(_step(case, 1), entries=fast)


def _stack(case: Stack, threads: int) -> Comparison:
    asked = "one question" if case.questions == 1 else f"{case.questions} questions"
    title = f"a step of {case.teams:,} teams of {case.presenters} x {case.abilities}, {asked}"
    entries = stacks.ENTRIES if threads == 1 else (*stacks.ENTRIES, *stacks.PAIR_ENTRIES)
    return Comparison("stacks", title, case, entries, stacks.reference, stacks.TOLERANCE, threads)


def _rehearsal(case: Rehearsals) -> Comparison:
    title = f"one rehearsal of {case.presenters} presenters, 8 questions"
    return Comparison(
        "rehearsal", title, case, rehearsal.ENTRIES, rehearsal.reference, rehearsal.TOLERANCE
    )


def _coalitions(case: Coalitions) -> Comparison:
    entries = coalitions.VALUE_ENTRIES if case.what == "values" else coalitions.INDEX_ENTRIES
    return Comparison(
        "coalitions",
        f"{case.what} of all coalitions of {case.members} members",
        case,
        entries,
        coalitions.reference,
        coalitions.TOLERANCE,
    )


def _silencing(case: Silencing) -> Comparison:
    members = "channels (third convolution)" if case.network == "CNN" else "hidden units"
    return Comparison(
        "silencing",
        f"a coalition of the {case.network}'s {case.members} {members}, {case.examples} images",
        case,
        silencing.entries(case.network),
        silencing.reference,
        silencing.TOLERANCE,
    )
