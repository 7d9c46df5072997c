"""What a sweep will cost, before it runs: timed on a few teams, and only an estimate."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from experiments.stack import bytes_per_team
from experiments.sweep.plan import Chunk, Plan
from experiments.sweep.work import is_compiled, run_chunk, versions

PROCESS_BYTES = 200 * 2**20
"""Memory of a worker that has imported the program and runs nothing (measured: 150 to 190 MiB)."""

SHAPES = 3
"""Shapes of teams that are timed; the others are scaled by how much work they are."""

REHEARSALS, COMPILED_REHEARSALS = (10, 60), (10, 260)
"""Rehearsals that the timed teams hold: once few, once more, to tell a rehearsal from the rest.

Compiled they take so little that it needs more of them to be seen beside the rest.
"""


@dataclass(frozen=True)
class Estimate:
    """What a sweep will cost.

    Attributes
    ----------
    seconds : float
        Of one core, for all teams that are still to be run.
    stack_bytes : int
        Memory of the largest stack.
    """

    seconds: float
    stack_bytes: int

    def memory(self, workers: int) -> int:
        """Bytes that so many workers and their coordinator take together."""
        return workers * (PROCESS_BYTES + self.stack_bytes) + PROCESS_BYTES


def estimate(plan: Plan, chunks: list[Chunk], *, compiled: bool = False) -> Estimate:
    """Time a few stacks of the plan, and scale to all of `chunks`."""
    under = versions(compiled=compiled)
    if not chunks:
        return Estimate(0.0, 0)
    by_shape: dict[tuple[object, ...], Chunk] = {}
    for chunk in chunks:
        by_shape.setdefault(chunk.points, chunk)
    ordered = sorted(by_shape.values(), key=lambda chunk: plan.work(chunk) / chunk.n_teams)
    step = max(1, (len(ordered) - 1) // (SHAPES - 1))
    timed = ordered[::step][:SHAPES]
    _seconds(plan, timed[0], 1, under)  # what is done once, such as imports, is not to be timed
    measured = sum(_whole_seconds(plan, chunk, under) for chunk in timed)
    per_work = measured / sum(plan.work(chunk) for chunk in timed)
    return Estimate(
        seconds=per_work * sum(plan.work(chunk) for chunk in chunks),
        stack_bytes=max(_bytes(plan, chunk) for chunk in ordered),
    )


def _whole_seconds(plan: Plan, chunk: Chunk, under: dict[str, str]) -> float:
    """Time a chunk with few rehearsals and with more, and draw the line to all of them."""
    # The less disturbed of two: a moment's disturbance would be drawn out over all rehearsals.
    held = COMPILED_REHEARSALS if is_compiled(under) else REHEARSALS
    few, more = (
        min(_seconds(plan, chunk, rehearsals, under) for _ in range(2)) for rehearsals in held
    )
    each = max(more - few, 0.0) / (held[1] - held[0])
    return few + each * (plan.design.points[chunk.points[0]].rehearsals - held[0])


def _seconds(plan: Plan, chunk: Chunk, rehearsals: int, under: dict[str, str]) -> float:
    task = plan.task(chunk, under)
    short = {number: replace(point, rehearsals=rehearsals) for number, point in task.points.items()}
    started = time.perf_counter()
    run_chunk(replace(task, points=short))
    return time.perf_counter() - started


def _bytes(plan: Plan, chunk: Chunk) -> int:
    point = plan.design.points[chunk.points[0]]
    each = bytes_per_team(
        point.prepare_talk(0),
        point.presenters,
        abilities=point.abilities,
        questions=point.questions,
    )
    return each * chunk.n_teams
