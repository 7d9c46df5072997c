"""Members as batches of small matrices, replicate axis first: the kernel for several questions.

A unit is one ability of one presenter, and the handout is a unit of its own behind them, U + 1 in
all: always there, always 1, never learning to be anything else. So a member's understanding is one
matrix (D + 1, U + 1), biases in its last row, its delivery one matrix (K, U + 1), the handout in
its last column, and every pass over an array is one run through memory.
"""

from __future__ import annotations

import numpy as np

from experiments.stack.kernel import (
    Given,
    Shape,
    Skills,
    TargetNoise,
    aligned,
    scaled_mask,
    to_output_gradient,
)
from experiments.stack.reliance import Reliance
from simulation.arrays import BoolArray, FloatArray, IntArray

AHEAD = 16
"""Rehearsals whose scaled masks are laid out, unit by unit, ahead of them."""


class Matrices:
    """A block of members; see `kernel.Kernel`."""

    def __init__(
        self,
        shape: Shape,
        given: Given,
        reliance: Reliance,
        target_noise: TargetNoise | None = None,
        weight_decay: float = 0.0,
    ) -> None:
        self._shape, self._given, self._reliance = shape, given, reliance
        self._target_noise = target_noise
        kept = 1.0 - given.learning_rate * weight_decay  # of all skills, at each rehearsal
        self._kept = kept[:, None, None] if weight_decay else None  # (R, 1, 1)
        r, n, u = len(given.trust), shape.presenters, shape.units + 1
        d, k, b = shape.features + 1, shape.sections, shape.questions
        self._rows = given.table.reshape(-1, d + k)
        shared = len(given.table) == 1
        self._first_row = np.zeros(r, dtype=np.int64) if shared else np.arange(r) * shape.practice
        self._step_size = (-given.learning_rate / b)[:, None, None]  # (R, 1, 1)

        self._incoming, self._incoming_step = aligned(r, d, u), aligned(r, d, u)
        self._delivery, self._delivery_step = aligned(r, k, u), aligned(r, k, u)
        self._incoming[:, -1, -1] = 1.0
        self._hidden, self._hidden_step, self._gate = (aligned(r, b, u) for _ in range(3))
        self._active = np.empty((r, b, u), dtype=bool)
        self._answers = aligned(r, b, k)

        batch = aligned(r, b, d + k)
        self._batch, self._inputs, self._wanted = batch, batch[..., :d], batch[..., d:]
        # From presenters to their units.
        self._spread = np.repeat(np.eye(n), shape.abilities, axis=1)  # (N, U)
        if not reliance.plain:
            self._contributions = aligned(r, n + 1, b, k)
            self._weighting = aligned(r, n + 1, n + 1)
            self._outputs = aligned(r, n + 1, b, k)
            # Right factors that are transposed take BLAS's small products twice as long.
            self._delivery_t = aligned(r, u - 1, k)
            self._ones = np.ones((1, b))

    def skills(self) -> Skills:
        """Give what the members know, as copies."""
        s, r = self._shape, len(self._delivery)
        each = (r, s.presenters, s.abilities, -1)
        understanding = self._incoming[..., :-1].swapaxes(1, 2).reshape(each)
        delivery = self._delivery[..., :-1].swapaxes(1, 2).reshape(each)
        return Skills(
            understanding=understanding[..., :-1].copy(),
            bias=understanding[..., -1].copy(),
            delivery=np.ascontiguousarray(delivery.swapaxes(2, 3)),
            handout=self._delivery[..., -1].copy(),
            reliance=np.ascontiguousarray(self._reliance.rho.transpose(2, 0, 1)),
        )

    def load(self, skills: Skills) -> None:
        """Replace what the members know."""
        s, r = self._shape, len(self._delivery)
        units = (r, s.units, -1)
        self._incoming[:, :-1, :-1] = skills.understanding.reshape(units).swapaxes(1, 2)
        self._incoming[:, -1, :-1] = skills.bias.reshape(r, -1)
        self._delivery[..., :-1] = skills.delivery.swapaxes(2, 3).reshape(units).swapaxes(1, 2)
        self._delivery[..., -1] = skills.handout
        self._reliance.rho[...] = skills.reliance.transpose(1, 2, 0)

    def rehearse(self, questions: IntArray, attendance: BoolArray) -> FloatArray:
        """Hold T rehearsals; return the sum of the handout after each, (T, R)."""
        rehearse = self._plain if self._reliance.plain else self._reliance_weighted
        members, rehearsals, _ = questions.shape
        history = np.empty((rehearsals, members))
        for first in range(0, rehearsals, AHEAD):
            now = slice(first, first + AHEAD)
            rows = questions[:, now].swapaxes(0, 1) + self._first_row[:, None]  # (T, R, B)
            rehearse(rows, attendance[:, now], history[now])
        return history

    def _plain(self, rows: IntArray, attendance: BoolArray, history: FloatArray) -> None:
        """All who are there hear what is missing from the talk really given: the dropout step."""
        scaled = scaled_mask(attendance, self._given.speak_up).swapaxes(0, 1)  # (T, R, N)
        gates = np.ones((*scaled.shape[:2], 1, self._shape.units + 1))  # (T, R, 1, U + 1)
        np.matmul(scaled, self._spread, out=gates[:, :, 0, :-1])
        answers, hidden, hidden_step = self._answers, self._hidden, self._hidden_step
        for t, gate in enumerate(gates):
            self._look_up(rows[t])
            np.matmul(self._inputs, self._incoming, out=hidden)
            np.greater(hidden, 0.0, out=self._active)
            np.multiply(self._active, gate, out=self._gate)
            hidden *= self._gate

            np.matmul(hidden, self._delivery.swapaxes(1, 2), out=answers)
            to_output_gradient(answers, self._wanted, softmax=self._shape.softmax, sections=-1)
            answers *= self._step_size

            # Nothing is pushed back to the handout's unit: its column of `hidden_step` stays 0.
            np.matmul(answers, self._delivery[..., :-1], out=hidden_step[..., :-1])
            hidden_step *= self._gate
            np.matmul(answers.swapaxes(1, 2), hidden, out=self._delivery_step)
            self._update()
            np.add.reduce(self._delivery[..., -1], axis=1, out=history[t])

    def _reliance_weighted(
        self, rows: IntArray, attendance: BoolArray, history: FloatArray
    ) -> None:
        """Each who is there hears what is missing from the talk as they count on it."""
        s, r = self._shape, len(history[0])
        n = s.presenters
        scaled = scaled_mask(attendance, self._given.speak_up)
        # How far each steps, and in the last row the handout; who is absent, not at all.
        steps = np.ones((len(rows), r, n + 1, 1, 1))
        steps[:, :, :n, 0, 0] = scaled.swapaxes(0, 1)
        steps *= self._step_size[..., None]
        there = np.ascontiguousarray(attendance.transpose(1, 2, 0), dtype=float)  # (T, N, R)

        hidden, hidden_step = (
            self._by_presenter(self._hidden),
            self._by_presenter(self._hidden_step),
        )
        delivery = self._by_presenter(self._delivery)  # (R, N, K, H)
        delivery_step = self._by_presenter(self._delivery_step)
        delivery_t = self._delivery_t.reshape(r, n, s.abilities, -1)  # (R, N, H, K)
        contributions, outputs, weighting = self._contributions, self._outputs, self._weighting
        # The questions of a rehearsal make one long row.
        contribution_rows = contributions.reshape(r, n + 1, -1)  # (R, N + 1, B K)
        output_rows = outputs.reshape(r, n + 1, -1)
        weighting[..., n] = 1.0  # on the handout
        for t in range(len(rows)):
            self._look_up(rows[t])
            np.matmul(self._inputs, self._incoming, out=self._hidden)
            np.maximum(self._hidden, 0.0, out=self._hidden)
            self._delivery_t[...] = self._delivery[..., :-1].swapaxes(1, 2)
            np.matmul(hidden, delivery_t, out=contributions[:, :n])
            if self._target_noise is not None:
                self._target_noise(self._wanted, contributions[:, :n])
            contributions[:, n] = self._delivery[:, None, :, -1]
            if not s.softmax:  # what is wanted can be taken off once for all
                contributions[:, n] -= self._wanted
            self._reliance.note(there[t])
            np.multiply(
                self._reliance.rho.transpose(2, 0, 1),
                self._given.speak_up[:, None],
                out=weighting[:, :n, :n],
            )
            weighting[:, n, :n] = scaled[:, t]  # the last row: the talk really given
            np.matmul(weighting, contribution_rows, out=output_rows)
            if s.softmax:
                to_output_gradient(outputs, self._wanted[:, None], softmax=True, sections=-1)
            outputs *= steps[t]

            np.matmul(outputs[:, :n], delivery, out=hidden_step)
            np.greater(self._hidden, 0.0, out=self._active)
            self._hidden_step *= self._active
            np.matmul(outputs[:, :n].swapaxes(2, 3), hidden, out=delivery_step)
            self._delivery_step[..., -1] = (self._ones @ outputs[:, n])[:, 0]
            self._update()
            np.add.reduce(self._delivery[..., -1], axis=1, out=history[t])

    def _look_up(self, rows: IntArray) -> None:
        """Fetch questions and what is wanted; `rows` (R, B) were drawn in range."""
        # In mode 'raise' NumPy would go through a buffer of its own.
        np.take(self._rows, rows, axis=0, out=self._batch, mode="clip")

    def _update(self) -> None:
        self._delivery += self._delivery_step
        np.matmul(self._inputs.swapaxes(1, 2), self._hidden_step, out=self._incoming_step)
        self._incoming += self._incoming_step
        if self._kept is not None:
            self._incoming[..., :-1] *= self._kept
            self._delivery[..., :-1] *= self._kept

    def _by_presenter(self, flat: FloatArray) -> FloatArray:
        """View what presenters have in (R, rows, U + 1) as (R, N, rows, H)."""
        members, rows, _ = flat.shape
        n, h = self._shape.presenters, self._shape.abilities
        return flat[..., :-1].reshape(members, rows, n, h).swapaxes(1, 2)
