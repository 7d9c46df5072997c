"""The layers that compute: Flatten and Dense, as Keras names and means them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nn_bridge.activations import ACTIVATIONS, checked_activation
from nn_bridge.layer import IN_KERAS, Layer, Shape, Streams, register_layer
from nn_bridge.refusals import kerass
from simulation.arrays import Array
from simulation.checks import InputError, room, whole


@register_layer
class Flatten(Layer):
    """Make each sample a vector: (..., B, 28, 28) becomes (..., B, 784)."""

    @kerass(**IN_KERAS, data_format=(None,))
    def __init__(self, *, input_shape: Shape | None = None, name: str | None = None) -> None:
        super().__init__(input_shape=input_shape, name=name)

    def build(self, input_shape: Shape, streams: Streams, dtype: npt.DTypeLike) -> None:
        """Take on the shape of one sample."""
        super().build(input_shape, streams, dtype)
        self.output_shape = (int(np.prod(input_shape)),)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return x with each sample a vector."""
        return x.reshape(*x.shape[: x.ndim - len(self.input_shape or ())], -1)

    def backward(self, gradient: Array) -> Array:
        """Return the gradient in the shape of the input."""
        return gradient.reshape(*gradient.shape[:-1], *(self.input_shape or ()))


@register_layer
class Dense(Layer):
    """activation(x W' + b), with Glorot-uniform weights and zero biases to start from.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : {'linear', 'relu', 'softmax', 'sigmoid', 'tanh'} or None
        None is linear.

    Attributes
    ----------
    weight : (..., out, in) array
        Row u holds what unit u makes of the input. Keras's `kernel` is the transpose, (in, out).
    bias : (..., out) array

    References
    ----------
    Glorot & Bengio 2010: uniform in +-sqrt(6 / (in + out)).
    """

    @kerass(
        **IN_KERAS,
        use_bias=(True,),
        kernel_initializer=("glorot_uniform",),
        bias_initializer=("zeros",),
        kernel_regularizer=(None,),
        bias_regularizer=(None,),
        activity_regularizer=(None,),
        kernel_constraint=(None,),
        bias_constraint=(None,),
    )
    def __init__(
        self,
        units: int,
        activation: str | None = None,
        *,
        input_shape: Shape | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(input_shape=input_shape, name=name)
        self.units = whole("units", units, least=1)
        self.activation = checked_activation(activation)

    @property
    def weight(self) -> Array:
        """Incoming weights of each unit, (..., out, in)."""
        return self._parameter("weight")

    @property
    def bias(self) -> Array:
        """Bias of each unit, (..., out)."""
        return self._parameter("bias")

    def _parameter(self, name: str) -> Array:
        if not self.built:
            raise InputError(
                f"Dense({self.units}) has no {name} yet, as its input is not known: give the first "
                "layer input_shape=..., or the network data"
            )
        return self.parameters[name]

    def build(self, input_shape: Shape, streams: Streams, dtype: npt.DTypeLike) -> None:
        """Take on the number of inputs and draw the starting weights."""
        if len(input_shape) != 1:
            raise InputError(
                f"Dense({self.units}) is given samples of shape {input_shape}, but takes vectors: "
                "put a Flatten() before it"
            )
        super().build(input_shape, streams, dtype)
        self.output_shape = (self.units,)
        shape = (self.units, *input_shape)  # (out, in)
        room(f"the weights of Dense({self.units})", *streams.replicates, *shape)
        limit = np.sqrt(6.0 / sum(shape))
        # Drawn in float64 whatever the dtype, so that both precisions start alike.
        drawn = np.stack([rng.uniform(-limit, limit, shape) for rng in streams.initial])
        self.parameters = {
            "weight": drawn.reshape(streams.replicates + shape).astype(dtype),
            "bias": np.zeros((*streams.replicates, self.units), dtype),
        }
        self.gradients = {name: np.zeros_like(p) for name, p in self.parameters.items()}

    def logits(self, x: Array, training: bool = False) -> Array:
        """Return x W' + b, before the activation, (..., B, out)."""
        z = x @ self.weight.mT  # (..., B, out)
        z += self.bias[..., None, :]
        if training:
            self._input = x
        return np.asarray(z)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return activation(x W' + b), (..., B, out)."""
        output = ACTIVATIONS[self.activation][0](self.logits(x, training))
        if training:
            self._output = output
        return output

    def backward(self, gradient: Array) -> Array | None:
        """Fill `gradients` from the gradient at the output, (..., B, out)."""
        return self.backward_from_logits(ACTIVATIONS[self.activation][1](self._output, gradient))

    def backward_from_logits(self, gradient: Array) -> Array | None:
        """Do what `backward` does, from the gradient before the activation, (..., B, out)."""
        np.matmul(gradient.mT, self._input, out=self.gradients["weight"])  # (..., out, in)
        np.sum(gradient, axis=-2, out=self.gradients["bias"])  # (..., out)
        return np.asarray(gradient @ self.weight) if self.passes_back else None  # (..., B, in)

    def in_keras(self) -> list[Array]:
        """Return views of kernel, (..., in, out), and bias."""
        return [p.mT if name == "weight" else p for name, p in self.parameters.items()]

    def get_config(self) -> dict[str, Any]:
        """Return units, activation and what every layer returns."""
        return super().get_config() | {"units": self.units, "activation": self.activation}
