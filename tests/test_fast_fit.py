"""The fast path of fit trains as the layers do one by one, same masks; else it steps aside."""

import numpy as np
import pytest

import nn_bridge.fast_fit
from experiments.output_noise import NoisyDense
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.losses import HalfSquaredError
from nn_bridge.network import Sequential, load_model
from nn_bridge.optimizers import SGD, Adam
from simulation.checks import DivergedError
from simulation.laws import independent

D, K = 6, 3
P, BATCH = 50, 16  # three batches of 16, and a last one of 2


def one_hidden(end, rate):
    return [Flatten(input_shape=(2, D // 2)), Dense(8, "relu"), Dropout(rate), Dense(K, end)]


def two_hidden(end, rate):
    return [
        Flatten(input_shape=(2, D // 2)),
        Dropout(rate / 2),
        Dense(8, "relu"),
        Dropout(rate),
        Dense(4),
        Dropout(rate),
        Dense(6, "relu"),
        Dense(K, end),
    ]


def shared_groups(end, rate):
    return [
        Flatten(input_shape=(2, D // 2)),
        Dropout(rate, noise_shape=(None, 1), group_size=3),
        Dense(8, "relu"),
        Dropout(rate, noise_shape=(1, None), group_size=2),
        Dense(K, end),
    ]


def data(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(P, 2, D // 2)), rng.integers(0, K, P)


def trained(layers, optimizer, loss, dtype="float64", epochs=15, metrics=("accuracy",)):
    """Train by fit; return the network and what fit saw."""
    x, y = data()
    model = Sequential(layers, seed=5, dtype=dtype)
    model.compile(optimizer, loss, list(metrics))
    y = y if loss.startswith("sparse") else np.eye(K)[y] * 0.9 + 0.1 / K
    history = model.fit(x, y, batch_size=BATCH, epochs=epochs)
    return model, history.history


@pytest.fixture
def layer_by_layer(monkeypatch):
    """Let every network go layer by layer from now on."""

    def switch():
        monkeypatch.setattr("nn_bridge.network.fast_fit_for", lambda *args: None)

    return switch


@pytest.fixture
def chosen(monkeypatch):
    """Collect what `fit` was given: a FastFit, or None."""
    made = []
    original = nn_bridge.fast_fit.fast_fit_for

    def spied(*args):
        made.append(original(*args))
        return made[-1]

    monkeypatch.setattr("nn_bridge.network.fast_fit_for", spied)
    return made


OPTIMIZERS = {
    "sgd": lambda: SGD(0.05),
    "decay": lambda: SGD(0.05, weight_decay=0.01),
    "momentum": lambda: SGD(0.01, momentum=0.9, weight_decay=0.01),
    "adam": lambda: Adam(0.01),
    "adam, decay": lambda: Adam(0.01, weight_decay=0.01),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    ("loss", "end"),
    [
        ("sparse_categorical_crossentropy", "softmax"),
        ("categorical_crossentropy", "softmax"),
        ("mse", "linear"),
        ("half_squared_error", "linear"),
    ],
)
@pytest.mark.parametrize("rate", [0.5, 0.25, 0.3, 0.0])
@pytest.mark.parametrize("net", [one_hidden, two_hidden, shared_groups])
def test_it_trains_as_the_layers_do(net, rate, loss, end, optimizer, chosen, layer_by_layer):
    new = OPTIMIZERS[optimizer]
    fast, seen = trained(net(end, rate), new(), loss)
    assert isinstance(chosen[0], nn_bridge.fast_fit.FastFit)
    layer_by_layer()
    plain, expected = trained(net(end, rate), new(), loss)
    for mine, theirs in zip(fast.parameters(), plain.parameters(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-12)
    for name, values in expected.items():
        np.testing.assert_allclose(seen[name], values, rtol=0, atol=1e-12)
    assert fast.optimizer.iterations == plain.optimizer.iterations == 15 * 4
    for slot, arrays in plain.optimizer.slots.items():
        for mine, theirs in zip(fast.optimizer.slots[slot], arrays, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-12)
    for mine, theirs in zip(fast.layers, plain.layers, strict=True):
        assert mine.get_random_state() == theirs.get_random_state()
        if isinstance(mine, Dropout):
            np.testing.assert_array_equal(mine.last_mask, theirs.last_mask)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_it_trains_as_the_layers_do_in_float32(optimizer, layer_by_layer):
    new, loss = OPTIMIZERS[optimizer], "sparse_categorical_crossentropy"
    fast, seen = trained(two_hidden("softmax", 0.5), new(), loss, "float32")
    layer_by_layer()
    plain, expected = trained(two_hidden("softmax", 0.5), new(), loss, "float32")
    for mine, theirs in zip(fast.parameters(), plain.parameters(), strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-3)
    np.testing.assert_allclose(seen["loss"], expected["loss"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("size", [10, 40, 1_000])
def test_logits_of_any_size_give_the_loss_and_the_weights_of_the_layers(size, layer_by_layer):
    def ran():
        model = Sequential(one_hidden("softmax", 0.5), seed=1, dtype="float64")
        model.layers[-1].weight[...] *= size
        model.compile(SGD(0.1), "sparse_categorical_crossentropy")
        logs = model.fit(*data(), batch_size=BATCH, epochs=3).history["loss"]
        return model.parameters(), logs

    fast, losses = ran()
    layer_by_layer()
    plain, expected = ran()
    for mine, theirs in zip(fast, plain, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(losses, expected, rtol=1e-11)


@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_fit_and_single_steps_can_take_turns_across_a_file(optimizer, layer_by_layer, tmp_path):
    x, y = data()

    def ran(by_file):
        model = Sequential(one_hidden("softmax", 0.5), seed=1, dtype="float64")
        model.compile(optimizer(0.05), "sparse_categorical_crossentropy")
        for _ in range(3):
            model.fit(x, y, batch_size=BATCH)
            model.train_on_batch(x, y)
            if by_file:
                model.save(tmp_path / "model.npz")
                model = load_model(tmp_path / "model.npz")
        return model.parameters()

    in_one_go, by_file = ran(False), ran(True)
    layer_by_layer()
    for mine, resumed, theirs in zip(in_one_go, by_file, ran(False), strict=True):
        np.testing.assert_array_equal(mine, resumed)
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-13)


def test_it_works_on_the_networks_own_arrays():
    model = Sequential(one_hidden("softmax", 0.5), seed=1)
    model.compile("adam")
    x, y = data()
    model.train_on_batch(x, y)
    held, slots = model.parameters(), dict(model.optimizer.slots)
    start = [array.copy() for array in held]
    model.fit(x, y, batch_size=BATCH)
    assert all(mine is array for mine, array in zip(model.parameters(), held, strict=True))
    assert all((array != old).any() for array, old in zip(held, start, strict=True))
    assert all(model.optimizer.slots[name] is arrays for name, arrays in slots.items())
    assert [array.shape for array in slots["mean"]] == [array.shape for array in held]


def test_between_epochs_everything_may_be_changed(layer_by_layer):
    def ran():
        model = Sequential(one_hidden("softmax", 0.5), seed=1, dtype="float64")
        model.compile(SGD(0.1), "sparse_categorical_crossentropy")

        def change(epoch, _logs):
            model.layers[1].weight[...] += 0.1
            model.layers[2].rate = (0.0, 0.7)[epoch % 2]
            model.optimizer.learning_rate /= 2

        model.fit(*data(), batch_size=BATCH, epochs=4, on_epoch_end=change)
        return model.parameters()

    fast = ran()
    layer_by_layer()
    for mine, theirs in zip(fast, ran(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-13)


def test_without_shuffling_the_samples_come_in_their_own_order(layer_by_layer):
    def ran():
        model = Sequential(one_hidden("softmax", 0.5), seed=1, dtype="float64")
        model.compile(SGD(0.1), "sparse_categorical_crossentropy")
        model.fit(*data(), batch_size=BATCH, shuffle=False)
        return model.parameters()

    fast = ran()
    layer_by_layer()
    for mine, theirs in zip(fast, ran(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-14)


@pytest.mark.parametrize("loss", ["mse", "sparse_categorical_crossentropy"])
def test_divergence_is_told_before_the_step_that_would_spoil_the_weights(loss, chosen):
    model = Sequential([Dense(4, input_shape=(D,)), Dense(K, "softmax" if loss != "mse" else None)])
    model.compile(SGD(1e20), loss)
    x, y = data()
    with pytest.raises(DivergedError, match=r"the loss is .* epoch 1, step \d \(learning rate"):
        model.fit(x.reshape(P, D) * 1e3, np.eye(K)[y] if loss == "mse" else y, batch_size=BATCH)
    assert chosen[0] is not None
    assert 0 < model.optimizer.iterations < 4
    assert all(np.isfinite(parameter).all() for parameter in model.parameters())


class OwnDropout(Dropout):
    """May do anything."""


class OwnLoss(HalfSquaredError):
    """May be anything."""


@pytest.mark.parametrize(
    ("layers", "loss"),
    [
        ([Dense(8, "relu"), AttendanceDropout(independent(4, 0.5), 2), Dense(K)], "mse"),
        ([Dense(8, "relu"), OwnDropout(0.5), Dense(K)], "mse"),
        ([Dense(8, "relu"), NoisyDense(K, rate=0.5)], "mse"),
        ([Dense(8, "softmax"), Dense(K)], "mse"),
        ([Dense(K, "softmax")], "mse"),
        ([Dense(K, "relu")], "mse"),
        ([Dropout(0.2), Dropout(0.2), Dense(K)], "mse"),
        ([Dense(8, "relu"), Dense(K)], OwnLoss()),
    ],
)
def test_what_it_does_not_know_goes_layer_by_layer(layers, loss, chosen):
    model = Sequential(layers, seed=0)
    model.compile(SGD(0.1), loss)
    x, y = data()
    before = model.fit(x.reshape(P, D), np.eye(K)[y], epochs=20).history["loss"]
    assert before[-1] < before[0]
    assert chosen == [None]


def test_a_stack_goes_layer_by_layer(chosen):
    model = Sequential(one_hidden("softmax", 0.5), seed=[0, 1])
    model.compile()
    model.fit(*data())
    assert chosen == [None]
