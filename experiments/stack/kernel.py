"""What the members of a block are given, and what they know: the same for every layout.

A block is as many members as are trained at a time. How its numbers lie in memory is the business
of its kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray

TargetNoise = Callable[[FloatArray, FloatArray], None]
"""Changes what is wanted (R, B, K), in place, to what members hear of it, at one rehearsal.

It also gets the contributions, c_i(x), (R, N, B, K). The counterpart of `Team.as_heard`.
"""

LANES = 8
"""Numbers in a vector of the processor."""


@dataclass(frozen=True)
class Shape:
    """Sizes that all members of a stack share.

    Attributes
    ----------
    presenters, abilities, features, sections, questions : int
        N, H, D, K, B.
    practice, show : int
        P practice questions, M questions of the show.
    softmax : bool
        Whether the audience is a softmax one; else it is squared error.
    """

    presenters: int
    abilities: int
    features: int
    sections: int
    questions: int
    practice: int
    show: int
    softmax: bool

    @property
    def units(self) -> int:
        """U = N H."""
        return self.presenters * self.abilities


@dataclass(eq=False)
class Skills:
    """What R members know.

    Attributes
    ----------
    understanding : (R, N, H, D) array
    bias : (R, N, H) array
    delivery : (R, N, K, H) array
    handout : (R, K) array
    reliance : (R, N, N) array
    """

    understanding: FloatArray
    bias: FloatArray
    delivery: FloatArray
    handout: FloatArray
    reliance: FloatArray

    def parts(self) -> tuple[FloatArray, ...]:
        """List the arrays."""
        return self.understanding, self.bias, self.delivery, self.handout, self.reliance


@dataclass(frozen=True, eq=False)
class Given:
    """What R members are given.

    Attributes
    ----------
    table : (R or 1, P, D + 1 + K) array
        Practice questions, a 1 for the bias, practice answers; 1: the same for all.
    speak_up : (R, N) array
    trust, learning_rate : (R,) array
    """

    table: FloatArray
    speak_up: FloatArray
    trust: FloatArray
    learning_rate: FloatArray


class Kernel(Protocol):
    """A block of members that rehearse together."""

    def rehearse(self, questions: IntArray, attendance: BoolArray) -> FloatArray:
        """Hold T rehearsals.

        Parameters
        ----------
        questions : (R, T, B) int array
        attendance : (R, T, N) bool array

        Returns
        -------
        (T, R) array
            Sum of the handout after each; not finite from the rehearsal on at which a member
            diverged.
        """

    def skills(self) -> Skills:
        """Give what the members know, as copies."""

    def load(self, skills: Skills) -> None:
        """Replace what the members know."""


def to_output_gradient(
    answers: FloatArray, wanted: FloatArray, *, softmax: bool, sections: int
) -> None:
    """Put the gradient of the loss at the answers in their place.

    It is minus the feedback of `simulation.audience`; `sections` is the axis of the sections.
    """
    if softmax:
        answers -= answers.max(axis=sections, keepdims=True)
        np.exp(answers, out=answers)
        answers /= answers.sum(axis=sections, keepdims=True)
    answers -= wanted


def scaled_mask(attendance: BoolArray, speak_up: FloatArray) -> FloatArray:
    """Attendance (R, T, N) over keep probability: 0 for who is absent, else the speak-up (R, N)."""
    return attendance * speak_up[:, None]


def aligned(*shape: int) -> FloatArray:
    """Make an array of zeros whose first number lies at the start of a cache line.

    Vector instructions run up to twice as fast on it; NumPy promises only 16 bytes.
    """
    size = int(np.prod(shape))
    memory = np.zeros(size + 8)
    first = -memory.ctypes.data % 64 // 8
    return memory[first : first + size].reshape(shape)
