"""Layers in a row, built from seeds and applied; one network, or a stack of them at once.

With `seed=[s0, s1, ...]` the weights get a leading replicate axis R and there are R networks.
Member r is the network that `seed=s_r` alone would give: same start, same order of the data, same
masks. Each of the three has its own stream of chance, so a change of rate changes only the masks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from nn_bridge.dense import Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Input, Layer, Shape, Streams, checked_name, checked_shape, set_all
from nn_bridge.optimizers import Optimizer
from nn_bridge.refusals import AlwaysTrainable, NamesWhatThereIs, kerass
from nn_bridge.samples import Samples, finite_numbers
from nn_bridge.training import check_finite, checked_verbose, slices
from simulation.arrays import Array
from simulation.checks import InputError, flag, given, one_of, whole

EVALUATION_BATCH = 1024
"""Samples that `evaluate` and `predict` take through the network together."""

Masks = Mapping[Dropout, Any]
"""Who is kept, for dropout layers that are not to draw it; see `Dropout.forward`."""


def forward(layers: Sequence[Layer], x: Array, training: bool, masks: Masks | None) -> Array:
    """Return what comes out of the last of `layers` for x (..., B, *input_shape)."""
    handed = {} if masks is None else masks
    own = {layer for layer in layers if isinstance(layer, Dropout)}
    if not isinstance(handed, Mapping) or handed.keys() - own or (handed and not training):
        raise InputError(
            "masks are for dropout layers of this network while it trains: "
            "name its own layers, as in {model.layers[1]: mask}"
        )
    for layer in layers:
        if isinstance(layer, Dropout) and layer in handed:
            x = layer.forward(x, training, handed[layer])
        else:
            x = layer.forward(x, training)
    return x


class Feedforward(NamesWhatThereIs, AlwaysTrainable):
    """Layers in a row, which do not learn yet: see `network.Sequential`.

    Parameters
    ----------
    layers : sequence of Layer
        Before them may stand an Input. More can be added later.
    seed : int or sequence of int, optional
        An int gives one network, a sequence a stack of as many; None draws a seed from the system.
    dtype : {'float32', 'float64'}
        Of all weights, activations and gradients.
    name : str
        What `summary` calls the network.

    Attributes
    ----------
    replicates : tuple
        () for a single network, (R,) for a stack.
    optimizer : Optimizer or None
        What trains it, once compiled.
    """

    optimizer: Optimizer | None = None

    @kerass(trainable=(True,))
    def __init__(
        self,
        layers: Sequence[Layer | Input] = (),
        seed: int | Sequence[int] | None = None,
        dtype: str = "float32",
        name: str = "sequential",
    ) -> None:
        if not isinstance(layers, (list, tuple)):
            raise InputError(f"layers is {given(layers)}, but must be a list: write [Dense(10)]")
        self.name = checked_name(name)
        self.dtype = np.dtype(one_of("dtype", dtype, ("float32", "float64")))
        self.seed = _checked_seed(seed)
        self.replicates: Shape = (len(self.seed),) if isinstance(self.seed, list) else ()
        self.input_shape: Shape | None = None
        self.layers: list[Layer] = []
        for layer in layers:
            self.add(layer)

    def add(self, layer: Layer | Input) -> None:
        """Put a layer behind the others. A network that was compiled must be compiled again."""
        if isinstance(layer, Input):
            if self.layers or self.input_shape:
                raise InputError("an Input stands first, but there are layers: leave it out")
            self.build(layer.shape)
            return
        if not isinstance(layer, Layer):
            raise InputError(f"{given(layer)} is no layer: use those of nn_bridge.keras.layers")
        if layer in self.layers:
            raise InputError(
                f"this {type(layer).__name__} layer is part of a network already, but a layer "
                "belongs to one: make a new one"
            )
        names = [other.name for other in self.layers]
        if layer.given_name is None:
            numbered = (f"{layer.kind()}_{n}" if n else layer.kind() for n in count())
            layer.name = next(name for name in numbered if name not in names)
        elif layer.name in names:
            raise InputError(f"two layers have the name {layer.name!r}: give each its own")
        if self.input_shape is not None:
            before = self.layers[-1].output_shape if self.layers else self.input_shape
            self._build_next(layer, before)
        self.layers.append(layer)
        self.optimizer = None
        if self.input_shape is None and self.layers[0].input_shape is not None:
            self.build(self.layers[0].input_shape)

    def pop(self) -> Layer:
        """Take the last layer off and return it; then the network must be compiled again."""
        self._some_layers()
        self.optimizer = None
        layer = self.layers.pop()
        if not self.layers:
            self.input_shape = None
        return layer

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make all weights for samples of `input_shape`; a None before it is the batch axis."""
        batch_first = isinstance(input_shape, (tuple, list)) and tuple(input_shape[:1]) == (None,)
        shape = checked_shape(input_shape[1:] if batch_first else input_shape)
        if self.input_shape is not None:
            if shape != self.input_shape:
                raise InputError(
                    f"input_shape is {shape}, but the network has weights for {self.input_shape}: "
                    "make a new one"
                )
            return
        seeds = self.seed if isinstance(self.seed, list) else [self.seed]
        start, order, self._chance = zip(
            *(np.random.SeedSequence(s).spawn(3) for s in seeds), strict=True
        )
        self._initial = [np.random.default_rng(sequence) for sequence in start]
        self._masks = self._masks_further_on()
        self.shuffles = [np.random.default_rng(sequence) for sequence in order]
        before = shape
        for layer in self.layers:
            self._build_next(layer, before)
            before = layer.output_shape
        self.input_shape = shape

    def _build_next(self, layer: Layer, input_shape: Shape) -> None:
        layer.passes_back = any(one.built and one.parameters for one in self.layers)
        layer.build(input_shape, Streams(self._initial, self._masks, self.replicates), self.dtype)
        if layer.parameters:
            self._masks = self._masks_further_on()

    def _masks_further_on(self) -> list[np.random.SeedSequence]:
        """Seed masks by depth, so that a Dropout left out does not move those further on."""
        return [sequence.spawn(1)[0] for sequence in self._chance]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or by its place."""
        self._some_layers()
        if (name is None) == (index is None):
            raise InputError("get_layer takes a name or an index: give one of the two")
        if index is not None:
            return self.layers[whole("index", index, most=len(self.layers) - 1)]
        names = [layer.name for layer in self.layers]
        return self.layers[names.index(one_of("the name of a layer", name, tuple(names)))]

    def __call__(self, x: Any, training: bool = False, masks: Masks | None = None) -> Array:
        """Return the outputs for x; with `training` through dropout."""
        flag("training", training)
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = forward(self.layers, self._samples(x).values, training, masks)
        check_finite("the output", outputs, "the forward pass", self.optimizer)
        return outputs

    @kerass(steps=(None,), callbacks=(None,))
    def predict(self, x: Any, batch_size: int | None = None, verbose: str | int = "auto") -> Array:
        """Return the outputs for x, without dropout: (P, K), or (R, P, K) for a stack.

        Parameters
        ----------
        x : (P, *input_shape) array, or (R, P, *input_shape) for a stack
        batch_size : int, optional
            Samples taken through the network together; the outputs do not depend on it.
        verbose : {'auto', 0, 1, 2}
            Nothing is printed: there is nothing to wait for.
        """
        checked_verbose(verbose)
        samples = self._samples(x)
        outputs = [self(samples[rows]) for rows in slices(len(samples), evaluated(batch_size))]
        return np.concatenate(outputs, axis=-1 - len(self.layers[-1].output_shape))

    def predict_on_batch(self, x: Any) -> Array:
        """Return the outputs for x, as `predict` does."""
        return self.predict(x)

    @kerass(
        line_length=(None,),
        positions=(None,),
        print_fn=(None,),
        expand_nested=(False, True),
        show_trainable=(False,),
        layer_range=(None,),
    )
    def summary(self) -> None:
        """Print the layers, the shapes that come out of them and how many numbers they learn."""
        stack = f", a stack of {self.replicates[0]}" if self.replicates else ""
        print(f"{self.name.capitalize()} ({self.dtype}{stack})")
        print(f"{'layer (type)':<32}{'output shape':<20}{'parameters':>12}")
        for layer in self.layers:
            shape = str((None, *layer.output_shape)) if layer.built else "?"
            own = layer.count_params() // (self.replicates or (1,))[0]
            print(f"{f'{layer.name} ({type(layer).__name__})':<32}{shape:<20}{own:>12,}")
        each = " in each network" if self.replicates else ""
        print(f"{f'total parameters{each}':<52}{self.count_params():>12,}")

    def count_params(self) -> int:
        """Return how many numbers the network learns; of a stack, each of its networks."""
        return (
            sum(parameter.size for parameter in self.parameters()) // (self.replicates or (1,))[0]
        )

    def get_weights(self) -> list[Array]:
        """Return copies of all that is learned, layer by layer, in Keras's shapes."""
        return [weight for layer in self.layers for weight in layer.get_weights()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all that is learned to what `get_weights` returned, or the like."""
        set_all(weights, [place for layer in self.layers for place in layer.in_keras()])

    def parameters(self) -> list[Array]:
        """Return the arrays that are learned, layer by layer."""
        return [p for layer in self.layers for p in layer.parameters.values()]

    def _some_layers(self) -> None:
        if not self.layers:
            raise InputError("the network has no layers: add at least one, such as Dense(10)")

    def _samples(self, x: Any) -> Samples:
        """Check x; where a Flatten comes first, samples may be flat already."""
        self._some_layers()
        values = finite_numbers("x", x, self.dtype)
        if self.input_shape is None:
            if values.ndim < 2:
                raise InputError(f"x has shape {values.shape}: give samples along the first axis")
            self.build(values.shape[1:])
        own = self.input_shape or ()
        flat = values.ndim > 1 and values.shape[-1] == math.prod(own)
        if flat and not _fit(values, own) and isinstance(self.layers[0], Flatten):
            values = values.reshape(*values.shape[:-1], *own)
        leading = values.shape[: values.ndim - len(own)]  # (P,) or (R, P)
        if not _fit(values, own) or leading[:-1] not in ((), self.replicates):
            lengths = ", ".join(map(str, own))
            raise InputError(
                f"x has shape {values.shape}, but the network takes samples of shape {own}: "
                f"give it the shape (samples, {lengths})"
            )
        if leading[-1] == 0:
            raise InputError("x holds no samples: give at least one")
        return Samples(values, len(own))


def _fit(values: Array, own: Shape) -> bool:
    return values.ndim > len(own) and values.shape[values.ndim - len(own) :] == own


def evaluated(batch_size: int | None) -> int:
    """Return how many samples are taken through the network together, without training."""
    return EVALUATION_BATCH if batch_size is None else whole("batch_size", batch_size, least=1)


def _checked_seed(seed: Any) -> int | list[int] | None:
    if isinstance(seed, np.ndarray):
        seed = seed.tolist()
    if isinstance(seed, (list, tuple, range)):
        if not len(seed):
            raise InputError("seed is an empty list, but a stack needs a seed for each network")
        return [whole("a seed of the stack", one) for one in seed]
    return None if seed is None else whole("seed", seed)
