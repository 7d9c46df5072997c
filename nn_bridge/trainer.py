"""Training and evaluation layer by layer: the way that every network can go, stacks too.

`fast_fit` trains plain networks as `Trainer.epoch` does, faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nn_bridge.activations import Activation
from nn_bridge.dense import Dense
from nn_bridge.feedforward import Masks, forward
from nn_bridge.layer import Layer
from nn_bridge.losses import Loss, accuracy
from nn_bridge.optimizers import Optimizer
from nn_bridge.samples import Data
from nn_bridge.training import Logs, check_finite, mean_of_batches, slices
from simulation.arrays import Array

EVERY = slice(None)
"""All samples of the data."""


@dataclass(frozen=True, eq=False)
class Trainer:
    """Layers with what `compile` chose for them.

    Attributes
    ----------
    layers : list of Layer
        The last is Dense or an Activation, a softmax if the loss takes logits and does not come
        from them.
    loss : Loss
    optimizer : Optimizer
    accuracies : sequence of str
        Under which names the logs hold the accuracy beside the loss.
    """

    layers: list[Layer]
    loss: Loss
    optimizer: Optimizer
    accuracies: Sequence[str]

    def epoch(self, data: Data, batch_size: int, order: Array, epoch: str) -> Logs:
        """Train on the samples in `order`, ((R,) P); return the means.

        Raises
        ------
        DivergedError
            If the loss is no finite number, in `epoch` and step as named, before that step.
        """
        weighted: list[tuple[int, Logs]] = []
        for step, batch in enumerate(slices(len(data), batch_size), start=1):
            rows = order[..., batch]  # ((R,) B)
            logs = self.step(data, rows, when=f"{epoch}step {step}")
            weighted.append((rows.shape[-1], logs))
        return mean_of_batches(weighted)

    def step(
        self,
        data: Data,
        rows: Array | slice = EVERY,
        masks: Masks | None = None,
        when: str | None = None,
    ) -> Logs:
        """Take one step on one batch of the data; return loss and accuracy from before it."""
        logs = self.backpropagate(data, rows, masks, when)
        self.apply_gradients()
        return logs

    def backpropagate(
        self,
        data: Data,
        rows: Array | slice = EVERY,
        masks: Masks | None = None,
        when: str | None = None,
    ) -> Logs:
        """Fill each layer's `gradients`; return loss and accuracy."""
        x, targets = data.x[rows], data.targets[rows]
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = self._loss_input(x, training=True, masks=masks)  # (..., B, K)
            value, gradient = self.loss.value_and_gradient(outputs, targets)
            if data.weights is not None:
                weights = data.weights[rows]
                value, gradient = value * weights, gradient * weights[..., None]
            logs = self._logs(value, outputs, targets)
            when = when or f"training, step {self.optimizer.iterations + 1}"
            check_finite("the loss", logs["loss"], when, self.optimizer)
            gradient /= gradient.shape[-2]  # the loss is the mean over the batch
            last = self._last
            back = last.backward_from_logits if self.loss.takes_logits else last.backward
            passed = back(gradient)
            for layer in reversed(self.layers[:-1]):
                if passed is None:
                    break
                passed = layer.backward(passed)
        return logs

    def apply_gradients(self) -> None:
        """Let the optimizer take one step down the layers' `gradients`."""
        parameters = [p for layer in self.layers for p in layer.parameters.values()]
        gradients = [g for layer in self.layers for g in layer.gradients.values()]
        with np.errstate(over="ignore", invalid="ignore"):
            self.optimizer.step(parameters, gradients)

    def evaluate(self, data: Data, batch_size: int) -> Logs:
        """Return loss and accuracy without dropout."""
        weighted = []
        for rows in slices(len(data), batch_size):
            expected = data.targets[rows]  # (..., B, K)
            with np.errstate(over="ignore", invalid="ignore"):
                outputs = self._loss_input(data.x[rows])
                value, _ = self.loss.value_and_gradient(outputs, expected)
                if data.weights is not None:
                    value = value * data.weights[rows]
            weighted.append((value.shape[-1], self._logs(value, outputs, expected)))
        logs = mean_of_batches(weighted)
        check_finite("the loss", logs["loss"], "evaluation", self.optimizer)
        return logs

    @property
    def _last(self) -> Dense | Activation:
        last = self.layers[-1]
        assert isinstance(last, (Dense, Activation))  # compile saw to it
        return last

    def _loss_input(self, x: Array, training: bool = False, masks: Masks | None = None) -> Array:
        """Return what the loss takes: the outputs, or the logits before the last softmax."""
        if self.loss.takes_logits:
            return self._last.logits(forward(self.layers[:-1], x, training, masks), training)
        return forward(self.layers, x, training, masks)

    def _logs(self, value: Array, outputs: Array, targets: Array) -> Logs:
        logs: Logs = {"loss": value.mean(axis=-1)}
        if self.accuracies:
            logs |= dict.fromkeys(self.accuracies, accuracy(outputs, targets))
        return logs
