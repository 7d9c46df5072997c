"""Keras models whose members fall silent in tests, and the data they run on."""

from __future__ import annotations

import numpy as np
from frameworks import needs

keras = needs("keras")

from nn_bridge.adapters.keras3.tensors import as_numpy  # noqa: E402

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
