"""Flax NNX: the measures that the same weights give in our network, and all left as it was."""

from __future__ import annotations

import numpy as np
import pytest
from networks import blobs

import nn_bridge
from nn_bridge import measure
from simulation.checks import InputError

pytest.importorskip("flax")

import jax
import jax.numpy as jnp
from flax import nnx

from nn_bridge.adapters.flax_nnx.silencing import NnxSilenced
from nn_bridge.measuring.silencing import Asked


class Mlp(nnx.Module):
    def __init__(self, rngs, outputs=3):
        self.hidden = nnx.Linear(6, 8, rngs=rngs)
        self.dropout = nnx.Dropout(0.5, rngs=rngs)
        self.rest = nnx.List([nnx.Linear(8, 5, rngs=rngs), nnx.Linear(5, outputs, rngs=rngs)])

    def __call__(self, x):
        x = jnp.tanh(self.rest[0](self.dropout(self.hidden(x))))
        return nnx.softmax(self.rest[1](x))


class Jitted(Mlp):
    @nnx.jit
    def __call__(self, x):
        return super().__call__(x)


def twins(kind=Mlp):
    """Make one of our networks, and the same in NNX."""
    layers = nn_bridge.Dense, nn_bridge.Dropout
    ours = nn_bridge.Sequential(
        [
            layers[0](8, input_shape=(6,), name="hidden"), layers[1](0.5),
            layers[0](5, "tanh", name="rest.0"), layers[0](3, "softmax"),
        ],
        seed=0,
    )  # fmt: skip
    theirs = kind(nnx.Rngs(0))
    dense = [layer for layer in ours.layers if isinstance(layer, nn_bridge.Dense)]
    for layer, linear in zip(dense, [theirs.hidden, *theirs.rest], strict=True):
        linear.kernel[...], linear.bias[...] = layer.weight.T, layer.bias
    return ours, theirs


def figures(found):
    """All numbers of a result."""
    one = [found.complete, found.nobody, found.area, found.half, found.carriers, found.bus_factor]
    one += [*found.alone, *found.shapley, *found.curve.points, found.co_adaptation]
    return np.array([(each.value, each.low, each.high) for each in one if each is not None])


def everything(model):
    """All that a model holds, its random streams too."""
    flat = nnx.to_flat_state(nnx.state(model))
    arrays = {
        path: np.asarray(jax.random.key_data(value) if is_key(value) else value)
        for path, each in flat
        if (value := each.get_raw_value()) is not None
    }
    parts = {
        path: {k: v for k, v in vars(part).items() if isinstance(v, bool | int | float | str)}
        for path, part in nnx.iter_modules(model)
    }
    return arrays, parts, Mlp.__call__, nnx.Linear.__call__, nnx.Dropout.__call__


def is_key(value):
    return jnp.issubdtype(value.dtype, jax.dtypes.prng_key)


def same(before, after):
    assert before[0].keys() == after[0].keys()
    assert all(np.array_equal(before[0][path], after[0][path]) for path in before[0])
    assert before[1:] == after[1:]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        (Mlp, {}),
        (Mlp, {"ablation": "mean", "metric": "cross-entropy"}),
        (Jitted, {"reading": "fill the time", "blocks": 3}),
    ],
)
def test_the_same_weights_give_the_same_measures(kind, how):
    x, y = blobs()
    ours, theirs = twins(kind)
    theirs(jnp.asarray(x))  # compiled before anything falls silent
    before = everything(theirs)
    mine, other = (figures(measure(each, x, y, members="hidden", **how)) for each in (ours, theirs))
    np.testing.assert_allclose(mine, other, rtol=2e-4, atol=2e-5)
    same(before, everything(theirs))


def test_whole_layers_fall_silent_too():
    x, y = blobs()
    ours, theirs = (measure(each, x, y, members=["hidden", "rest.0"]) for each in twins())
    np.testing.assert_allclose(figures(ours), figures(theirs), rtol=2e-4, atol=2e-5)


class Images(nnx.Module):
    def __init__(self, rngs):
        self.conv = nnx.Conv(1, 3, (3, 3), rngs=rngs)
        self.norm = nnx.BatchNorm(3, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(2, 3, 4, decode=False, rngs=rngs)
        self.idle = nnx.Linear(3, 2, rngs=rngs)
        self.out = nnx.Linear(3, 1, rngs=rngs)

    def __call__(self, x):
        x = self.norm(self.conv(x))
        x = self.attention(x.reshape(len(x), -1, 3))
        return self.out(x.mean(axis=1))


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    return Images(nnx.Rngs(0)), rng.normal(size=(10, 4, 4, 1)), rng.normal(size=(10, 1))


def test_channels_and_heads_are_what_their_weights_at_zero_give(images):
    model, x, y = images
    before = everything(model)
    channels = measure(model, x, y, members="conv", metric="mse")
    heads = measure(model, x, y, members="attention", blocks="heads", metric="mse")
    same(before, everything(model))
    assert (channels.noun, channels.members) == ("channels", ("0", "1", "2"))
    assert heads.members == ("head 0", "head 1")

    def loss():
        return -float(jnp.mean((model(jnp.asarray(x)) - y) ** 2))

    model.eval()
    np.testing.assert_allclose(channels.complete.value, loss(), rtol=1e-5)
    out = model.attention.out.kernel
    out[...] = out[...].at[1].set(0)
    np.testing.assert_allclose(heads.alone[0].value, loss(), rtol=1e-5)
    out[...] = out[...] * 0
    np.testing.assert_allclose(heads.nobody.value, loss(), rtol=1e-5)


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ({"members": "conv1"}, "the network has: conv,"),
        ({"members": "idle"}, "call does not call it"),
        ({"members": "conv", "blocks": "heads"}, "no MultiHeadAttention"),
    ],
)
def test_what_cannot_fall_silent_is_told_in_a_line_and_leaves_all_as_found(images, how, line):
    model, x, y = images
    before = everything(model)
    with pytest.raises(InputError, match=line):
        measure(model, x, y, **how)
    same(before, everything(model))


def test_a_model_that_does_not_take_the_data_says_so_and_is_left_as_found(images):
    model, x, y = images
    before = everything(model)
    with pytest.raises(InputError, match=r"cannot be run on float64 \(2, 4, 4, 2\)"):
        measure(model, np.concatenate([x, x], axis=3), y, members="conv")
    same(before, everything(model))


class Restless(Mlp):
    def __call__(self, x):
        return super().__call__(nnx.Dropout(0.5, deterministic=False)(x, rngs=self.dropout.rngs))


def test_chance_that_is_left_in_evaluation_is_told():
    x, y = blobs()
    _, model = twins(Restless)
    before = everything(model)
    found = measure(model, x, y, members="hidden")
    same(before, everything(model))
    assert any("evaluations differ" in each for each in found.warnings.values())


def test_anybodys_silence_gives_what_the_layers_silence_gives():
    x, y = blobs()
    _, model = twins()

    class silence:
        def __init__(self, model, present):
            self.kernel, self.present = model.hidden, present
            self.was = model.hidden.kernel[...], model.hidden.bias[...]

        def __enter__(self):
            self.kernel.kernel[...] = self.was[0] * self.present
            self.kernel.bias[...] = self.was[1] * self.present

        def __exit__(self, *_):
            self.kernel.kernel[...], self.kernel.bias[...] = self.was

    names = tuple(map(str, range(8)))
    theirs = measure(model, x, y, members=(names, silence))
    found = measure(model, x, y, members="hidden")
    np.testing.assert_allclose(theirs.complete.value, found.complete.value)
    np.testing.assert_allclose(
        [each.value for each in theirs.shapley], [each.value for each in found.shapley], atol=1e-6
    )


class Wide(Mlp):
    def __call__(self, x):
        before = jnp.repeat(x, 500, axis=1)[:, ::500]  # 3,000 numbers an example
        return nnx.softmax(self.rest[1](self.rest[0](jnp.tile(self.hidden(before), 200)[:, :8])))


def test_what_a_pass_holds_is_counted_by_examples_before_and_by_pairs_behind():
    x, _ = blobs()
    silenced = NnxSilenced(Wide(nnx.Rngs(0)), np.tile(x, (50, 1)), Asked("hidden", memory=2**20))
    assert silenced.chunk == 2**20 // 4 // (2 * 4 * 3000)
    assert silenced._pairs == 2**20 // 2 // (2 * 4 * 1600)
