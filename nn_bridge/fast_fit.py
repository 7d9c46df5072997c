"""The fast path of `Sequential.fit`: plain networks, with everything decided beforehand.

FastFit trains as `Trainer.epoch` would: same order, same masks, and up to rounding the same
weights. It is for single networks of Dense layers with Dropout before them, and the losses in
`fast_loss`; all else goes layer by layer. While an epoch runs, all weights lie in one vector; no
large array is made anew, and with plain SGD the matrix product that makes a gradient adds it to the
weights itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from nn_bridge.fast_layers import Block, FastLayer, blocks_of
from nn_bridge.fast_loss import FAST_LOSSES, FastLoss
from nn_bridge.losses import accuracy
from nn_bridge.optimizers import SGD
from nn_bridge.samples import Data
from nn_bridge.trainer import Trainer
from nn_bridge.training import Logs, diverged, slices
from simulation.arrays import Array

Indices = npt.NDArray[np.intp]


class FastFit:
    """How one network trains on one set of data; made by `fast_fit_for`.

    Parameters
    ----------
    blocks : list of Block
    loss : FastLoss
    trainer : Trainer
        Its optimizer is used, and the names of the accuracy.
    x : (P, D) array
    targets : (P, K) array
    batch_size : int
    """

    def __init__(
        self,
        blocks: list[Block],
        loss: FastLoss,
        trainer: Trainer,
        x: Array,
        targets: Array,
        batch_size: int,
    ) -> None:
        self.blocks, self.loss, self.optimizer = blocks, loss, trainer.optimizer
        self.accuracies = trainer.accuracies
        self.x, self.targets = x, np.ascontiguousarray(targets.T)  # (P, D), (K, P)
        self.ones = np.ones(len(self.targets), x.dtype)
        self.parameters = [p for dense, _ in blocks for p in dense.parameters.values()]
        self.weights = np.empty(sum(p.size for p in self.parameters), x.dtype)
        # Plain SGD needs no gradient by itself: the products add it to the weights.
        self.adds_at_once = type(self.optimizer) is SGD and not self.optimizer.momentum
        self.gradient = self.weights if self.adds_at_once else np.empty_like(self.weights)
        self.slots = [np.empty_like(self.weights) for _ in self.optimizer.slot_names]
        self.batches = slices(len(x), batch_size)
        self.sizes = [batch.stop - batch.start for batch in self.batches]
        self.layers = {size: self._layers(size) for size in set(self.sizes)}

    def epoch(self, order: Indices, epoch: str) -> Logs:
        """Train on the samples in `order`, (P,), and return their mean loss and accuracy.

        Raises
        ------
        DivergedError
            If the loss is no finite number, in `epoch` and step as named, before that step.
        """
        count, total, correct = len(order), 0.0, 0.0
        sums = np.ones(count, self.x.dtype)
        with self._all_in_vectors(), np.errstate(over="ignore", invalid="ignore"):
            for step, batch in enumerate(self.batches, start=1):
                rows = order[batch]
                layers = self.layers[len(rows)]
                z, targets = self._forward(layers, rows), self.targets.take(rows, 1)  # (K, B)
                if self.accuracies:
                    correct += len(rows) * float(accuracy(z.T, targets.T))
                value = self.loss.to_gradient(z, targets, sums[batch], self.ones)
                if not math.isfinite(value):
                    raise diverged("the loss", f"{epoch}step {step}", self.optimizer)
                total += value
                self._backward(layers, z)
        total *= self.loss.value_factor(len(self.targets))
        logs: Logs = {"loss": (total + float(np.log(sums).sum(dtype=np.float64))) / count}
        return logs | dict.fromkeys(self.accuracies, correct / count)

    def _forward(self, layers: list[FastLayer], rows: Indices) -> Array:
        """Return what comes before the last activation, (K, B)."""
        layers[0].gather(self.x, rows)
        for layer in layers:
            layer.activate()
            layer.drop()
            layer.forward()
        return layers[-1].outputs

    def _backward(self, layers: list[FastLayer], gradient: Array) -> None:
        """Take a step from the gradient at the outputs, (K, B), over the loss's factor."""
        optimizer = self.optimizer
        alpha, beta = self.loss.gradient_factor(len(gradient)) / gradient.shape[1], 0.0
        if self.adds_at_once:
            alpha *= -optimizer.learning_rate
            beta = 1.0 - optimizer.learning_rate * optimizer.weight_decay
        for layer in reversed(layers):
            passed = gradient if layer.is_first else layer.backward(gradient)
            layer.add_gradient(gradient, alpha, beta)
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
            _copy(arrays, self._parameters_in(vector))
        for size, layers in self.layers.items():
            for layer in layers:
                layer.begin(self.sizes.count(size))
        try:
            yield
        finally:
            for arrays, vector in moved:
                _copy(self._parameters_in(vector), arrays)

    def _thetas(self, vector: Array) -> list[Array]:
        """Cut a vector into a view for each Dense layer, (out, in + 1): weights and biases."""
        thetas, start = [], 0
        for dense, _ in self.blocks:
            out, n_in = dense.weight.shape
            thetas.append(vector[start : start + out * (n_in + 1)].reshape(out, n_in + 1))
            start += out * (n_in + 1)
        return thetas

    def _parameters_in(self, vector: Array) -> list[Array]:
        """Cut a vector into a view for each parameter, in the order of the layers'."""
        return [part for theta in self._thetas(vector) for part in (theta[:, :-1], theta[:, -1])]

    def _layers(self, batch: int) -> list[FastLayer]:
        """Make the layers for batches of one size, the last one first."""
        layers: list[FastLayer] = []
        outputs = np.empty((len(self.targets), batch), self.x.dtype)
        before = [None, *(dense.activation for dense, _ in self.blocks[:-1])]
        thetas, gradients = self._thetas(self.weights), self._thetas(self.gradient)
        parts = list(zip(self.blocks, thetas, gradients, before, strict=True))
        for (_, dropout), theta, gradient, activation in reversed(parts):
            layers.insert(0, FastLayer(dropout, theta, gradient, outputs, activation))
            outputs = layers[0].inputs
        return layers


def fast_fit_for(trainer: Trainer, data: Data, batch_size: int) -> FastFit | None:
    """Make a FastFit for the built layers of a network; None if they must go one by one."""
    blocks, loss = blocks_of(trainer.layers), FAST_LOSSES.get(type(trainer.loss))
    if blocks is None or loss is None or data.weights is not None:
        return None
    end = "linear" if trainer.loss.from_logits else loss.activation
    if blocks[-1][0].activation != end or blocks[0][0].weight.ndim > 2:  # a stack
        return None
    x = data.x.values
    return FastFit(blocks, loss, trainer, x.reshape(len(x), -1), data.targets.values, batch_size)


def _copy(sources: list[Array], places: list[Array]) -> None:
    for source, place in zip(sources, places, strict=True):
        place[...] = source
