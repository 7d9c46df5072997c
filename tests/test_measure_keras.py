"""Keras and scikit-learn give the measures that the same weights give in our network."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
from frameworks import needs
from networks import blobs, figures

import nn_bridge
from nn_bridge import check_up, measure

keras = needs("keras")

from nn_bridge.adapters.keras3.tensors import as_numpy  # noqa: E402

layers = keras.layers


def twins(deep=False, outputs=3, last="softmax"):
    """Make one of our networks, and the same in Keras."""
    theirs = [keras.Input((6,)), layers.Dense(8, "relu", name="hidden"), layers.Dropout(0.5)]
    ours = [nn_bridge.Dense(8, "relu", input_shape=(6,), name="hidden"), nn_bridge.Dropout(0.5)]
    if deep:
        theirs.append(layers.Dense(5, "tanh"))
        ours.append(nn_bridge.Dense(5, "tanh"))
    model = keras.Sequential([*theirs, layers.Dense(outputs, last)])
    network = nn_bridge.Sequential([*ours, nn_bridge.Dense(outputs, last)], seed=0)
    model.set_weights([
        part for layer in network.layers if isinstance(layer, nn_bridge.Dense)
        for part in (layer.weight.T, layer.bias)
    ])  # fmt: skip
    return network, model


@pytest.mark.parametrize("reading", ["nobody covers", "fill the time"])
@pytest.mark.parametrize("ablation", ["zero", "mean"])
@pytest.mark.parametrize(("deep", "metric"), [(False, None), (True, "cross-entropy")])
def test_the_same_weights_give_the_same_measures(deep, metric, ablation, reading):
    x, y = blobs()
    ours, theirs = twins(deep)
    how = {"members": "hidden", "metric": metric, "ablation": ablation, "reading": reading}
    mine, other = (figures(measure(model, x, y, **how)) for model in (ours, theirs))
    np.testing.assert_allclose(mine[0], other[0], rtol=2e-4, atol=2e-5)
    assert mine[1:] == other[1:]
    assert mine[3:] == (True, not deep)


def test_regression_and_blocks_give_the_same_measures():
    x, _ = blobs()
    wanted = np.stack([x[:, 0] * x[:, 1], x[:, 2]], axis=1)
    mine, other = (
        figures(measure(model, x, wanted, members="hidden", blocks=4))
        for model in twins(outputs=2, last="linear")
    )
    np.testing.assert_allclose(mine[0], other[0], rtol=2e-4, atol=2e-5)
    assert mine[1:] == other[1:]


def test_scikit_learn_gives_the_same_measures():
    from sklearn.neural_network import MLPClassifier

    x, y = blobs()
    ours, _ = twins(deep=False)
    theirs = MLPClassifier((8,), max_iter=1)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        theirs.fit(x, y)
    hidden, _, last = ours.layers
    theirs.coefs_ = [hidden.weight.T, last.weight.T]
    theirs.intercepts_ = [hidden.bias, last.bias]
    mine = figures(measure(ours, x, y, members="hidden"))
    other = figures(measure(theirs, x, y, members="hidden 1"))
    np.testing.assert_allclose(mine[0], other[0], rtol=2e-4, atol=2e-5)
    assert mine[1:] == other[1:]


def test_members_that_a_function_silences():
    x, y = blobs()
    ours, theirs = twins()
    kernel = theirs.layers[-1].kernel

    @contextmanager
    def silence(model, present):
        before = as_numpy(kernel).copy()
        kernel.assign(before * present[:, None])
        try:
            yield
        finally:
            kernel.assign(before)

    names = [str(unit) for unit in range(8)]
    mine = measure(ours, x, y, members="hidden")
    other = measure(theirs, x, y, members=(names, silence))
    for one, same in zip(mine.shapley, other.shapley, strict=True):
        assert one.value == pytest.approx(same.value, abs=1e-6)
    assert mine.half.value == pytest.approx(other.half.value, abs=1e-6)


def test_datasets_of_keras():
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, at):
            x, y = blobs()
            return x[at * 20 : at * 20 + 20], y[at * 20 : at * 20 + 20]

    x, y = blobs()
    _, theirs = twins()
    whole = figures(measure(theirs, x[:60], y[:60], members="hidden"))
    parts = figures(measure(theirs, Batches(), members="hidden"))
    np.testing.assert_array_equal(whole[0], parts[0])


def test_datasets_of_tensorflow():
    """Where TensorFlow is, whatever backend Keras has."""
    data = pytest.importorskip("tensorflow").data.Dataset
    x, y = blobs()
    _, theirs = twins()
    dataset = data.from_tensor_slices((x.astype("float32"), y)).batch(25)
    whole, parts = (
        figures(measure(theirs, *one, members="hidden")) for one in ((x, y), (dataset,))
    )
    np.testing.assert_allclose(whole[0], parts[0], rtol=1e-6)
    assert [each.asked for each in check_up(theirs, dataset).sites] == [0.5]
    named = dataset.map(lambda one, wanted: {"x": one, "label": wanted})
    inputs = keras.Input((6,), name="x")
    by_name = keras.Model({"x": inputs}, theirs(inputs))
    again = figures(measure(by_name, named, members=theirs.name + ".hidden"))
    np.testing.assert_allclose(again[0], parts[0], rtol=1e-6)


def test_channels_are_called_so():
    model = keras.Sequential(
        [keras.Input((5, 5, 1)), layers.Conv2D(3, 2, activation="relu", name="first"),
         layers.Flatten(), layers.Dense(2)]
    )  # fmt: skip
    x, y = np.random.default_rng(0).normal(size=(20, 5, 5, 1)), np.arange(20) % 2
    assert "channels" in str(measure(model, x, y, members="first"))
    assert "heads" not in str(measure(model, x, y, members="first", blocks=2))
