"""Eight numbers at a time, one of a member in each lane: tuples that LLVM turns into vectors.

LLVM puts the eight equal operations on a tuple's numbers into one instruction on a vector, or into
two or four where the processor's are narrower. Loops over eight lanes it leaves as they are: it
cannot know that the arrays in them lie apart.

Arrays are one-dimensional and `at` counts vectors, not numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from numba import config, njit

from experiments.stack.kernel import LANES
from simulation.arrays import FloatArray

Vector = tuple[float, ...]
"""Of LANES numbers."""

_ZEROS = (0.0,) * LANES

# What makes the vectors; Numba leaves it off unless told. Without it results are the same bit for
# bit, but take three times as long.
config.SLP_VECTORIZE = 1

# A product that is added may be rounded with the sum, once: what processors do in one instruction.
inlined = njit(nogil=True, error_model="numpy", fastmath={"contract"}, forceinline=True)


@inlined
def zeros() -> Vector:
    """Make a vector of zeros."""
    return _ZEROS


@inlined
def load(array: FloatArray, at: int) -> Vector:
    """Read a vector."""
    i = at * LANES
    return (array[i], array[i + 1], array[i + 2], array[i + 3],
            array[i + 4], array[i + 5], array[i + 6], array[i + 7])  # fmt: skip


@inlined
def store(array: FloatArray, at: int, vector: Vector) -> None:
    """Write a vector."""
    i = at * LANES
    array[i], array[i + 1], array[i + 2], array[i + 3] = vector[:4]
    array[i + 4], array[i + 5], array[i + 6], array[i + 7] = vector[4:]


def _of_one(number: Callable[[float], float]) -> Callable[[Vector], Vector]:
    f = inlined(number)

    def each(a: Vector) -> Vector:
        return f(a[0]), f(a[1]), f(a[2]), f(a[3]), f(a[4]), f(a[5]), f(a[6]), f(a[7])

    return inlined(each)  # type: ignore[no-any-return]


def _of_two(number: Callable[[float, float], float]) -> Callable[[Vector, Vector], Vector]:
    f = inlined(number)

    def each(a: Vector, b: Vector) -> Vector:
        return (f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3]),
                f(a[4], b[4]), f(a[5], b[5]), f(a[6], b[6]), f(a[7], b[7]))  # fmt: skip

    return inlined(each)  # type: ignore[no-any-return]


add = _of_two(lambda a, b: a + b)
subtract = _of_two(lambda a, b: a - b)
multiply = _of_two(lambda a, b: a * b)
divide = _of_two(lambda a, b: a / b)
larger = _of_two(lambda a, b: b if a < b else a)  # a where it is not a number
above_zero = _of_one(lambda a: 1.0 if a > 0.0 else 0.0)
exponential = _of_one(lambda a: math.exp(a))


@inlined
def fused(a: Vector, b: Vector, c: Vector) -> Vector:
    """Compute a b + c."""
    return add(multiply(a, b), c)
