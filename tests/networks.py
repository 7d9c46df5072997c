"""What tests of networks need: easy data, and a small network for them."""

import numpy as np

from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential


def blobs(samples=96, features=6, classes=3, seed=0):
    """Draw classes that can be told apart, but not at once."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, samples)
    return np.eye(classes, features)[labels] * 2 + rng.normal(size=(samples, features)), labels


def small(rate=0.5, seed=0, dtype="float64", optimizer="sgd", metrics=("accuracy",), hidden=16):
    model = Sequential(
        [Dense(hidden, "relu", input_shape=(6,)), Dropout(rate), Dense(3, "softmax")], seed, dtype
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", list(metrics))
    return model


def figures(found):
    """All numbers that measuring a network gives, the intervals' ends too; and what is exact."""
    one = [found.complete, found.nobody, found.area, found.half, found.carriers, found.bus_factor]
    one += [*found.alone, *found.shapley, *found.curve.points, found.at_random.number]
    one += [found.co_adaptation]
    numbers = [(each.value, each.low, each.high) for each in one if each is not None]
    return np.array(numbers), found.idle, found.never_fire, found.exact, found.additive
