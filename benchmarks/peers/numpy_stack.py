"""Stacks of networks in NumPy alone: the replicate axis first, and einsum or matmul over it."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from benchmarks.stacks import BLOCK, CHECKED_STEPS, Stack, moved
from simulation.arrays import FloatArray


class Stacked(ABC):
    """The step, with the products left open."""

    steps = BLOCK

    def __init__(self, case: Stack) -> None:
        self.case = case
        weights, self.questions, self.scaled_masks = case.drawn
        self.weights = [part.copy() for part in weights]

    @abstractmethod
    def product(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """Return a @ b' for each team: (R, i, k) and (R, j, k) give (R, i, j)."""

    def check(self) -> dict[str, FloatArray]:
        self._take(CHECKED_STEPS)
        return moved(self.case, self.weights)

    def run(self) -> None:
        self._take(self.steps)

    def _take(self, steps: int) -> None:
        s, b, r, handout = self.weights
        talk, rate = self.case.talk, self.case.learning_rate / self.case.questions
        for rows, scaled_mask in zip(
            self.questions[:steps], self.scaled_masks[:steps, :, None], strict=True
        ):
            x, wanted = talk.practice_questions[rows], talk.practice_answers[rows]
            z = self.product(x, s)  # (R, B, U)
            z += b[:, None]
            h = np.maximum(z, 0.0)
            h *= scaled_mask
            missing = wanted - handout[:, None] - self.product(h, r)  # (R, B, K)
            missing *= rate
            back = self.product(missing, r.mT)  # (R, B, U)
            back *= scaled_mask
            back *= z > 0.0
            s += self.product(back.mT, x.mT)
            b += back.sum(axis=1)
            r += self.product(missing.mT, h.mT)
            handout += missing.sum(axis=1)


class Matmul(Stacked):
    """np.matmul, which hands each team's product to BLAS."""

    def product(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """Return a @ b' for each team."""
        return np.asarray(a @ b.mT)


class Einsum(Stacked):
    """np.einsum, which sums in loops of its own."""

    def product(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """Return a @ b' for each team."""
        return np.asarray(np.einsum("rik,rjk->rij", a, b))
