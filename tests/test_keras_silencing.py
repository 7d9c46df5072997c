"""Keras models with silent members, held to running the whole model for each mask."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from silenced_keras import (
    IMAGES,
    RNG,
    ROWS,
    VECTORS,
    WORDS,
    around_another,
    channels_first,
    convolutional,
    evaluated,
    keras,
    own_model,
    perceptron,
    transformer,
)  # fmt: skip

from nn_bridge.adapters.keras3.layers import named_layers, wrapped
from nn_bridge.adapters.keras3.silencing import silenced
from nn_bridge.adapters.keras3.tensors import as_numpy
from nn_bridge.measuring.silencing import Asked


def one_by_one(model, x, layer, axis, weights):
    """Run the whole model for each row of weights."""

    def scaled(tensor, by):
        shape = [1] * len(tensor.shape)
        shape[axis] = -1
        return tensor * keras.ops.convert_to_tensor(by.reshape(shape).astype("float32"))

    found = []
    for by in weights:
        if axis == -2:  # heads, in what the last projection takes
            last = layer.output_dense
            instead = {last: lambda call, args, kw, by=by: call(scaled(args[0], by), **kw)}
        else:
            instead = {layer: lambda call, args, kw, by=by: scaled(call(*args, **kw), by)}
        with wrapped(instead):
            found.append(evaluated(model, x))
    return np.array(found)


@pytest.mark.parametrize(
    ("build", "x", "name", "axis"),
    [
        (perceptron, VECTORS, "hidden", -1),
        (around_another, VECTORS, "inner.hidden", -1),
        (around_another, VECTORS, "inner", -1),
        (around_another, VECTORS, "first", -1),
        (convolutional, IMAGES, "first", -1),
        (convolutional, IMAGES, "second", -1),
        (channels_first, IMAGES.reshape(24, 1, 6, 6), "norm", 1),
        (own_model, VECTORS, "hidden", -1),
        (transformer, WORDS, "embedding", -1),
        (transformer, WORDS, "block.wide", -1),
        (transformer, WORDS, "attention", -1),
        (transformer, WORDS, "lstm", -1),
        (transformer, WORDS, "attention", -2),
        (transformer, WORDS, "block.attention", -2),
    ],
)
def test_outputs_are_those_of_the_whole_model(build, x, name, axis):
    keras.utils.clear_session()  # layers have the same names whatever ran before
    model = build()
    network = silenced(model, x, Asked((name,), blocks="heads" if axis == -2 else None))
    weights = RNG.integers(0, 2, (5, len(network.members))) * 1.5
    weights[0] = 1.0
    layer = named_layers(model)[name]
    expected = one_by_one(model, x, layer, axis, weights)
    found = network.outputs(ROWS, weights)
    np.testing.assert_allclose(found, expected[:, ROWS], atol=2e-5)
    np.testing.assert_allclose(found[0], evaluated(model, x)[ROWS], atol=2e-5)
    network.chunk, network.pairs = 7, 3  # as with little memory
    np.testing.assert_allclose(network.outputs(ROWS, weights), found, atol=2e-5)


@pytest.mark.parametrize("ablation", ["zero", "mean"])
@pytest.mark.parametrize(
    ("build", "x", "name"),
    [
        (perceptron, VECTORS, "hidden"),
        (convolutional, IMAGES, "second"),
        (channels_first, IMAGES.reshape(24, 1, 6, 6), "norm"),
        (around_another, VECTORS, "concatenate"),
    ],
)
def test_behind_the_last_layer_all_is_additive(build, x, name, ablation):
    keras.utils.clear_session()
    model = build()
    network = silenced(model, x, Asked((name,), blocks=2, ablation=ablation))
    found = network.additive()
    if name == "concatenate":
        assert found is None  # ReLU follows
        return
    weights = np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    outputs = np.einsum("cn,nmk->cmk", weights, found.contributions) + found.handout
    assert found.then == ("" if build is channels_first else "softmax")
    outputs = softmax(outputs, axis=-1) if found.then else outputs
    np.testing.assert_allclose(network.outputs(slice(0, 24), weights), outputs, atol=2e-5)


@pytest.mark.parametrize(
    ("build", "x", "name"),
    [(around_another, VECTORS, "inner.hidden"), (convolutional, IMAGES, "first")],
)
def test_additive_is_not_claimed_where_it_is_not_so(build, x, name):
    assert silenced(build(), x, Asked((name,))).additive() is None


def test_units_of_no_member_are_always_there():
    network = silenced(perceptron(), VECTORS, Asked(("hidden",), blocks=[[0, 1], [3]]))
    weights = np.array([[0.0, 1.0]])
    each = np.array([[0.0, 0.0, 1.0, 1.0, 1.0, 1.0]])
    expected = one_by_one(network.model, VECTORS, named_layers(network.model)["hidden"], -1, each)
    np.testing.assert_allclose(network.outputs(slice(0, 24), weights), expected, atol=2e-5)
    assert network.additive() is None


def test_whole_layers_fall_silent_and_become_their_means():
    keras.utils.clear_session()
    model = around_another()
    network = silenced(model, VECTORS, Asked(("inner.hidden", "first"), ablation="mean"))
    assert network.members == ("inner.hidden", "first")
    there, without, alone = network.outputs(slice(0, 24), np.array([[1.0, 1], [1, 0], [0, 1]]))
    np.testing.assert_allclose(there, evaluated(model, VECTORS), atol=2e-5)
    # With the first layer at its mean nothing depends on the examples any more.
    np.testing.assert_allclose(without, without[:1].repeat(24, axis=0), atol=1e-6)
    hidden = named_layers(model)["inner.hidden"]

    def at_its_mean(call, args, kwargs):
        found = call(*args, **kwargs)
        return keras.ops.zeros_like(found) + keras.ops.mean(found, axis=0)

    with wrapped({hidden: at_its_mean}):
        np.testing.assert_allclose(alone, evaluated(model, VECTORS), atol=2e-5)


def test_activity_is_the_share_of_examples():
    model = convolutional()
    first = as_numpy(model.layers[0](IMAGES))
    network = silenced(model, IMAGES, Asked(("first",)))
    np.testing.assert_allclose(network.activity(), (first != 0).any(axis=(1, 2)).mean(axis=0))
