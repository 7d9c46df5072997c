"""What the audience says: how far the answers given are from what it wanted to hear.

Answers and what was wanted have shape (B, K): B questions, K sections of the talk.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np

from simulation.arrays import FloatArray
from simulation.checks import InputError, given


class Audience(Protocol):
    """What a talk needs an audience for: feedback in rehearsals, a verdict at the show."""

    name: str

    def feedback(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        """Say what is missing, (B, K): minus the gradient of the loss of each question."""

    def loss(self, answers: FloatArray, wanted: FloatArray) -> float:
        """Mean loss over the questions, whose gradient `feedback` is."""

    def report(self, answers: FloatArray) -> FloatArray:
        """What the audience takes away from answers (..., B, K), of the same shape."""

    def quality(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        """Judge answers (..., B, K) on all sections together, shape (...,); 1 is perfect."""

    def section_quality(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        """Judge answers (..., B, K) section by section, shape (..., K); 1 is perfect."""


class SquaredError:
    """An audience that hears how far off each section was: loss = 1/2 |wanted - answer|^2.

    Quality is 1 - SSE/SST: 1 for perfect answers, 0 for saying the mean, below 0 for worse.
    """

    name = "squared error"

    def feedback(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        return wanted - answers

    def loss(self, answers: FloatArray, wanted: FloatArray) -> float:
        return 0.5 * float(np.square(wanted - answers).sum(axis=-1).mean())

    def report(self, answers: FloatArray) -> FloatArray:
        return answers

    def quality(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        error, total = self._sums_of_squares(answers, wanted)
        return np.asarray(1.0 - error.sum(axis=-1) / total.sum())

    def section_quality(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        error, total = self._sums_of_squares(answers, wanted)
        return 1.0 - error / total

    @staticmethod
    def _sums_of_squares(answers: FloatArray, wanted: FloatArray) -> tuple[FloatArray, FloatArray]:
        error = np.square(wanted - answers).sum(axis=-2)  # (..., K)
        total = np.square(wanted - wanted.mean(axis=-2)).sum(axis=-2)  # (K,)
        return error, total


class Softmax:
    """An audience that hears one section named: softmax cross-entropy. Wanted is one-hot.

    Quality is accuracy; that of a section is the accuracy on the questions that belong to it.
    """

    name = "softmax"

    def feedback(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        return wanted - self.report(answers)

    def loss(self, answers: FloatArray, wanted: FloatArray) -> float:
        shifted = answers - answers.max(axis=-1, keepdims=True)
        log_normaliser = np.log(np.exp(shifted).sum(axis=-1))
        return float((log_normaliser - (shifted * wanted).sum(axis=-1)).mean())

    def report(self, answers: FloatArray) -> FloatArray:
        unnormalised = np.exp(answers - answers.max(axis=-1, keepdims=True))
        unnormalised /= unnormalised.sum(axis=-1, keepdims=True)
        return np.asarray(unnormalised)

    def quality(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        return np.asarray(self._right(answers, wanted).mean(axis=-1))

    def section_quality(self, answers: FloatArray, wanted: FloatArray) -> FloatArray:
        asked = wanted.sum(axis=0)  # (K,)
        # A section that nobody asked about has no accuracy: nan, not 0.
        return np.asarray(
            self._right(answers, wanted) @ wanted / np.where(asked > 0, asked, np.nan)
        )

    @staticmethod
    def _right(answers: FloatArray, wanted: FloatArray) -> FloatArray:
        return np.asarray(answers.argmax(axis=-1) == wanted.argmax(axis=-1), dtype=float)


def checked_audience(value: Audience) -> Audience:
    """Return `value` if it is an audience."""
    if not _listens(type(value)):
        raise InputError(
            f"the audience is {given(value)}, but must have what simulation.audience.Audience has"
        )
    return value


@cache
def _listens(kind: type) -> bool:
    return all(hasattr(kind, name) for name in vars(Audience) if not name.startswith("_"))


AUDIENCES: dict[str, Audience] = {"squared error": SquaredError(), "softmax": Softmax()}
