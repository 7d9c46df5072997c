"""T4: with a softmax, the full network is the geometric mean of all its sub-networks."""

from __future__ import annotations

import numpy as np

from experiments.validation.theorems.comparison import Check, Comparison, largest
from experiments.validation.theorems.ensemble import Ensemble
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from simulation.laws import Couples, one_or_two_absent


def geometric_mean_of_sub_networks(seed: int = 0, quick: bool = False) -> Comparison:
    """Compare the article's kind of network with the geometric mean of all its sub-networks."""
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
        statement="With one dropout layer, on the units that the softmax's Dense takes in, and "
        "q_i > 0 for every unit, the full scaled network gives exactly the normalised weighted "
        "geometric mean of the answers of all its sub-networks.",
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
