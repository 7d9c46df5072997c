"""Callbacks: what fit calls, and EarlyStopping beside Keras's."""

import json
from pathlib import Path

import numpy as np
import pytest
from networks import blobs, small

from nn_bridge.callbacks import Callback, EarlyStopping, LambdaCallback
from nn_bridge.optimizers import SGD
from simulation.checks import InputError

X, Y = blobs(40)
OF_KERAS = Path(__file__).parent / "data/keras_early_stopping.json"
"""What Keras 3.15.1 did with 120 rows of losses: arguments, first epoch, losses; then the last
epoch, `stopped_epoch`, the epoch whose weights are left, `wait`. The weights were the epoch.
"""


class Epochs:
    """A network whose weights are the number of the epoch."""

    replicates = ()
    stop_training = False

    def get_weights(self):
        return [self.now]

    def set_weights(self, weights):
        (self.now,) = weights


@pytest.mark.parametrize("case", json.loads(OF_KERAS.read_text()))
def test_early_stopping_ends_where_kerass_does_and_leaves_the_same_weights(case):
    arguments, first, losses, expected = case
    callback, model = EarlyStopping(**arguments), Epochs()
    callback.set_model(model)
    callback.set_params({"metrics": ("loss", "val_loss")})
    callback.on_train_begin()
    for epoch in range(first, len(losses)):
        model.now = epoch
        callback.on_epoch_end(epoch, {"val_loss": losses[epoch]})
        if model.stop_training:
            break
    callback.on_train_end()
    assert [epoch, callback.stopped_epoch, model.now, callback.wait] == expected


@pytest.mark.parametrize("kind", [EarlyStopping, LambdaCallback])
def test_before_any_training_there_is_no_model(kind):
    assert kind().model is None
    assert kind().params == {}


def test_accuracy_is_better_when_it_is_more():
    callback = EarlyStopping("val_accuracy")
    assert callback._is_better(0.9, 0.8)
    assert not callback._is_better(0.8, 0.9)
    assert callback._is_better(0.8001, 0.8)  # by however little, if nothing is said


def test_fit_ends_early_and_restores_the_best_weights(capsys):
    model = small(0.0, optimizer=SGD(3.0))  # too large a rate: the loss goes up and down
    weights = []
    after = LambdaCallback(on_epoch_end=lambda epoch, logs: weights.append(model.get_weights()))
    stopping = EarlyStopping("val_loss", patience=3, restore_best_weights=True, verbose=1)
    history = model.fit(
        X, Y, epochs=200, validation_data=blobs(40, seed=1), callbacks=[after, stopping]
    )
    losses = history.history["val_loss"]
    best = int(np.argmin(losses))
    assert history.epoch == list(range(best + 4))
    for mine, then in zip(model.get_weights(), weights[best], strict=True):
        np.testing.assert_array_equal(mine, then)
    assert f"Epoch {best + 4}: early stopping" in capsys.readouterr().out


def test_all_hooks_are_called_in_order_with_keras_s_arguments():
    seen = []

    class Spy(Callback):
        def on_train_begin(self, logs=None):
            seen.append(("begin", self.params["epochs"], self.params["metrics"]))

        def on_epoch_begin(self, epoch, logs=None):
            seen.append(("epoch", epoch))

        def on_epoch_end(self, epoch, logs=None):
            seen.append(("end", epoch, sorted(logs), self.model.optimizer.iterations))

        def on_train_end(self, logs=None):
            seen.append(("end of all",))

    small().fit(X, Y, epochs=4, initial_epoch=3, batch_size=20, callbacks=[Spy()])
    assert seen == [
        ("begin", 4, ("loss", "accuracy")),
        ("epoch", 3),
        ("end", 3, ["accuracy", "loss"], 2),
        ("end of all",),
    ]


def test_a_training_that_was_ended_can_go_on():
    model = small()

    def end(epoch, logs):
        model.stop_training = True

    assert model.fit(X, Y, epochs=3, callbacks=[LambdaCallback(on_epoch_end=end)]).epoch == [0]
    assert model.fit(X, Y, epochs=3).epoch == [0, 1, 2]


def test_callbacks_do_not_change_what_is_learned():
    one, other = small(), small()
    one.fit(X, Y, epochs=3)
    other.fit(X, Y, epochs=3, callbacks=[EarlyStopping("loss", patience=5)])
    for mine, theirs in zip(one.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


class OnBatches(Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


@pytest.mark.parametrize(
    ("do", "says"),
    [
        (lambda: small().fit(X, Y, callbacks=[EarlyStopping()]), "one of: loss, accuracy"),
        (lambda: small().fit(X, Y, callbacks=["early"]), "'early' is no callback"),
        (lambda: small().fit(X, Y, callbacks=3), "callbacks is 3, but must be a list"),
        (lambda: small().fit(X, Y, callbacks=[OnBatches()]), "waits for on_train_batch_end"),
        (
            lambda: small(seed=[0, 1]).fit(X, Y, callbacks=[EarlyStopping("loss")]),
            "this is a stack",
        ),
        (lambda: EarlyStopping(mode="best"), "mode is 'best', but must be one of: auto, min, max"),
        (lambda: EarlyStopping(patience=-1), "patience is -1"),
        (lambda: EarlyStopping(min_delta=np.nan), "min_delta is nan"),
        (lambda: EarlyStopping(restore_best_weights=1), "restore_best_weights is 1"),
        (lambda: EarlyStopping(every=2), "EarlyStopping has no every=2: it takes monitor, min_"),
        (lambda: LambdaCallback(on_epoch_end=5), "on_epoch_end is 5, but must be a function"),
    ],
)
def test_bad_input_is_told_in_one_line(do, says):
    with pytest.raises(InputError) as caught:
        do()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
