"""Vectors inside compiled loops: eight float64 numbers, one of a member in each lane.

Numba compiles loops over single numbers, and what it makes of small matrices stays far from what a
processor can do. LLVM below it knows vectors as such: these few operations hand them through. On a
processor with narrower vectors LLVM takes two or four instructions instead of one.

Arrays are one-dimensional and `at` counts vectors, not numbers.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

LANES = 8

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_ZERO, _ONE = (ir.Constant(_VECTOR, [number] * LANES) for number in (0.0, 1.0))


class Lanes(types.Type):
    """The type of a vector, for Numba."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({LANES})")


lanes = Lanes()


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _address(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    first = builder.mul(at, ir.Constant(at.type, LANES))
    return builder.bitcast(builder.gep(data, [first]), _VECTOR.as_pointer())


@intrinsic
def load(typing: Any, array: Any, at: Any) -> Any:
    """Read a vector."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = builder.load(_address(context, builder, signature.args[0], *args))
        vector.align = 8  # faster on a cache line, right anywhere
        return vector

    return lanes(array, types.intp), generate


@intrinsic
def store(typing: Any, array: Any, at: Any, vector: Any) -> Any:
    """Write a vector."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        *where, value = args
        written = builder.store(value, _address(context, builder, signature.args[0], *where))
        written.align = 8
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), generate


@intrinsic
def zeros(typing: Any) -> Any:
    """Make a vector of zeros."""
    return lanes(), lambda context, builder, signature, args: _ZERO


@intrinsic
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """Compute a b + c, rounded once."""
    return lanes(lanes, lanes, lanes), _by_llvm("llvm.fma.v8f64", 3)


@intrinsic
def exponential(typing: Any, a: Any) -> Any:
    """Compute e^a."""
    return lanes(lanes), _by_llvm("llvm.exp.v8f64", 1)


@intrinsic
def larger(typing: Any, a: Any, b: Any) -> Any:
    """Take the larger of a and b in each lane; a where it is not a number."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *args), args[1], args[0])

    return lanes(lanes, lanes), generate


@intrinsic
def above_zero(typing: Any, a: Any) -> Any:
    """Give 1 in lanes where a is above 0, else 0."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", args[0], _ZERO), _ONE, _ZERO)

    return lanes(lanes), generate


def _by_llvm(name: str, arity: int) -> Callable[..., Any]:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * arity)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)

    return generate


def _lane_by_lane(symbol: Any, instruction: str) -> None:
    """Let `symbol` between two vectors be LLVM's `instruction`."""

    @intrinsic
    def both(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return getattr(builder, instruction)(*args)

        return lanes(lanes, lanes), generate

    @overload(symbol)
    def symbol_of_lanes(a: Any, b: Any) -> Any:
        def compute(a: Any, b: Any) -> Any:  # spelled as above, or Numba refuses it
            return both(a, b)

        return compute if isinstance(a, Lanes) and isinstance(b, Lanes) else None


_lane_by_lane(operator.add, "fadd")
_lane_by_lane(operator.sub, "fsub")
_lane_by_lane(operator.mul, "fmul")
_lane_by_lane(operator.truediv, "fdiv")
