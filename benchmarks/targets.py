"""What was aimed at, what came of it in each launch, and in plain words why a target is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks import rehearsal, silencing, stacks, step
from benchmarks.launches import Outcome
from benchmarks.race import Row
from benchmarks.ratios import ratio
from benchmarks.rehearsal import Rehearsals
from benchmarks.silencing import Silencing
from benchmarks.stacks import Stack
from benchmarks.step import Step

JAX_STEP = "JAX, scan and jit"

ADAM_PASSES = (
    "Adam's update is nine passes of NumPy and BLAS over all weights, a quarter of the small net's "
    "step; JAX compiles them into one"
)
ON_TWO_THREADS = "BLAS has its products done by two threads; NumPy's passes between them run on one"
MOSTLY_CALLS = (
    "a Mesa team's rehearsal is mostly Python calls, which eight questions make no longer than "
    "one; the stack's is mostly arithmetic, of which they are more"
)
DRAWS_TOO = (
    "questions and absences are drawn in this time; the line of the step alone leaves that out"
)
AT_THE_EDGE = (
    "NumPy's passes over all teams take about this long; compiled, the step does without them"
)
COMPILED = (
    "a compiler makes one loop of the whole step, in which a team's numbers stay in cache; NumPy "
    "passes over all teams once for each operation, and with one question there is little to do "
    "in each"
)


@dataclass(frozen=True)
class Target:
    """One aim, by launch.

    Attributes
    ----------
    what : str
        What is measured, and where.
    limit : float
    unit : str
        Behind the figures.
    found : tuple of float
        Of each launch.
    at_least : bool
        Whether the limit is the lowest that will do instead of the highest.
    why : str
        Why it is missed, if it is.
    beside : str
        Who is nearest, if it is about being ahead.
    """

    what: str
    limit: float
    unit: str
    found: tuple[float, ...]
    at_least: bool = False
    why: str = ""
    beside: str = ""

    @property
    def met(self) -> bool:
        """Whether each launch meets it."""
        return all(
            each >= self.limit if self.at_least else each <= self.limit for each in self.found
        )


def targets(outcomes: Sequence[Outcome]) -> list[Target]:
    """List the targets of all tables that were measured."""
    ways: tuple[tuple[type, Callable[[Outcome], Iterator[Target]]], ...] = (
        (Step, _of_step), (Stack, _of_stack), (Rehearsals, _of_rehearsal),
        (Silencing, _of_silencing),
    )  # fmt: skip
    return [
        target
        for outcome in outcomes
        if outcome.comparison.curve is None and outcome.ours
        for kind, of in ways
        if isinstance(outcome.comparison.problem, kind)
        for target in of(outcome)
    ]


def _of_step(outcome: Outcome) -> Iterator[Target]:
    where, ours, case = _where(outcome), outcome.ours, outcome.comparison.problem
    assert ours is not None
    if case.optimizer == "adam":
        if jax := outcome.row(JAX_STEP):
            yield Target(f"{where}: ours over JAX's scan", 1.35, "x", _times(ours, jax),
                         why=ADAM_PASSES)  # fmt: skip
        return
    small = case.hidden < Step.hidden
    if small:
        yield Target(f"{where}: ours", 25.0, " us", _micro(ours))
    elif floor := outcome.fastest(step.FLOORS):
        why = "" if outcome.comparison.threads == 1 else ON_TWO_THREADS
        yield Target(
            f"{where}: ours over the products alone", 1.3, "x", _times(ours, floor), why=why
        )
    yield from _ahead(
        outcome,
        f"{where}: peers over ours" + (", JAX's scan apart" if small else ""),
        lambda row: row.entry.checked and not (small and row.entry.name == JAX_STEP),
    )


def _of_stack(outcome: Outcome) -> Iterator[Target]:
    where, case = _where(outcome), outcome.comparison.problem
    ours = outcome.ours
    assert ours is not None
    if outcome.comparison.threads > 1:
        if alone := outcome.row(f"{stacks.ALONE}, two processes"):
            yield from _ahead(
                outcome,
                f"{where}: peers over our step alone in NumPy, two processes",
                lambda row: row.entry.handed,
                ours=alone,
                why=COMPILED,
            )
        yield from _ahead(
            outcome,
            f"{where}: peers over the fastest of ours, same work",
            lambda row: row.entry.handed,
        )
        return
    limits = {8: 1_640.0, 1: 410.0}
    if case.teams == Stack.teams and case.questions in limits:
        yield Target(f"{where}: ours", limits[case.questions], " us", _micro(ours), why=DRAWS_TOO)
        if alone := outcome.row(stacks.ALONE):
            limit = limits[case.questions]
            yield Target(f"{where}: our step alone", limit, " us", _micro(alone), why=AT_THE_EDGE)
    if mesa := outcome.row(stacks.MESA):
        yield Target(f"{where}: Mesa's teams over ours", 100.0, "x", _times(mesa, ours),
                     at_least=True, why=MOSTLY_CALLS)  # fmt: skip
        if compiled := outcome.row(stacks.COMPILED):
            yield Target(f"{where}: Mesa's teams over ours, compiled", 100.0, "x",
                         _times(mesa, compiled), at_least=True)  # fmt: skip


def _of_rehearsal(outcome: Outcome) -> Iterator[Target]:
    ours, plain = outcome.ours, outcome.row(rehearsal.PLAIN)
    if ours and plain:
        yield Target(f"{_where(outcome)}: ours over plain NumPy", 1.5, "x", _times(ours, plain))


def _of_silencing(outcome: Outcome) -> Iterator[Target]:
    where, ours, case = _where(outcome), outcome.ours, outcome.comparison.problem
    assert ours is not None
    whole, rest = outcome.row(silencing.WHOLE), outcome.row(silencing.REST)
    if whole and case.network == "CNN":
        yield Target(f"{where}: the whole model over ours", 5.0, "x", _times(whole, ours),
                     at_least=True)  # fmt: skip
    if rest:
        yield Target(f"{where}: ours over the rest alone", 1.25, "x", _times(ours, rest))
    yield from _ahead(
        outcome, f"{where}: peers over ours", lambda row: row.entry.checked, ours=ours
    )


def _ahead(
    outcome: Outcome,
    what: str,
    counts: Callable[[Row], bool],
    *,
    ours: Row | None = None,
    why: str = "",
) -> Iterator[Target]:
    """Hold the nearest peer against `ours`, or the fastest of ours that does the same work."""
    found = [
        (_times(row, like), row)
        for row in outcome.rows
        if row.launches and not row.entry.ours and counts(row)
        if (like := ours or outcome.like(row))
    ]
    if found:
        times, row = min(found, key=lambda each: sorted(each[0])[len(each[0]) // 2])
        yield Target(what, 1.0, "x", times, at_least=True, why=why, beside=row.entry.name)


def _where(outcome: Outcome) -> str:
    threads = outcome.comparison.threads
    return f"{outcome.comparison.title}; {'one thread' if threads == 1 else f'{threads} threads'}"


def _times(these: Row, those: Row) -> tuple[float, ...]:
    return ratio(these.launches, those.launches).launches


def _micro(row: Row) -> tuple[float, ...]:
    return tuple(1e6 * sorted(one)[len(one) // 2] for one in row.launches)
