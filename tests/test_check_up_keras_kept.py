"""Check-ups of Keras models leave all as found, and give the same again."""

from __future__ import annotations

import random

import numpy as np
import pytest
from keras_models import (
    X,
    Y,
    keras,
    kinds,
    layers,
    names_from_the_start,  # noqa: F401
    row,
)

from nn_bridge import check_up
from nn_bridge.adapters.keras3.tensors import as_numpy
from simulation.checks import InputError


class Fails(layers.Layer):
    """Works until it does not."""

    left = 10**6

    def call(self, x):
        Fails.left -= 1
        if Fails.left < 0:
            raise RuntimeError("out of order")
        return x


def state(model):
    seeds = keras.src.backend.common.global_state.get_global_attribute("global_seed_generator")
    values = [as_numpy(each).tolist() for each in model.variables]
    chance = [random.getstate(), str(np.random.get_state())]  # noqa: NPY002
    return values, chance, None if seeds is None else as_numpy(seeds.state).tolist()


@pytest.mark.parametrize("passes", [10**6, 0, 3, 20, 45])
def test_all_is_left_as_found(passes):
    from keras.src import backend
    from keras.src.ops.operation import Operation

    model = row(layers.BatchNormalization(), layers.Dropout(0.5), Fails())
    model(X[:2], training=True)
    before, attributes = state(model), {each: dict(vars(each)) for each in model.layers}
    functions = (Operation.__call__, backend.random.dropout, backend.random.uniform)
    Fails.left = passes
    if passes < 100:
        with pytest.raises(InputError, match=r"cannot be run on .*RuntimeError: .*out of order"):
            check_up(model, X, Y)
    else:
        check_up(model, X, Y)
    Fails.left = 10**6
    assert state(model) == before
    assert {each: dict(vars(each)) for each in model.layers} == attributes
    assert (Operation.__call__, backend.random.dropout, backend.random.uniform) == functions


def test_the_same_seed_gives_the_same():
    model = row(layers.Dropout(0.5))
    first, again, other = (check_up(model, X, Y, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first.sites != other.sites


def test_a_model_without_weights_gets_them_as_by_its_first_call():
    class Unbuilt(keras.Model):
        def __init__(self):
            super().__init__()
            self.drop, self.last = layers.Dropout(0.5), layers.Dense(3)

        def call(self, x, training=None):
            return self.last(self.drop(x, training=training))

    model = Unbuilt()
    chance = random.getstate(), str(np.random.get_state())  # noqa: NPY002
    assert kinds(model) == []
    assert model.built
    assert (random.getstate(), str(np.random.get_state())) == chance  # noqa: NPY002
