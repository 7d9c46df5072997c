"""Losses for `fast_fit`: the output gradient in place, logarithms and factors left for later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import blas

from nn_bridge import losses
from simulation.arrays import Array

NEEDS_NO_SHIFT = 32.0
"""Logits up to this size go into exp as they are: far from overflow (88), and a loss loses at most
2e-6 to rounding in float32. Finding the largest of each sample takes as long as a small product."""

_ARGMAX_ABS = {np.dtype("float32"): blas.isamax, np.dtype("float64"): blas.idamax}


def _crossentropy(z: Array, targets: Array, sums: Array, ones: Array) -> float:
    """Leave p - t in the logits z, and sum exp z in `sums`; return -sum t z; z shifted."""
    flat = z.ravel()
    if abs(flat.item(_ARGMAX_ABS[z.dtype](flat))) > NEEDS_NO_SHIFT:
        z -= np.maximum.reduce(z, axis=0)
    value = -flat.dot(targets.ravel())
    np.exp(z, out=z)
    ones.dot(z, sums)  # a sum over so few outputs takes four times as long
    z /= sums
    z -= targets
    return float(value)


def _squared_error(z: Array, targets: Array, _sums: Array, _ones: Array) -> float:
    """Leave y - t in the outputs z and return the sum of its squares."""
    z -= targets
    error = z.ravel()
    return float(error.dot(error))


@dataclass(frozen=True)
class FastLoss:
    """A loss whose logarithms and constant factors are left for later.

    Attributes
    ----------
    activation : str
        Of the last layer.
    to_gradient : function(z, targets, sums, ones)
        Turns z, what comes before that activation, (K, B), into its gradient over
        `gradient_factor`, in place; `ones` is (K,). Returns a float; `value_factor` times it plus
        sum log `sums`, (B,), is the loss summed over the batch. The float is not finite if any of z
        is not.
    value_factor, gradient_factor : function(K) -> float
    """

    activation: str
    to_gradient: Callable[[Array, Array, Array, Array], float]
    value_factor: Callable[[int], float]
    gradient_factor: Callable[[int], float]


_SOFTMAX = FastLoss("softmax", _crossentropy, lambda k: 1.0, lambda k: 1.0)

FAST_LOSSES: dict[type[losses.Loss], FastLoss] = {
    losses.SparseCategoricalCrossentropy: _SOFTMAX,
    losses.CategoricalCrossentropy: _SOFTMAX,
    losses.MeanSquaredError: FastLoss("linear", _squared_error, lambda k: 1 / k, lambda k: 2 / k),
    losses.HalfSquaredError: FastLoss("linear", _squared_error, lambda k: 0.5, lambda k: 1.0),
}
"""The losses that `fast_fit` knows. A class derived from one of them is another loss."""
