"""T7: dropout gives every hidden unit of a linear network the same load."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from experiments.prediction.shrinkage import equal_loads
from experiments.validation.theorems.comparison import Check, Comparison, largest
from experiments.validation.theorems.ensemble import Ensemble
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD
from simulation.arrays import FloatArray

SPECTRUM = (3.0, 2.0, 1.2, 0.4)
"""Singular values, none near a threshold of the settings: descent is slow to decide there."""


def loads_become_equal(seed: int = 0, quick: bool = False) -> Comparison:
    """Train a linear network on its marginalised dropout loss, against the closed form.

    Plain gradient descent goes straight for the minimum but takes thousands of steps for its last
    digits; so it takes the first 200, and L-BFGS finishes, on the same exact loss and gradients.
    """
    found: dict[str, list[float]] = {"product": [], "loads": [], "left": [], "rank": []}
    settings = [(3, 0.7), (5, 0.2), (5, 0.5)]
    if not quick:
        settings += [(2, 0.2), (6, 0.8)]
    for number, (units, rate) in enumerate(settings):
        rng = np.random.default_rng([seed, 7, number])
        left, right = (np.linalg.qr(rng.normal(size=(size, 4)))[0] for size in (4, 5))
        wanted = rng.uniform(0.7, 1.3) * (left * SPECTRUM) @ right.T  # M (K, D)
        raw = rng.normal(size=(15, 5))
        x = np.sqrt(15) * np.linalg.qr(raw - raw.mean(axis=0))[0]  # X'X/P = 1, centred
        network = Sequential(
            [Dense(units, input_shape=(5,)), Dropout(rate), Dense(4)], seed=seed, dtype="float64"
        )
        network.compile(SGD(0.05), "half_squared_error")
        ensemble = Ensemble.of(network)
        ensemble.descend(x, x @ wanted.T, steps=200)
        found["left"].append(_finish(ensemble, x, x @ wanted.T))
        incoming, _, outgoing, _ = network.parameters()  # V' (r, D), U (K, r)
        product, load = equal_loads(wanted, units, 1.0 - rate)
        loads = np.linalg.norm(outgoing, axis=0) * np.linalg.norm(incoming, axis=1)
        found["product"].append(largest([outgoing @ incoming - product]))
        found["loads"].append(largest([loads - load]))
        found["rank"].append(int(np.linalg.matrix_rank(product)))
    return Comparison(
        id="T7",
        statement="A linear network with one hidden layer and white input, trained to the minimum "
        "of its squared error averaged over independent dropout of the hidden units, ends with the "
        "same load |u_i| |v_i| on every hidden unit, and with the singular values of what it "
        "learns lowered by one and the same amount, or to 0 where they are smaller.",
        source="Mianjy, Arora, Vidal (2018)",
        checks=(
            Check(
                "|u_i| |v_i| of every unit after training, and the closed form",
                largest(found["loads"]),
                1e-6,
            ),
            Check(
                "UV' after training, and M with its singular values soft-thresholded by alpha",
                largest(found["product"]),
                1e-6,
            ),
        ),
        detail=f"(units, rate) of {', '.join(map(str, settings))} end with "
        f"{', '.join(map(str, found['rank']))} of 4 singular values; all sub-networks; 200 "
        "steps of gradient descent, finished by L-BFGS; "
        f"gradient left {largest(found['left']):.1e}",
    )


def _finish(ensemble: Ensemble, x: FloatArray, y: FloatArray) -> float:
    """Go down the mean loss by L-BFGS to the end; return the largest gradient left."""
    parameters = ensemble.network.parameters()
    ends = np.cumsum([parameter.size for parameter in parameters])

    def put(flat: FloatArray) -> None:
        for parameter, part in zip(parameters, np.split(flat, ends[:-1]), strict=True):
            parameter[...] = part.reshape(parameter.shape)

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        put(flat)
        mean, gradients = ensemble.loss_and_gradients(x, y)
        return mean, np.concatenate([gradient.ravel() for gradient in gradients])

    start = np.concatenate([parameter.ravel() for parameter in parameters])
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"ftol": 0.0, "gtol": 1e-10, "maxiter": 500, "maxfun": 1_000, "maxcor": 30},
    )
    put(found.x)
    return largest([found.jac])
