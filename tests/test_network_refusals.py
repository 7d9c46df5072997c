"""Networks: what is refused, in one line."""

import numpy as np
import pytest
from networks import blobs, small

from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Input
from nn_bridge.losses import Loss
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD, Adam
from simulation.checks import InputError

X, Y = blobs(20)
NAN = X.copy()
NAN[3, 2] = np.nan


def compiled_as(**options):
    return lambda: small().compile(**options)


def fitted(x=X, y=Y, model=small, **options):
    return lambda: model().fit(x, y, **options)


@pytest.mark.parametrize(
    ("do", "says"),
    [
        (lambda: Sequential([]).compile(), "the network has no layers"),
        (lambda: Sequential().predict(X), "the network has no layers"),
        (lambda: Sequential().pop(), "the network has no layers"),
        (lambda: Sequential(Dense(3)), "must be a list: write [Dense(10)]"),
        (
            lambda: Sequential([Dense(3, name="a"), Dense(3, name="a")]),
            "two layers have the name 'a'",
        ),
        (lambda: Sequential([Dense(3), "relu"]), "'relu' is no layer"),
        (lambda: Sequential([Dense(3), Input((6,))]), "an Input stands first"),
        (lambda: Sequential([Input((6,)), Input((6,))]), "an Input stands first"),
        (lambda: Sequential([Dense(3)], dtype="float16"), "dtype is 'float16', but must be one of"),
        (lambda: Sequential([Dense(3)], seed=[]), "seed is an empty list"),
        (lambda: Sequential([Dense(3)], seed=1.5), "seed is 1.5"),
        (lambda: Sequential([Dense(3)], seed=[1, -2]), "a seed of the stack is -2"),
        (lambda: Sequential([Dense(3, input_shape=(6,)), Dense(2, input_shape=(4,))]), "(4,), but"),
        (lambda: Sequential([Dense(3, input_shape=(3,))] * 2), "is part of a network already"),
        (lambda: Sequential(small().layers), "is part of a network already"),
        (compiled_as(optimizer="rmsprop"), "optimizer is 'rmsprop', but must be one of: sgd, adam"),
        (compiled_as(loss="hinge"), "loss is 'hinge', but must be one of: sparse_categorical"),
        (compiled_as(metrics=["auc"]), "a metric is 'auc', but must be one of: accuracy"),
        (compiled_as(metrics="accuracy"), "write ['accuracy']"),
        (lambda: Sequential([Dense(3)]).compile(), "end with Dense(3, activation='softmax')"),
        (lambda: Sequential([Flatten()]).compile("sgd", "mse"), "end with a Dense layer"),
        (
            lambda: Sequential([Dense(1)]).compile("sgd", "mse", ["accuracy"]),
            "accuracy compares outputs, but there is one only",
        ),
        (lambda: SGD(0), "learning_rate is 0, but must be a number in (0, "),
        (lambda: SGD(float("nan")), "learning_rate is nan"),
        (lambda: SGD(0.1, momentum=1), "momentum is 1"),
        (lambda: Adam(beta_1=1.0), "beta_1 is 1"),
        (lambda: Adam(beta_2=-0.1), "beta_2 is -0.1"),
        (lambda: Adam(epsilon=0), "epsilon is 0"),
        (lambda: Sequential([Dense(3, input_shape=(6,))]).fit(X, Y), "is not compiled"),
        (fitted(x=NAN), "x holds NaN"),
        (fitted(x=X * 1e300, model=lambda: small(dtype="float32")), "too large for float32"),
        (fitted(x=X.astype(str)), "x holds <U"),
        (fitted(x=[[1, 2], [3]]), "x is no array of numbers"),
        (fitted(x=np.ma.masked_array(X, X > 0)), "x is masked in places"),
        (fitted(x=X[:, :5]), "x has shape (20, 5), but the network takes samples of shape (6,)"),
        (fitted(x=X[0]), "x has shape (6,)"),
        (fitted(x=X[None]), "x has shape (1, 20, 6)"),
        (fitted(x=np.stack([X] * 3), model=lambda: small(seed=[0, 1])), "x has shape (3, 20, 6)"),
        (fitted(x=X[:0], y=Y[:0]), "x holds no samples"),
        (fitted(y=Y[:19]), "y has shape (19,), but x has 20 samples"),
        (fitted(y=Y[:18, None]), "y has shape (18, 1), but x has 20 samples"),
        (
            fitted(y=np.eye(3)[Y]),
            "as one-hot rows have, but sparse_categorical_crossentropy takes l",
        ),
        (fitted(y=np.where(Y == 2, np.nan, Y)), "y holds NaN"),
        (fitted(y=Y * 1e30), "the label 2e+30"),
        (fitted(y=np.where(Y == 2, 3, Y)), "the label 3, but the network has 3 outputs, labels 0 "),
        (fitted(y=np.where(Y == 2, -1, Y)), "the label -1"),
        (fitted(y=Y + 0.5), "needs whole-number labels: use y.astype(int)"),
        (fitted(batch_size=0), "batch_size is 0"),
        (fitted(epochs=-1), "epochs is -1"),
        (fitted(epochs=1.5), "epochs is 1.5"),
        (fitted(verbose=3), "verbose is 3"),
        (fitted(shuffle="no"), "shuffle is 'no', but must be True or False"),
        (fitted(validation_data=X), "write validation_data=(x, y)"),
        (fitted(validation_data=(X, Y[:3])), "y has shape (3,), but x has 20 samples"),
        (lambda: small().evaluate(X, Y, batch_size=0), "batch_size is 0"),
        (lambda: small().predict(X, batch_size=0), "batch_size is 0"),
        (lambda: small().predict(X, verbose=3), "verbose is 3"),
        (lambda: Sequential([Dense(3)]).predict(X[0]), "(6,): give samples along the first axis"),
        (lambda: small().predict(NAN), "x holds NaN"),
        (lambda: small()(X, training=2), "training is 2, but must be True or False"),
        (lambda: small().train_on_batch(X, Y, masks={Dropout(0.5): 1}), "name its own layers"),
        (lambda: small()(X, masks={Dropout(0.5): 1}), "while it trains"),
        (lambda: small().save("model.h5"), "does not end in .npz"),
        (lambda: small().save("/proc/model.npz"), "cannot be written"),
        (lambda: small().save("/no/such/folder/model.npz"), "there is no folder /no/such/folder"),
        (lambda: Sequential([Dense(3)]).save("model.npz"), "has no weights yet"),
    ],
)
def test_bad_input_is_told_in_one_line(do, says):
    with pytest.raises(InputError) as caught:
        do()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("loss", "y", "says"),
    [
        ("categorical_crossentropy", Y, "y has shape (20,), but categorical_crossentropy compares"),
        ("categorical_crossentropy", Y, "the loss 'sparse_categorical_crossentropy' for labels"),
        ("categorical_crossentropy", np.ones((20, 3)), "rows that are no probabilities"),
        ("categorical_crossentropy", np.tile([2.0, -1, 0], (20, 1)), "rows that are no probabil"),
        ("mse", Y, "y has shape (20,), but mean_squared_error compares it with 3 outputs"),
        ("mse", np.ones((20, 2)), "y has shape (20, 2), but mean_squared_error compares it with 3"),
        ("mse", np.ones((19, 3)), "y has shape (19, 3), but x has 20 samples"),
        ("mse", np.full((20, 3), np.inf), "y holds NaN, infinity"),
    ],
)
def test_targets_that_do_not_fit_the_loss_are_refused(loss, y, says):
    model = small()
    model.compile("sgd", loss)
    with pytest.raises(InputError) as caught:
        model.fit(X, y)
    assert says in str(caught.value)


def test_an_optimizer_belongs_to_one_training():
    optimizer = SGD(0.1)
    small(optimizer=optimizer)
    with pytest.raises(InputError, match="this SGD optimizer is in use already"):
        small(optimizer=optimizer)


def test_a_loss_of_ones_own_can_be_handed_in():
    class Absolute(Loss):
        name = "absolute"

        def value_and_gradient(self, outputs, targets):
            return np.abs(outputs - targets).sum(-1), np.sign(outputs - targets)

    model = Sequential([Dense(3, input_shape=(6,))], seed=0)
    model.compile(SGD(0.1), Absolute())
    losses = model.fit(X, np.ones((20, 3)), epochs=30).history["loss"]
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        ((np.ones((3, 2)), np.ones(4)), "the mask is (array([["),  # rows of several lengths
        (np.ones(5), "the mask has shape (5,), but must broadcast to (20, 16)"),
        (np.full(16, 0.5), "the mask holds other values than 0 (dropped) and 1 (kept)"),
    ],
)
def test_masks_that_do_not_fit_are_refused(mask, says):
    model = small()
    with pytest.raises(InputError) as caught:
        model(X, training=True, masks={model.layers[1]: mask})
    assert str(caught.value).startswith(says)
