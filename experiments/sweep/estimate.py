"""What a sweep will cost, before it runs: timed on a few teams, and only an estimate."""

from __future__ import annotations

import time
from dataclasses import replace

from experiments.costs import Cost
from experiments.costs.machine import pace
from experiments.stack import bytes_per_team
from experiments.sweep.plan import Chunk, Plan, work_of
from experiments.sweep.work import is_compiled, run_chunk, versions

SHAPES = 3
"""Shapes of teams that are timed; the others are scaled by how much work they are."""

REHEARSALS, COMPILED_REHEARSALS = (10, 60), (10, 260)
"""Rehearsals that the timed teams hold: once few, once more, to tell a rehearsal from the rest.

Compiled they take so little that it needs more of them to be seen beside the rest.
"""

LONGEST = 1.0
"""Seconds that timing a shape may take; of longer ones `WORK` is believed."""

WORK = 3e-10
"""Seconds for a unit of `plan.work_of`, by the core that all costs were measured on."""


def estimate(
    plan: Plan, chunks: list[Chunk], *, compiled: bool = False, timed: bool = True
) -> list[Cost]:
    """Say what each of `chunks` costs; `timed`: by timing a few stacks of the plan."""
    if not chunks:
        return []
    by_shape: dict[tuple[object, ...], Chunk] = {}
    for chunk in chunks:
        by_shape.setdefault(chunk.points, chunk)
    ordered = sorted(by_shape.values(), key=lambda chunk: plan.work(chunk) / chunk.n_teams)
    step = max(1, (len(ordered) - 1) // (SHAPES - 1))
    short = [chunk for chunk in ordered[::step][:SHAPES] if _timing(plan, chunk) < LONGEST]
    per_work = _seconds_of_work(plan, short, compiled) if timed and short else WORK * pace()
    bytes_of = {points: _bytes(plan, chunk) for points, chunk in by_shape.items()}
    return [
        Cost(per_work * _work(plan, chunk), bytes_of[chunk.points] * chunk.n_teams)
        for chunk in chunks
    ]


def _work(plan: Plan, chunk: Chunk) -> float:
    """Count the head start, too, which the plan does not."""
    point = plan.design.points[chunk.points[0]]
    alone = replace(point, rehearsals=point.head_start, presenters=1)
    return plan.work(chunk) + (point.head_start > 0) * work_of(alone) * chunk.n_teams


def _timing(plan: Plan, chunk: Chunk) -> float:
    """Seconds that timing a chunk takes, roughly."""
    point = plan.design.points[chunk.points[0]]
    held = replace(point, rehearsals=2 * sum(REHEARSALS))
    return WORK * work_of(held) * chunk.n_teams


def _seconds_of_work(plan: Plan, timed: list[Chunk], compiled: bool) -> float:
    under = versions(compiled=compiled)
    _seconds(plan, timed[0], 1, under)  # what is done once, such as imports, is not to be timed
    measured = sum(_whole_seconds(plan, chunk, under) for chunk in timed)
    return measured / sum(plan.work(chunk) for chunk in timed)


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
    # Without the head start, which might be long.
    short = {
        number: replace(point, rehearsals=rehearsals, head_start=0)
        for number, point in task.points.items()
    }
    started = time.process_time()  # what others do meanwhile does not count
    run_chunk(replace(task, points=short))
    return time.process_time() - started


def _bytes(plan: Plan, chunk: Chunk) -> int:
    point = plan.design.points[chunk.points[0]]
    return bytes_per_team(
        point.prepare_talk(0),
        point.presenters,
        abilities=point.abilities,
        questions=point.questions,
    )
