"""Layers alone: Keras's semantics of Dropout (T9), groups, masks, and what is refused."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout, bernoulli_masks
from nn_bridge.layer import Layer, register_layer
from simulation.checks import InputError


def test_mean_over_all_masks_of_inverted_dropout_is_its_input():
    x = np.array([[0.3, -1.2, 2.0, 0.7]])
    layer = Dropout(0.3)
    mean = np.zeros_like(x)
    for mask in itertools.product((0, 1), repeat=4):
        probability = np.prod([0.7 if kept else 0.3 for kept in mask])
        layer(x)  # builds
        mean += probability * layer.forward(x, training=True, mask=mask)
    np.testing.assert_allclose(mean, x, atol=1e-15)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_rate_is_the_fraction_dropped_and_survivors_are_scaled(rate):
    out = Dropout(rate, seed=3)(np.ones((400, 500)), training=True)
    # 200,000 coins: four standard deviations of the fraction are below 0.0045.
    assert abs((out == 0).mean() - rate) < 0.0045
    np.testing.assert_allclose(out[out != 0], 1 / (1 - rate))


def test_chances_are_exact_to_the_bits_that_are_taken_for_them():
    def kept(rate, numbers):
        words = SimpleNamespace(random_raw=lambda count: numbers.view(np.uint64)[:count])
        rng = SimpleNamespace(bit_generator=words)
        return bernoulli_masks(rng, rate, (1, len(numbers))).ravel().tolist()

    assert kept(0.25, np.arange(256, dtype=np.uint8)) == [False] * 64 + [True] * 192
    limit = round(2**32 * 0.1)
    assert kept(0.1, np.array([limit - 1, limit], np.uint32)) == [False, True]


def test_units_and_samples_are_dropped_independently():
    dropped = Dropout(0.5, seed=4)(np.ones((4000, 8)), training=True) == 0
    correlation = np.corrcoef(dropped.T) - np.eye(8)
    assert np.abs(correlation).max() < 0.08  # five standard deviations of 1/sqrt(4000)
    assert abs(np.corrcoef(dropped[:-1].ravel(), dropped[1:].ravel())[0, 1]) < 0.03


def test_inference_is_the_identity():
    x = np.arange(6.0).reshape(2, 3)
    assert Dropout(0.9, seed=0)(x) is x


def test_rate_0_draws_nothing_and_changes_nothing():
    x = np.arange(6.0).reshape(2, 3)
    layer = Dropout(0.0, seed=0)
    layer(x)
    before = layer.get_random_state()
    assert layer(x, training=True) is x
    assert layer.get_random_state() == before
    assert layer.last_mask is None
    assert layer.backward(x) is x


def test_backward_silences_and_scales_the_same_units():
    layer = Dropout(0.5, seed=1)
    out = layer(np.ones((5, 7)), training=True)
    np.testing.assert_array_equal(layer.backward(np.ones((5, 7))), out)


def test_seed_gives_a_fixed_sequence_that_is_not_constant():
    x = np.ones((4, 50))
    one, two, other = Dropout(0.5, seed=7), Dropout(0.5, seed=7), Dropout(0.5, seed=8)
    first, second = one(x, training=True), one(x, training=True)
    assert (first != second).any()
    np.testing.assert_array_equal(two(x, training=True), first)
    np.testing.assert_array_equal(two(x, training=True), second)
    assert (other(x, training=True) != first).any()


@pytest.mark.parametrize(
    ("noise_shape", "same_along"), [((1, None), 0), ((None, 1), 1), ((1, 12), 0), ((8, 1), 1)]
)
def test_noise_shape_shares_a_mask_along_axes_of_length_1(noise_shape, same_along):
    out = Dropout(0.5, noise_shape=noise_shape, seed=0)(np.ones((8, 12)), training=True)
    assert (out == out.take([0], axis=same_along)).all()
    assert (out != out.take([0], axis=1 - same_along)).any()


def test_noise_shape_on_images_drops_whole_rows_of_pixels():
    out = Dropout(0.5, noise_shape=(None, None, 1), seed=0)(np.ones((3, 6, 5)), training=True)
    assert set(out.sum(axis=2).ravel()) == {0.0, 10.0}


def test_groups_drop_together_and_are_counted_by_noise_shape():
    layer = Dropout(0.5, noise_shape=(1, 5), group_size=4, seed=0)
    out = layer(np.ones((6, 20)), training=True)
    groups = out.reshape(6, 5, 4)
    assert (groups == groups[:1, :, :1]).all()
    assert 0 < (groups[0, :, 0] == 0).sum() < 5
    assert layer.last_mask.shape == (1, 5)
    np.testing.assert_array_equal(layer.last_mask[0], groups[0, :, 0] > 0)


def test_a_group_mask_shared_by_all_units_reaches_them_all():
    layer = Dropout(0.5, noise_shape=(None, 1), group_size=2, seed=0)
    out = layer(np.ones((9, 6)), training=True)
    assert (out == out[:, :1]).all()


@pytest.mark.parametrize("shape", [(5,), (1, 5), (6, 5), (6, 1)])
def test_a_mask_handed_in_is_used_and_draws_nothing(shape):
    layer = Dropout(0.2, group_size=2, seed=0)
    x = np.ones((6, 10))
    layer(x)
    before = layer.get_random_state()
    mask = np.arange(np.prod(shape)).reshape(shape) % 2
    out = layer.forward(x, training=True, mask=mask)
    np.testing.assert_array_equal(
        out, np.repeat(np.broadcast_to(mask, (6, 5)), 2, axis=1) / (1 - 0.2)
    )
    assert layer.get_random_state() == before
    np.testing.assert_array_equal(layer.forward(x, training=True, mask=layer.last_mask), out)


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        (np.ones(10), "broadcast to (6, 5)"),
        (np.ones((2, 6, 5)), "broadcast to (6, 5)"),
        ([1, 0, 1, 0, 0.5], "0 (dropped) and 1 (kept)"),
        ([1, 0, 1, 0, np.nan], "0 (dropped) and 1 (kept)"),
    ],
)
def test_masks_that_do_not_fit_are_refused(mask, says):
    layer = Dropout(0.2, group_size=2)
    layer(np.ones((6, 10)))
    with pytest.raises(InputError) as caught:
        layer.forward(np.ones((6, 10)), training=True, mask=mask)
    assert says in str(caught.value)


def test_a_subclass_brings_its_own_law_and_scale():
    class FirstOnly(Dropout):
        scale = np.array([3.0, 5.0])

        def draw_mask(self, shape):
            assert shape == (1, 2)
            return np.array([[True, False]])

    out = FirstOnly(0.5, noise_shape=(1, None), group_size=2)(np.ones((3, 4), "f4"), training=True)
    np.testing.assert_array_equal(out, [[3, 3, 0, 0]] * 3)
    assert out.dtype == np.float32


def test_dense_is_weight_times_input_plus_bias_then_activation():
    layer = Dense(3, "relu")
    x = np.random.default_rng(0).normal(size=(5, 2))
    assert layer(x).shape == (5, 3)
    assert layer.weight.shape == (3, 2)
    layer.bias[...] = [0.5, -0.5, 0.0]
    units = list(zip(layer.weight, layer.bias, strict=True))
    expected = [[max(0, w @ row + b) for w, b in units] for row in x]
    np.testing.assert_allclose(layer(x), expected)


def test_glorot_uniform_fills_its_range_and_biases_start_at_0():
    layer = Dense(300)
    layer(np.zeros((1, 100)))
    limit = np.sqrt(6 / 400)
    assert 0.999 * limit < np.abs(layer.weight).max() <= limit
    assert abs(layer.weight.std() - limit / np.sqrt(3)) < 0.01 * limit
    assert not layer.bias.any()


def test_softmax_stands_large_logits():
    layer = Dense(2, "softmax")
    layer(np.zeros((1, 1)))
    layer.weight[...] = [[1000.0], [-1000.0]]
    np.testing.assert_allclose(layer(np.array([[1.0], [-1.0]])), [[1, 0], [0, 1]], atol=1e-300)


def test_flatten_keeps_samples_and_replicates_apart():
    layer = Flatten()
    x = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(layer(x), x.reshape(2, 12))
    stacked = layer.forward(np.stack([x] * 5))
    assert stacked.shape == (5, 2, 12)
    assert layer.backward(stacked).shape == (5, 2, 3, 4)


def test_one_image_alone_is_no_batch_of_rows():
    layer = Flatten()
    assert layer(np.ones((3, 6, 5))).shape == (3, 30)
    with pytest.raises(InputError, match=r"takes samples of shape \(6, 5\)"):
        layer(np.ones((6, 5)))


def _unbuildable(layer, features):
    return lambda: layer(np.ones((2, *features)), training=True)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Dropout(1.0), "rate (the fraction dropped) is 1, but must be a number in [0, 1)"),
        (lambda: Dropout(-0.1), "is -0.1"),
        (lambda: Dropout(float("nan")), "is nan"),
        (lambda: Dropout("half"), "is 'half'"),
        (lambda: Dropout(True), "is True"),
        (lambda: Dropout(0.5, noise_shape=(1, 0)), "noise_shape at index 1 is 0"),
        (lambda: Dropout(0.5, noise_shape=(1, 2.5)), "noise_shape at index 1 is 2.5"),
        (lambda: Dropout(0.5, noise_shape=5), "noise_shape is 5, but must be a tuple"),
        (lambda: Dropout(0.5, seed=-1), "seed is -1"),
        (lambda: Dropout(0.5, group_size=0), "group_size is 0"),
        (_unbuildable(Dropout(0.5, group_size=3), (10,)), "choose a divisor"),
        (_unbuildable(Dropout(0.5, noise_shape=(None, 3)), (10,)), "has 3 at index 1"),
        (_unbuildable(Dropout(0.5, noise_shape=(None,)), (10,)), "the input has 2 axes, batch inc"),
        (lambda: Dense(0), "units is 0, but must be a whole number of at least 1"),
        (lambda: Dense(2.5), "units is 2.5"),
        (lambda: Dense(3, "gelu"), "activation is 'gelu', but must be one of: linear, relu, soft"),
        (lambda: Dense(3)(5), "x has shape (): give samples along the first axis"),
        (lambda: Dense(3)([1.0, 2.0]), "x has shape (2,): give samples along the first axis"),
        (lambda: Dense(3)("text"), "x holds <U4, but must hold real numbers"),
        (lambda: Dense(3)([[1, 2], [3]]), "x is no array of numbers"),
        (lambda: Dense(3)([[np.nan]]), "x holds NaN"),
        (lambda: Dense(3)([[1.0]], training=2), "training is 2, but must be True or False"),
        (lambda: Dense(3, name=5), "name is 5, but must be a text"),
        (lambda: Dense(3).set_weights([[1.0]]), "weights must be a list of 0 arrays"),
        (lambda: register_layer(int), "<class 'int'> is no class of layers"),
        (lambda: Dense(3, input_shape=64), "input_shape is 64, but must be a tuple"),
        (lambda: Dense(3, input_shape=(0,)), "a length in input_shape is 0"),
        (lambda: Flatten(input_shape=()), "input_shape is ()"),
        (lambda: Dense(3).weight, "Dense(3) has no weight yet"),
        (lambda: Dense(3).bias, "Dense(3) has no bias yet"),
        (_unbuildable(Dense(3), (8, 8)), "put a Flatten() before it"),
    ],
)
def test_bad_input_is_told_in_one_line(make, says):
    with pytest.raises(InputError) as caught:
        make()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_config_builds_the_same_layer():
    layers = (
        Dropout(0.25, noise_shape=(1, None), seed=4, group_size=2, input_shape=(8,)),
        Dense(3, "relu"),
        Flatten(input_shape=(2, 2)),
    )
    for layer in layers:
        assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def test_the_name_of_another_layer_cannot_be_taken():
    with pytest.raises(InputError, match=r"files mean nn_bridge\.dense\.Dense by 'Dense'"):
        register_layer(type("Dense", (Layer,), {}))


def test_register_layer_leaves_the_class_as_it_is(monkeypatch):
    monkeypatch.setattr("nn_bridge.layer.LAYERS", {})

    class Mine(Layer):
        pass

    assert register_layer(Mine) is Mine
