"""A rehearsal of eight members at a time, one in each lane of a vector: what Numba compiles.

The same rule as in `kernel_matrices`, number by number. Every function becomes part of its caller,
and so of one piece of code in which all sizes are known: its short loops are laid out and its sums
stay in registers.
"""

from __future__ import annotations

from typing import NamedTuple

from experiments.stack.kernel import LANES
from experiments.stack.lanes import (
    above_zero,
    add,
    divide,
    exponential,
    fused,
    inlined,
    larger,
    load,
    multiply,
    store,
    subtract,
    zeros,
)
from simulation.arrays import BoolArray, FloatArray, IntArray


class Sizes(NamedTuple):
    """What is fixed when the rule is compiled.

    Attributes
    ----------
    presenters, abilities, sections, questions : int
        N, H, K, B.
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
    softmax: bool
    plain: bool


class State(NamedTuple):
    """What eight members know, or what all do, by groups of eight: C groups, L lanes.

    Attributes
    ----------
    incoming : (C, (D + 1) U L) array
    delivery : (C, K U L) array
    handout : (C, K L) array
    reliance : (C, N N L) array
    """

    incoming: FloatArray
    delivery: FloatArray
    handout: FloatArray
    reliance: FloatArray


class Settings(NamedTuple):
    """What groups of members are given.

    Attributes
    ----------
    step_size : (C, L) array
        Minus the learning rate over B.
    speak_up : (C, N L) array
    trust : (C, L) array
    """

    step_size: FloatArray
    speak_up: FloatArray
    trust: FloatArray


class Scratch(NamedTuple):
    """Memory to work in, for one group.

    Attributes
    ----------
    batch : (B (D + 1 + K) L,) array
        Questions and what is wanted.
    hidden, hidden_step : (B U L,) array
    contributions : (N K L,) array
        Of each, on one question.
    there, scaled_mask : (N L,) array
    weighting : (N N L,) array
        Reliance times the speak-up: by what each contribution counts in each one's talk.
    gradient : (K L,) array
        Of the loss at the answers to one question.
    output_step : (B N K L,) array
        How far each moves the outputs of their own units.
    handout_step : (K L,) array
        How far the handout moves.
    """

    batch: FloatArray
    hidden: FloatArray
    hidden_step: FloatArray
    contributions: FloatArray
    there: FloatArray
    scaled_mask: FloatArray
    weighting: FloatArray
    gradient: FloatArray
    output_step: FloatArray
    handout_step: FloatArray


@inlined
def rehearse_groups(
    s: Sizes,
    table: FloatArray,
    questions: IntArray,
    attendance: BoolArray,
    settings: Settings,
    states: State,
    scratch: Scratch,
    history: FloatArray,
) -> None:
    """Hold T rehearsals of each group of L members in turn.

    Parameters
    ----------
    s : Sizes
    table : (R or 1, P, D + 1 + K) array
        As of `kernel.Given`.
    questions : (R, T, B) int array
    attendance : (R, T, N) bool array
    settings : Settings
    states : State
        Changed in place.
    scratch : Scratch
    history : (T, C L) array
        Gets the sum of the handout after each rehearsal.
    """
    for group in range(len(states.handout)):
        state = State(
            states.incoming[group],
            states.delivery[group],
            states.handout[group],
            states.reliance[group],
        )
        given = Settings(settings.step_size[group], settings.speak_up[group], settings.trust[group])
        for t in range(questions.shape[1]):
            _look_up(s, table, questions, group, t, scratch.batch)
            _hidden(s, state, scratch)
            _forward(s, attendance, group, t, given, state, scratch)
            _update_delivery(s, state, scratch)
            _update_understanding(s, state, scratch)
            total = zeros()
            for k in range(s.sections):
                now = add(load(state.handout, k), load(scratch.handout_step, k))
                store(state.handout, k, now)
                total = add(total, now)
            store(history[t], group, total)


@inlined
def _look_up(
    s: Sizes, table: FloatArray, questions: IntArray, group: int, t: int, batch: FloatArray
) -> None:
    """Fetch questions and what is wanted."""
    members, columns = len(questions), table.shape[2]
    for lane in range(LANES):
        member = min(group * LANES + lane, members - 1)
        talk = table[member if len(table) > 1 else 0]
        for b in range(s.questions):
            row = talk[questions[member, t, b]]
            for column in range(columns):
                batch[(b * columns + column) * LANES + lane] = row[column]


@inlined
def _hidden(s: Sizes, state: State, scratch: Scratch) -> None:
    """Hidden units on each question: four at a time, so that no sum waits for itself."""
    incoming, batch, hidden = state.incoming, scratch.batch, scratch.hidden
    units, columns = s.presenters * s.abilities, s.inputs + s.sections
    by_four = units - units % 4
    for u in range(0, by_four, 4):
        for b in range(s.questions):
            h0, h1, h2, h3 = zeros(), zeros(), zeros(), zeros()
            for d in range(s.inputs):
                x, at = load(batch, b * columns + d), d * units + u
                h0 = fused(x, load(incoming, at), h0)
                h1 = fused(x, load(incoming, at + 1), h1)
                h2 = fused(x, load(incoming, at + 2), h2)
                h3 = fused(x, load(incoming, at + 3), h3)
            at = b * units + u
            store(hidden, at, larger(h0, zeros()))
            store(hidden, at + 1, larger(h1, zeros()))
            store(hidden, at + 2, larger(h2, zeros()))
            store(hidden, at + 3, larger(h3, zeros()))
    for u in range(by_four, units):
        for b in range(s.questions):
            h0 = zeros()
            for d in range(s.inputs):
                h0 = fused(load(batch, b * columns + d), load(incoming, d * units + u), h0)
            store(hidden, b * units + u, larger(h0, zeros()))


@inlined
def _forward(
    s: Sizes,
    attendance: BoolArray,
    group: int,
    t: int,
    given: Settings,
    state: State,
    scratch: Scratch,
) -> None:
    """Answer question by question, and note how far each, and the handout, moves the answers."""
    n, sections = s.presenters, s.sections
    step = load(given.step_size, 0)
    for k in range(sections):
        store(scratch.handout_step, k, zeros())
    _attend(s, attendance, group, t, given, state, scratch)
    for b in range(s.questions):
        _contribute(s, b, state, scratch)
        _output_gradient(s, b, scratch.scaled_mask, 0, state, scratch)  # of the talk really given
        for k in range(sections):
            moved = multiply(load(scratch.gradient, k), step)
            store(scratch.handout_step, k, add(load(scratch.handout_step, k), moved))
            if s.plain:  # all who are there hear it
                for i in range(n):
                    store(
                        scratch.output_step,
                        (b * n + i) * sections + k,
                        multiply(moved, load(scratch.scaled_mask, i)),
                    )
        if not s.plain:  # each who is there hears it of the talk as they count on it
            for i in range(n):
                _output_gradient(s, b, scratch.weighting, i, state, scratch)
                own_step = multiply(step, load(scratch.scaled_mask, i))
                for k in range(sections):
                    store(
                        scratch.output_step,
                        (b * n + i) * sections + k,
                        multiply(load(scratch.gradient, k), own_step),
                    )


@inlined
def _attend(
    s: Sizes,
    attendance: BoolArray,
    group: int,
    t: int,
    given: Settings,
    state: State,
    scratch: Scratch,
) -> None:
    """See who is there, and let reliance follow, as `Presenter` does."""
    n, members = s.presenters, len(attendance)
    for lane in range(LANES):
        present = attendance[min(group * LANES + lane, members - 1), t]
        for i in range(n):
            scratch.there[i * LANES + lane] = present[i]
    for i in range(n):
        store(scratch.scaled_mask, i, multiply(load(scratch.there, i), load(given.speak_up, i)))
    if s.plain:
        return
    for i in range(n):
        follow = multiply(load(given.trust, 0), load(scratch.there, i))
        for j in range(n):  # on themselves they always count: they see themselves come
            at = i * n + j
            rho = load(state.reliance, at)
            rho = fused(subtract(load(scratch.there, j), rho), follow, rho)
            store(state.reliance, at, rho)
            store(scratch.weighting, at, multiply(rho, load(given.speak_up, j)))


@inlined
def _contribute(s: Sizes, b: int, state: State, scratch: Scratch) -> None:
    """c_i of question b for each presenter i."""
    units = s.presenters * s.abilities
    for i in range(s.presenters):
        for k in range(s.sections):
            own = zeros()
            for u in range(i * s.abilities, (i + 1) * s.abilities):
                own = fused(
                    load(scratch.hidden, b * units + u), load(state.delivery, k * units + u), own
                )
            store(scratch.contributions, i * s.sections + k, own)


@inlined
def _output_gradient(
    s: Sizes, b: int, weights: FloatArray, row: int, state: State, scratch: Scratch
) -> None:
    """Gradient at the answer to question b, contributions weighted by a row of `weights`."""
    n, sections, columns = s.presenters, s.sections, s.inputs + s.sections
    for k in range(sections):
        answer = load(state.handout, k)
        for j in range(n):
            answer = fused(
                load(weights, row * n + j), load(scratch.contributions, j * sections + k), answer
            )
        store(scratch.gradient, k, answer)
    if s.softmax:
        top = load(scratch.gradient, 0)
        for k in range(1, sections):
            top = larger(top, load(scratch.gradient, k))
        total = zeros()
        for k in range(sections):
            part = exponential(subtract(load(scratch.gradient, k), top))
            total = add(total, part)
            store(scratch.gradient, k, part)
        for k in range(sections):
            store(scratch.gradient, k, divide(load(scratch.gradient, k), total))
    for k in range(sections):
        wanted = load(scratch.batch, b * columns + s.inputs + k)
        store(scratch.gradient, k, subtract(load(scratch.gradient, k), wanted))


@inlined
def _update_delivery(s: Sizes, state: State, scratch: Scratch) -> None:
    """Move delivery, and note how far each unit moves by the delivery of before."""
    n, sections, units = s.presenters, s.sections, s.presenters * s.abilities
    for u in range(units):
        i = u // s.abilities
        for b in range(s.questions):
            hidden_step = zeros()
            for k in range(sections):
                own = load(scratch.output_step, (b * n + i) * sections + k)
                hidden_step = fused(own, load(state.delivery, k * units + u), hidden_step)
            at = b * units + u
            # A product, as elsewhere: what is infinite must not vanish behind a closed unit.
            store(
                scratch.hidden_step, at, multiply(above_zero(load(scratch.hidden, at)), hidden_step)
            )
        for k in range(sections):
            delivery = load(state.delivery, k * units + u)
            for b in range(s.questions):
                own = load(scratch.output_step, (b * n + i) * sections + k)
                delivery = fused(own, load(scratch.hidden, b * units + u), delivery)
            store(state.delivery, k * units + u, delivery)


@inlined
def _update_understanding(s: Sizes, state: State, scratch: Scratch) -> None:
    """Move understanding as far as its units move: four units at a time."""
    incoming, batch, hidden_step = state.incoming, scratch.batch, scratch.hidden_step
    units, columns = s.presenters * s.abilities, s.inputs + s.sections
    by_four = units - units % 4
    for d in range(s.inputs):
        for u in range(0, by_four, 4):
            at = d * units + u
            w0, w1 = load(incoming, at), load(incoming, at + 1)
            w2, w3 = load(incoming, at + 2), load(incoming, at + 3)
            for b in range(s.questions):
                x, pushed = load(batch, b * columns + d), b * units + u
                w0 = fused(x, load(hidden_step, pushed), w0)
                w1 = fused(x, load(hidden_step, pushed + 1), w1)
                w2 = fused(x, load(hidden_step, pushed + 2), w2)
                w3 = fused(x, load(hidden_step, pushed + 3), w3)
            store(incoming, at, w0)
            store(incoming, at + 1, w1)
            store(incoming, at + 2, w2)
            store(incoming, at + 3, w3)
        for u in range(by_four, units):
            w0 = load(incoming, d * units + u)
            for b in range(s.questions):
                w0 = fused(load(batch, b * columns + d), load(hidden_step, b * units + u), w0)
            store(incoming, d * units + u, w0)
