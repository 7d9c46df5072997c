"""A control: an output layer that is as noisy in training as dropout would make it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nn_bridge.dense import Dense
from nn_bridge.layer import Shape, Streams, register_layer
from simulation.arrays import Array
from simulation.checks import real


@register_layer
class NoisyDense(Dense):
    """Dense, with Gaussian noise on its answers in training instead of absences before it.

    The noise has the variance that Dropout(rate) on the inputs would give each answer,
    rate / (1 - rate) sum_i (w_ki h_i)^2, but it is nobody's absence: no unit can learn from it whom
    it should not rely on.

    Parameters
    ----------
    units, activation, input_shape
        Of Dense.
    rate : float
        Of the dropout that is imitated, in [0, 1).
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        rate: float = 0.5,
        *,
        input_shape: Shape | None = None,
    ) -> None:
        super().__init__(units, activation, input_shape=input_shape)
        self.rate = real("rate (the fraction dropped)", rate, least=0, below=1)

    def build(self, input_shape: Shape, streams: Streams, dtype: npt.DTypeLike) -> None:
        """Make the parameters, and a stream of noise for each network of a stack."""
        super().build(input_shape, streams, dtype)
        self.rngs = streams.spawn()

    def logits(self, x: Array, training: bool = False) -> Array:
        """Return x W' + b, and in training the noise, (..., B, out)."""
        z = super().logits(x, training)
        if training:
            variance = np.square(x) @ np.square(self.weight).mT  # (..., B, out)
            variance *= self.rate / (1.0 - self.rate)
            each = variance.reshape(len(self.rngs), *variance.shape[-2:])  # (R or 1, B, out)
            noise = [
                rng.standard_normal(spread.shape, dtype=spread.dtype) * np.sqrt(spread)
                for rng, spread in zip(self.rngs, each, strict=True)
            ]
            z += np.reshape(noise, z.shape)
        return z

    def get_config(self) -> dict[str, Any]:
        """Return the rate and what Dense returns."""
        return super().get_config() | {"rate": self.rate}
