"""How good outputs are, example by example: accuracy, 1 - SSE/SST, minus a loss, or a function.

Higher is better in all of them. Each is a sum over the examples divided by what the examples judged
are worth, so parts of the examples can be left out without asking the network again; a function
that gives one number for all is asked again instead.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import log_softmax, softmax

from nn_bridge.measuring.labels import (
    NOT_JUDGED,
    are_probabilities,
    labels_in,
    numbers_in,
    say_classes,
)
from simulation.arrays import Array, FloatArray
from simulation.checks import InputError, given, one_of, shortened

METRICS = ("accuracy", "r2", "cross-entropy", "mse")
"""Metrics by name; the last two are minus the loss, so that higher is better."""


OWN = "own function"
"""Instead of the name of a function that has none."""


class Metric(ABC):
    """A metric held to what was wanted of M examples.

    Attributes
    ----------
    name : str
    worth : (M,) array
        By what the sum of the scores of the examples is divided.
    """

    name: str
    worth: FloatArray

    @abstractmethod
    def scores(self, outputs: Array, rows: slice) -> FloatArray:
        """Score the outputs (C, B, *out) on the examples `rows`, (C, B)."""

    def quality(self, scores: FloatArray, parts: FloatArray) -> FloatArray:
        """Quality on sets of examples, (C, S), from the sums of their scores (C, S).

        `parts` (S, M) is 1 for the examples of each set.
        """
        return np.asarray(scores / (parts @ self.worth))

    def heard(self, outputs: Array) -> Array:
        """What the co-adaptation score looks at: probabilities of classes, else the outputs."""
        return outputs


class OfLabels(Metric):
    """Of classes. Logits or probabilities is seen from the outputs when all are there."""

    def __init__(self, outputs: Array, wanted: Array) -> None:
        self.axis, self.labels = labels_in(outputs, wanted)
        self.probabilities = are_probabilities(outputs, self.axis)
        self.judged = self.labels != NOT_JUDGED  # (M, *positions)
        self.worth = self.judged.reshape(len(self.judged), -1).sum(axis=1).astype(float)
        if not self.worth.sum():
            raise InputError(f"y: all labels are {NOT_JUDGED}, so no example is judged")

    def _classes_last(self, outputs: Array) -> Array:
        """(C, B, *positions, K); one output for two classes becomes a pair of them."""
        if self.axis is None:
            if outputs.ndim > 2 and outputs.shape[-1] == 1:
                outputs = outputs[..., 0]
            pair = (1 - outputs, outputs) if self.probabilities else (-outputs / 2, outputs / 2)
            return np.stack(pair, axis=-1)
        return np.moveaxis(outputs, self.axis + 1 if self.axis > 0 else self.axis, -1)

    def heard(self, outputs: Array) -> Array:
        classes = self._classes_last(outputs)
        return classes if self.probabilities else np.asarray(softmax(classes, axis=-1))

    def scores(self, outputs: Array, rows: slice) -> FloatArray:
        each = self._each(self._classes_last(outputs), self.labels[rows])
        counted = np.where(self.judged[rows], each, 0.0)  # (C, B, *positions)
        return np.asarray(counted.reshape(*counted.shape[:2], -1).sum(axis=-1))

    @abstractmethod
    def _each(self, classes: Array, labels: Array) -> Array:
        """Score each label (B, *positions) by outputs (C, B, *positions, K)."""


class Accuracy(OfLabels):
    """Share of labels named rightly."""

    name = "accuracy"

    @property
    def plain(self) -> bool:
        """Whether each example has one label and an output for each class, (M, K)."""
        return self.axis is not None and self.labels.ndim == 1 and bool(self.judged.all())

    def _each(self, classes: Array, labels: Array) -> Array:
        return np.asarray(classes.argmax(axis=-1) == labels)


class CrossEntropy(OfLabels):
    """Mean logarithm of the probability of the right label."""

    name = "cross-entropy"

    def _each(self, classes: Array, labels: Array) -> Array:
        if self.probabilities:
            least = np.finfo(classes.dtype).tiny
            logs = np.log(np.maximum(classes, least))
        else:
            logs = log_softmax(classes, axis=-1)
        at = np.where(labels == NOT_JUDGED, 0, labels)[None, ..., None]
        return np.asarray(np.take_along_axis(logs, at, axis=-1)[..., 0])


class _OfNumbers(Metric):
    def __init__(self, outputs: Array, wanted: Array) -> None:
        self.wanted = numbers_in(outputs, wanted)
        self.worth = np.full(len(wanted), float(self.wanted[0].size))

    def scores(self, outputs: Array, rows: slice) -> FloatArray:
        wanted = self.wanted[rows]
        errors = np.square(outputs.reshape(len(outputs), *wanted.shape) - wanted)
        return np.asarray(-errors.reshape(*errors.shape[:2], -1).sum(axis=-1))


class MeanSquares(_OfNumbers):
    """Minus the mean squared error."""

    name = "mse"


class R2(_OfNumbers):
    """1 - SSE/SST, sums over all outputs: 1 is perfect, 0 no better than always saying the mean."""

    name = "r2"

    def __init__(self, outputs: Array, wanted: Array) -> None:
        super().__init__(outputs, wanted)
        flat = self.wanted.reshape(len(wanted), -1)
        self.about = flat - flat.mean(axis=0)  # (M, K)
        if not np.square(self.about).sum() > 0:
            raise InputError(
                "y: what is wanted is the same on all examples, so 1 - SSE/SST has no meaning: "
                "give other examples, or the metric 'mse'"
            )

    def quality(self, scores: FloatArray, parts: FloatArray) -> FloatArray:
        sums, number = parts @ self.about, parts.sum(axis=1)  # (S, K), (S,)
        total = parts @ np.square(self.about).sum(axis=1) - np.square(sums).sum(axis=1) / number
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1.0 + scores / total)


class EachExample(Metric):
    """Somebody's function that scores example by example."""

    def __init__(self, function: Callable[[Array, Array], Any], wanted: Array) -> None:
        self.function, self.wanted, self.name = function, wanted, name_of(function)
        self.worth = np.ones(len(wanted))

    def scores(self, outputs: Array, rows: slice) -> FloatArray:
        wanted = self.wanted[rows]
        one_each = (len(wanted),)
        return np.array([_asked(self.function, each, wanted, one_each) for each in outputs])


class AllTogether(Metric):
    """Somebody's function that gives one number for all examples, asked anew for each set of them.

    `scores` has no meaning for it: `NetworkGame` keeps the outputs instead.
    """

    def __init__(self, function: Callable[[Array, Array], Any], wanted: Array) -> None:
        self.function, self.wanted, self.name = function, wanted, name_of(function)
        self.worth = np.ones(len(wanted))

    def scores(self, outputs: Array, rows: slice) -> FloatArray:
        raise NotImplementedError("one number for all examples has no scores of each")

    def of_sets(self, outputs: Array, parts: FloatArray) -> FloatArray:
        """Quality on sets of examples, (C, S), from the outputs on all, (C, M, *out)."""
        sets = [np.flatnonzero(part) for part in parts]
        return np.array([
            [float(_asked(self.function, each[of], self.wanted[of], ())) for of in sets]
            for each in outputs
        ])  # fmt: skip


_NAMED: dict[str, type[OfLabels | _OfNumbers]] = {
    kind.name: kind for kind in (Accuracy, R2, CrossEntropy, MeanSquares)
}


def metric_of(metric: Any, outputs: Array, wanted: Array) -> Metric:
    """Find out how outputs are judged.

    Parameters
    ----------
    metric : None, str or function(outputs, y)
        None: accuracy where y holds labels (whole numbers, or one-hot rows), else 'r2'. A function
        gives one number, or one an example; higher is better.
    outputs : (M, *out) array
        Of the network with everyone there.
    wanted : (M, ...) array

    Raises
    ------
    InputError
        If the metric does not fit the outputs or y.
    """
    if wanted.dtype.kind not in "biuf":
        raise InputError(
            f"y holds texts such as {given(wanted.ravel()[0].item())}, but the network numbers its "
            "classes: give their numbers, from 0 on"
        )
    if callable(metric):
        found = _asked(metric, outputs, wanted, (), (len(wanted),))
        return (EachExample if found.ndim else AllTogether)(metric, wanted)
    if metric is None:
        metric = "accuracy" if say_classes(outputs, wanted) else "r2"
    return _NAMED[one_of("metric", metric, METRICS)](outputs, wanted)


def name_of(function: Any) -> str:
    """Return a function's own name, that of its class, or `OWN` where it was given none.

    Examples
    --------
    >>> name_of(len), name_of(functools.partial(sum, start=1)), name_of(lambda outputs, y: 0.0)
    ('len', 'sum', 'own function')
    """
    while isinstance(function, functools.partial):
        function = function.func
    name = str(getattr(function, "__name__", type(function).__name__))
    return OWN if name == "<lambda>" else name


def _asked(function: Any, outputs: Array, wanted: Array, *shapes: tuple[int, ...]) -> FloatArray:
    """Ask somebody's metric, which must give an array of one of the shapes; (): one number."""
    where = (
        f"metric {name_of(function)} of outputs of shape {outputs.shape} and y of {wanted.shape}"
    )
    try:
        found = np.asarray(function(outputs, wanted), dtype=float)
    except Exception as error:  # the user's own code: told with what it was handed
        raise InputError(
            f"{where} raises {type(error).__name__}: {shortened(str(error), 200)}"
        ) from error
    if found.size == 1 and () in shapes:
        found = found.reshape(())
    if found.shape not in shapes:
        raise InputError(
            f"{where} gives an array of shape {found.shape}, but must give one number, or one an "
            "example"
        )
    if not np.isfinite(found).all():
        raise InputError(f"{where} is not a finite number, but must be one for every sub-team")
    return found
