"""A training step with everything decided beforehand: how `Sequential.fit` trains plain networks.

A plan trains as the layers would by themselves: same order, same masks, and up to rounding the same
weights. It is for single networks of Dense layers with Dropout before them, and the losses in
`JUDGES`; all else goes layer by layer. While an epoch runs, all weights lie in one vector; no
large array is made anew, and with plain SGD the matrix product that makes a gradient adds it to the
weights itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import blas

from nn_bridge import losses
from nn_bridge.layer import Array, Layer
from nn_bridge.optimizers import SGD, Optimizer
from nn_bridge.stage import Link, Stage, links_of
from nn_bridge.training import Logs, diverged, slices

Indices = npt.NDArray[np.intp]

NEEDS_NO_SHIFT = 32.0
"""Logits up to this size go into exp as they are: far from overflow (88), and a loss loses at most
2e-6 to rounding in float32. Finding the largest of each sample takes as long as a small product."""

_LARGEST = {np.dtype("float32"): blas.isamax, np.dtype("float64"): blas.idamax}
"""Where in a vector its largest absolute value is."""


def _crossentropy(z: Array, wanted: Array, sums: Array, ones: Array) -> float:
    """Leave p - t in the logits z, and sum exp z in `sums`; return -sum t z; z shifted."""
    flat = z.ravel()
    if abs(flat.item(_LARGEST[z.dtype](flat))) > NEEDS_NO_SHIFT:
        z -= np.maximum.reduce(z, axis=0)
    value = -flat.dot(wanted.ravel())
    np.exp(z, out=z)
    ones.dot(z, sums)  # a sum over so few outputs takes four times as long
    z /= sums
    z -= wanted
    return float(value)


def _squared_error(z: Array, wanted: Array, _sums: Array, _ones: Array) -> float:
    """Leave y - t in the outputs z and return the sum of its squares."""
    z -= wanted
    error = z.ravel()
    return float(error.dot(error))


@dataclass(frozen=True)
class Judge:
    """A loss whose logarithms and constant factors are left for later.

    Attributes
    ----------
    activation : str
        Of the last layer.
    judge : function(z, wanted, sums, ones)
        Turns z, what comes before that activation, (K, B), into its gradient over `slope`, in
        place; `ones` is (K,). Returns a float; `value` times it plus sum log `sums`, (B,), is the
        loss summed over the batch. The float is not finite if any of z is not.
    value, slope : function(K) -> float
    """

    activation: str
    judge: Callable[[Array, Array, Array, Array], float]
    value: Callable[[int], float]
    slope: Callable[[int], float]


_SOFTMAX = Judge("softmax", _crossentropy, lambda k: 1.0, lambda k: 1.0)

JUDGES: dict[type[losses.Loss], Judge] = {
    losses.SparseCategoricalCrossentropy: _SOFTMAX,
    losses.CategoricalCrossentropy: _SOFTMAX,
    losses.MeanSquaredError: Judge("linear", _squared_error, lambda k: 1 / k, lambda k: 2 / k),
    losses.HalfSquaredError: Judge("linear", _squared_error, lambda k: 0.5, lambda k: 1.0),
}
"""The losses that a plan knows. A class derived from one of them is another loss."""


class Plan:
    """How one network trains on one set of data; made by `plan_for`.

    Parameters
    ----------
    links : list of Link
    judge : Judge
    optimizer : Optimizer
    with_accuracy : bool
    x : (P, D) array
    targets : (P, K) array
    batch_size : int
    """

    def __init__(
        self,
        links: list[Link],
        judge: Judge,
        optimizer: Optimizer,
        with_accuracy: bool,
        x: Array,
        targets: Array,
        batch_size: int,
    ) -> None:
        self.links, self.judge, self.optimizer = links, judge, optimizer
        self.with_accuracy = with_accuracy
        self.x, self.targets = x, np.ascontiguousarray(targets.T)  # (P, D), (K, P)
        self.ones = np.ones(len(self.targets), x.dtype)
        self.parameters = [p for link in links for p in link.dense.parameters.values()]
        self.weights = np.empty(sum(p.size for p in self.parameters), x.dtype)
        # Plain SGD needs no gradient by itself: the products add it to the weights.
        self.adds_at_once = type(optimizer) is SGD and not optimizer.momentum
        self.gradient = self.weights if self.adds_at_once else np.empty_like(self.weights)
        self.slots = [np.empty_like(self.weights) for _ in optimizer.slot_names]
        self.batches = slices(len(x), batch_size)
        self.sizes = [batch.stop - batch.start for batch in self.batches]
        self.stages = {size: self._stages(size) for size in set(self.sizes)}

    def epoch(self, order: Indices, epoch: str) -> Logs:
        """Train on the samples in `order`, (P,), and return their mean loss and accuracy.

        Raises
        ------
        DivergedError
            If the loss is no finite number, in `epoch` and step as named, before that step.
        """
        count, value, hits = len(order), 0.0, 0.0
        sums = np.ones(count, self.x.dtype)
        with self._all_in_vectors(), np.errstate(over="ignore", invalid="ignore"):
            for step, batch in enumerate(self.batches, start=1):
                rows = order[batch]
                stages = self.stages[len(rows)]
                z, wanted = self._forward(stages, rows), self.targets.take(rows, 1)  # (K, B)
                if self.with_accuracy:
                    hits += len(rows) * float(losses.accuracy(z.T, wanted.T))
                judged = self.judge.judge(z, wanted, sums[batch], self.ones)
                if not math.isfinite(judged):
                    raise diverged("the loss", f"{epoch}step {step}", self.optimizer)
                value += judged
                self._backward(stages, z)
        value *= self.judge.value(len(self.targets))
        logs: Logs = {"loss": (value + float(np.log(sums).sum(dtype=np.float64))) / count}
        if self.with_accuracy:
            logs["accuracy"] = hits / count
        return logs

    def _forward(self, stages: list[Stage], rows: Indices) -> Array:
        """Return what comes before the last activation, (K, B)."""
        stages[0].gather(self.x, rows)
        for stage in stages:
            stage.activate()
            stage.silence()
            stage.forward()
        return stages[-1].outputs

    def _backward(self, stages: list[Stage], gradient: Array) -> None:
        """Let all weights learn from the gradient, (K, B), over the judge's slope."""
        optimizer, factor = self.optimizer, self.judge.slope(len(gradient)) / gradient.shape[1]
        keep = 0.0
        if self.adds_at_once:
            factor *= -optimizer.learning_rate
            keep = 1.0 - optimizer.learning_rate * optimizer.weight_decay
        for stage in reversed(stages):
            passed = gradient if stage.is_first else stage.backward(gradient)
            stage.learn(gradient, factor, keep)
            gradient = passed
        optimizer.iterations += 1
        if not self.adds_at_once:
            optimizer.move(self.weights, self.gradient, *self.slots)

    @contextmanager
    def _all_in_vectors(self) -> Iterator[None]:
        """Move the weights, and what the optimizer remembers of them, into vectors and back."""
        self.optimizer.prepare(self.parameters)
        remembered = [self.optimizer.slots[name] for name in self.optimizer.slot_names]
        moved = list(zip([self.parameters, *remembered], [self.weights, *self.slots], strict=True))
        for arrays, vector in moved:
            _copy(arrays, self._blocks(vector))
        for size, stages in self.stages.items():
            for stage in stages:
                stage.begin(self.sizes.count(size))
        try:
            yield
        finally:
            for arrays, vector in moved:
                _copy(self._blocks(vector), arrays)

    def _thetas(self, vector: Array) -> list[Array]:
        """Cut a vector into a view for each Dense layer, (out, in + 1): weights and biases."""
        thetas, start = [], 0
        for link in self.links:
            out, n_in = link.dense.weight.shape
            thetas.append(vector[start : start + out * (n_in + 1)].reshape(out, n_in + 1))
            start += out * (n_in + 1)
        return thetas

    def _blocks(self, vector: Array) -> list[Array]:
        """Cut a vector into a view for each parameter, in the order of the layers'."""
        return [part for theta in self._thetas(vector) for part in (theta[:, :-1], theta[:, -1])]

    def _stages(self, batch: int) -> list[Stage]:
        """Make the stages for batches of one size, the last one first."""
        stages: list[Stage] = []
        outputs = np.empty((len(self.targets), batch), self.x.dtype)
        before = [None, *(link.dense.activation for link in self.links[:-1])]
        thetas, changes = self._thetas(self.weights), self._thetas(self.gradient)
        parts = list(zip(self.links, thetas, changes, before, strict=True))
        for link, theta, change, activation in reversed(parts):
            stages.insert(0, Stage(link, theta, change, outputs, activation))
            outputs = stages[0].inputs
        return stages


def plan_for(
    layers: Sequence[Layer],
    loss: losses.Loss,
    optimizer: Optimizer,
    with_accuracy: bool,
    x: Array,
    targets: Array,
    batch_size: int,
) -> Plan | None:
    """Make a plan for the built layers of a single network; None if they must go one by one.

    Parameters
    ----------
    x : (P, *input_shape) array
    targets : (P, K) array
    """
    links, judge = links_of(layers), JUDGES.get(type(loss))
    if links is None or judge is None or links[-1].dense.activation != judge.activation:
        return None
    x = x.reshape(len(x), -1)
    return Plan(links, judge, optimizer, with_accuracy, x, targets, batch_size)


def _copy(sources: list[Array], places: list[Array]) -> None:
    for source, place in zip(sources, places, strict=True):
        place[...] = source
