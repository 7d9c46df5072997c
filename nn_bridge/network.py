"""Sequential: layers in a row that learn, with Keras's methods; one network, or a stack of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nn_bridge import losses, optimizers
from nn_bridge.dense import Dense
from nn_bridge.fast_fit import fast_fit_for
from nn_bridge.feedforward import EVALUATION_BATCH, Feedforward, Masks
from nn_bridge.storage import read_model, save_model
from nn_bridge.trainer import Trainer
from nn_bridge.training import (
    History,
    Logs,
    Samples,
    as_float,
    as_keras,
    check_finite,
    reporting,
    slices,
)
from simulation.arrays import Array
from simulation.checks import InputError, one_of, whole


class Sequential(Feedforward):
    """Layers in a row that learn as Keras's do; its parameters are those of `Feedforward`.

    With a list of seeds one call trains as many networks.

    Examples
    --------
    >>> from nn_bridge.dense import Dense
    >>> from nn_bridge.dropout import Dropout
    >>> stack = Sequential([Dropout(0.2, input_shape=(4,)), Dense(3)], seed=[0, 1])
    >>> stack(np.ones((5, 4))).shape
    (2, 5, 3)
    """

    loss: losses.Loss | None = None
    metrics: Sequence[str] = ()

    def compile(
        self,
        optimizer: str | optimizers.Optimizer = "sgd",
        loss: str | losses.Loss = "sparse_categorical_crossentropy",
        metrics: Sequence[str] = (),
    ) -> None:
        """Choose how to learn.

        Parameters
        ----------
        optimizer : 'sgd', 'adam' or an Optimizer that no other network uses
        loss : a name in `losses.LOSSES`, or a Loss
        metrics : [] or ['accuracy']
        """
        chosen = losses.get(loss)
        last = self.layers[-1]
        if not isinstance(last, Dense):
            raise InputError(
                f"the last layer is {type(last).__name__}, but training needs outputs that learn: "
                "end with a Dense layer"
            )
        if chosen.takes_logits and last.activation != "softmax":
            raise InputError(
                f"loss {chosen.name} needs probabilities, but the last layer's activation is "
                f"{last.activation}: end with Dense({last.units}, activation='softmax')"
            )
        if isinstance(metrics, str):
            raise InputError(f"metrics is {metrics!r}, but must be a list: write [{metrics!r}]")
        self.metrics = [one_of("a metric", metric, ("accuracy",)) for metric in metrics]
        if self.metrics and last.units < 2:
            raise InputError(
                "accuracy compares outputs, but there is one only: leave the metric out"
            )
        self.loss, self.optimizer = chosen, optimizers.get(optimizer)

    def fit(
        self,
        x: Any,
        y: Any,
        batch_size: int = 32,
        epochs: int = 1,
        verbose: str | int = "auto",
        validation_data: tuple[Any, Any] | None = None,
        shuffle: bool = True,
        on_epoch_end: Callable[[int, Logs], None] | None = None,
    ) -> History:
        """Train on all samples, `epochs` times; the last batch of an epoch may be smaller.

        Parameters
        ----------
        x : (P, *input_shape) array, or (R, P, *input_shape) with data for each network of a stack
        y : (P,) labels or (P, K) array, or the same with a leading R
        verbose : {'auto', 0, 1, 2}
            Silent, a progress bar, or a line an epoch; 'auto' is a bar if a terminal looks on.
        validation_data : (x, y), optional
            Evaluated after each epoch.
        on_epoch_end : function(epoch, logs), optional
            Called after each epoch, counted from 0, with what History gets.

        Raises
        ------
        InputError
            If the data do not fit the network.
        DivergedError
            If loss or weights stop being finite.
        """
        whole("batch_size", batch_size, least=1)
        whole("epochs", epochs, least=0)
        if not isinstance(shuffle, bool):
            raise InputError(f"shuffle is {shuffle!r}, but must be True or False")
        trainer = self._trainer
        samples, targets = self._data(x, y, trainer.loss)
        steps = len(slices(len(samples), batch_size))
        validation = None
        if validation_data is not None:
            validation = self._data(*_both_of(validation_data), trainer.loss)
        fast = fast_fit_for(trainer, samples.values, targets.values, batch_size)
        history = History()
        with reporting(verbose, epochs) as report:
            for epoch in range(epochs):
                order, when = self._order(len(samples), shuffle), f"epoch {epoch + 1}, "
                if fast is None:
                    logs = trainer.epoch(samples, targets, batch_size, order, when)
                else:
                    logs = fast.epoch(order, when)
                for parameter in self.parameters():
                    check_finite("a weight", parameter, f"{when}after step {steps}", self.optimizer)
                if validation is not None:
                    seen = trainer.evaluate(*validation, EVALUATION_BATCH)
                    logs |= {f"val_{name}": value for name, value in seen.items()}
                history.add(epoch, logs)
                report(epoch, logs)
                if on_epoch_end is not None:
                    on_epoch_end(epoch, logs)
        return history

    def train_on_batch(self, x: Any, y: Any, masks: Masks | None = None) -> Any:
        """Take one step on one batch; return the loss, or [loss, accuracy], from before the step.

        `masks` hands dropout layers who is kept, {layer: mask}; see `Dropout.forward`.
        """
        trainer = self._trainer
        samples, targets = self._data(x, y, trainer.loss)
        return as_keras(trainer.step(samples.values, targets.values, masks))

    def loss_and_gradients(self, x: Any, y: Any, masks: Masks | None = None) -> Any:
        """Fill each layer's `gradients` as a training step would; return the loss."""
        trainer = self._trainer
        samples, targets = self._data(x, y, trainer.loss)
        return as_float(trainer.backpropagate(samples.values, targets.values, masks)["loss"])

    def apply_gradients(self) -> None:
        """Let the optimizer take one step down the layers' `gradients`."""
        self._trainer.apply_gradients()

    def evaluate(
        self, x: Any, y: Any, batch_size: int = EVALUATION_BATCH, return_dict: bool = False
    ) -> Any:
        """Return the loss, or [loss, accuracy] (or a dict of them), without dropout."""
        whole("batch_size", batch_size, least=1)
        trainer = self._trainer
        logs = trainer.evaluate(*self._data(x, y, trainer.loss), batch_size)
        return logs if return_dict else as_keras(logs)

    def save(self, path: Any) -> None:
        """Write all that training needs to go on to a .npz file; see `storage.save_model`."""
        save_model(self, path)

    @property
    def _trainer(self) -> Trainer:
        if self.loss is None or self.optimizer is None:
            raise InputError("the network is not compiled: call compile(optimizer, loss) first")
        return Trainer(self.layers, self.loss, self.optimizer, bool(self.metrics))

    def _order(self, count: int, shuffle: bool) -> Array:
        """Return the samples of an epoch in a new order, ((R,) P)."""
        orders = [rng.permutation(count) if shuffle else np.arange(count) for rng in self.shuffles]
        return np.stack(orders).reshape(*self.replicates, count)

    def _data(self, x: Any, y: Any, loss: losses.Loss) -> tuple[Samples, Samples]:
        """Check x and y against the network and its loss; return samples and targets."""
        samples = self._samples(x)
        targets = loss.targets(y, self.layers[-1].output_shape[0], self.dtype)  # ((R,) P, K)
        if targets.shape[-2] != len(samples) or targets.shape[:-2] not in ((), self.replicates):
            raise InputError(
                f"y has shape {np.shape(y)}, but x has {len(samples)} samples: "
                "give one label or one row of targets for each"
            )
        return samples, Samples(targets, 1)


def load_model(path: Any) -> Sequential:
    """Read a network that `Sequential.save` wrote; see `storage.read_model` for what is refused."""
    return read_model(path, Sequential)


def _both_of(validation_data: Any) -> tuple[Any, Any]:
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
        raise InputError("validation_data must be a pair: write validation_data=(x, y)")
    return validation_data[0], validation_data[1]
