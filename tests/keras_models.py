"""What tests of Keras models need: data, models in few words, and what is found in them."""

from __future__ import annotations

import numpy as np
import pytest
from frameworks import needs

keras = needs("keras")

from nn_bridge import check_up  # noqa: E402

layers, ops = keras.layers, keras.ops
RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 10)).astype("float32")
Y = RNG.integers(0, 3, 32)
WORDS = RNG.integers(1, 9, (16, 6))
IMAGES = RNG.normal(size=(16, 8, 8, 3)).astype("float32")


@pytest.fixture(autouse=True)
def names_from_the_start():
    """In every file that imports it, layers have the same names whatever ran before."""
    keras.utils.clear_session()


class Masked(layers.Layer):
    """A layer that draws its mask itself."""

    def __init__(self, rate, scaled=True, wrong=False, always=False, **settings):
        super().__init__(**settings)
        self.rate, self.scaled, self.wrong, self.always = rate, scaled, wrong, always
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, x, training=None):
        if not (training or self.always):
            return x
        drawn = keras.random.uniform(ops.shape(x), seed=self.seeds)
        kept = ops.cast(drawn < self.rate if self.wrong else drawn >= self.rate, x.dtype)
        return x * kept / (1 - self.rate) if self.scaled else x * kept


class MaskedDropout(Masked):
    """The same, by a name that says what it does."""


def row(*middle, last=3):
    return keras.Sequential([keras.Input((10,)), layers.Dense(24), *middle, layers.Dense(last)])


def own(call, x=X, **inside):
    """A model written as a class, with these layers and this call."""

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            for name, layer in inside.items():
                setattr(self, name, layer)

    Own.call = call
    model = Own()
    model(x)
    return model


def kinds(model, x=X, **settings):
    found = check_up(model, x, **settings)
    return [(each.kind, each.where) for each in found.findings]


def site(model, x=X, **settings):
    (found,) = check_up(model, x, **settings).sites
    return found
