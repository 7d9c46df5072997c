"""Sequential: the article's listing, training as in Keras, and stacks."""

import numpy as np
import pytest
from networks import blobs, small

import nn_bridge as tf
from nn_bridge import losses
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD, Adam
from simulation.checks import DivergedError

LISTING = """\
import tensorflow as tf

# 1) モデル定義
model = tf.keras.Sequential([
    tf.keras.layers.Flatten(input_shape=(28, 28)),         # 28×28画像を1次元ベクトルに
    tf.keras.layers.Dense(256, activation='relu'),        # 中間層256ユニット
    tf.keras.layers.Dropout(0.5),                         # ドロップアウト率 50%
    tf.keras.layers.Dense(10, activation='softmax')       # 出力層 10クラス分類
])
"""


def test_the_articles_listing_reads_here_as_it_does_there(capsys):
    scope = {}
    exec(LISTING.replace("import tensorflow as tf", "import nn_bridge as tf"), scope)
    model = scope["model"]
    assert [layer.output_shape for layer in model.layers] == [(784,), (256,), (256,), (10,)]
    assert model.layers[2].rate == 0.5
    model.summary()
    counts = [line.split()[-1] for line in capsys.readouterr().out.splitlines()[2:]]
    assert counts == ["0", "200,960", "0", "2,570", "203,530"]  # what Keras counts
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images = np.random.default_rng(0).random((40, 28, 28))
    history = model.fit(images, np.arange(40) % 10, batch_size=16, epochs=2)
    assert sorted(history.history) == ["accuracy", "loss"]
    np.testing.assert_allclose(model.predict(images).sum(axis=1), 1, rtol=1e-5)


def test_a_stack_s_summary_counts_what_each_network_learns(capsys):
    counts = []
    for seed in (0, [0, 1, 2]):
        small(seed=seed).summary()
        counts.append([line.split()[-1] for line in capsys.readouterr().out.splitlines()[2:]])
    assert counts == [["112", "0", "51", "163"]] * 2


def test_it_learns():
    x, y = blobs(400)
    model = small(0.2, optimizer=SGD(0.1, momentum=0.9))
    start = model.evaluate(x, y)[1]
    history = model.fit(x, y, epochs=20, validation_data=blobs(400, seed=1))
    assert model.evaluate(x, y)[1] > max(0.85, start + 0.2)
    assert history.history["val_accuracy"][-1] > 0.8
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_history_is_kerass():
    x, y = blobs(50)
    seen = []
    model = small(0.5, optimizer="adam")
    history = model.fit(
        x,
        y,
        batch_size=16,
        epochs=3,
        validation_data=(x[:20], y[:20]),
        on_epoch_end=lambda epoch, logs: seen.append((epoch, logs["val_loss"])),
    )
    assert history.epoch == [0, 1, 2]
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert all(type(v) is float for values in history.history.values() for v in values)
    assert seen == list(enumerate(history.history["val_loss"]))
    assert history.history["val_loss"][-1] == model.evaluate(x[:20], y[:20])[0]


def test_training_loss_is_the_mean_over_samples_last_small_batch_included():
    x, y = blobs(50)
    by_fit, by_hand = small(0.5), small(0.5)
    history = by_fit.fit(x, y, batch_size=32, shuffle=False)
    losses = [by_hand.train_on_batch(x[i], y[i])[0] for i in (slice(0, 32), slice(32, 50))]
    expected = (32 * losses[0] + 18 * losses[1]) / 50
    assert history.history["loss"][0] == pytest.approx(expected, rel=1e-13)
    # fit trains by a plan, which sums in another order than the layers do: rounding is all that may
    # tell them apart. Taken by the wrong number of samples, the last batch leaves them 0.001 away.
    for mine, theirs in zip(by_fit.parameters(), by_hand.parameters(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-15)


def test_an_epoch_takes_each_sample_once_in_a_new_order():
    seen = []

    class Spy(Dropout):
        def forward(self, x, training=False, mask=None):
            if training:
                seen.append(x.copy())
            return x

    x = np.arange(20.0)[:, None]
    model = Sequential([Spy(0.0, input_shape=(1,)), Dense(1)], seed=0, dtype="float64")
    model.compile(SGD(1e-9), "mse")
    model.fit(x, x, batch_size=8, epochs=2)
    first, second = np.concatenate(seen[:3]).ravel(), np.concatenate(seen[3:]).ravel()
    assert sorted(first) == sorted(second) == list(range(20))
    assert list(first) != list(second) != list(range(20))


def test_evaluate_and_predict_do_not_depend_on_the_batch_size():
    x, y = blobs(50)
    model = small()
    assert model.evaluate(x, y, batch_size=7) == pytest.approx(model.evaluate(x, y), rel=1e-13)
    assert model.evaluate(x, y, return_dict=True) == dict(
        zip(("loss", "accuracy"), model.evaluate(x, y), strict=True)
    )
    for each in (model, small(seed=[0, 1, 2])):
        np.testing.assert_allclose(each.predict(x, batch_size=7), each.predict(x), rtol=1e-13)
    probabilities = model.predict(x)
    assert model.evaluate(x, y)[0] == pytest.approx(-np.log(probabilities[range(50), y]).mean())
    assert model.evaluate(x, y)[1] == (probabilities.argmax(1) == y).mean()


def test_without_metrics_there_is_only_the_loss():
    x, y = blobs(50)
    model = small(metrics=())
    assert isinstance(model.evaluate(x, y), float)
    assert isinstance(model.train_on_batch(x, y), float)


def test_losses_are_what_they_are_called():
    x, t = np.ones((2, 6)), np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    for loss, expected in (
        ("mse", np.mean),
        ("mean_squared_error", np.mean),
        ("half_squared_error", lambda s, axis: s.sum(axis) / 2),
    ):
        model = Sequential([Dense(3, input_shape=(6,))], seed=0, dtype="float64")
        model.compile("sgd", loss)
        squares = (model.predict(x) - t) ** 2
        assert model.evaluate(x, t) == pytest.approx(expected(squares, axis=1).mean())
    x, y = blobs(30)
    model, one_hot = small(0.5), small(0.5)
    one_hot.compile("sgd", "categorical_crossentropy", ["accuracy"])
    model.fit(x, y)
    one_hot.fit(x, np.eye(3)[y])
    np.testing.assert_array_equal(model.layers[0].weight, one_hot.layers[0].weight)


def test_rate_0_is_bit_identical_to_no_dropout_wherever_it_stands():
    x, y = blobs(70)
    nets = []
    for layers in (
        [Dense(16, "relu"), Dense(8, "relu"), Dropout(0.5), Dense(3, "softmax")],
        [
            Dropout(0.0),
            Dense(16, "relu"),
            Dropout(0.0),
            Dense(8, "relu"),
            Dropout(0.5),
            Dense(3, "softmax"),
        ],
    ):
        model = Sequential(layers, seed=3)
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(x, y, epochs=3)
        nets.append(model)
    for without, with_0 in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        np.testing.assert_array_equal(without, with_0)


def test_a_change_of_rate_changes_neither_start_nor_order():
    complete, absent = small(0.0), small(0.5)
    for one, other in zip(complete.parameters(), absent.parameters(), strict=True):
        np.testing.assert_array_equal(one, other)
    x, y = blobs(40)
    complete.fit(x, y)
    absent.fit(x, y)
    assert complete.shuffles[0].random() == absent.shuffles[0].random()
    assert (complete.layers[0].weight != absent.layers[0].weight).any()


def test_precisions_start_alike_and_see_the_same_masks():
    double, single = small(dtype="float64"), small(dtype="float32")
    x = np.ones((9, 6))
    np.testing.assert_allclose(single.layers[0].weight, double.layers[0].weight, rtol=1e-7)
    double(x, training=True)
    single(x, training=True)
    np.testing.assert_array_equal(single.layers[1].last_mask, double.layers[1].last_mask)


@pytest.mark.parametrize("optimizer", [SGD, Adam])
@pytest.mark.parametrize(
    ("loss", "end"),
    [("half_squared_error", "linear"), ("sparse_categorical_crossentropy", "softmax")],
)
def test_float32_stays_float32(optimizer, loss, end):
    model = Sequential(
        [
            Dropout(0.2, input_shape=(6,)),
            Dense(16, "relu"),
            Dropout(0.5, noise_shape=(1, None), group_size=4),
            Dense(4, "softmax"),
            Dense(3, end),
        ]
    )
    model.compile(optimizer(), loss, ["accuracy"])
    dtypes = []

    def spied(method):
        def call(*args, **kwargs):
            out = method(*args, **kwargs)
            dtypes.extend([out.dtype] if out is not None else [])
            return out

        return call

    for layer in model.layers:
        layer.forward, layer.backward = spied(layer.forward), spied(layer.backward)
    last = model.layers[-1]
    last.logits, last.backward_from_logits = spied(last.logits), spied(last.backward_from_logits)
    x, y = blobs(50)
    model.fit(x, y if end == "softmax" else np.eye(3)[y])
    assert len(dtypes) > 10
    dtypes += [a.dtype for a in model.parameters()]
    dtypes += [a.dtype for layer in model.layers for a in layer.gradients.values()]
    dtypes += [a.dtype for slot in model.optimizer.slots.values() for a in slot]
    dtypes.append(model.predict(np.ones((2, 6))).dtype)
    assert set(dtypes) == {np.dtype(np.float32)}


SEEDS = [3, 11, 5]


@pytest.mark.parametrize("optimizer", [lambda: SGD(0.1, momentum=0.9), Adam])
@pytest.mark.parametrize("own_data", [False, True])
@pytest.mark.parametrize("own_mask_seed", [None, 9])
def test_a_stack_is_its_members(optimizer, own_data, own_mask_seed):
    x, y = blobs(3 * 50)
    if own_data:
        x, y = x.reshape(3, 50, 6), y.reshape(3, 50)
    else:
        x, y = x[:50], y[:50]

    def trained(seed, x, y):
        model = Sequential(
            [
                Flatten(input_shape=(2, 3)),
                Dropout(0.2),
                Dense(12, "relu"),
                Dropout(0.5, seed=own_mask_seed, group_size=3),
                Dense(3, "softmax"),
            ],
            seed,
            "float64",
        )
        model.compile(optimizer(), "sparse_categorical_crossentropy", ["accuracy"])
        x = x.reshape(*x.shape[:-1], 2, 3)
        history = model.fit(x, y, batch_size=16, epochs=3, validation_data=(x, y))
        history.history["step"] = [model.train_on_batch(x, y)[0]]
        return model, history.history, model.predict(x), model.evaluate(x, y)

    stack, history, predictions, evaluation = trained(SEEDS, x, y)
    assert stack.layers[2].weight.shape == (3, 12, 6)
    for r, seed in enumerate(SEEDS):
        mine = (x[r], y[r]) if own_data else (x, y)
        single, alone, predicted, evaluated = trained(seed, *mine)
        for of_stack, own in zip(stack.parameters(), single.parameters(), strict=True):
            np.testing.assert_allclose(of_stack[r], own, rtol=0, atol=1e-12)
        for name, values in alone.items():
            np.testing.assert_allclose([v[r] for v in history[name]], values, atol=1e-12)
        np.testing.assert_allclose(predictions[r], predicted, atol=1e-12)
        np.testing.assert_allclose([value[r] for value in evaluation], evaluated, atol=1e-12)
    masks = stack.layers[1].last_mask
    assert (masks[0] != masks[1]).any()


def test_weights_known_to_a_stack_of_one_are_those_of_the_single_network():
    stack, single = small(seed=[4]), small(seed=4)
    assert stack.layers[0].weight.shape == (1, 16, 6)
    np.testing.assert_array_equal(stack.layers[0].weight[0], single.layers[0].weight)


def test_numpys_global_chance_is_left_alone():
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    small(seed=None).fit(*blobs(40))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_dropout_layers_in_a_row_draw_different_masks():
    model = Sequential([Dropout(0.5, input_shape=(40,)), Dropout(0.5), Dense(1)], seed=0)
    model(np.ones((3, 40)), training=True)
    assert (model.layers[0].last_mask != model.layers[1].last_mask).any()


def test_the_gradient_at_the_data_is_left_out():
    model = small()
    model.loss_and_gradients(*blobs(20))
    first, last = model.layers[0], model.layers[2]
    assert first.backward(np.ones((20, 16))) is None
    assert last.backward_from_logits(np.ones((20, 3))).shape == (20, 16)


def test_masks_handed_in_replay_a_step():
    x, y = blobs(20)
    one, other = small(seed=0), small(seed=0)
    one.train_on_batch(x, y)
    other.layers[1].rngs[0].random(5)  # its own next mask would be another
    other.train_on_batch(x, y, masks={other.layers[1]: one.layers[1].last_mask})
    np.testing.assert_array_equal(one.layers[0].weight, other.layers[0].weight)


def test_gradients_can_be_applied_by_hand():
    x, y = blobs(20)
    one, other = small(seed=0), small(seed=0)
    one.train_on_batch(x, y)
    start = other.layers[0].weight.copy()
    other.loss_and_gradients(x, y)
    np.testing.assert_array_equal(other.layers[0].weight, start)
    other.apply_gradients()
    np.testing.assert_array_equal(one.layers[0].weight, other.layers[0].weight)


def test_layers_are_built_from_the_first_data():
    model = Sequential([Flatten(), Dense(3, "softmax")], seed=0)
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.zeros((4, 2, 5)), [0, 1, 2, 0])
    assert model.layers[1].weight.shape == (3, 10)


@pytest.mark.parametrize("rate", [1e4, 1e30])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_divergence_is_told_and_never_goes_on(rate, dtype):
    model = Sequential([Dense(8, input_shape=(6,)), Dense(1)], seed=0, dtype=dtype)
    model.compile(SGD(rate), "mse")
    x = blobs(64)[0]
    with pytest.raises(DivergedError, match=r"epoch \d+, .*step \d+ \(learning rate 1") as caught:
        model.fit(x, x[:, :1] * 3, epochs=200)
    assert "lower the learning rate" in str(caught.value)


def test_divergence_hidden_by_dead_units_is_seen_at_the_end_of_the_epoch():
    model = Sequential([Dense(1, "relu", input_shape=(1,))], seed=0, dtype="float32")
    model.compile(SGD(3e38), "mse")
    model.layers[0].weight[...] = 1.0
    with pytest.raises(DivergedError, match=r"a weight .* epoch 1, after step 1"):
        model.fit(np.array([[100.0]]), np.array([[1.0]]))
    model.layers[0].weight[...] = np.nan
    with pytest.raises(DivergedError, match="step 2"):
        model.train_on_batch(np.ones((1, 1)), np.ones((1, 1)))
    with pytest.raises(DivergedError, match="evaluation"):
        model.evaluate(np.ones((1, 1)), np.ones((1, 1)))
    with pytest.raises(DivergedError, match="forward pass"):
        model.predict(np.ones((1, 1)))


def test_verbose(capsys):
    x, y = blobs(40)
    small().fit(x, y, epochs=2)  # 'auto', and no terminal looks on
    small().fit(x, y, epochs=2, verbose=0)
    assert capsys.readouterr().out == ""
    small(seed=[0, 1]).fit(x, y, epochs=2, verbose=2)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Epoch 1/2 - loss: ")
    assert "accuracy: 0." in second
    small().fit(x, y, epochs=2, verbose=1)
    assert "epoch 2/2" in capsys.readouterr().out


def test_all_layers_meet_under_the_name_that_keras_has_for_them():
    from nn_bridge.keras import layers

    assert layers is tf.keras.layers
    for name in ("AttendanceDropout", "Dense", "Dropout", "Flatten"):
        assert getattr(layers, name) is getattr(tf, name)
        assert getattr(layers, name).__name__ == name


def test_weight_decay_shrinks_what_is_there_and_then_comes_the_step():
    parameter = np.array([2.0])
    SGD(0.1, weight_decay=0.5).move(parameter, np.array([1.0]))
    assert parameter == pytest.approx(2.0 * (1 - 0.1 * 0.5) - 0.1 * 1.0)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_losses_of_a_stack_are_taken_sample_by_sample(name):
    outputs, targets = np.random.default_rng(0).random((2, 2, 4, 3))
    loss = losses.get(name)
    values, gradients = loss.value_and_gradient(outputs, targets)
    assert values.shape == (2, 4)
    for member in (0, 1):
        alone = loss.value_and_gradient(outputs[member], targets[member])
        np.testing.assert_allclose(values[member], alone[0], rtol=1e-13)
        np.testing.assert_allclose(gradients[member], alone[1], rtol=1e-13)


def test_each_network_of_a_stack_may_have_targets_of_its_own():
    x, targets = blobs(20)[0], np.random.default_rng(0).normal(size=(2, 20, 3))

    def model(seed):
        made = Sequential([Dense(3, input_shape=(6,))], seed, "float64")
        made.compile(SGD(0.1), "mse")
        return made

    stack = model([0, 1])
    losses = stack.train_on_batch(x, targets)
    for seed in (0, 1):
        alone = model(seed)
        assert alone.train_on_batch(x, targets[seed]) == pytest.approx(losses[seed], rel=1e-13)
        np.testing.assert_allclose(stack.layers[0].weight[seed], alone.layers[0].weight, rtol=1e-12)


def test_masks_keep_their_seeds_from_one_version_to_the_next():
    layers = [Dropout(0.5, input_shape=(6,)), Dropout(0.5), Dense(3), Dropout(0.5)]
    Sequential(layers, seed=7)
    rngs = [layer.rngs[0] for layer in layers if isinstance(layer, Dropout)]
    chance = np.random.SeedSequence(7).spawn(3)[2]
    before, behind = chance.spawn(2)
    seeds = (*before.spawn(2), *behind.spawn(1))
    for rng, seed in zip(rngs, seeds, strict=True):
        assert rng.bit_generator.state == np.random.default_rng(seed).bit_generator.state
