"""Sequential: layers in a row that learn, with Keras's methods; one network, or a stack of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from nn_bridge import losses, optimizers
from nn_bridge.activations import Activation
from nn_bridge.callbacks import Callback, LambdaCallback, checked_callbacks
from nn_bridge.dense import Dense
from nn_bridge.fast_fit import fast_fit_for
from nn_bridge.feedforward import EVALUATION_BATCH, Feedforward, Masks, evaluated
from nn_bridge.refusals import kerass
from nn_bridge.samples import Data, Samples, sample_weights
from nn_bridge.storage import read_model, save_model
from nn_bridge.trainer import Trainer
from nn_bridge.training import (
    History,
    Logs,
    as_float,
    as_keras,
    check_finite,
    checked_verbose,
    reporting,
    shown,
    slices,
)
from simulation.arrays import Array
from simulation.checks import InputError, flag, given, one_of, real, whole

ACCURACIES = ("accuracy", "acc")
"""Names of the one metric; it has in the logs the name that it was asked for by, as in Keras."""


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
    stop_training = False
    history: History | None = None
    """Of the last training."""

    @kerass(
        loss_weights=(None,),
        weighted_metrics=(None,),
        run_eagerly=(False, True),  # what follows says how fast it is computed there
        steps_per_execution=(1,),
        jit_compile=("auto", False, True),
        auto_scale_loss=(False, True),
    )
    def compile(
        self,
        optimizer: str | optimizers.Optimizer = "sgd",
        loss: str | losses.Loss = "sparse_categorical_crossentropy",
        metrics: Sequence[str] | None = None,
    ) -> None:
        """Choose how to learn.

        Parameters
        ----------
        optimizer : 'sgd', 'adam' or an Optimizer that no other network uses
        loss : a name in `losses.LOSSES`, or a Loss
        metrics : ['accuracy'] or ['acc'], optional
        """
        self._some_layers()
        chosen = losses.get(loss)
        last = self.layers[-1]
        learning = [layer for layer in self.layers if isinstance(layer, Dense)]
        if not isinstance(last, (Dense, Activation)) or not learning:
            raise InputError(
                f"the last layer is {type(last).__name__}, but training needs outputs that learn: "
                "end with a Dense layer"
            )
        outputs = learning[-1].units
        if chosen.from_logits and last.activation != "linear":
            raise InputError(
                f"loss {chosen.name} is to come from logits, but the last layer's activation is "
                f"{last.activation}: end with Dense({outputs}), or leave from_logits out"
            )
        if chosen.takes_logits and not chosen.from_logits and last.activation != "softmax":
            raise InputError(
                f"loss {chosen.name} needs probabilities, but the last layer's activation is "
                f"{last.activation}: end with Dense({outputs}, activation='softmax')"
            )
        if metrics is not None and not isinstance(metrics, (list, tuple)):
            raise InputError(
                f"metrics is {given(metrics)}, but must be a list: write [{given(metrics)}]"
            )
        self.metrics = [one_of("a metric", metric, ACCURACIES) for metric in metrics or ()]
        if self.metrics and outputs < 2:
            raise InputError(
                "accuracy compares outputs, but there is one only: leave the metric out"
            )
        self.loss, self.optimizer = chosen, optimizers.get(optimizer)

    @kerass(
        steps_per_epoch=(None,),
        validation_steps=(None,),
        validation_batch_size=(None,),
        validation_freq=(1,),
    )
    def fit(
        self,
        x: Any,
        y: Any,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Sequence[Any] | None = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        on_epoch_end: Callable[[int, Logs], None] | None = None,
    ) -> History:
        """Train on all samples, once an epoch; the last batch of an epoch may be smaller.

        Parameters
        ----------
        x : (P, *input_shape) array, or (R, P, *input_shape) with data for each network of a stack
        y : (P,) or (P, 1) labels or (P, K) array, or the same with a leading R
        batch_size : int, optional
            None is 32.
        verbose : {'auto', 0, 1, 2}
            Silent, a progress bar, or a line an epoch; 'auto' is a bar if a terminal looks on.
        callbacks : list of Callback, optional
        validation_split : float
            Share of the samples, the last ones, that is not trained on but evaluated after each
            epoch.
        validation_data : (x, y) or (x, y, sample_weight), optional
            Evaluated instead.
        class_weight : dict of int to float, optional
            By what a class multiplies its samples' losses; 1 for those not named.
        sample_weight : (P,) array, optional
            By what each sample's loss is multiplied. The mean is still over the number of samples,
            and the accuracy does not know of weights.
        initial_epoch : int
            Where to begin to count; `epochs` is where to end, not how many.
        on_epoch_end : function(epoch, logs), optional
            Called after each epoch, counted from 0, with what History gets.

        Raises
        ------
        InputError
            If the data do not fit the network.
        DivergedError
            If loss or weights stop being finite.
        """
        batch_size = 32 if batch_size is None else whole("batch_size", batch_size, least=1)
        whole("epochs", epochs, least=0)
        whole("initial_epoch", initial_epoch, least=0)
        flag("shuffle", shuffle)
        share = real("validation_split", validation_split, least=0, below=1)
        watching = [*checked_callbacks(callbacks), LambdaCallback(on_epoch_end=on_epoch_end)]
        trainer = self._trainer
        data, validation = self._data(x, y, sample_weight), None
        if validation_data is not None:
            validation = self._data(*_parts_of(validation_data))
        elif share:
            data, validation = data.split(share)
        if class_weight is not None:
            data = data.with_class_weight(class_weight)
        steps = len(slices(len(data), batch_size))
        names = ["loss", *trainer.accuracies]
        if validation is not None:
            names += [f"val_{name}" for name in names]
        fast = fast_fit_for(trainer, data, batch_size)
        self.history = history = History()
        self.stop_training = False
        for callback in watching:
            callback.set_model(self)
            callback.set_params({"epochs": epochs, "metrics": tuple(names)})
            callback.on_train_begin()
        with reporting(verbose, epochs) as report:
            for epoch in range(initial_epoch, epochs):
                for callback in watching:
                    callback.on_epoch_begin(epoch)
                order, when = self._order(len(data), shuffle), f"epoch {epoch + 1}, "
                if fast is None:
                    logs = trainer.epoch(data, batch_size, order, when)
                else:
                    logs = fast.epoch(order, when)
                for parameter in self.parameters():
                    check_finite("a weight", parameter, f"{when}after step {steps}", self.optimizer)
                if validation is not None:
                    seen = trainer.evaluate(validation, EVALUATION_BATCH)
                    logs |= {f"val_{name}": value for name, value in seen.items()}
                history._add(epoch, logs)
                report(epoch, logs)
                for callback in watching:
                    callback.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
        for callback in watching:
            callback.on_train_end()
        return history

    @kerass(return_dict=(False,))
    def train_on_batch(
        self,
        x: Any,
        y: Any,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        masks: Masks | None = None,
    ) -> Any:
        """Take one step on one batch; return the loss, or [loss, accuracy], from before the step.

        `masks` hands dropout layers who is kept, {layer: mask}; see `Dropout.forward`.
        """
        trainer = self._trainer
        data = self._data(x, y, sample_weight)
        if class_weight is not None:
            data = data.with_class_weight(class_weight)
        return as_keras(trainer.step(data, masks=masks))

    def loss_and_gradients(self, x: Any, y: Any, masks: Masks | None = None) -> Any:
        """Fill each layer's `gradients` as a training step would; return the loss."""
        trainer = self._trainer
        return as_float(trainer.backpropagate(self._data(x, y), masks=masks)["loss"])

    def apply_gradients(self) -> None:
        """Let the optimizer take one step down the layers' `gradients`."""
        trainer = self._trainer
        if self.input_shape is None:
            raise InputError("the network has no weights yet: give input_shape=..., or train it")
        trainer.apply_gradients()

    @kerass(steps=(None,), callbacks=(None,))
    def evaluate(
        self,
        x: Any,
        y: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the loss, or [loss, accuracy] (or a dict of them), without dropout.

        With `verbose`, or if a terminal looks on, they are printed, too.
        """
        flag("return_dict", return_dict)
        trainer = self._trainer
        logs = trainer.evaluate(self._data(x, y, sample_weight), evaluated(batch_size))
        if checked_verbose(verbose):
            print(shown(logs))
        return logs if return_dict else as_keras(logs)

    def test_on_batch(self, x: Any, y: Any, sample_weight: Any = None) -> Any:
        """Return the loss, or [loss, accuracy], as `evaluate` does."""
        return self.evaluate(x, y, verbose=0, sample_weight=sample_weight)

    @kerass(overwrite=(True,))
    def save(self, path: Any) -> None:
        """Write all that training needs to go on to a .npz file; see `storage.save_model`."""
        save_model(self, path)

    @property
    def _trainer(self) -> Trainer:
        if self.loss is None or self.optimizer is None:
            raise InputError("the network is not compiled: call compile(optimizer, loss) first")
        return Trainer(self.layers, self.loss, self.optimizer, self.metrics)

    def _order(self, count: int, shuffle: bool) -> Array:
        """Return the samples of an epoch in a new order, ((R,) P)."""
        orders = [rng.permutation(count) if shuffle else np.arange(count) for rng in self.shuffles]
        return np.stack(orders).reshape(*self.replicates, count)

    def _data(self, x: Any, y: Any, weights: Any = None) -> Data:
        """Check x, y and the weights of samples against the network and its loss."""
        assert self.loss is not None  # _trainer saw to it
        samples = self._samples(x)
        outputs = self.layers[-1].output_shape[0]
        if isinstance(self.loss, losses.SparseCategoricalCrossentropy):
            y = losses.without_last_axis(y, len(samples))
            if np.shape(y) == (len(samples), outputs) != (*self.replicates, len(samples)):
                raise InputError(
                    f"y has shape {np.shape(y)}, as one-hot rows have, but {self.loss.name} takes "
                    "labels: use y.argmax(axis=1), or the loss 'categorical_crossentropy'"
                )
        targets = self.loss.targets(y, outputs, self.dtype)  # ((R,) P, K)
        if targets.shape[-2:-1] != (len(samples),) or (
            targets.shape[:-2] not in ((), self.replicates)
        ):
            raise InputError(
                f"y has shape {np.shape(y)}, but x has {len(samples)} samples: "
                "give one label or one row of targets for each"
            )
        if weights is not None:
            weights = sample_weights(weights, len(samples), self.replicates, self.dtype)
        return Data(samples, Samples(targets, 1), weights)


@kerass(custom_objects=(None,), compile=(True,), safe_mode=(True,))
def load_model(path: Any) -> Sequential:
    """Read a network that `Sequential.save` wrote; see `storage.read_model` for what is refused."""
    return read_model(path, Sequential)


def _parts_of(validation_data: Any) -> Sequence[Any]:
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        raise InputError("validation_data must be a pair: write validation_data=(x, y)")
    return validation_data
