"""What is called while `fit` runs: callbacks as Keras has them, EarlyStopping first of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nn_bridge.refusals import NamesWhatThereIs, kerass
from simulation.arrays import Array
from simulation.checks import InputError, flag, given, one_of, real, whole

Logs = dict[str, Any]

HOOKS = ("on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end")
"""What `fit` calls. Batches have no hooks: they would keep fit from its fast path."""


class Callback(NamesWhatThereIs):
    """Base of the callbacks.

    Attributes
    ----------
    model : Sequential
        That is being trained. Its `stop_training` set to True ends the training after the epoch.
    params : dict
        'epochs', and 'metrics', the names that the logs will have.
    """

    def __init__(self) -> None:
        self.model: Any = None
        self.params: dict[str, Any] = {}

    def set_model(self, model: Any) -> None:
        """Take note of the network that is being trained."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take note of how it is trained."""
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Do something before the first epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Do something before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Do something after an epoch; `logs` is what History gets."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Do something after the last epoch."""


class LambdaCallback(Callback):
    """A callback made of functions.

    Parameters
    ----------
    on_epoch_begin, on_epoch_end : function(epoch, logs), optional
    on_train_begin, on_train_end : function(logs), optional
    """

    @kerass(on_train_batch_begin=(None,), on_train_batch_end=(None,))
    def __init__(
        self,
        on_epoch_begin: Callable[[int, Any], Any] | None = None,
        on_epoch_end: Callable[[int, Any], Any] | None = None,
        on_train_begin: Callable[[Any], Any] | None = None,
        on_train_end: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__()
        functions = (on_train_begin, on_epoch_begin, on_epoch_end, on_train_end)
        for name, function in zip(HOOKS, functions, strict=True):
            if function is not None:
                if not callable(function):
                    raise InputError(f"{name} is {given(function)}, but must be a function")
                setattr(self, name, function)


class EarlyStopping(Callback):
    """End the training when what is watched has not become better for some epochs.

    Parameters
    ----------
    monitor : str
        A name of the logs, such as 'val_loss' or 'val_accuracy'.
    min_delta : float
        By how much it must be better to count; its sign does not matter.
    patience : int
        Epochs without anything better before the end.
    verbose : {0, 1}
        Whether to print a line at the end.
    mode : {'auto', 'min', 'max'}
        Whether less or more is better; 'auto' is 'min' for losses and 'max' for accuracies.
    baseline : float, optional
        Patience begins anew only where this is surpassed, too.
    restore_best_weights : bool
        Whether the network ends with the weights of the best epoch, also if training ran to its
        end.
    start_from_epoch : int
        Epochs before this one are not looked at.

    Attributes
    ----------
    stopped_epoch : int
        Where the training ended, counted from 0; 0 if it was not ended.
    best, best_epoch, best_weights
        What was best, when, and the weights then if they are to be restored.
    """

    @kerass()
    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__()
        self.monitor = monitor
        self.min_delta = abs(real("min_delta", min_delta))
        self.patience = whole("patience", patience)
        self.verbose = whole("verbose", verbose, most=1)
        self.mode = one_of("mode", mode, ("auto", "min", "max"))
        self.baseline = None if baseline is None else real("baseline", baseline)
        self.restore_best_weights = flag("restore_best_weights", restore_best_weights)
        self.start_from_epoch = whole("start_from_epoch", start_from_epoch)
        self._start()

    def _start(self) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best: float | None = None
        self.best_weights: list[Array] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Begin anew, and see that what is to be watched will be there."""
        one_of("what EarlyStopping watches (monitor)", self.monitor, self.params["metrics"])
        if self.model.replicates:
            raise InputError(
                "EarlyStopping watches one network, but this is a stack: train one seed at a time"
            )
        self._start()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Look whether the epoch was better, and end the training if none was for too long."""
        if epoch < self.start_from_epoch:
            return
        current = (logs or {})[self.monitor]
        self.wait += 1
        if self._is_better(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self._is_better(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Restore the best weights if asked to."""
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                print(f"Restoring the weights of the best epoch, {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def _is_better(self, value: float, than: float | None) -> bool:
        if than is None:
            return True
        if self.mode == "max" or (self.mode == "auto" and not self.monitor.endswith("loss")):
            return value - self.min_delta > than
        return value + self.min_delta < than


def checked_callbacks(callbacks: Any) -> Sequence[Callback]:
    """Return the callbacks, or raise `InputError` if one is none or waits for what never comes."""
    if callbacks is None or isinstance(callbacks, Callback):
        return [] if callbacks is None else [callbacks]
    if not isinstance(callbacks, (list, tuple)):
        raise InputError(f"callbacks is {given(callbacks)}, but must be a list of callbacks")
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise InputError(
                f"{given(callback)} is no callback: use those of "
                "nn_bridge.keras.callbacks, or derive from them"
            )
        for name in dir(callback):
            if name.startswith("on_") and name not in HOOKS:
                raise InputError(
                    f"{type(callback).__name__} waits for {name}, which never comes: "
                    f"fit calls {', '.join(HOOKS)}"
                )
    return callbacks
