"""Members side by side in memory, replicate axis last: the kernel for one question a rehearsal.

With one question a member's matrices meet only vectors, and a call of BLAS for each costs more than
what it computes. Here every sum over units, features or sections runs over all members at a time,
one in each lane of the processor's vectors.
"""

from __future__ import annotations

import numpy as np

from experiments.stack.kernel import Given, Shape, Skills, aligned, to_output_gradient
from experiments.stack.reliance import Reliance
from simulation.arrays import BoolArray, FloatArray, IntArray

AT_A_TIME = 4
"""Features whose steps are made together: few enough to be in cache still when they are added."""


class OneQuestion:
    """A block of members; see `kernel.Kernel`."""

    def __init__(self, shape: Shape, given: Given, reliance: Reliance) -> None:
        self._shape, self._given, self._reliance = shape, given, reliance
        r, n = len(given.trust), shape.presenters
        d, k, u = shape.features + 1, shape.sections, shape.units
        # (D + 1 + K, P R), or (D + 1 + K, P) where all have the same talk.
        self._columns = np.ascontiguousarray(given.table.transpose(2, 1, 0)).reshape(d + k, -1)
        shared = len(given.table) == 1
        self._stride = 1 if shared else r
        self._first = np.zeros(r, dtype=np.int64) if shared else np.arange(r)
        self._step_size = -given.learning_rate  # (R,)
        self._speak_up = np.ascontiguousarray(given.speak_up.T)  # (N, R)

        self._incoming = aligned(d, u, r)
        self._delivery, self._delivery_step = aligned(k, u, r), aligned(k, u, r)
        self._handout = aligned(k, r)
        self._hidden, self._hidden_step, self._gate = (aligned(u, r) for _ in range(3))
        self._active = np.empty((u, r), dtype=bool)
        self._batch = aligned(d + k, r)
        self._inputs, self._wanted = self._batch[:d], self._batch[d:]
        step = aligned(min(d, AT_A_TIME), u, r)
        self._incoming_parts = [
            (self._inputs[some, None], self._incoming[some], step[: some.stop - some.start])
            for some in (slice(f, min(f + AT_A_TIME, d)) for f in range(0, d, AT_A_TIME))
        ]
        self._outputs = aligned(k, r) if reliance.plain else aligned(n + 1, k, r)
        if not reliance.plain:
            self._contributions = aligned(n, k, r)
            self._weighting = aligned(n + 1, n, r)

    def skills(self) -> Skills:
        """Give what the members know, as copies."""
        s, r = self._shape, len(self._step_size)
        incoming, delivery = (
            flat.reshape(-1, s.presenters, s.abilities, r)
            for flat in (self._incoming, self._delivery)
        )
        return Skills(
            understanding=np.ascontiguousarray(incoming[:-1].transpose(3, 1, 2, 0)),
            bias=np.ascontiguousarray(incoming[-1].transpose(2, 0, 1)),
            delivery=np.ascontiguousarray(delivery.transpose(3, 1, 0, 2)),
            handout=np.ascontiguousarray(self._handout.T),
            reliance=np.ascontiguousarray(self._reliance.rho.transpose(2, 0, 1)),
        )

    def load(self, skills: Skills) -> None:
        """Replace what the members know."""
        s, r = self._shape, len(self._step_size)
        units = (-1, s.units, r)
        self._incoming[:-1] = skills.understanding.transpose(3, 1, 2, 0).reshape(units)
        self._incoming[-1] = skills.bias.transpose(1, 2, 0).reshape(s.units, r)
        self._delivery[...] = skills.delivery.transpose(2, 1, 3, 0).reshape(units)
        self._handout[...] = skills.handout.T
        self._reliance.rho[...] = skills.reliance.transpose(1, 2, 0)

    def rehearse(self, questions: IntArray, attendance: BoolArray) -> FloatArray:
        """Hold T rehearsals; return the sum of the handout after each, (T, R)."""
        rehearse = self._plain if self._reliance.plain else self._reliance_weighted
        rows = questions[:, :, 0].T * self._stride + self._first  # (T, R)
        there = np.ascontiguousarray(attendance.transpose(1, 2, 0), dtype=float)
        history = np.empty(rows.shape)
        for t, present in enumerate(there):  # (N, R)
            # In mode 'raise' NumPy would go through a buffer of its own.
            np.take(self._columns, rows[t], axis=1, out=self._batch, mode="clip")
            np.einsum("dr,dur->ur", self._inputs, self._incoming, out=self._hidden)
            np.greater(self._hidden, 0.0, out=self._active)
            rehearse(present)
            np.add.reduce(self._handout, axis=0, out=history[t])
        return history

    def _plain(self, there: FloatArray) -> None:
        """All who are there hear what is missing from the talk really given: the dropout step."""
        hidden, outputs, hidden_step = self._hidden, self._outputs, self._hidden_step
        self._by_presenter(self._gate)[...] = (there * self._speak_up)[:, None]
        self._gate *= self._active
        hidden *= self._gate
        np.einsum("ur,kur->kr", hidden, self._delivery, out=outputs)
        outputs += self._handout
        to_output_gradient(outputs, self._wanted, softmax=self._shape.softmax, sections=0)
        outputs *= self._step_size
        self._handout += outputs

        np.einsum("kr,kur->ur", outputs, self._delivery, out=hidden_step)
        hidden_step *= self._gate
        np.multiply(outputs[:, None], hidden, out=self._delivery_step)
        self._update()

    def _reliance_weighted(self, there: FloatArray) -> None:
        """Each who is there hears what is missing from the talk as they count on it."""
        n = self._shape.presenters
        hidden, outputs = (
            self._by_presenter(self._hidden),
            self._outputs,
        )  # (N, H, R), (N + 1, K, R)
        delivery = self._by_presenter(self._delivery)  # (K, N, H, R)
        np.maximum(hidden, 0.0, out=hidden)
        np.einsum("nhr,knhr->nkr", hidden, delivery, out=self._contributions)
        self._contributions *= self._speak_up[:, None]
        self._reliance.note(there)
        self._weighting[:n] = self._reliance.rho
        self._weighting[n] = there  # the last row: the talk really given
        np.einsum("ijr,jkr->ikr", self._weighting, self._contributions, out=outputs)
        outputs += self._handout
        to_output_gradient(outputs, self._wanted, softmax=self._shape.softmax, sections=1)
        outputs *= self._step_size
        self._handout += outputs[n]
        own = outputs[:n]
        own *= (there * self._speak_up)[:, None]

        np.einsum("nkr,knhr->nhr", own, delivery, out=self._by_presenter(self._hidden_step))
        self._hidden_step *= self._active
        step = self._by_presenter(self._delivery_step)
        np.einsum("nkr,nhr->knhr", own, hidden, out=step)
        self._update()

    def _update(self) -> None:
        self._delivery += self._delivery_step
        for inputs, incoming, step in self._incoming_parts:
            np.multiply(inputs, self._hidden_step, out=step)
            np.add(incoming, step, out=incoming)

    def _by_presenter(self, flat: FloatArray) -> FloatArray:
        """View (..., U, R) as (..., N, H, R)."""
        *front, _, members = flat.shape
        return flat.reshape(*front, self._shape.presenters, self._shape.abilities, members)
