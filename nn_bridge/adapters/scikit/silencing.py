"""Hidden units of scikit-learn's MLPClassifier and MLPRegressor fall silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.special import expit, softmax

from nn_bridge.measuring import silencing
from nn_bridge.measuring.silencing import Asked, Contributions, Silenced
from nn_bridge.training import slices
from simulation.arrays import Array, FloatArray
from simulation.checks import InputError, given, numeric

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "logistic": expit,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
    "exp": np.exp,
    "softmax": lambda z: np.asarray(softmax(z, axis=-1)),
}
"""scikit-learn's, by its names."""

WIDE = 2**22
"""Numbers in the widest layer at a time, or fewer: they stay in caches."""


def silenced(model: Any, inputs: Any, asked: Asked) -> Silenced:
    """Make the hidden units of a multi-layer perceptron able to fall silent.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Trained. Its hidden layers are called 'hidden 1', 'hidden 2', ..
    inputs : (M, features) array
    asked : Asked
    """
    _checked(model)
    return Perceptron(model, inputs, asked)


def outputs_of(model: Any, inputs: Any) -> Array:
    """Evaluate a multi-layer perceptron as it is now, whatever somebody has done to it."""
    _checked(model)
    return np.asarray(getattr(model, "predict_proba", model.predict)(inputs))


def _checked(model: Any) -> None:
    kinds = {base.__qualname__ for base in type(model).__mro__}
    if not kinds & {"MLPClassifier", "MLPRegressor"}:
        raise InputError(
            f"the model is {given(model)}, but of scikit-learn's only MLPClassifier and "
            "MLPRegressor have units: hand in one; of a pipeline its last step, with x as the "
            "steps before it transform it"
        )
    if not hasattr(model, "coefs_"):
        raise InputError(f"the {type(model).__name__} is not trained: call fit first")


def wanted_of(model: Any, wanted: Array) -> Array:
    """Number the labels that a classifier was trained on, as its outputs are in order.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
    wanted : (M, ...) array
        Other than labels, (M,) or (M, 1), it stays as it is.
    """
    classes = getattr(model, "classes_", None)
    if classes is not None and wanted.shape[1:] == (1,):  # a column of a table
        wanted = wanted[:, 0]
    if classes is None or wanted.ndim != 1 or np.ndim(classes) != 1:
        return wanted
    known = np.isin(wanted, classes)
    if not known.all():
        raise InputError(
            f"y holds the label {given(wanted[~known][0].item())}, but the {type(model).__name__} "
            f"was trained on {given(classes.tolist())}"
        )
    return np.searchsorted(classes, wanted)


class Perceptron(Silenced):
    """A multi-layer perceptron on M examples; see `Silenced`.

    A classifier's outputs are the probabilities of its classes, in the order of `classes_`.
    """

    def __init__(self, model: Any, inputs: Any, asked: Asked) -> None:
        self.weights = list(zip(model.coefs_, model.intercepts_, strict=True))
        self.inputs = numeric("x", inputs, "examples", len(self.weights[0][0]))
        self.hidden, self.out = ACTIVATIONS[model.activation], str(model.out_activation_)
        # A single probability is that of the second of two classes; predict_proba gives both.
        self.two_classes = self.out == "logistic" and len(self.weights[-1][1]) == 1
        widths = [len(bias) for _, bias in self.weights]
        names = [f"hidden {number}" for number in range(1, len(widths))]
        for name in asked.layers:
            if name not in names:
                silencing.no_such_layer(name, names)
        self.asked, self.layers = asked, [names.index(name) for name in asked.layers]
        self.groups = [
            silencing.of_layer(names[layer], widths[layer], asked) for layer in self.layers
        ]
        self.members = tuple(name for group in self.groups for name in group.names)
        self.examples = len(self.inputs)
        self.chunk = int(np.clip(asked.memory // 32 // max(widths), 1, self.examples))
        self.pairs = max(min(WIDE, asked.memory // 32) // max(widths), 1)
        self._kept: tuple[slice, Array] = (slice(0, 0), self.inputs)
        self._look()

    def outputs(self, rows: slice, weights: FloatArray) -> Array:
        """See `Silenced.outputs`."""
        start, stop, _ = rows.indices(self.examples)
        found: list[Array] = []
        for few in slices(stop - start, min(self.chunk, self.pairs)):
            activations = self._before(slice(start + few.start, start + few.stop))
            masks = slices(len(weights), max(self.pairs // len(activations), 1))
            found.append(np.concatenate([self._rest(activations, weights[each]) for each in masks]))
        return np.concatenate(found, axis=1)

    def additive(self) -> Contributions | None:
        """See `Silenced.additive`."""
        (group, *_), members = self.groups, len(self.members)
        kernel, bias = self.weights[-1]
        linear = self.out in ("identity", "softmax") or self.two_classes
        if self.layers != [len(self.weights) - 2] or not linear or members in group.member_of:
            return None
        if self.two_classes:  # softmax makes the two probabilities of logits -z/2 and z/2
            kernel, bias = kernel * [[-0.5, 0.5]], bias * [-0.5, 0.5]
        if 8 * members * self.examples * len(bias) > self.asked.memory:
            return None
        contributions = np.empty((members, self.examples, len(bias)))
        for rows in slices(self.examples, self.chunk):
            above = self._before(rows) - self._bases[0]
            for member in range(members):
                units = group.member_of == member
                contributions[member, rows] = above[:, units] @ kernel[units]
        handout = np.asarray(self._bases[0] @ kernel + bias, dtype=float)
        return Contributions(contributions, handout, "" if self.out == "identity" else "softmax")

    def activity(self) -> FloatArray:
        """See `Silenced.activity`."""
        return self._activity

    def _look(self) -> None:
        """See on all examples how active the members are, and what silence makes of them."""
        sums = [np.zeros(len(group.member_of)) for group in self.groups]
        active = np.zeros(len(self.members))
        for rows in slices(self.examples, self.chunk):
            activations, fired = self.inputs[rows], {}
            for layer, (kernel, bias) in enumerate(self.weights[: max(self.layers) + 1]):
                activations = self.hidden(activations @ kernel + bias)
                if layer in self.layers:
                    number = self.layers.index(layer)
                    sums[number] += activations.sum(axis=0)
                    fired[number] = activations != 0
            active += [
                fired[number][:, group.member_of == member].any(axis=1).sum()
                for number, group in enumerate(self.groups)
                for member in range(len(group.names))
            ]
        self._activity = active / self.examples
        share = 1 / self.examples if self.asked.ablation == "mean" else 0.0
        self._bases = [total * share for total in sums]

    def _before(self, rows: slice) -> Array:
        """Return the activations of the first layer with members, (B, units)."""
        if self._kept[0] != rows:
            activations = self.inputs[rows]
            for kernel, bias in self.weights[: min(self.layers) + 1]:
                activations = self.hidden(activations @ kernel + bias)
            self._kept = (rows, activations)
        return self._kept[1]

    def _rest(self, activations: Array, weights: FloatArray) -> Array:
        """Return the outputs for C masks, (C, B, K)."""
        first, factors = min(self.layers), silencing.of_units(self.groups, weights)
        many = self._silent(first, activations, factors)
        for layer, (kernel, bias) in enumerate(self.weights[first + 1 :], first + 1):
            many = many @ kernel + bias
            if layer < len(self.weights) - 1:
                many = self._silent(layer, self.hidden(many), factors)
        many = ACTIVATIONS[self.out](many)
        return np.concatenate([1 - many, many], axis=-1) if self.two_classes else many

    def _silent(self, layer: int, activations: Array, factors: Sequence[FloatArray]) -> Array:
        if layer not in self.layers:
            return activations
        number = self.layers.index(layer)
        factor, base = factors[number][:, None], self._bases[number]
        return np.asarray(base + factor.astype(activations.dtype) * (activations - base))
