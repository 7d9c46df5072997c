"""What every layer is: unbuilt until the shape of its input is known, then parameters in a dict.

Every array of samples has shape (..., B, features): B samples, before them the replicate axis of a
stack of networks (see `network.py`), or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from simulation.arrays import Array
from simulation.checks import InputError, whole

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
        Each layer with chance spawns generators of its own, so no rate disturbs another's masks.
    replicates : tuple
        () for a single network, (R,) for a stack.
    """

    initial: list[np.random.Generator]
    masks: list[np.random.SeedSequence]
    replicates: Shape = ()

    def spawn(self) -> list[np.random.Generator]:
        """Return generators for the chance of one layer, one for each network."""
        return [np.random.default_rng(sequence.spawn(1)[0]) for sequence in self.masks]


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
    rngs : list of numpy.random.Generator
        The layer's own chance: one for each network of a stack, one in all for a single network,
        none without chance.
    """

    def __init__(self, *, input_shape: Shape | None = None) -> None:
        self.input_shape = None if input_shape is None else checked_shape(input_shape)
        self.output_shape: Shape = ()
        self.built = False
        self.passes_back = True
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.rngs: list[np.random.Generator] = []

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
        return [rng.bit_generator.state for rng in self.rngs] or None

    def set_random_state(self, state: Any) -> None:
        """Go on from what `get_random_state` returned."""
        for rng, saved in zip(self.rngs, state or (), strict=True):
            rng.bit_generator.state = saved


def checked_shape(shape: Any) -> Shape:
    """Return the shape of one sample as a tuple of lengths, or raise `InputError`."""
    if not isinstance(shape, (tuple, list)) or not shape:
        raise InputError(f"input_shape is {shape!r}, but must be a tuple of lengths such as (64,)")
    return tuple(whole("a length in input_shape", length, least=1) for length in shape)
