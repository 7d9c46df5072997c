"""Theorems about the network: what dropout does to it in the mean over its masks (T4, T6, T7, T9).

Means over masks are not sampled: all 2^n sub-networks are gone through, each with its chance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from experiments.validation import regularisers
from experiments.validation.comparison import Check, Comparison, largest
from experiments.validation.ensemble import Ensemble
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD
from simulation.coalitions import all_coalitions
from simulation.laws import Couples, Independent, one_or_two_absent

FloatArray = npt.NDArray[np.float64]

SPECTRUM = (3.0, 2.0, 1.2, 0.4)
"""Singular values in T7, none near a threshold of its settings: descent is slow to decide there."""


def geometric_mean_of_sub_networks(seed: int = 0, quick: bool = False) -> Comparison:
    """T4: the article's kind of network against the geometric mean of all its sub-networks."""
    units = 8 if quick else 12
    rng = np.random.default_rng([seed, 4])
    x = 2.0 * rng.normal(size=(6, 8))
    layers = [Dropout(rate) for rate in (0.2, 0.5, 0.8)]
    layers += [AttendanceDropout(one_or_two_absent(units)), AttendanceDropout(Couples(units, 0.4))]
    answers, spreads, below, constants = [], [], [], []
    for layer in layers:
        network = Sequential(
            [Dense(units, "relu", input_shape=(8,)), layer, Dense(5, "softmax")],
            seed=int(rng.integers(2**32)),
            dtype="float64",
        )
        for parameter in network.parameters():
            parameter[...] = rng.normal(size=parameter.shape)
        ensemble = Ensemble.of(network)
        full = network.predict(x)  # (B, K)
        mean_log = np.tensordot(ensemble.chances, np.log(ensemble.outputs(x)), axes=1)  # (B, K)
        geometric = np.exp(mean_log)
        answers.append(full - geometric / geometric.sum(axis=1, keepdims=True))
        constant = np.log(full) - mean_log
        spreads.append(np.ptp(constant, axis=1))
        below.append(np.maximum(-constant, 0.0))
        constants.append(constant)
    return Comparison(
        id="T4",
        statement="After one dropout layer and a softmax, the full scaled network gives exactly "
        "the normalised weighted geometric mean of the answers of all its sub-networks.",
        source="Baldi, Sadowski (2013); Hinton et al. (2012); Srivastava et al. (2014)",
        checks=(
            Check(
                "probabilities of the full network, and the normalised geometric mean over all "
                "sub-networks",
                largest(answers),
            ),
            Check(
                "log p_full(y) - E log p_m(y) of one class and of another (it is the same for all)",
                largest(spreads),
                1e-11,
            ),
            Check("by how much log p_full(y) - E log p_m(y) is below 0", largest(below)),
        ),
        detail=f"2^{units} = {2**units} sub-networks, {len(layers)} ways to drop units (rates 0.2, "
        f"0.5, 0.8, one or two of all, couples); the constant is {np.min(constants):.2g} to "
        f"{np.max(constants):.2g}",
    )


def input_dropout_is_ridge(seed: int = 0, quick: bool = False) -> Comparison:
    """T6: linear regression with dropout on its inputs, by gradient descent and in closed form.

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
        losses.append(
            2 * len(x) * mean_loss - regularisers.dropped_input_loss(x, y, weight[0] / keep, keep)
        )
        left.append(_descend(ensemble, x, y[:, None], steps=1_000, until=1e-13))
        weights.append(weight[0] / keep - regularisers.dropout_ridge(x, y, keep))
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


def loads_become_equal(seed: int = 0, quick: bool = False) -> Comparison:
    """T7: train a linear network on its marginalised dropout loss, against the closed form.

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
        _descend(ensemble, x, x @ wanted.T, steps=200)
        found["left"].append(_finish(ensemble, x, x @ wanted.T))
        incoming, _, outgoing, _ = network.parameters()  # V' (r, D), U (K, r)
        product, load = regularisers.equal_loads(wanted, units, 1.0 - rate)
        loads = np.linalg.norm(outgoing, axis=0) * np.linalg.norm(incoming, axis=1)
        found["product"].append(largest([outgoing @ incoming - product]))
        found["loads"].append(largest([loads - load]))
        found["rank"].append(int(np.linalg.matrix_rank(product)))
    return Comparison(
        id="T7",
        statement="A linear network with one hidden layer and white input, trained with "
        "independent dropout, ends with the same load |u_i| |v_i| on every hidden unit, and with "
        "the singular values of what it learns lowered by one and the same amount.",
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


def dropout_keeps_the_mean(seed: int = 0, quick: bool = False) -> Comparison:
    """T9: the dropout layer over all its masks, at inference, and over drawn masks."""
    draws, units = 2_000 if quick else 20_000, 10
    x, slope = np.random.default_rng([seed, 9]).normal(size=(2, 3, units))
    people = Independent(5, (0.1, 0.2, 0.3, 0.4, 0.6))
    layers = [Dropout(rate, seed=seed) for rate in (0.0, 0.2, 0.5, 0.9)]
    layers += [Dropout(0.3, seed=seed, group_size=2), AttendanceDropout(people, 2, "question")]
    forward, passed, unchanged, dropped = [], [], [], []
    for layer in layers:
        unchanged.append(layer(x) - x)  # builds the layer, too
        if layer.rate == 0:
            unchanged.append(layer(x, training=True) - x)
        groups = units // layer.group_size
        absent = np.array(people.absence_rates if layer is layers[-1] else [layer.rate] * groups)
        masks = all_coalitions(groups)
        chances = np.where(masks, 1.0 - absent, absent).prod(axis=1)
        output = np.zeros_like(x)
        for mask, chance in zip(masks, chances, strict=True):
            once = layer.forward(x, training=True, mask=mask)
            output += chance * once
            passed.append(x * layer.backward(slope) - slope * once)
        forward.append(output - x)
        if layer.rate > 0:
            zeros = (layer.forward(np.ones((draws, units)), training=True) == 0).mean(axis=0)
            rates = absent.repeat(layer.group_size)
            dropped.append((zeros - rates) / np.sqrt(rates * (1.0 - rates) / draws))
    return Comparison(
        id="T9",
        statement="Dropout with Keras's meaning silences the fraction `rate` of the units in "
        "training and scales the others by 1/(1 - rate), so that the mean of its output is its "
        "input; at inference it changes nothing.",
        source="Srivastava et al. (2014); the documentation of keras.layers.Dropout",
        checks=(
            Check("mean output over all masks, and the input", largest(forward)),
            Check(
                "input times gradient passed back, and output times gradient, for every mask",
                largest(passed),
            ),
            Check("output at inference or with rate 0, and the input", largest(unchanged), 0.0),
            Check(
                "fraction of zeros among drawn outputs, and rate, in standard errors",
                largest(dropped),
                6.0,
            ),
        ),
        detail=f"{len(layers)} layers of {units} units: rates 0 to 0.9, groups, a rate for each "
        f"group; {draws} masks drawn, at most {largest(dropped):.1f} standard errors off",
    )


def _descend(
    ensemble: Ensemble, x: FloatArray, y: FloatArray, steps: int, until: float = 0.0
) -> float:
    """Go down the mean loss by plain gradient descent; return the largest gradient left."""
    left = np.inf
    for _ in range(steps):
        _, gradients = ensemble.loss_and_gradients(x, y)
        left = largest(gradients)
        if left <= until:
            break
        ensemble.network.apply_gradients()
    return left


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
