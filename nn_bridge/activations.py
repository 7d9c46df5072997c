"""The activations, and the layer that is nothing but one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit

from nn_bridge.layer import IN_KERAS, Layer, Shape, register_layer
from nn_bridge.losses import log_softmax
from nn_bridge.refusals import kerass
from simulation.arrays import Array
from simulation.checks import one_of


def relu(z: Array) -> Array:
    """Return max(z, 0)."""
    return np.asarray(np.maximum(z, 0))


def softmax(z: Array) -> Array:
    """Return exp(z) normalised over the last axis."""
    return np.asarray(np.exp(log_softmax(z)))


def _softmax_gradient(output: Array, gradient: Array) -> Array:
    weighted = output * gradient
    return np.asarray(weighted - output * weighted.sum(axis=-1, keepdims=True))


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array, Array], Array]]] = {
    "linear": (lambda z: z, lambda _output, gradient: gradient),
    "relu": (relu, lambda output, gradient: gradient * (output > 0)),
    "softmax": (softmax, _softmax_gradient),
    "sigmoid": (expit, lambda output, gradient: gradient * output * (1 - output)),
    "tanh": (np.tanh, lambda output, gradient: gradient * (1 - output * output)),
}
"""Each activation, and its backward pass from its own output and the gradient there."""


def checked_activation(activation: str | None) -> str:
    """Return the name of an activation; None is linear."""
    return one_of("activation", "linear" if activation is None else activation, tuple(ACTIVATIONS))


@register_layer
class Activation(Layer):
    """An activation by itself; `Dense(3), Activation("relu")` is `Dense(3, "relu")`.

    Parameters
    ----------
    activation : {'linear', 'relu', 'softmax', 'sigmoid', 'tanh'} or None
        None is linear.
    """

    @kerass(**IN_KERAS)
    def __init__(
        self,
        activation: str | None,
        *,
        input_shape: Shape | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(input_shape=input_shape, name=name)
        self.activation = checked_activation(activation)

    def logits(self, x: Array, training: bool = False) -> Array:
        """Return x: what comes before the activation is what comes in."""
        return x

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return activation(x)."""
        output = ACTIVATIONS[self.activation][0](x)
        if training:
            self._output = output
        return output

    def backward(self, gradient: Array) -> Array:
        """Return the gradient at x."""
        return ACTIVATIONS[self.activation][1](self._output, gradient)

    def backward_from_logits(self, gradient: Array) -> Array:
        """Return the gradient before the activation, which is that at x."""
        return gradient

    def get_config(self) -> dict[str, Any]:
        """Return the activation and what every layer returns."""
        return super().get_config() | {"activation": self.activation}
