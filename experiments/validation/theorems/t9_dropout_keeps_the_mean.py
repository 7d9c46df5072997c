"""T9: inverted dropout keeps the mean, with Keras's meaning of rate."""

from __future__ import annotations

import numpy as np

from experiments.validation.theorems.comparison import Check, Comparison, largest
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from simulation.coalitions import all_coalitions
from simulation.laws import Independent


def dropout_keeps_the_mean(seed: int = 0, quick: bool = False) -> Comparison:
    """Run the dropout layer over all its masks, at inference, and over drawn masks."""
    draws, units = 2_000 if quick else 20_000, 10
    x, slope = np.random.default_rng([seed, 9]).normal(size=(2, 3, units))
    people = Independent(5, (0.1, 0.2, 0.3, 0.4, 0.6))
    layers = [Dropout(rate, seed=seed) for rate in (0.0, 0.2, 0.5, 0.9)]
    layers += [Dropout(0.3, seed=seed, group_size=2), AttendanceDropout(people, 2, "question")]
    forward, passed, unchanged, dropped = [], [], [], []
    for layer in layers:
        # What the layer is not given a seed for, it draws by the network's.
        unchanged.append(Sequential([layer], seed, "float64").predict(x) - x)
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
        statement="Dropout with Keras's meaning silences the fraction 'rate' of the units in "
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
