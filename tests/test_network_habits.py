"""What people used to Keras do with a network: weights, splits, layers one by one, activations."""

import numpy as np
import pytest
from frameworks import needs
from networks import blobs, small

import nn_bridge as tf
import nn_bridge.network
from nn_bridge.activations import Activation
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Input
from nn_bridge.losses import SparseCategoricalCrossentropy
from nn_bridge.network import Sequential, load_model
from nn_bridge.optimizers import SGD, Adam
from simulation.checks import InputError

X, Y = blobs(40)
rng = np.random.default_rng(0)
WEIGHTS = rng.random(40)


def same(one, other):
    for mine, theirs in zip(one.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_split_is_cut_off_the_end_before_shuffling():
    split, by_hand = small(), small()
    history = split.fit(X, Y, epochs=3, validation_split=0.23)  # Keras: floor(40 * 0.77) = 30
    expected = by_hand.fit(X[:30], Y[:30], epochs=3, validation_data=(X[30:], Y[30:]))
    assert history.history == expected.history
    same(split, by_hand)


def test_given_validation_data_come_before_a_split():
    one, other = small(), small()
    data = blobs(20, seed=1)
    one.fit(X, Y, validation_split=0.5, validation_data=data)
    other.fit(X, Y, validation_data=data)
    same(one, other)


def test_weights_multiply_losses_and_the_mean_is_over_the_number_of_samples():
    model = small(0.0)
    probability = model.predict(X)[range(40), Y]
    expected = (-np.log(probability) * WEIGHTS).mean()
    assert model.evaluate(X, Y, sample_weight=WEIGHTS)[0] == pytest.approx(expected)
    assert model.evaluate(X, Y, sample_weight=WEIGHTS)[1] == model.evaluate(X, Y)[1]
    history = model.fit(X, Y, batch_size=40, sample_weight=WEIGHTS)
    assert history.history["loss"][0] == pytest.approx(expected)


def test_weights_follow_their_samples_and_are_split_with_them():
    weighted = small(0.0)
    x, y = np.concatenate([X, X]), np.concatenate([Y, Y])
    keep = np.repeat([1.0, 0.0], 40)
    history = weighted.fit(x, y, epochs=2, sample_weight=np.tile(keep[::2], 2), batch_size=7)
    assert history.history["loss"][0] > 0
    last = small(0.0).fit(x, y, sample_weight=keep, validation_split=0.5).history
    assert last["val_loss"] == [0.0]
    validated = small(0.0).fit(X, Y, validation_data=(X, Y, np.zeros(40))).history
    assert validated["val_loss"] == [0.0]


def test_weights_of_1_change_nothing_but_the_last_bits():
    plain, weighted = small(0.3), small(0.3)
    plain.fit(X, Y, epochs=3)
    weighted.fit(X, Y, epochs=3, sample_weight=np.ones(40))
    for mine, theirs in zip(plain.parameters(), weighted.parameters(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-13)


def test_gradients_with_weights_are_torchs():
    torch = needs("torch")
    model = small(0.0)
    model.loss_and_gradients(X, Y)
    plain = model.layers[2].gradients["bias"].copy()
    z = torch.tensor(model.layers[2].logits(model.layers[0].forward(X)), requires_grad=True)
    each = torch.nn.functional.cross_entropy(z, torch.tensor(Y), reduction="none")
    (each * torch.tensor(WEIGHTS)).mean().backward()
    model.compile(SGD(1.0))
    before = model.layers[2].bias.copy()
    model.train_on_batch(X, Y, sample_weight=WEIGHTS)
    moved = before - model.layers[2].bias
    np.testing.assert_allclose(moved, z.grad.sum(0), atol=1e-15)
    assert np.abs(moved - plain).max() > 1e-3


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_a_class_weighs_its_samples(loss):
    by_class, by_sample = small(), small()
    each = np.where(Y == 1, 3.0, np.where(Y == 2, 0.5, 1.0))
    for model in (by_class, by_sample):
        model.compile("adam", loss)
    y = Y if loss.startswith("sparse") else np.eye(3)[Y]
    by_class.fit(X, y, epochs=2, class_weight={1: 3.0, 2: 0.5})
    by_sample.fit(X, y, epochs=2, sample_weight=each)
    same(by_class, by_sample)


def test_members_of_a_stack_may_have_weights_of_their_own():
    own = np.stack([WEIGHTS, WEIGHTS[::-1]])
    stack = small(seed=[0, 1])
    history = stack.fit(X, Y, epochs=2, sample_weight=own).history
    for member, seed in enumerate([0, 1]):
        alone = small(seed=seed)
        expected = alone.fit(X, Y, epochs=2, sample_weight=own[member]).history
        np.testing.assert_allclose([v[member] for v in history["loss"]], expected["loss"])


def test_labels_in_a_column_are_labels():
    one, other = small(), small()
    one.fit(X, Y, validation_data=(X, Y))
    other.fit(X, Y[:, None], validation_data=(X, Y.astype(float)[:, None]))
    same(one, other)


def test_epochs_is_where_to_end_and_initial_epoch_where_to_begin():
    one, other = small(), small()
    one.fit(X, Y, epochs=2)
    assert one.fit(X, Y, epochs=5, initial_epoch=2).epoch == [2, 3, 4]
    other.fit(X, Y, epochs=5)
    same(one, other)
    assert one.fit(X, Y, epochs=2, initial_epoch=2).epoch == []


def test_acc_is_accuracy_under_that_name():
    history = small(metrics=["acc"]).fit(X, Y, validation_data=(X, Y)).history
    assert list(history) == ["loss", "acc", "val_loss", "val_acc"]
    assert history["val_acc"] == small().fit(X, Y, validation_data=(X, Y)).history["val_accuracy"]


def test_layers_added_one_by_one_are_the_network_made_at_once():
    def layers():
        return [Dense(8, "relu"), Dropout(0.5), Dense(4, "relu"), Dropout(0.5), Dense(3, "softmax")]

    at_once = Sequential([Input((6,)), *layers()], seed=3)
    one_by_one = Sequential(seed=3)
    one_by_one.add(Input((6,)))
    for layer in layers():
        one_by_one.add(layer)
    late = Sequential(layers(), seed=3)
    for model in (at_once, one_by_one, late):
        model.compile("adam")
        model.fit(X, Y, epochs=2)
    same(at_once, one_by_one)
    same(at_once, late)
    assert [layer.name for layer in late.layers] == [
        "dense", "dropout", "dense_1", "dropout_1", "dense_2"
    ]  # fmt: skip


def test_a_layer_may_be_taken_off_and_another_put_on(tmp_path):
    model = small()
    assert model.pop().units == 3
    with pytest.raises(InputError, match="not compiled"):
        model.fit(X, Y)
    model.add(Dense(5, "softmax"))
    model.compile("adam", metrics=["accuracy"])
    model.fit(X, Y)
    assert model.predict(X).shape == (40, 5)
    model.save(tmp_path / "model.npz")
    again = load_model(tmp_path / "model.npz")
    assert again.fit(X, Y).history == model.fit(X, Y).history
    while model.layers:
        model.pop()
    model.add(Dense(2, input_shape=(9,)))
    assert model.predict(np.ones((1, 9))).shape == (1, 2)


def test_a_layer_put_on_a_compiled_network_asks_for_compile_anew():
    model = small()
    model.add(Dense(2, "softmax"))
    with pytest.raises(InputError, match="not compiled"):
        model.fit(X, Y)


def test_weights_go_out_and_in_with_kerass_shapes():
    model = small(seed=0)
    kernel, bias, *_ = model.get_weights()
    assert [w.shape for w in model.get_weights()] == [(6, 16), (16,), (16, 3), (3,)]
    np.testing.assert_array_equal(kernel, model.layers[0].weight.T)
    kernel[...] = 7.0  # a copy
    assert not (model.layers[0].weight == 7.0).any()
    other = small(seed=1)
    other.set_weights(model.get_weights())
    same(model, other)
    other.layers[0].set_weights([kernel.tolist(), bias])
    assert (other.layers[0].weight == 7.0).all()
    stack = small(seed=[0, 1])
    assert [w.shape for w in stack.get_weights()] == [(2, 6, 16), (2, 16), (2, 16, 3), (2, 3)]
    assert stack.count_params() == model.count_params() == 6 * 16 + 16 + 16 * 3 + 3


def test_weights_that_do_not_fit_leave_all_as_it_was():
    model, untouched = small(), small()
    weights = model.get_weights()
    weights[0] = weights[0] + 1
    for wrong in (weights[:3], [*weights[:3], np.ones(4)], [*weights[:3], [np.nan] * 3]):
        with pytest.raises(InputError, match="weights"):
            model.set_weights(wrong)
    same(model, untouched)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_activations_and_their_gradients_are_torchs(name):
    torch = needs("torch")
    model = Sequential([Dense(5, name, input_shape=(6,)), Dense(3)], seed=0, dtype="float64")
    model.compile("sgd", "half_squared_error")
    targets = np.eye(3)[Y]
    loss = model.loss_and_gradients(X, targets)
    w1, b1, w2, b2 = (torch.tensor(p, requires_grad=True) for p in model.parameters())
    out = getattr(torch, name)(torch.tensor(X) @ w1.T + b1) @ w2.T + b2
    theirs = 0.5 * ((out - torch.tensor(targets)) ** 2).sum(1).mean()
    theirs.backward()
    assert loss == pytest.approx(theirs.item(), rel=1e-13)
    np.testing.assert_allclose(model.layers[0].gradients["weight"], w1.grad, atol=1e-14)
    np.testing.assert_allclose(model.predict(X), out.detach(), atol=1e-14)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_an_activation_by_itself_is_that_of_the_layer_before(name):
    apart = Sequential(
        [Dense(5, input_shape=(6,)), Activation(name), Dense(3), Activation("softmax")], seed=0
    )
    within = Sequential([Dense(5, name, input_shape=(6,)), Dense(3, "softmax")], seed=0)
    for model in (apart, within):
        model.compile("adam", metrics=["accuracy"])
    losses = [model.fit(X, Y, epochs=3).history["loss"] for model in (apart, within)]
    np.testing.assert_allclose(*losses, rtol=1e-5)


def test_logits_may_be_the_end_if_the_loss_is_told(tmp_path):
    logits = Sequential([Dense(8, "relu", input_shape=(6,)), Dense(3)], seed=0)
    softmax = Sequential([Dense(8, "relu", input_shape=(6,)), Dense(3, "softmax")], seed=0)
    logits.compile("adam", SparseCategoricalCrossentropy(from_logits=True), ["accuracy"])
    softmax.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    expected = softmax.fit(X, Y, epochs=2, validation_split=0.5).history
    assert logits.fit(X, Y, epochs=2, validation_split=0.5).history == expected
    same(logits, softmax)
    assert logits.evaluate(X, Y) == softmax.evaluate(X, Y)
    assert not np.allclose(logits.predict(X).sum(axis=1), 1)
    logits.save(tmp_path / "logits.npz")
    assert load_model(tmp_path / "logits.npz").fit(X, Y).history == softmax.fit(X, Y).history


def test_the_fast_path_is_taken_where_it_was(monkeypatch):
    taken = []
    chosen = nn_bridge.network.fast_fit_for

    def spy(*args):
        taken.append(chosen(*args) is not None)
        return chosen(*args)

    monkeypatch.setattr("nn_bridge.network.fast_fit_for", spy)
    model = small()
    model.fit(X, Y, callbacks=[tf.keras.callbacks.EarlyStopping("loss")], initial_epoch=0)
    model.fit(X, Y[:, None], validation_split=0.5)
    model.fit(X, Y, class_weight={0: 2})
    model.fit(X, Y, sample_weight=WEIGHTS)
    assert taken == [True, True, False, False]


def test_flat_samples_are_taken_where_flatten_comes_first():
    def network():
        model = Sequential([Flatten(input_shape=(2, 3)), Dense(3, "softmax")], seed=0)
        model.compile()
        return model

    one, other = network(), network()
    one.fit(X, Y)
    other.fit(X.reshape(40, 2, 3), Y)
    same(one, other)
    np.testing.assert_array_equal(one.predict(X), one.predict(X.reshape(40, 2, 3)))
    with pytest.raises(InputError, match=r"give it the shape \(samples, 2, 3\)"):
        one.predict(X[:, :5])


def test_layers_by_themselves_take_lists_and_keep_to_their_shape():
    layer = Dense(3)
    assert layer([[1, 2], [3, 4]]).dtype == np.float32
    assert layer.weight.dtype == np.float32
    assert Dropout(0.5)([[1, 2]]).tolist() == [[1, 2]]
    with pytest.raises(InputError, match=r"x has shape \(1, 3\), but this Dense takes samples of"):
        layer([[1, 2, 3]])


def test_evaluate_prints_when_asked(capsys):
    loss, accuracy = small().evaluate(X, Y, verbose=1)
    assert capsys.readouterr().out == f"loss: {loss:.4f} - accuracy: {accuracy:.4f}\n"
    small().evaluate(X, Y)
    small().test_on_batch(X, Y)
    small().predict(X, verbose=2)
    assert capsys.readouterr().out == ""


def test_mnist_at_hand_is_what_the_talks_show(capsys):
    (x, y), (unseen, labels) = tf.keras.datasets.mnist.load_data()
    assert "4,000 images to train on, 1,000 to test" in capsys.readouterr().err
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((4000, 28, 28), np.uint8, (4000,), np.uint8)
    assert (unseen.shape, labels.shape) == ((1000, 28, 28), (1000,))
    assert np.bincount(y).tolist() == [400] * 10
    assert x.max() == 255
    assert y[:10].tolist() == [9, 1, 5, 9, 8, 4, 2, 2, 3, 8]  # in this order, once and for all
    together = np.concatenate([x, unseen]).reshape(5000, -1)
    assert len(np.unique(together, axis=0)) > 4990


def test_what_keras_takes_by_default_is_taken_when_it_is_written_out(tmp_path):
    model, path = small(), tmp_path / "model.npz"
    no_rule = dict.fromkeys(("kernel_regularizer", "bias_regularizer", "activity_regularizer"))
    Dense(
        3, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_constraint=None, bias_constraint=None, dtype=None, trainable=True, **no_rule,
    )  # fmt: skip
    Flatten(data_format=None)
    Input((6,), batch_size=None, dtype=None)
    unused = dict.fromkeys(("weight_decay", "clipnorm", "clipvalue", "global_clipnorm"))
    SGD(nesterov=False, use_ema=False, **unused)
    optimizer = Adam(amsgrad=False, use_ema=False, **unused)
    loss = SparseCategoricalCrossentropy(ignore_class=None, axis=-1)
    model.compile(
        optimizer, loss, loss_weights=None, weighted_metrics=None, run_eagerly=False,
        steps_per_execution=1, jit_compile="auto", auto_scale_loss=True,
    )  # fmt: skip
    steps = {"steps_per_epoch": None, "validation_steps": None}
    model.fit(X, Y, verbose=0, validation_batch_size=None, validation_freq=1, **steps)
    model.evaluate(X, Y, steps=None, callbacks=None)
    model.predict(X, steps=None, callbacks=None)
    model.train_on_batch(X, Y, return_dict=False)
    model.summary(
        line_length=None, positions=None, print_fn=None, expand_nested=False, show_trainable=False,
        layer_range=None,
    )  # fmt: skip
    model.save(path, overwrite=True)
    same(model, load_model(path, custom_objects=None, compile=True, safe_mode=True))
    tf.keras.datasets.mnist.load_data(path="mnist.npz")


def test_one_hot_rows():
    np.testing.assert_array_equal(tf.keras.utils.to_categorical([[1], [0]], 3), np.eye(3)[[1, 0]])
    assert tf.keras.utils.to_categorical(np.zeros((2, 3, 1), int), 4).shape == (2, 3, 4)
    for wrong, says in (
        ([-1], "whole numbers"),
        ([5], "label 5.* labels 0 to 2"),
        ("a", "must hold real numbers"),
    ):
        with pytest.raises(InputError, match=says):
            tf.keras.utils.to_categorical(wrong, 3)


@pytest.mark.parametrize(
    ("do", "says"),
    [
        (lambda: small().fit(X, Y, validation_split=0.99), "that leaves 0 to train on"),
        (
            lambda: small(seed=[0, 1]).fit(X, np.stack([Y, Y]), class_weight={3: 1.0}),
            "a class in class_weight is 3, but must be 0 to 2",
        ),
        (lambda: small().fit(X, Y, validation_split=1), "validation_split is 1, but must be"),
        (lambda: small().fit(X, Y, sample_weight=WEIGHTS[:3]), "sample_weight has shape (3,)"),
        (lambda: small().fit(X, Y, sample_weight=-WEIGHTS), "sample_weight holds numbers below 0"),
        (lambda: small().fit(X, Y, class_weight=[1, 2]), "must map classes to weights"),
        (lambda: small().fit(X, Y, class_weight={3: 1}), "a class in class_weight is 3, but must"),
        (lambda: small().fit(X, Y, class_weight={0: -1}), "the weight of class 0 is -1"),
        (lambda: small().fit(X, Y, class_weight={0: 1}, sample_weight=WEIGHTS), "one of them"),
        (lambda: small().fit(X, Y, initial_epoch=-1), "initial_epoch is -1"),
        (lambda: small().fit(X), "fit: missing a required argument: 'y'; it takes x, y, batch_si"),
        (lambda: small().evaluate(X, Y, return_dict=1), "return_dict is 1"),
        (lambda: small().get_layer("first"), "must be one of: dense, dropout, dense_1"),
        (lambda: small().get_layer(), "give one of the two"),
        (lambda: small().get_layer(index=3), "index is 3, but must be 0 to 2"),
        (lambda: small().build((7,)), "the network has weights for (6,)"),
        (lambda: small().add(Input((4,))), "an Input stands first"),
        (lambda: Sequential([Activation("relu")]).compile("sgd", "mse"), "end with a Dense layer"),
        (lambda: Sequential([Dense(3)]).compile(loss=5), "loss is 5, but must be one of"),
        (
            lambda: small().compile(loss=SparseCategoricalCrossentropy(from_logits=True)),
            "end with Dense(3), or leave from_logits out",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(do, says):
    with pytest.raises(InputError) as caught:
        do()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
