"""Silencing in Keras models: what runs once, what is left as found, noted, and refused."""

from __future__ import annotations

import numpy as np
import pytest
from silenced_keras import (
    ROWS,
    VECTORS,
    WORDS,
    OwnModel,
    around_another,
    evaluated,
    keras,
    layers,
    own_model,
    perceptron,
    transformer,
)  # fmt: skip

from nn_bridge.adapters.keras3.layers import named_layers, wrapped
from nn_bridge.adapters.keras3.silencing import silenced
from nn_bridge.adapters.keras3.tensors import as_numpy
from nn_bridge.measuring.silencing import Asked
from simulation.checks import InputError


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
