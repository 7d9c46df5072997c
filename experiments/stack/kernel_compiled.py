"""Members eight by eight in the processor's vectors: the kernel that Numba compiles.

NumPy goes through memory once for each operation of a rehearsal. Compiled, eight members go through
all of their rehearsals with what they know close at hand, before the next eight begin.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numba import njit

from experiments.stack.compiled_step import Scratch, Settings, Sizes, State, rehearse_groups
from experiments.stack.kernel import LANES, Given, Shape, Skills, aligned
from experiments.stack.reliance import Reliance
from simulation.arrays import BoolArray, FloatArray, IntArray


class Compiled:
    """A block of members; see `kernel.Kernel`."""

    def __init__(self, shape: Shape, given: Given, reliance: Reliance) -> None:
        self._shape, self._table, self._reliance = shape, given.table, reliance
        r, n, u = len(given.trust), shape.presenters, shape.units
        d, k, b = shape.features + 1, shape.sections, shape.questions
        sizes = Sizes(n, shape.abilities, d, k, b, shape.softmax, reliance.plain)
        self._run = _compile(sizes)
        self._members, self._groups = r, -(-r // LANES)
        self._state = State(
            *(aligned(self._groups, size * LANES) for size in (d * u, k * u, k, n * n))
        )
        self._settings = Settings(
            self._by_group(-given.learning_rate / b),
            self._by_group(given.speak_up),
            self._by_group(given.trust),
        )
        sizes_of_scratch = (b * (d + k), b * u, b * u, n * k, n, n, n * n, k, b * n * k, k)
        self._scratch = Scratch(*(aligned(size * LANES) for size in sizes_of_scratch))

    def skills(self) -> Skills:
        """Give what the members know, as copies."""
        s, state = self._shape, self._state
        incoming = self._by_member(state.incoming, s.features + 1, s.presenters, s.abilities)
        delivery = self._by_member(state.delivery, s.sections, s.presenters, s.abilities)
        return Skills(
            understanding=np.ascontiguousarray(incoming[:, :-1].transpose(0, 2, 3, 1)),
            bias=incoming[:, -1].copy(),
            delivery=np.ascontiguousarray(delivery.swapaxes(1, 2)),
            handout=self._by_member(state.handout, s.sections).copy(),
            reliance=np.ascontiguousarray(self._reliance.rho.transpose(2, 0, 1)),
        )

    def load(self, skills: Skills) -> None:
        """Replace what the members know."""
        bias = skills.bias[..., None]
        incoming = np.concatenate([skills.understanding, bias], axis=3).transpose(0, 3, 1, 2)
        self._state.incoming[...] = self._by_group(incoming)
        self._state.delivery[...] = self._by_group(skills.delivery.swapaxes(1, 2))
        self._state.handout[...] = self._by_group(skills.handout)
        self._reliance.rho[...] = skills.reliance.transpose(1, 2, 0)

    def rehearse(self, questions: IntArray, attendance: BoolArray) -> FloatArray:
        """Hold T rehearsals; return the sum of the handout after each, (T, R)."""
        n = self._shape.presenters
        rho = self._reliance.rho
        self._state.reliance[...] = self._by_group(rho.transpose(2, 0, 1))
        history = aligned(questions.shape[1], self._groups * LANES)
        self._run(
            self._table,
            np.ascontiguousarray(questions),
            np.ascontiguousarray(attendance),
            self._settings,
            self._state,
            self._scratch,
            history,
        )
        rho[...] = self._by_member(self._state.reliance, n, n).transpose(1, 2, 0)
        return history[:, : self._members]

    def _by_group(self, values: FloatArray) -> FloatArray:
        """Lay out (R, ...) as (C, ... L); the last lanes are filled up with the last member."""
        all_lanes = np.minimum(np.arange(self._groups * LANES), self._members - 1)
        grouped = values.reshape(self._members, -1)[all_lanes]
        laid_out = aligned(self._groups, grouped.shape[1] * LANES)
        laid_out.reshape(self._groups, -1, LANES)[...] = grouped.reshape(
            self._groups, LANES, -1
        ).swapaxes(1, 2)
        return laid_out

    def _by_member(self, laid_out: FloatArray, *shape: int) -> FloatArray:
        """Lay out (C, ... L) as (R, *shape)."""
        each = laid_out.reshape(self._groups, -1, LANES).swapaxes(1, 2)
        return each.reshape(self._groups * LANES, *shape)[: self._members]


@cache
def _compile(s: Sizes) -> Callable[..., None]:
    """Make the kernel for these sizes, which are numbers in it and not variables."""

    @njit(nogil=True, error_model="numpy")
    def rehearse(
        table: FloatArray,
        questions: IntArray,
        attendance: BoolArray,
        settings: Settings,
        state: State,
        scratch: Scratch,
        history: FloatArray,
    ) -> None:
        rehearse_groups(s, table, questions, attendance, settings, state, scratch, history)

    kernel: Callable[..., None] = rehearse
    return kernel
