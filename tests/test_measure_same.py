"""Our network and the same weights in PyTorch give the same measures."""

import numpy as np
import pytest
from frameworks import needs
from networks import blobs, figures

from nn_bridge import keras, measure, network_game
from simulation.coalitions.estimates import measured

torch = needs("torch")


def twins(hidden=8, deep=False, dropout=False, seed=0, outputs=3, last="softmax", inputs=6):
    """Make one of our networks, and the same of PyTorch's layers, which gives logits."""
    layers = [keras.layers.Dense(hidden, "relu", input_shape=(inputs,))]
    if dropout:
        layers.append(keras.layers.Dropout(0.5))
    if deep:
        layers.append(keras.layers.Dense(5, "tanh"))
    ours = keras.Sequential([*layers, keras.layers.Dense(outputs, last)], seed=seed)
    parts = []
    for layer in ours.layers:
        if isinstance(layer, keras.layers.Dense):
            linear = torch.nn.Linear(layer.weight.shape[1], layer.units)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(layer.weight))
                linear.bias.copy_(torch.from_numpy(layer.bias))
            parts.append(linear)
            if layer.activation in ("relu", "tanh"):
                parts.append(torch.nn.ReLU() if layer.activation == "relu" else torch.nn.Tanh())
        else:
            parts.append(torch.nn.Dropout(0.5))
    return ours, torch.nn.Sequential(*parts)


@pytest.mark.parametrize("reading", ["nobody covers", "fill the time"])
@pytest.mark.parametrize("ablation", ["zero", "mean"])
@pytest.mark.parametrize(
    ("deep", "metric"),
    [(False, None), (False, "cross-entropy"), (True, None), (True, "mse"), (False, "mse")],
)
def test_the_same_network_gives_the_same_figures_to_rounding(deep, metric, ablation, reading):
    x, y = blobs()
    ours, theirs = twins(deep=deep, dropout=True)
    wanted = np.eye(3)[y] if metric == "mse" else y
    if metric == "mse":  # of probabilities, which PyTorch's layers have to give first
        theirs.append(torch.nn.Softmax(dim=-1))
    how = {"metric": metric, "ablation": ablation, "reading": reading}
    mine = figures(measure(ours, x, wanted, members="dense", **how))
    other = figures(measure(theirs, x, wanted, members="1", **how))
    np.testing.assert_allclose(mine[0], other[0], rtol=2e-4, atol=2e-5)
    assert mine[1:] == other[1:]
    assert mine[-1] == (not deep and metric != "mse")


def test_blocks_of_sampled_members_give_the_same_figures():
    x, y = blobs()
    ours, theirs = twins(hidden=48)
    mine = figures(measure(ours, x, y, members="dense", blocks=24, draws=10))
    other = figures(measure(theirs, x, y, members="1", blocks=24, draws=10))
    np.testing.assert_allclose(mine[0], other[0], rtol=2e-4, atol=2e-5)
    assert not mine[3]


def test_regression_gives_the_same_figures():
    x, _ = blobs()
    wanted = np.stack([x[:, 0] * x[:, 1], x[:, 2]], axis=1)
    ours, theirs = twins(outputs=2, last="linear")
    mine, other = (
        measure(model, x, wanted, members=layer)
        for model, layer in ((ours, "dense"), (theirs, "1"))
    )
    assert mine.metric == other.metric == "r2"
    np.testing.assert_allclose(figures(mine)[0], figures(other)[0], rtol=1e-3, atol=1e-4)
    assert mine.additive
    assert other.additive


def test_the_bridge_and_measure_see_the_same_game():
    x, y = blobs()
    ours, _ = twins(dropout=True)
    found = measure(ours, x, y, members="dense")
    bridge = measured(network_game(ours, x, np.eye(3)[y], group_size=1), 0)
    np.testing.assert_allclose(
        [each.value for each in found.shapley], [each.value for each in bridge.shapley], atol=1e-12
    )
