"""Keras models with silent members, held to running the whole model for each mask."""

from __future__ import annotations

import numpy as np
import pytest
from frameworks import needs
from scipy.special import softmax

keras = needs("keras")

from nn_bridge.adapters.keras3.layers import named_layers, wrapped  # noqa: E402
from nn_bridge.adapters.keras3.silencing import silenced  # noqa: E402
from nn_bridge.adapters.keras3.tensors import as_numpy  # noqa: E402
from nn_bridge.measuring.silencing import Asked  # noqa: E402
from simulation.checks import InputError  # noqa: E402

layers = keras.layers
RNG = np.random.default_rng(0)
ROWS = slice(3, 20)
VECTORS = RNG.normal(size=(24, 4)).astype("float32")
IMAGES = RNG.normal(size=(24, 6, 6, 1)).astype("float32")
WORDS = RNG.integers(0, 9, (24, 5))


class Block(layers.Layer):
    """Attention and two Dense layers, as people write it."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.supports_masking = True
        self.attention = layers.MultiHeadAttention(2, 3, name="attention")
        self.wide, self.narrow = layers.Dense(6, "relu", name="wide"), layers.Dense(8)

    def build(self, shape):
        self.attention.build(shape, shape)
        self.wide.build(shape)
        self.narrow.build((*shape[:-1], 6))

    def call(self, x, training=None):
        x = x + self.attention(x, x, training=training)
        return x + self.narrow(self.wide(x))


class OwnModel(keras.Model):
    """Written as a class."""

    def __init__(self):
        super().__init__()
        self.hidden, self.last = layers.Dense(6, "relu", name="hidden"), layers.Dense(3)

    def call(self, x):
        return self.last(self.hidden(x))


def perceptron():
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(6, "relu", name="hidden"), layers.Dropout(0.5),
         layers.Dense(3, "softmax")]
    )  # fmt: skip


def around_another():
    """Skip connections around a model in the model, and plain operations."""
    inner = keras.Sequential(
        [keras.Input((8,)), layers.Dense(6, "relu", name="hidden"), layers.Dense(5)], name="inner"
    )
    x = keras.Input((4,))
    first = layers.Dense(8, "relu", name="first")(x)
    both = layers.Concatenate()([inner(first), first])
    return keras.Model(x, layers.Dense(3)(keras.ops.relu(both) + 1))


def convolutional(last=True):
    first = layers.Conv2D(3, 3, activation="relu", name="first")
    second = layers.Conv2D(4, 3, activation="relu", name="second")
    rest = [layers.SpatialDropout2D(0.2), layers.Flatten(), layers.Dense(5, name="logits")]
    return keras.Sequential([keras.Input((6, 6, 1)), first, second, *rest, layers.Softmax()])


def channels_first():
    x = keras.Input((1, 6, 6))
    y = layers.ReLU(name="relu")(x)
    y = layers.Reshape((4, 3, 3), name="maps")(y)
    y = layers.BatchNormalization(axis=1, name="norm")(y)
    return keras.Model(x, layers.Dense(5)(layers.Flatten(data_format="channels_first")(y)))


def transformer():
    """Words, some of them padding; a block as people write it, and one in the open."""
    words = keras.Input((5,))
    x = Block(name="block")(layers.Embedding(9, 8, mask_zero=True)(words))
    x = layers.MultiHeadAttention(2, 5, name="attention", dropout=0.1)(x, x)
    x = layers.LSTM(7, name="lstm")(x)
    return keras.Model(words, layers.Dense(2)(x))


def own_model():
    model = OwnModel()
    model(VECTORS)
    return model


def evaluated(model, x):
    return as_numpy(model(x, training=False))


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


def test_what_lies_before_is_run_once():
    model = around_another()
    network = silenced(model, VECTORS, Asked(("inner.hidden",)))
    calls = []

    def counting(call, args, kwargs):
        calls.append(call)
        return call(*args, **kwargs)

    with wrapped({named_layers(model)["first"]: counting}):
        network.outputs(slice(0, 24), np.ones((50, 6)))
        network.outputs(slice(0, 24), np.ones((50, 6)))
    assert len(calls) == 1


def test_all_is_left_as_found():
    keras.utils.clear_session()
    model = transformer()
    layer = model.get_layer("attention")
    before = [as_numpy(variable).copy() for variable in model.variables]
    nodes, names = len(layer._inbound_nodes), set(vars(layer.output_dense))
    network = silenced(model, WORDS, Asked(("attention",), blocks="heads"))
    network.outputs(ROWS, np.ones((2, 2)))
    assert len(layer._inbound_nodes) == nodes  # layer.output still has one meaning
    assert set(vars(layer.output_dense)) == names
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(as_numpy(variable).copy(), value)


class Failing(layers.Layer):
    fails = False

    def call(self, x):
        if self.fails:
            raise RuntimeError("a fault of\nthe user's own")
        return x


def test_all_is_left_as_found_when_the_model_fails():
    failing, hidden = Failing(), layers.Dense(3)
    model = keras.Sequential([keras.Input((4,)), layers.Dropout(0.5, seed=1), hidden, failing])
    before = [as_numpy(variable).copy() for variable in model.variables]
    failing.fails = True
    with pytest.raises(InputError, match=r"the model \w+ cannot be run on .*a fault of"):
        silenced(model, VECTORS, Asked((hidden.name,)))
    assert "call" not in vars(hidden)
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(as_numpy(variable).copy(), value)


def test_chance_in_evaluation_is_noted_and_its_seed_put_back():
    class Always(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seeds = keras.random.SeedGenerator(3)

        def call(self, x):
            return keras.random.dropout(x, 0.5, seed=self.seeds)

    always = Always()
    model = keras.Sequential([keras.Input((4,)), layers.Dense(6, name="hidden"), always])
    seed = as_numpy(always.seeds.state).copy()
    network = silenced(model, VECTORS, Asked(("hidden",)))
    assert network.notes[0].startswith("evaluations differ: outputs on the same 2 examples")
    np.testing.assert_array_equal(as_numpy(always.seeds.state).copy(), seed)
    assert silenced(perceptron(), VECTORS, Asked(("hidden",))).notes == ()


def test_it_is_noted_that_a_model_written_as_a_class_runs_whole():
    (note,) = silenced(own_model(), VECTORS, Asked(("hidden",))).notes
    assert "the whole model was run for each mask" in note


@pytest.mark.parametrize(
    ("name", "blocks", "message"),
    [
        ("hiden", None, "names the layer 'hiden', but the network has: hidden"),
        ("hidden", "heads", "'hidden' is no attention layer: none has heads"),
    ],
)
def test_refusals(name, blocks, message):
    with pytest.raises(InputError, match=message):
        silenced(perceptron(), VECTORS, Asked((name,), blocks=blocks))


def test_a_model_without_weights_is_refused():
    with pytest.raises(InputError, match="has no weights yet: call it once"):
        silenced(OwnModel(), VECTORS, Asked(("hidden",)))


def test_a_layer_that_is_not_called_is_refused():
    model = OwnModel()
    model.spare = layers.Dropout(0.5, name="spare")
    model(VECTORS)
    with pytest.raises(InputError, match="spare takes no part in what the model gives"):
        silenced(model, VECTORS, Asked(("spare",)))


def test_several_outputs_are_refused():
    x = keras.Input((4,))
    hidden = layers.Dense(3, name="hidden")(x)
    model = keras.Model(x, [layers.Dense(1)(hidden), layers.Dense(1)(hidden)])
    with pytest.raises(InputError, match="gives 2 outputs"):
        silenced(model, VECTORS, Asked(("hidden",)))


def test_two_inputs_by_name():
    inputs = {name: keras.Input((4,), name=name) for name in ("left", "right")}
    hidden = layers.Dense(6, name="hidden")(layers.Add()(list(inputs.values())))
    model = keras.Model(inputs, layers.Dense(2)(hidden))
    x = {"left": VECTORS, "right": VECTORS + 1}
    network = silenced(model, x, Asked(("hidden",)))
    np.testing.assert_allclose(
        network.outputs(ROWS, np.ones((1, 6)))[0], evaluated(model, x)[ROWS], atol=2e-5
    )
