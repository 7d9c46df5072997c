"""Stacks of networks in Numba: compiled loops, teams shared out among threads."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.stacks import BLOCK, CHECKED_STEPS, Stack, moved
from simulation.arrays import FloatArray, IntArray

numba: Any = import_module("numba")


class Loops:
    """One team after another through all its steps, which keeps its weights in cache."""

    steps = BLOCK

    def __init__(self, case: Stack) -> None:
        self.case = case
        weights, self.questions, self.scaled_masks = case.drawn
        self.weights = [part.copy() for part in weights]
        self.kernel = numba.njit(_steps, parallel=True, fastmath=True)

    def check(self) -> dict[str, FloatArray]:
        self._take(CHECKED_STEPS)
        return moved(self.case, self.weights)

    def run(self) -> None:
        self._take(self.steps)

    def _take(self, steps: int) -> None:
        talk = self.case.talk
        self.kernel(
            talk.practice_questions, talk.practice_answers, self.questions[:steps],
            self.scaled_masks[:steps], self.case.learning_rate / self.case.questions, *self.weights,
        )  # fmt: skip


def _steps(
    questions: FloatArray,
    answers: FloatArray,
    asked: IntArray,
    scaled_mask: FloatArray,
    rate: float,
    understanding: FloatArray,
    bias: FloatArray,
    delivery: FloatArray,
    handout: FloatArray,
) -> None:
    steps, teams, batch = asked.shape
    units, features = understanding.shape[1:]
    sections = handout.shape[1]
    for team in numba.prange(teams):
        s, b, r, c = understanding[team], bias[team], delivery[team], handout[team]
        hidden, missing = np.empty((batch, units)), np.empty((batch, sections))
        back = np.empty((batch, units))
        for step in range(steps):
            gate = scaled_mask[step, team]
            for q in range(batch):
                x = questions[asked[step, team, q]]
                for u in range(units):
                    z = b[u]
                    for d in range(features):
                        z += s[u, d] * x[d]
                    hidden[q, u] = max(z, 0.0) * gate[u]
                for k in range(sections):
                    said = c[k]
                    for u in range(units):
                        said += r[k, u] * hidden[q, u]
                    missing[q, k] = (answers[asked[step, team, q], k] - said) * rate
                for u in range(units):
                    back[q, u] = 0.0
                for k in range(sections):
                    for u in range(units):
                        back[q, u] += missing[q, k] * r[k, u]
            for q in range(batch):
                x = questions[asked[step, team, q]]
                for u in range(units):
                    if hidden[q, u] > 0.0:
                        pull = back[q, u] * gate[u]
                        b[u] += pull
                        for d in range(features):
                            s[u, d] += pull * x[d]
                for k in range(sections):
                    c[k] += missing[q, k]
                    for u in range(units):
                        r[k, u] += missing[q, k] * hidden[q, u]
