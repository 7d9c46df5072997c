"""The layers of the network: Flatten, Dense, Dropout, as Keras names and means them.

Every array of samples has shape (..., B, features): B samples, before them the replicate axis of a
stack of networks (see `network.py`), or none. A layer is unbuilt until its input's shape is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from nn_bridge.losses import log_softmax
from simulation.checks import InputError, one_of, real, whole

Array = npt.NDArray[Any]
BoolArray = npt.NDArray[np.bool_]
Shape = tuple[int, ...]
LayerT = TypeVar("LayerT", bound="Layer")

LAYERS: dict[str, type[Layer]] = {}
"""The layer classes that a saved network may name."""


def register_layer(cls: type[LayerT]) -> type[LayerT]:
    """Let saved networks name this class; a decorator. The class needs `get_config`."""
    LAYERS[cls.__name__] = cls
    return cls


@dataclass(frozen=True)
class Streams:
    """Where a layer's chance comes from; the lists have one entry per network of a stack.

    Attributes
    ----------
    initial : list of generators
        Starting weights, drawn in the order of the layers.
    masks : list of seed sequences
        Each dropout layer spawns a generator of its own, so no rate disturbs another's masks.
    replicates : tuple
        () for a single network, (R,) for a stack.
    """

    initial: list[np.random.Generator]
    masks: list[np.random.SeedSequence]
    replicates: Shape = ()


class Layer:
    """Base of the layers.

    Parameters
    ----------
    input_shape : tuple of int, optional
        Shape of one sample. Needed on the first layer if weights are wanted before the first data.

    Attributes
    ----------
    parameters, gradients : dict of str to array
        What the layer learns, and the gradient of the loss at it, under the same names.
    """

    def __init__(self, *, input_shape: Shape | None = None) -> None:
        self.input_shape = None if input_shape is None else checked_shape(input_shape)
        self.output_shape: Shape = ()
        self.built = False
        self.passes_back = True
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    def build(self, input_shape: Shape, streams: Streams, dtype: npt.DTypeLike) -> None:
        """Take on the shape of one sample of the input; make the parameters."""
        if self.built:
            raise InputError(
                f"this {type(self).__name__} layer is part of a network already, but a layer "
                "belongs to one: make a new one"
            )
        if self.input_shape not in (None, input_shape):
            raise InputError(
                f"a {type(self).__name__} layer says input_shape={self.input_shape}, but is given "
                f"samples of shape {input_shape}: leave input_shape out, or mend it"
            )
        self.input_shape = self.output_shape = input_shape
        self.built = True

    def __call__(self, x: Array, training: bool = False) -> Array:
        """Apply the layer by itself, outside a network, to x (B, ...)."""
        if not self.built:
            rng = np.random.default_rng()
            self.build(x.shape[1:], Streams([rng], [np.random.SeedSequence()]), x.dtype)
        return self.forward(x, training)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return the output for x (..., B, *input_shape); in training keep what backward needs."""
        raise NotImplementedError

    def backward(self, gradient: Array) -> Array | None:
        """Fill `gradients` and return the gradient at the input of the last training forward.

        Returns None where `passes_back` is False: nothing before this layer learns, and the
        product that nobody asks for can be the largest of the step.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that build a layer like this one, as JSON can hold them."""
        return {"input_shape": self.input_shape}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build a layer from what `get_config` returned."""
        return cls(**config)

    def get_random_state(self) -> Any:
        """Return where the layer's own chance stands, as JSON can hold it; None without chance."""
        return None

    def set_random_state(self, state: Any) -> None:
        """Go on from what `get_random_state` returned."""


@register_layer
class Flatten(Layer):
    """Make each sample a vector: (..., B, 28, 28) becomes (..., B, 784)."""

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
}
"""Each activation, and its backward pass from its own output and the gradient there."""


@register_layer
class Dense(Layer):
    """activation(x W' + b), with Glorot-uniform weights and zero biases to start from.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : {'linear', 'relu', 'softmax'} or None
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

    def __init__(
        self, units: int, activation: str | None = None, *, input_shape: Shape | None = None
    ) -> None:
        super().__init__(input_shape=input_shape)
        self.units = whole("units", units, least=1)
        self.activation = one_of(
            "activation", "linear" if activation is None else activation, tuple(ACTIVATIONS)
        )

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

    def get_config(self) -> dict[str, Any]:
        """Return units, activation and input_shape."""
        return super().get_config() | {"units": self.units, "activation": self.activation}


@register_layer
class Dropout(Layer):
    """Silence a random part of the units at each training step; leave inference alone.

    Survivors are scaled by 1/(1 - rate) in training ('inverted dropout'), which keeps the
    expectation. With `rate` 0 no random number is drawn and the layer does nothing at all.

    Another law of who is silenced is a subclass that overrides `draw_mask` and `scale`.

    Parameters
    ----------
    rate : float
        Fraction DROPPED, as in Keras, in [0, 1).
    noise_shape : tuple of int or None, optional
        Shape of the mask, batch axis first: None is the input's own length, 1 shares one mask along
        that axis. (1, None) drops the same units for the whole batch. The last entry counts groups.
    seed : int, optional
        Gives masks of its own, a fixed sequence that differs from step to step. Without it they
        come from the network's seed. In a stack every network then gets the same masks.
    group_size : int
        That many consecutive units drop together: a presenter with as many abilities.

    Attributes
    ----------
    last_mask : bool array or None
        Who was kept at the last training step, True for kept, ((R,) B or 1, ..., groups); None
        if nobody was up for dropping. It can be handed in again: see `forward`.
    rngs : list of numpy.random.Generator
        One for each network of a stack (one in all for a single network), once built.

    References
    ----------
    Srivastava et al. 2014, whose p is the KEEP probability, 1 - rate.

    Examples
    --------
    >>> Dropout(0.5, seed=1, group_size=2)(np.ones((1, 6)), training=True)
    array([[0., 0., 2., 2., 2., 2.]])
    """

    def __init__(
        self,
        rate: float,
        noise_shape: tuple[int | None, ...] | None = None,
        seed: int | None = None,
        group_size: int = 1,
        *,
        input_shape: Shape | None = None,
    ) -> None:
        super().__init__(input_shape=input_shape)
        self.rate = real("rate (the fraction dropped)", rate, least=0, below=1)
        self.noise_shape = None if noise_shape is None else _checked_noise_shape(noise_shape)
        self.seed = None if seed is None else whole("seed", seed)
        self.group_size = whole("group_size", group_size, least=1)
        self.rngs: list[np.random.Generator] = []
        self.replicates: Shape = ()
        self.last_mask: BoolArray | None = None
        self._factor: Array | None = None

    @property
    def scale(self) -> float | Array:
        """By what survivors are multiplied: a number, or one for each group, (groups,)."""
        return 1.0 / (1.0 - self.rate)

    def draw_mask(self, shape: Shape) -> BoolArray | None:
        """Draw who is kept at this step, from `rngs`.

        Parameters
        ----------
        shape : tuple
            (B or 1, ..., groups), as `noise_shape` and `group_size` have it.

        Returns
        -------
        (*replicates, *shape) bool array or None
            True for kept; None for everyone, without scaling.
        """
        if self.rate == 0:
            return None
        uniforms = np.empty((len(self.rngs), *shape), np.float32)  # (R or 1, B, ..., groups)
        for rng, out in zip(self.rngs, uniforms, strict=True):
            rng.random(out=out, dtype=np.float32)
        return np.asarray(uniforms >= self.rate).reshape(self.replicates + shape)

    def build(self, input_shape: Shape, streams: Streams, dtype: npt.DTypeLike) -> None:
        """Take on the shape of one sample, and the network's chance unless `seed` is given."""
        if input_shape[-1] % self.group_size:
            raise InputError(
                f"group_size is {self.group_size}, but {input_shape[-1]} units cannot be shared "
                "out in groups of that size: choose a divisor"
            )
        if self.noise_shape and len(self.noise_shape) != 1 + len(input_shape):
            raise InputError(
                f"noise_shape is {self.noise_shape}, but the input has {1 + len(input_shape)} "
                "axes, batch included: give an entry for each"
            )
        super().build(input_shape, streams, dtype)
        self.replicates = streams.replicates
        if self.seed is None:
            seeds = [sequence.spawn(1)[0] for sequence in streams.masks]
        else:
            seeds = [np.random.SeedSequence(self.seed) for _ in streams.masks]
        self.rngs = [np.random.default_rng(seed) for seed in seeds]

    def forward(self, x: Array, training: bool = False, mask: Any = None) -> Array:
        """Return x in inference, and x with units silenced in training.

        Parameters
        ----------
        x : (..., B, *input_shape) array
        training : bool
        mask : array of bool or 0/1, optional
            Who is kept at this step instead of a drawn mask; any shape that broadcasts to
            (*replicates, B, ..., groups), such as (groups,), or `last_mask`. No random number is
            drawn then.
        """
        if not training:
            return x
        own = (
            *x.shape[x.ndim - len(self.input_shape or ()) - 1 : -1],
            x.shape[-1] // self.group_size,
        )
        keep = self.draw_mask(self._mask_shape(own)) if mask is None else self._handed(mask, own)
        self.last_mask = keep
        if keep is None:
            self._factor = None
            return x
        factor = np.multiply(keep, self.scale, dtype=x.dtype)  # (..., B or 1, ..., groups or 1)
        if self.group_size > 1 and factor.shape[-1] > 1:
            factor = factor.repeat(self.group_size, axis=-1)  # (..., units)
        self._factor = factor
        return x * factor

    def backward(self, gradient: Array) -> Array:
        """Return the gradient with the same units silenced and scaled."""
        return gradient if self._factor is None else gradient * self._factor

    def _mask_shape(self, own: Shape) -> Shape:
        shape = tuple(
            length if entry is None else entry
            for entry, length in zip(self.noise_shape or (None,) * len(own), own, strict=True)
        )
        for index, (entry, length) in enumerate(zip(shape, own, strict=True)):
            if entry not in (1, length):
                raise InputError(
                    f"noise_shape has {entry} at index {index}, where the input has {length}: "
                    f"use 1 (one mask for all), {length} or None"
                )
        return shape

    def _handed(self, mask: Any, own: Shape) -> BoolArray:
        keep, full = np.atleast_1d(np.asarray(mask)), self.replicates + own
        try:
            fits = np.broadcast_shapes(keep.shape, full) == full
        except ValueError:
            fits = False
        if not fits:
            raise InputError(
                f"the mask has shape {keep.shape}, but must broadcast to {full} "
                "(batch, then groups): mend its shape"
            )
        if keep.dtype != bool and not np.isin(keep, (0, 1)).all():
            raise InputError("the mask holds other values than 0 (dropped) and 1 (kept): mend it")
        return keep.astype(bool, copy=False)

    def get_config(self) -> dict[str, Any]:
        """Return rate, noise_shape, seed, group_size and input_shape."""
        own = {name: getattr(self, name) for name in ("rate", "noise_shape", "seed", "group_size")}
        return super().get_config() | own

    def get_random_state(self) -> Any:
        """Return the state of each generator."""
        return [rng.bit_generator.state for rng in self.rngs]

    def set_random_state(self, state: Any) -> None:
        """Put each generator where it stood."""
        for rng, saved in zip(self.rngs, state, strict=True):
            rng.bit_generator.state = saved


def checked_shape(shape: Any) -> Shape:
    """Return the shape of one sample as a tuple of lengths, or raise `InputError`."""
    if not isinstance(shape, (tuple, list)) or not shape:
        raise InputError(f"input_shape is {shape!r}, but must be a tuple of lengths such as (64,)")
    return tuple(whole("a length in input_shape", length, least=1) for length in shape)


def _checked_noise_shape(shape: Any) -> tuple[int | None, ...]:
    if not isinstance(shape, (tuple, list)) or not shape:
        raise InputError(f"noise_shape is {shape!r}, but must be a tuple such as (1, None)")
    return tuple(
        None if entry is None else whole(f"noise_shape at index {index}", entry, least=1)
        for index, entry in enumerate(shape)
    )
