"""What every layer is: unbuilt until the shape of its input is known, then parameters in a dict.

Every array of samples has shape (..., B, features): B samples, before them the replicate axis of a
stack of networks (see `network.py`), or none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from nn_bridge.refusals import AlwaysTrainable, NamesWhatThereIs, kerass
from nn_bridge.samples import as_array, finite_numbers
from simulation.arrays import Array
from simulation.checks import InputError, flag, given, whole

Shape = tuple[int, ...]
LayerT = TypeVar("LayerT", bound="Layer")

LAYERS: dict[str, type[Layer]] = {}
"""The layer classes that a saved network may name."""


def register_layer(cls: type[LayerT]) -> type[LayerT]:
    """Let saved networks name this class; a decorator. The class needs `get_config`."""
    if not (isinstance(cls, type) and issubclass(cls, Layer)):
        raise InputError(f"{given(cls)} is no class of layers: derive it from Layer")
    taken = LAYERS.get(cls.__name__, cls)
    if taken.__module__ != cls.__module__:  # a cell of a notebook may run again
        raise InputError(
            f"files mean {taken.__module__}.{taken.__name__} by {cls.__name__!r}: give your layer "
            "another name"
        )
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


class Input(NamesWhatThereIs):
    """The shape of one sample, in the place of a network's first layer.

    Parameters
    ----------
    shape : tuple of int
    name : str
    """

    @kerass(batch_size=(None,), dtype=(None,))
    def __init__(self, shape: Shape, name: str = "input") -> None:
        self.shape, self.name = checked_shape(shape), checked_name(name)


IN_KERAS: dict[str, tuple[Any, ...]] = {"dtype": (None,), "trainable": (True,)}
"""Arguments that each of Keras's layers takes, where they ask for nothing."""


class Layer(NamesWhatThereIs, AlwaysTrainable):
    """Base of the layers.

    A network calls `build`, `forward` and `backward`, which take what they are given: a layer by
    itself is called like a function.

    Parameters
    ----------
    input_shape : tuple of int, optional
        Shape of one sample. Needed on the first layer if weights are wanted before the first data.
    name : str, optional
        None lets the network choose, 'dense', 'dense_1' and so on.

    Attributes
    ----------
    parameters, gradients : dict of str to array
        What the layer learns, and the gradient of the loss at it, under the same names.
    rngs : list of numpy.random.Generator
        The layer's own chance: one for each network of a stack, one in all for a single network,
        none without chance.
    """

    def __init__(self, *, input_shape: Shape | None = None, name: str | None = None) -> None:
        self.input_shape = None if input_shape is None else checked_shape(input_shape)
        self.given_name = None if name is None else checked_name(name)
        self.name = self.given_name or self.kind()
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

    @classmethod
    def kind(cls) -> str:
        """Return the name of the class as Keras writes it: that of Dense is dense."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __call__(self, x: Any, training: bool = False) -> Array:
        """Apply the layer by itself, outside a network, to x (B, ...)."""
        if isinstance(x, Input):
            raise InputError(
                "layers cannot be called on an Input here: write their row as Sequential([...])"
            )
        flag("training", training)
        values = as_array("x", x)
        dtype = values.dtype if values.dtype in _FLOATS else np.dtype("float32")
        values = finite_numbers("x", values, dtype)
        if values.ndim < 2 or not len(values):
            raise InputError(f"x has shape {values.shape}: give samples along the first axis")
        if not self.built:
            rng, shape = np.random.default_rng(), checked_shape(values.shape[1:])
            self.build(shape, Streams([rng], [np.random.SeedSequence()]), dtype)
        own = self.input_shape or ()
        if values.ndim <= len(own) or values.shape[values.ndim - len(own) :] != own:
            raise InputError(
                f"x has shape {values.shape}, but this {type(self).__name__} takes samples of "
                f"shape {own}: give it (samples, {', '.join(map(str, own))})"
            )
        return self.forward(values, training)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return the output for x (..., B, *input_shape); in training keep what backward needs."""
        raise NotImplementedError

    def backward(self, gradient: Array) -> Array | None:
        """Fill `gradients` and return the gradient at the input of the last training forward.

        Returns None where `passes_back` is False: nothing before this layer learns, and the
        product that nobody asks for can be the largest of the step.
        """
        raise NotImplementedError

    def get_weights(self) -> list[Array]:
        """Return copies of what the layer learns, in Keras's shapes: kernel (in, out), bias."""
        return [weight.copy() for weight in self.in_keras()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set what the layer learns to what `get_weights` returned, or the like."""
        set_all(weights, self.in_keras())

    def count_params(self) -> int:
        """Return how many numbers the layer learns; in a stack, all networks together."""
        return sum(parameter.size for parameter in self.parameters.values())

    def in_keras(self) -> list[Array]:
        """Return views of what the layer learns, in the shapes that they have in Keras."""
        return list(self.parameters.values())

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that build a layer like this one, as JSON can hold them."""
        name = {} if self.given_name is None else {"name": self.given_name}
        return {"input_shape": self.input_shape} | name

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
        raise InputError(
            f"input_shape is {given(shape)}, but must be a tuple of lengths such as (64,)"
        )
    return tuple(whole("a length in input_shape", length, least=1) for length in shape)


_FLOATS = (np.dtype("float32"), np.dtype("float64"))


def checked_name(name: Any) -> str:
    """Return a name, or raise `InputError`."""
    if not isinstance(name, str) or not name:
        raise InputError(f"name is {given(name)}, but must be a text such as 'hidden'")
    return name


def set_all(weights: Any, places: list[Array]) -> None:
    """Write each of `weights` into its place if they fit, all or none."""
    if not isinstance(weights, (list, tuple)) or len(weights) != len(places):
        given = len(weights) if isinstance(weights, (list, tuple)) else type(weights).__name__
        raise InputError(f"weights must be a list of {len(places)} arrays, but is {given}")
    arrays = [
        finite_numbers(f"array {number} of the weights", one, place.dtype)
        for number, (one, place) in enumerate(zip(weights, places, strict=True))
    ]
    for number, (array, place) in enumerate(zip(arrays, places, strict=True)):
        if array.shape != place.shape:
            raise InputError(
                f"array {number} of the weights has shape {array.shape}, but must have "
                f"{place.shape}"
            )
    for array, place in zip(arrays, places, strict=True):
        place[...] = array
