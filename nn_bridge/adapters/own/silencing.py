"""Our own networks for `measure`: layers in a row, run from the first silenced one on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nn_bridge.activations import Activation
from nn_bridge.bridge import contributions_of
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.feedforward import Feedforward, forward
from nn_bridge.layer import Layer
from nn_bridge.measuring.data import parts_of
from nn_bridge.measuring.silencing import (
    Asked,
    Contributions,
    Grouped,
    Silenced,
    grouped,
    no_such_layer,
)
from simulation.arrays import Array, FloatArray
from simulation.checks import InputError

AT_ONCE = 4096
"""Examples, once for each mask, that go through the network together at most."""


def silenced(model: Feedforward, inputs: Any, asked: Asked) -> Silenced:
    """Make members of the layers of one of our networks.

    Parameters
    ----------
    model : Sequential
    inputs : (M, *input_shape) array
    asked : Asked
    """
    return OwnNetwork(model, inputs, asked)


def outputs_of(model: Feedforward, inputs: Any) -> Array:
    """Evaluate the network."""
    return model.predict(inputs)


class OwnNetwork(Silenced):
    """See `Silenced`, and `silenced` for the parameters."""

    def __init__(self, model: Feedforward, inputs: Any, asked: Asked) -> None:
        if model.replicates:
            raise InputError(
                f"the model is a stack of {model.replicates[0]} networks, but one is measured at a "
                "time: train each with a seed of its own, and give the list of them"
            )
        if len(parts_of(inputs)) > 1 or isinstance(inputs, dict):
            raise InputError("x has several parts, but the network takes one array")
        samples = model._samples(inputs)
        self.model, self._x, self.examples = model, samples.values, len(samples)
        names = [layer.name for layer in model.layers]
        for name in asked.layers:
            if name not in names:
                no_such_layer(name, names)
        self._at = [names.index(name) for name in asked.layers]
        first = min(self._at)
        self._before, self._behind = model.layers[: first + 1], model.layers[first + 1 :]
        self._grouped: Grouped | None = None
        if len(self._at) == 1:
            self._grouped = grouped(model.layers[first].output_shape[-1], asked.blocks)
        self.members = asked.layers if self._grouped is None else self._grouped.names
        widest = max(math.prod(layer.output_shape) for layer in model.layers)
        self._together = max(1, min(AT_ONCE, asked.memory // 4 // (8 * widest)))
        self.chunk = min(self.examples, self._together)
        self._activity = np.zeros(len(self.members))
        self._bases: dict[int, Array] = {}
        self._look_at_all(mean=asked.ablation == "mean")

    def outputs(self, rows: slice, weights: FloatArray) -> Array:
        """See `Silenced.outputs`."""
        before = forward(self._before, self._x[rows], False, None)  # (B, *units)
        masks = max(1, self._together // len(before))
        return np.concatenate(
            [
                self._by_rest(before, weights[at : at + masks])
                for at in range(0, len(weights), masks)
            ]
        )

    def activity(self) -> FloatArray:
        """See `Silenced.activity`."""
        return self._activity

    def additive(self) -> Contributions | None:
        """See `Silenced.additive`."""
        linear = None if self._grouped is None else _collapsed(self._behind)
        if linear is None or self._grouped is None or self._grouped.some_always_there:
            return None
        delivery, handout, then = linear  # (K, units), (K,)
        active = forward(self._before, self._x, False, None).astype(float)
        base = self._bases.get(self._at[0])
        if active.ndim != 2:
            return None
        if base is not None:
            active, handout = active - base, handout + delivery @ base
        said = contributions_of(active, delivery, self._grouped.member_of)
        return Contributions(said, handout, then)

    def _look_at_all(self, *, mean: bool) -> None:
        """How often members are active, and what they give on average."""
        for start in range(0, self.examples, self.chunk):
            a = self._x[start : start + self.chunk]
            for number, layer in enumerate(self.model.layers):
                a = layer.forward(a, False)
                if number not in self._at:
                    continue
                if mean:
                    total = a.sum(axis=0, dtype=float) / self.examples
                    self._bases[number] = self._bases.get(number, 0.0) + total
                fired = a != 0
                if self._grouped is None:
                    self._fired(self._at.index(number), fired)
                    continue
                for member in range(len(self.members)):
                    self._fired(member, fired[..., self._grouped.member_of == member])
        self._activity /= self.examples

    def _fired(self, member: int, fired: Array) -> None:
        self._activity[member] += fired.reshape(len(fired), -1).any(axis=1).sum()

    def _by_rest(self, before: Array, weights: FloatArray) -> Array:
        """Outputs from what comes out of the first silenced layer, (C, B, *out)."""
        a = self._silent(before[None], weights, min(self._at))  # (C, B, ..)
        for number, layer in enumerate(self._behind, len(self._before)):
            a = layer.forward(a, False)
            if number in self._at:
                a = self._silent(a, weights, number)
        return a

    def _silent(self, a: Array, weights: FloatArray, number: int) -> Array:
        if self._grouped is None:
            mine = weights[:, self._at.index(number)].reshape(-1, *[1] * (a.ndim - 1))
        else:
            units = self._grouped.of_units(weights)
            mine = units.reshape(len(units), *[1] * (a.ndim - 2), -1)
        mine = mine.astype(a.dtype)
        if number not in self._bases:
            return np.asarray(a * mine)
        base = self._bases[number].astype(a.dtype)
        return np.asarray(base + mine * (a - base))


def _collapsed(layers: Sequence[Layer]) -> tuple[FloatArray, FloatArray, str] | None:
    """Layers that are linear together as one, (K, units) and (K,), and what comes behind them."""
    weight: FloatArray | None = None
    bias: FloatArray = np.zeros(1)
    for number, layer in enumerate(layers):
        if isinstance(layer, Dense):
            own, offset = layer.weight.astype(float), layer.bias.astype(float)
            bias = offset if weight is None else own @ bias + offset
            weight = own if weight is None else own @ weight
        elif not isinstance(layer, Dropout | Flatten | Activation):
            return None
        activation = getattr(layer, "activation", "linear")
        if (
            activation == "softmax"
            and weight is not None
            and not any(
                isinstance(each, Dense) or getattr(each, "activation", "linear") != "linear"
                for each in layers[number + 1 :]
            )
        ):
            return weight, bias, "softmax"
        if activation != "linear":
            return None
    return None if weight is None else (weight, bias, "")
