"""What somebody's own code makes of random numbers, found out by handing it others.

The layer in whose call a number was drawn is run again, all other draws as they were. Where every
number leads to one of two results, the draw decides between dropping and keeping, at a threshold
that is searched for; anything else is noise. No operation of the backend has to be followed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn_bridge.adapters.keras3.chance import Drawn, Source
from nn_bridge.adapters.keras3.tensors import as_numpy
from nn_bridge.adapters.keras3.tracing import Call
from simulation.arrays import Array, BoolArray

PROBES = (0.03, 0.27, 0.51, 0.73, 0.97)
"""Of the way from the least number to the most: more places at which results are looked at."""

HALVINGS = 30
"""Of the interval in which a threshold lies: beyond single precision."""

Tensors = list[Array]


@dataclass(frozen=True)
class Use:
    """What is made of a draw.

    Attributes
    ----------
    kind : {'mask', 'noise', 'nothing'}
    threshold : float
    below : bool
        Whether numbers below the threshold are dropped.
    scales : tuple of float
        By what those kept are multiplied, if that can be seen.
    """

    kind: str
    threshold: float = 0.0
    below: bool = True
    scales: tuple[float, ...] = ()

    def kept(self, drawn: Array) -> BoolArray:
        """Tell who was kept, by what was drawn."""
        return np.asarray((drawn >= self.threshold) == self.below)


def use_of(source: Source, call: Call, drawn: Drawn) -> Use:
    """Find out what a layer makes of a draw.

    Parameters
    ----------
    source : Source
    call : Call
        The innermost in which it was drawn.
    drawn : Drawn
    """
    ends = _ends(drawn)
    if ends is None:
        return Use("noise")
    least, most = ends

    def result(number: float, **training: bool) -> Tensors:
        with source.again(call.draws, {drawn: number}):
            return _flat(call.layer(*call.args, **{**call.kwargs, **training}))

    low, high = result(least), result(most)
    probes = [result(least + share * (most - least)) for share in _probes(drawn)]
    if all(_same(each, low) for each in (high, *probes)):
        return Use("nothing")
    if _same(low, high) or not all(_same(each, low) or _same(each, high) for each in probes):
        return Use("noise")
    threshold = _threshold(lambda number: _same(result(number), low), least, most)
    given = _flat((call.args, call.kwargs))
    below = _dropped(low, high, given)
    dropped, kept = (low, high) if below else (high, low)
    scales: tuple[float, ...] = ()
    references = [given[:1]]
    if "training" in call.kwargs:
        still = result(least, training=False)
        if _same(still, result(most, training=False)):
            references.insert(0, still)
    for plain in references:
        scales = scales or _scale(dropped, kept, plain)
    return Use("mask", threshold, below, scales)


def _ends(drawn: Drawn) -> tuple[float, float] | None:
    """Return between which numbers a draw lies, if they decide something one by one."""
    if drawn.function == "uniform":
        return drawn.least, float(np.nextafter(np.float32(drawn.most), np.float32(drawn.least)))
    if drawn.function in ("binomial", "randint"):
        values = np.unique(as_numpy(drawn.value))
        if set(values.tolist()) <= {0, 1}:
            return 0.0, 1.0
    return None


def _probes(drawn: Drawn) -> tuple[float, ...]:
    return PROBES if drawn.function == "uniform" else ()


def _threshold(low: Callable[[float], bool], least: float, most: float) -> float:
    """Return the least number, as far as can be told, that does not lead to the low result."""
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        least, most = (middle, most) if low(middle) else (least, middle)
    return most


def _dropped(low: Tensors, high: Tensors, given: Tensors) -> bool:
    """Whether the low result is that of dropping.

    That is all 0, or what came in, or one number everywhere, or has more zeros, or is smaller.
    """
    for plain in ([np.zeros(1)], given):
        for one, other in ((low, high), (high, low)):
            if any(_matches(one[0], each) and not _matches(other[0], each) for each in plain):
                return one is low
    flat = [float(np.ptp(each[0])) == 0 for each in (low, high)]
    if flat[0] != flat[1]:
        return flat[0]
    zeros = [sum(int(np.count_nonzero(part == 0)) for part in each) for each in (low, high)]
    if zeros[0] != zeros[1]:
        return zeros[0] > zeros[1]
    sizes = [sum(float(np.abs(part).sum()) for part in each) for each in (low, high)]
    return sizes[0] < sizes[1]


def _scale(dropped: Tensors, kept: Tensors, plain: Tensors) -> tuple[float, ...]:
    """By what a part is multiplied that is added to the rest where it is kept, else left out."""
    if not plain or any(each.shape != kept[0].shape for each in (dropped[0], plain[0])):
        return ()
    part = plain[0] - dropped[0]
    there = np.abs(part) > 1e-3 * np.abs(part).max(initial=0.0)
    if not there.any():
        return ()
    factors = (kept[0] - dropped[0])[there] / part[there]
    middle = float(np.median(factors))
    return (middle,) if np.allclose(factors, middle, rtol=1e-2) else ()


def _flat(tensors: Any) -> Tensors:
    import keras

    return [
        np.asarray(as_numpy(each), dtype=float)
        for each in keras.tree.flatten(tensors)
        if hasattr(each, "shape")
    ]


def _same(these: Tensors, those: Tensors) -> bool:
    return all(_matches(one, other) for one, other in zip(these, those, strict=False))


def _matches(one: Array, other: Array) -> bool:
    """Whether arrays are alike but for rounding; a single number stands for all."""
    if one.shape != other.shape and other.size > 1:
        return False
    return bool(np.allclose(one, other, rtol=1e-5, atol=1e-7))
