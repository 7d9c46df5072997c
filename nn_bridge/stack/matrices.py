"""Members as a batch of small matrices, replicate axis first: the kernel for several questions.

Unit u = (presenter, ability). The understanding of a member is one matrix (D + 1, U), its last row
the bias, and its delivery one matrix (K, U): these ways round the products need no transposed right
factor, for which small BLAS kernels are half as fast (all but one).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nn_bridge.stack.room import Given, Shape, Skills, feedback

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

EXPANDED = 2**18
"""Bytes of loudness, unit by unit, that are laid out ahead of the rehearsals that use them."""


class Matrices:
    """A block of members; see `room.Kernel`."""

    def __init__(self, shape: Shape, given: Given, skills: Skills) -> None:
        self._shape, self._given = shape, given
        r, n, h = len(skills.handout), shape.presenters, shape.abilities
        d, k, b, u = shape.features + 1, shape.sections, shape.questions, shape.units
        self._plain = bool((given.trust == 1.0).all())
        self._rows = given.table.reshape(-1, d + k)
        shared = len(given.table) == 1
        self._first_row = np.zeros(r, dtype=np.int64) if shared else np.arange(r) * shape.practice
        self._step = (given.learning_rate / b)[:, None, None]  # (R, 1, 1)
        self._spread = np.repeat(np.eye(n), h, axis=1)  # (N, U) from presenters to their units

        self._inward = np.empty((r, d, u))
        self._delivery = np.empty((r, k, u))
        self._handout = np.empty((r, 1, k))
        self._reliance = np.empty((r, n, n))
        self.learn(skills)

        self._seen = np.empty((r, b, d + k))
        self._hidden, self._push = np.empty((r, b, u)), np.empty((r, b, u))
        self._open = np.empty((r, b, u), dtype=bool)
        self._inward_step, self._delivery_step = np.empty((r, d, u)), np.empty((r, k, u))
        self._missing = np.empty((r, b, k) if self._plain else (r, n + 1, b, k))
        self._ones = np.ones((1, b))
        if not self._plain:
            self._table = np.empty((r, n, b, k))
            self._counted_on = np.empty((r, shape.masks, n + 1, n))

    def skills(self) -> Skills:
        """Give what the members know, as copies."""
        s, r = self._shape, len(self._handout)
        understanding = self._inward.transpose(0, 2, 1).reshape(r, s.presenters, s.abilities, -1)
        delivery = self._delivery.reshape(r, s.sections, s.presenters, s.abilities)
        return Skills(
            understanding[..., :-1].copy(),
            understanding[..., -1].copy(),
            np.ascontiguousarray(delivery.swapaxes(1, 2)),
            self._handout[:, 0].copy(),
            self._reliance.copy(),
        )

    def learn(self, skills: Skills) -> None:
        """Replace what the members know."""
        s, r = self._shape, len(skills.handout)
        self._inward[:, :-1] = skills.understanding.reshape(r, s.units, -1).transpose(0, 2, 1)
        self._inward[:, -1] = skills.bias.reshape(r, -1)
        self._delivery[...] = skills.delivery.swapaxes(1, 2).reshape(self._delivery.shape)
        self._handout[:, 0] = skills.handout
        self._reliance[...] = skills.reliance

    def rehearse(self, questions: IntArray, attendance: BoolArray) -> FloatArray:
        """Hold T rehearsals; return the sum of the handout after each, (T, R)."""
        members, rehearsals, _ = questions.shape
        history = np.empty((rehearsals, members))
        ahead = max(1, EXPANDED // (8 * self._shape.units * self._shape.masks * members))
        for at in range(0, rehearsals, ahead):
            now = slice(at, at + ahead)
            rows = questions[:, now].swapaxes(0, 1) + self._first_row[:, None]  # (T, R, B)
            there = attendance[:, now].swapaxes(0, 1).astype(float)  # (T, R, Q, N)
            loud = there * self._given.speak_up[:, None]
            if self._plain:
                gates = loud @ self._spread  # (T, R, Q, U)
                for t in range(len(rows)):
                    self._plain_step(rows[t], gates[t])
                    np.add.reduce(self._handout, axis=(1, 2), out=history[at + t])
            else:
                for t in range(len(rows)):
                    self._reliance_step(rows[t], there[t], loud[t])
                    np.add.reduce(self._handout, axis=(1, 2), out=history[at + t])
        return history

    def _plain_step(self, rows: IntArray, gate: FloatArray) -> None:
        """All who are there hear what is missing from the talk really given: the dropout step."""
        inputs, wanted = self._prepare(rows)
        np.multiply(self._hidden, gate, out=self._hidden)  # (R, B, U) as loud as it is said
        missing = self._missing  # (R, B, K)
        np.matmul(self._hidden, self._delivery.swapaxes(1, 2), out=missing)
        missing += self._handout
        feedback(missing, wanted, softmax=self._shape.softmax, sections=-1)
        missing *= self._step
        self._handout += self._ones @ missing

        np.matmul(missing, self._delivery, out=self._push)
        self._push *= gate
        np.matmul(missing.swapaxes(1, 2), self._hidden, out=self._delivery_step)
        self._improve(inputs)

    def _reliance_step(self, rows: IntArray, there: FloatArray, loud: FloatArray) -> None:
        """Each who is there hears what is missing from the talk as they count on it."""
        s, members = self._shape, len(rows)
        n, q = s.presenters, s.masks
        inputs, wanted = self._prepare(rows)
        hidden, push = self._by_presenter(self._hidden), self._by_presenter(self._push)
        delivery = self._by_presenter(self._delivery)  # (R, N, K, H)
        np.matmul(hidden, delivery.swapaxes(2, 3), out=self._table)
        self._table *= self._given.speak_up[:, :, None, None]

        for at in range(q):
            self._note_who_came(there[:, at])
            self._counted_on[:, at, :n] = self._reliance
        self._counted_on[:, :, n] = there  # the last row: the talk really given
        # With one mask the questions of a rehearsal make one long row.
        table = self._table.reshape(members, n, q, -1).swapaxes(1, 2)  # (R, Q, N, B / Q * K)
        missing = self._missing  # (R, N + 1, B, K)
        answers = missing.reshape(members, n + 1, q, -1).swapaxes(1, 2)
        np.matmul(self._counted_on, table, out=answers)
        missing += self._handout[:, None]
        feedback(missing, wanted[:, None], softmax=s.softmax, sections=-1)
        missing[:, :n] *= (loud * self._step).swapaxes(1, 2)[..., None]
        given, missing = missing[:, n], missing[:, :n]
        self._handout += self._ones @ (given * self._step)

        np.matmul(missing, delivery, out=push)
        delivery_step = self._by_presenter(self._delivery_step)
        np.matmul(missing.swapaxes(2, 3), hidden, out=delivery_step)
        self._improve(inputs)

    def _prepare(self, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        """Look up the questions and think about them; return inputs (R, B, D + 1) and wanted."""
        # mode 'raise' would go through a buffer; the rows were drawn in range.
        np.take(self._rows, rows, axis=0, out=self._seen, mode="clip")
        inputs, wanted = np.split(self._seen, [self._inward.shape[1]], axis=2)
        np.matmul(inputs, self._inward, out=self._hidden)
        np.maximum(self._hidden, 0.0, out=self._hidden)
        return inputs, wanted

    def _improve(self, inputs: FloatArray) -> None:
        np.greater(self._hidden, 0.0, out=self._open)
        self._push *= self._open
        self._delivery += self._delivery_step
        np.matmul(inputs.swapaxes(1, 2), self._push, out=self._inward_step)
        self._inward += self._inward_step

    def _note_who_came(self, there: FloatArray) -> None:
        """Move the reliance of those who are there, (R, N), as `Presenter` does."""
        moved = there[:, None] - self._reliance
        moved *= (self._given.trust[:, None] * there)[..., None]
        self._reliance += moved
        everyone = np.arange(there.shape[1])
        self._reliance[:, everyone, everyone] = 1.0

    def _by_presenter(self, flat: FloatArray) -> FloatArray:
        """View (R, rows, U) as (R, N, rows, H)."""
        members, rows, _ = flat.shape
        n, h = self._shape.presenters, self._shape.abilities
        return flat.reshape(members, rows, n, h).swapaxes(1, 2)
