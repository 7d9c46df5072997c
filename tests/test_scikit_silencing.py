"""scikit-learn's perceptrons with silent units, held to scikit-learn's own predictions."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor

from nn_bridge.adapters.scikit.silencing import silenced
from nn_bridge.measuring.silencing import Asked
from simulation.checks import InputError

X = np.random.default_rng(0).normal(size=(60, 5))
LABELS = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)
WEIGHTS = np.random.default_rng(1).integers(0, 2, (4, 6)) * 1.0


def trained(kind, y, hidden=(6, 6), **settings):
    model = kind(hidden_layer_sizes=hidden, max_iter=20, random_state=0, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged
        return model.fit(X, y)


MODELS = [
    trained(MLPClassifier, LABELS),
    trained(MLPClassifier, LABELS > 1, activation="tanh"),
    trained(MLPClassifier, LABELS[:, None] == [0, 1, 2], activation="logistic"),
    trained(MLPRegressor, X[:, :2], activation="identity"),
    trained(MLPRegressor, X[:, 0].astype(np.float32)),
    trained(MLPRegressor, np.exp(X[:, 0]), loss="poisson"),
]


def with_scaled_units(model, layer, weights):
    """Scale what the units of a layer hand on, in the weights that take it."""
    changed = copy.deepcopy(model)
    changed.coefs_[layer + 1] = changed.coefs_[layer + 1] * weights[:, None]
    return changed


def said(model, x):
    found = model.predict_proba(x) if hasattr(model, "predict_proba") else model.predict(x)
    return found.reshape(len(x), -1)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("layer", [0, 1])
def test_outputs_are_those_of_a_model_with_scaled_weights(model, layer):
    found = silenced(model, X, Asked((f"hidden {layer + 1}",))).outputs(slice(10, 50), WEIGHTS)
    for mine, weights in zip(found, WEIGHTS, strict=True):
        np.testing.assert_allclose(
            mine, said(with_scaled_units(model, layer, weights), X[10:50]), atol=1e-6
        )


def test_little_memory_gives_the_same():
    model = silenced(MODELS[0], X, Asked(("hidden 1",)))
    small = silenced(MODELS[0], X, Asked(("hidden 1",)))
    small.chunk, small.pairs = 7, 3
    np.testing.assert_allclose(
        small.outputs(slice(0, 60), WEIGHTS), model.outputs(slice(0, 60), WEIGHTS), atol=1e-12
    )


def test_whole_layers_are_members():
    model = silenced(MODELS[3], X, Asked(("hidden 2", "hidden 1")))
    assert model.members == ("hidden 2", "hidden 1")
    found = model.outputs(slice(0, 60), np.array([[0.5, 1.0], [1.0, 0.0]]))
    halved = with_scaled_units(MODELS[3], 1, np.full(6, 0.5))
    without = with_scaled_units(MODELS[3], 0, np.zeros(6))
    np.testing.assert_allclose(found[0], said(halved, X))
    np.testing.assert_allclose(found[1], said(without, X))
    assert model.additive() is None


@pytest.mark.parametrize("ablation", ["zero", "mean"])
@pytest.mark.parametrize("model", [MODELS[0], MODELS[1], MODELS[3]])
def test_behind_the_last_layer_all_is_additive(model, ablation):
    blocks = [[0, 3], [1], [5, 4, 2]]
    found = silenced(model, X, Asked(("hidden 2",), blocks=blocks, ablation=ablation))
    contributions, handout, then = found.additive()
    weights = WEIGHTS[:, :3]
    outputs = np.einsum("cn,nmk->cmk", weights, contributions) + handout
    assert then == ("" if isinstance(model, MLPRegressor) else "softmax")
    outputs = softmax(outputs, axis=-1) if then else outputs
    np.testing.assert_allclose(found.outputs(slice(0, 60), weights), outputs, atol=1e-12)


def test_additive_is_not_claimed_where_it_is_not_so():
    assert silenced(MODELS[0], X, Asked(("hidden 1",))).additive() is None
    assert silenced(MODELS[2], X, Asked(("hidden 2",))).additive() is None  # many labels at once
    assert silenced(MODELS[0], X, Asked(("hidden 2",), blocks=[[0]])).additive() is None


def test_the_mean_is_over_the_examples():
    model = MODELS[3]
    hidden = X @ model.coefs_[0] + model.intercepts_[0]
    found = silenced(model, X, Asked(("hidden 1",), ablation="mean"))
    (out,) = found.outputs(slice(0, 60), np.zeros((1, 6)))
    mean = hidden.mean(axis=0) @ model.coefs_[1] + model.intercepts_[1]
    np.testing.assert_allclose(out, np.tile(mean @ model.coefs_[2] + model.intercepts_[2], (60, 1)))


def test_activity_is_the_share_of_examples():
    model = MODELS[0]
    fired = X @ model.coefs_[0] + model.intercepts_[0] > 0
    np.testing.assert_allclose(
        silenced(model, X, Asked(("hidden 1",))).activity(), fired.mean(axis=0)
    )
    pairs = silenced(model, X, Asked(("hidden 1",), blocks=3)).activity()
    np.testing.assert_allclose(pairs, fired.reshape(60, 3, 2).any(axis=2).mean(axis=0))


@pytest.mark.parametrize(
    ("model", "layer", "message"),
    [
        (MODELS[0], "hidden 3", "names the layer 'hidden 3', but the network has: hidden"),
        (LogisticRegression(), "hidden 1", "only MLPClassifier and MLPRegressor have units"),
        (MLPClassifier(), "hidden 1", "is not trained: call fit first"),
    ],
)
def test_refusals(model, layer, message):
    with pytest.raises(InputError, match=message):
        silenced(model, X, Asked((layer,)))


def test_x_must_fit():
    with pytest.raises(InputError, match=r"x: the shape is \(60, 4\)"):
        silenced(MODELS[0], X[:, :4], Asked(("hidden 1",)))
