"""T6: linear regression with dropout on its inputs is ridge regression."""

from __future__ import annotations

import numpy as np

from experiments.validation.theorems.comparison import Check, Comparison, largest
from experiments.validation.theorems.ensemble import Ensemble
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD
from simulation.arrays import FloatArray


def dropped_input_loss(x: FloatArray, y: FloatArray, w: FloatArray, keep: float) -> float:
    """Return E |y - (m * X) w|^2 over masks m that keep each entry of X (P, D) at rate q.

    It is |y - q X w|^2 + q (1 - q) |G w|^2 with G = diag(X'X)^(1/2) (Srivastava et al. 2014 section
    9.1, whose p is this q).
    """
    fit = np.square(y - keep * x @ w).sum()
    return float(fit + keep * (1.0 - keep) * (np.square(x).sum(axis=0) @ np.square(w)))


def dropout_ridge(x: FloatArray, y: FloatArray, keep: float) -> FloatArray:
    """Return the weights (D,) that minimise `dropped_input_loss`: a ridge regression.

    With v = q w they solve (X'X + (1 - q)/q diag(X'X)) v = X'y: features are penalised in
    proportion to their size, as if X had been standardised first.

    Examples
    --------
    >>> dropout_ridge(np.eye(2), np.array([1.0, 0.0]), 0.5).tolist()
    [1.0, 0.0]
    """
    gram = x.T @ x
    penalised = gram + (1.0 - keep) / keep * np.diag(gram.diagonal())
    return np.asarray(np.linalg.solve(penalised, x.T @ y) / keep)


def input_dropout_is_ridge(seed: int = 0, quick: bool = False) -> Comparison:
    """Regress linearly with dropout on its inputs, by gradient descent and in closed form.

    The network scales survivors by 1/q, so its weights are q times those of the statement.
    """
    features = 4 if quick else 6
    losses, weights, left = [], [], []
    for number, rate in enumerate((0.2, 0.5, 0.7)):
        keep = 1.0 - rate
        rng = np.random.default_rng([seed, 6, number])
        x = rng.normal(size=(40, features)) * rng.uniform(0.5, 1.5, size=features)
        y = x @ rng.normal(size=features) + rng.normal(size=40)
        x, y = x - x.mean(axis=0), y - y.mean()  # so that the bias stays 0
        layers = [Dropout(rate, input_shape=(features,)), Dense(1)]
        network = Sequential(layers, seed=seed, dtype="float64")
        gram = x.T @ x / len(x)
        curvature = np.linalg.eigvalsh(gram + rate / keep * np.diag(gram.diagonal()))
        network.compile(SGD(1.0 / float(curvature[-1])), "half_squared_error")
        ensemble = Ensemble.of(network)
        weight = network.parameters()[0]  # (1, D)
        mean_loss, _ = ensemble.loss_and_gradients(x, y[:, None])
        losses.append(2 * len(x) * mean_loss - dropped_input_loss(x, y, weight[0] / keep, keep))
        left.append(ensemble.descend(x, y[:, None], steps=1_000, until=1e-13))
        weights.append(weight[0] / keep - dropout_ridge(x, y, keep))
    return Comparison(
        id="T6",
        statement="Linear regression with dropout on its inputs is ridge regression: "
        "E |y - (m*X)w|^2 is |y - qXw|^2 + q(1-q) |Gw|^2 with G = diag(X'X)^(1/2), and gradient "
        "descent on it ends at the ridge solution in that metric.",
        source="Srivastava et al. (2014) section 9.1; Wager, Wang, Liang (2013)",
        checks=(
            Check("mean loss over all input masks, and the closed form", largest(losses), 1e-11),
            Check(
                "weights after gradient descent on the mean loss, and ridge in closed form",
                largest(weights),
                1e-10,
            ),
        ),
        detail=f"{features} features, rates 0.2, 0.5, 0.7, all 2^{features} masks; gradient left "
        f"{largest(left):.1e}",
    )
