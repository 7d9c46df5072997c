"""A rehearsal of eight members at a time, one in each lane of a vector: what Numba compiles.

The same rule as in `matrices`, number by number. Every function becomes part of its caller, and so
of one piece of code in which all sizes are known: its short loops are laid out and its sums stay in
registers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from experiments.stack.vectors import (
    LANES,
    above_zero,
    exponential,
    fused,
    larger,
    load,
    store,
    zeros,
)

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_inlined = njit(nogil=True, error_model="numpy", forceinline=True)


class Sizes(NamedTuple):
    """What is fixed when the rule is compiled.

    Attributes
    ----------
    presenters, abilities, sections, questions, masks : int
        N, H, K, B, Q.
    inputs : int
        D + 1: the bias is one.
    softmax : bool
        Whether the audience is a softmax one.
    plain : bool
        Whether all count on whoever is there: the dropout step.
    """

    presenters: int
    abilities: int
    inputs: int
    sections: int
    questions: int
    masks: int
    softmax: bool
    plain: bool


class Known(NamedTuple):
    """What eight members know, or what all do, by groups of eight: C groups, L lanes.

    Attributes
    ----------
    inward : (C, (D + 1) U L) array
    delivery : (C, K U L) array
    handout : (C, K L) array
    reliance : (C, N N L) array
    """

    inward: FloatArray
    delivery: FloatArray
    handout: FloatArray
    reliance: FloatArray


class Fixed(NamedTuple):
    """What groups of members are given.

    Attributes
    ----------
    downhill : (C, L) array
        Minus the learning rate over B.
    speak_up : (C, N L) array
    trust : (C, L) array
    """

    downhill: FloatArray
    speak_up: FloatArray
    trust: FloatArray


class Desk(NamedTuple):
    """Room to work in, for one group.

    Attributes
    ----------
    seen : (B (D + 1 + K) L,) array
        Questions and what is wanted.
    hidden, push : (B U L,) array
    said : (N K L,) array
        What each has prepared on one question.
    there, loud : (N L,) array
    counted_on : (N N L,) array
        Reliance, as loud as it speaks up.
    row : (K L,) array
    own : (B N K L,) array
        How far each moves what they say.
    moved : (K L,) array
        How far the handout moves.
    """

    seen: FloatArray
    hidden: FloatArray
    push: FloatArray
    said: FloatArray
    there: FloatArray
    loud: FloatArray
    counted_on: FloatArray
    row: FloatArray
    own: FloatArray
    moved: FloatArray


@_inlined
def rehearse_groups(
    s: Sizes,
    table: FloatArray,
    questions: IntArray,
    attendance: BoolArray,
    fixed: Fixed,
    known: Known,
    desk: Desk,
    history: FloatArray,
) -> None:
    """Hold T rehearsals of each group of L members in turn.

    Parameters
    ----------
    s : Sizes
    table : (R or 1, P, D + 1 + K) array
        As of `room.Given`.
    questions : (R, T, B) int array
    attendance : (R, T, Q, N) bool array
    fixed : Fixed
    known : Known
        Changed in place.
    desk : Desk
    history : (T, C L) array
        Gets the sum of the handout after each rehearsal.
    """
    for group in range(len(known.handout)):
        mine = Known(
            known.inward[group],
            known.delivery[group],
            known.handout[group],
            known.reliance[group],
        )
        given = Fixed(fixed.downhill[group], fixed.speak_up[group], fixed.trust[group])
        for t in range(questions.shape[1]):
            _look_up(s, table, questions, group, t, desk.seen)
            _think(s, mine, desk)
            _say_and_hear(s, attendance, group, t, given, mine, desk)
            _improve_delivery(s, mine, desk)
            _improve_understanding(s, mine, desk)
            total = zeros()
            for k in range(s.sections):
                now = load(mine.handout, k) + load(desk.moved, k)
                store(mine.handout, k, now)
                total = total + now
            store(history[t], group, total)


@_inlined
def _look_up(
    s: Sizes, table: FloatArray, questions: IntArray, group: int, t: int, seen: FloatArray
) -> None:
    """Fetch questions and what is wanted."""
    members, columns = len(questions), table.shape[2]
    for lane in range(LANES):
        member = min(group * LANES + lane, members - 1)
        talk = table[member if len(table) > 1 else 0]
        for b in range(s.questions):
            row = talk[questions[member, t, b]]
            for column in range(columns):
                seen[(b * columns + column) * LANES + lane] = row[column]


@_inlined
def _think(s: Sizes, mine: Known, desk: Desk) -> None:
    """What each ability makes of each question: four at a time, so that no sum waits for itself."""
    inward, seen, hidden = mine.inward, desk.seen, desk.hidden
    units, columns = s.presenters * s.abilities, s.inputs + s.sections
    by_four = units - units % 4
    for u in range(0, by_four, 4):
        for b in range(s.questions):
            h0, h1, h2, h3 = zeros(), zeros(), zeros(), zeros()
            for d in range(s.inputs):
                x, at = load(seen, b * columns + d), d * units + u
                h0 = fused(x, load(inward, at), h0)
                h1 = fused(x, load(inward, at + 1), h1)
                h2 = fused(x, load(inward, at + 2), h2)
                h3 = fused(x, load(inward, at + 3), h3)
            at = b * units + u
            store(hidden, at, larger(h0, zeros()))
            store(hidden, at + 1, larger(h1, zeros()))
            store(hidden, at + 2, larger(h2, zeros()))
            store(hidden, at + 3, larger(h3, zeros()))
    for u in range(by_four, units):
        for b in range(s.questions):
            h0 = zeros()
            for d in range(s.inputs):
                h0 = fused(load(seen, b * columns + d), load(inward, d * units + u), h0)
            store(hidden, b * units + u, larger(h0, zeros()))


@_inlined
def _say_and_hear(
    s: Sizes, attendance: BoolArray, group: int, t: int, given: Fixed, mine: Known, desk: Desk
) -> None:
    """Give the talk, question by question: each hears what they move, as the handout does."""
    n, sections = s.presenters, s.sections
    step = load(given.downhill, 0)
    for k in range(sections):
        store(desk.moved, k, zeros())
    for b in range(s.questions):
        if b * s.masks % s.questions == 0:
            mask = b * s.masks // s.questions
            _come(s, attendance, group, t, mask, given, mine, desk)
        _prepare(s, b, mine, desk)
        _too_much(s, b, desk.loud, 0, mine, desk)  # of the talk really given
        for k in range(sections):
            heard = load(desk.row, k) * step
            store(desk.moved, k, load(desk.moved, k) + heard)
            if s.plain:  # all who are there hear it
                for i in range(n):
                    store(desk.own, (b * n + i) * sections + k, heard * load(desk.loud, i))
        if not s.plain:  # each who is there hears it of the talk as they count on it
            for i in range(n):
                _too_much(s, b, desk.counted_on, i, mine, desk)
                own_step = step * load(desk.loud, i)
                for k in range(sections):
                    store(desk.own, (b * n + i) * sections + k, load(desk.row, k) * own_step)


@_inlined
def _come(
    s: Sizes,
    attendance: BoolArray,
    group: int,
    t: int,
    mask: int,
    given: Fixed,
    mine: Known,
    desk: Desk,
) -> None:
    """See who is there, and let reliance follow, as `Presenter` does."""
    n, members = s.presenters, len(attendance)
    for lane in range(LANES):
        present = attendance[min(group * LANES + lane, members - 1), t, mask]
        for i in range(n):
            desk.there[i * LANES + lane] = present[i]
    for i in range(n):
        store(desk.loud, i, load(desk.there, i) * load(given.speak_up, i))
    if s.plain:
        return
    for i in range(n):
        follow = load(given.trust, 0) * load(desk.there, i)
        for j in range(n):  # on themselves they always count: they see themselves come
            at = i * n + j
            rho = load(mine.reliance, at)
            rho = fused(load(desk.there, j) - rho, follow, rho)
            store(mine.reliance, at, rho)
            store(desk.counted_on, at, rho * load(given.speak_up, j))


@_inlined
def _prepare(s: Sizes, b: int, mine: Known, desk: Desk) -> None:
    """What each has prepared on question b, heard by nobody yet."""
    units = s.presenters * s.abilities
    for i in range(s.presenters):
        for k in range(s.sections):
            said = zeros()
            for u in range(i * s.abilities, (i + 1) * s.abilities):
                said = fused(
                    load(desk.hidden, b * units + u), load(mine.delivery, k * units + u), said
                )
            store(desk.said, i * s.sections + k, said)


@_inlined
def _too_much(s: Sizes, b: int, weights: FloatArray, row: int, mine: Known, desk: Desk) -> None:
    """What is too much in the answers to question b, each heard by a row of `weights`."""
    n, sections, columns = s.presenters, s.sections, s.inputs + s.sections
    for k in range(sections):
        answer = load(mine.handout, k)
        for j in range(n):
            answer = fused(load(weights, row * n + j), load(desk.said, j * sections + k), answer)
        store(desk.row, k, answer)
    if s.softmax:
        top = load(desk.row, 0)
        for k in range(1, sections):
            top = larger(top, load(desk.row, k))
        total = zeros()
        for k in range(sections):
            part = exponential(load(desk.row, k) - top)
            total = total + part
            store(desk.row, k, part)
        for k in range(sections):
            store(desk.row, k, load(desk.row, k) / total)
    for k in range(sections):
        wanted = load(desk.seen, b * columns + s.inputs + k)
        store(desk.row, k, load(desk.row, k) - wanted)


@_inlined
def _improve_delivery(s: Sizes, mine: Known, desk: Desk) -> None:
    """Move delivery, and note how far each unit is pushed by what it said before."""
    n, sections, units = s.presenters, s.sections, s.presenters * s.abilities
    for u in range(units):
        i = u // s.abilities
        for b in range(s.questions):
            push = zeros()
            for k in range(sections):
                own = load(desk.own, (b * n + i) * sections + k)
                push = fused(own, load(mine.delivery, k * units + u), push)
            at = b * units + u
            # A product, as elsewhere: what is infinite must not vanish behind a closed unit.
            store(desk.push, at, above_zero(load(desk.hidden, at)) * push)
        for k in range(sections):
            delivery = load(mine.delivery, k * units + u)
            for b in range(s.questions):
                own = load(desk.own, (b * n + i) * sections + k)
                delivery = fused(own, load(desk.hidden, b * units + u), delivery)
            store(mine.delivery, k * units + u, delivery)


@_inlined
def _improve_understanding(s: Sizes, mine: Known, desk: Desk) -> None:
    """Move understanding as far as the units were pushed: four units at a time."""
    inward, seen, push = mine.inward, desk.seen, desk.push
    units, columns = s.presenters * s.abilities, s.inputs + s.sections
    by_four = units - units % 4
    for d in range(s.inputs):
        for u in range(0, by_four, 4):
            at = d * units + u
            w0, w1 = load(inward, at), load(inward, at + 1)
            w2, w3 = load(inward, at + 2), load(inward, at + 3)
            for b in range(s.questions):
                x, pushed = load(seen, b * columns + d), b * units + u
                w0 = fused(x, load(push, pushed), w0)
                w1 = fused(x, load(push, pushed + 1), w1)
                w2 = fused(x, load(push, pushed + 2), w2)
                w3 = fused(x, load(push, pushed + 3), w3)
            store(inward, at, w0)
            store(inward, at + 1, w1)
            store(inward, at + 2, w2)
            store(inward, at + 3, w3)
        for u in range(by_four, units):
            w0 = load(inward, d * units + u)
            for b in range(s.questions):
                w0 = fused(load(seen, b * columns + d), load(push, b * units + u), w0)
            store(inward, d * units + u, w0)
