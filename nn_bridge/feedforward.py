"""Layers in a row, built from seeds and applied; one network, or a stack of them at once.

With `seed=[s0, s1, ...]` the weights get a leading replicate axis R and there are R networks.
Member r is the network that `seed=s_r` alone would give: same start, same order of the data, same
masks. Each of the three has its own stream of chance, so a change of rate changes only the masks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn_bridge.dropout import Dropout
from nn_bridge.layer import Layer, Shape, Streams, checked_shape
from nn_bridge.losses import finite_numbers
from nn_bridge.optimizers import Optimizer
from nn_bridge.training import Samples, check_finite, slices
from simulation.arrays import Array
from simulation.checks import InputError, one_of, whole

EVALUATION_BATCH = 1024
"""Samples that `evaluate` and `predict` take through the network together."""

Masks = Mapping[Dropout, Any]
"""Who is kept, for dropout layers that are not to draw it; see `Dropout.forward`."""


def forward(
    layers: Sequence[Layer], x: Array, training: bool = False, masks: Masks | None = None
) -> Array:
    """Return what comes out of the last of `layers` for x (..., B, *input_shape)."""
    given = masks or {}
    if any(layer not in layers for layer in given) or (given and not training):
        raise InputError(
            "masks are for dropout layers of this network while it trains: "
            "name its own layers, as in {model.layers[1]: mask}"
        )
    for layer in layers:
        if isinstance(layer, Dropout) and layer in given:
            x = layer.forward(x, training, given[layer])
        else:
            x = layer.forward(x, training)
    return x


class Feedforward:
    """Layers in a row, which do not learn yet: see `network.Sequential`.

    Parameters
    ----------
    layers : sequence of Layer
    seed : int or sequence of int, optional
        An int gives one network, a sequence a stack of as many; None draws a seed from the system.
    dtype : {'float32', 'float64'}
        Of all weights, activations and gradients.

    Attributes
    ----------
    replicates : tuple
        () for a single network, (R,) for a stack.
    optimizer : Optimizer or None
        What trains it, once compiled.
    """

    optimizer: Optimizer | None = None

    def __init__(
        self,
        layers: Sequence[Layer],
        seed: int | Sequence[int] | None = None,
        dtype: str = "float32",
    ) -> None:
        self.layers = list(layers)
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise InputError(f"{layer!r} is no layer: use those of nn_bridge.keras.layers")
        if not self.layers:
            raise InputError("the network has no layers: give it at least one, such as Dense(10)")
        self.dtype = np.dtype(one_of("dtype", dtype, ("float32", "float64")))
        self.seed = _checked_seed(seed)
        self.replicates: Shape = (len(self.seed),) if isinstance(self.seed, list) else ()
        self.input_shape: Shape | None = None
        if self.layers[0].input_shape is not None:
            self.build(self.layers[0].input_shape)

    def build(self, input_shape: Shape) -> None:
        """Make all weights for samples of `input_shape` (without the batch axis)."""
        shape = first_shape = checked_shape(input_shape)
        seeds = self.seed if isinstance(self.seed, list) else [self.seed]
        start, order, chance = zip(
            *(np.random.SeedSequence(s).spawn(3) for s in seeds), strict=True
        )
        initial = [np.random.default_rng(sequence) for sequence in start]
        # Masks are seeded by depth, so that a Dropout left out does not move those further on.
        masks = [sequence.spawn(1)[0] for sequence in chance]
        learns_before = False
        for layer in self.layers:
            layer.passes_back = learns_before
            layer.build(shape, Streams(initial, masks, self.replicates), self.dtype)
            shape = layer.output_shape
            if layer.parameters:
                learns_before = True
                masks = [sequence.spawn(1)[0] for sequence in chance]
        self.shuffles = [np.random.default_rng(sequence) for sequence in order]
        self.input_shape = first_shape

    def __call__(self, x: Any, training: bool = False, masks: Masks | None = None) -> Array:
        """Return the outputs for x; with `training` through dropout."""
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = forward(self.layers, self._samples(x).values, training, masks)
        check_finite("the output", outputs, "the forward pass", self.optimizer)
        return outputs

    def predict(self, x: Any, batch_size: int = EVALUATION_BATCH) -> Array:
        """Return the outputs for x, without dropout: (P, K), or (R, P, K) for a stack."""
        whole("batch_size", batch_size, least=1)
        samples = self._samples(x)
        outputs = [self(samples[rows]) for rows in slices(len(samples), batch_size)]
        return np.concatenate(outputs, axis=-1 - len(self.layers[-1].output_shape))

    def summary(self) -> None:
        """Print the layers, the shapes that come out of them and how many numbers they learn."""
        stack = f", a stack of {self.replicates[0]}" if self.replicates else ""
        print(f"Sequential ({self.dtype}{stack})")
        print(f"{'layer (type)':<24}{'output shape':<20}{'parameters':>12}")
        total = 0
        for number, layer in enumerate(self.layers):
            kind = type(layer).__name__
            count = sum(p.size for p in layer.parameters.values()) // (self.replicates or (1,))[0]
            shape = str((None, *layer.output_shape)) if layer.built else "?"
            print(f"{f'{kind.lower()}_{number} ({kind})':<24}{shape:<20}{count:>12,}")
            total += count
        each = " in each network" if self.replicates else ""
        print(f"{f'total parameters{each}':<44}{total:>12,}")

    def parameters(self) -> list[Array]:
        """Return the arrays that are learned, layer by layer."""
        return [p for layer in self.layers for p in layer.parameters.values()]

    def _samples(self, x: Any) -> Samples:
        values = finite_numbers("x", x, self.dtype)
        if self.input_shape is None:
            if values.ndim < 2:
                raise InputError(f"x has shape {values.shape}: give samples along the first axis")
            self.build(values.shape[1:])
        own = self.input_shape or ()
        leading = values.shape[: values.ndim - len(own)]  # (P,) or (R, P)
        fits = values.shape[len(leading) :] == own and len(leading) > 0
        if not fits or leading[:-1] not in ((), self.replicates):
            raise InputError(
                f"x has shape {values.shape}, but the network takes samples of shape {own}: "
                "give it one axis more, the samples"
            )
        if leading[-1] == 0:
            raise InputError("x holds no samples: give at least one")
        return Samples(values, len(own))


def _checked_seed(seed: Any) -> int | list[int] | None:
    if isinstance(seed, (list, tuple, range, np.ndarray)):
        if not len(seed):
            raise InputError("seed is an empty list, but a stack needs a seed for each network")
        return [whole("a seed of the stack", one) for one in seed]
    return None if seed is None else whole("seed", seed)
