"""L5: deep networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.article import Setting, talk_of
from experiments.costs import Cost, costing
from experiments.validation.limits.limit import Jobs, Limit, Results, Rows, sentence, shown
from experiments.validation.plan import Plan
from experiments.validation.theorems.comparison import EXACT
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.losses import accuracy
from nn_bridge.network import Sequential
from simulation.arrays import FloatArray
from simulation.coalitions import all_coalitions
from simulation.statistics import paired_effect

GROUPS, GROUP_SIZE = 5, 8
"""Groups of units that drop together in each layer: few enough to enumerate their masks."""


def jobs(plan: Plan) -> Jobs:
    """Both depths in one."""
    return {("limit", "L5"): (deep_ensembles, (plan.seeds, plan.epochs))}


@costing(lambda seeds, epochs: Cost(0.04 * epochs * len(seeds)))
def deep_ensembles(seeds: Sequence[int], epochs: int) -> dict[int, dict[str, FloatArray]]:
    """Set the full scaled network beside the means over all its sub-networks, by depth.

    Networks with one and with two hidden layers of 40 units, Dropout(0.5) after each by groups of
    8 units, so that all 2^5 or 2^10 sub-networks can be gone through. On 100 unseen of
    scikit-learn's digits.

    Returns
    -------
    dict of layers to dict of measure to (S,) array
    """
    setting = Setting(data="digits")
    talks = [talk_of(setting, seed) for seed in seeds]
    x = np.stack([talk.practice_questions for talk in talks])
    y = np.stack([talk.practice_answers.argmax(axis=1) for talk in talks])
    unseen = np.stack([talk.show_questions[:100] for talk in talks])  # (S, M, D)
    wanted = np.stack([talk.show_answers[:100] for talk in talks])
    found = {}
    for depth in (1, 2):
        hidden = [
            layer
            for _ in range(depth)
            for layer in (
                Dense(GROUPS * GROUP_SIZE, "relu"),
                Dropout(0.5, group_size=GROUP_SIZE),
            )
        ]
        network = Sequential([*hidden, Dense(10, "softmax")], seed=list(seeds), dtype="float64")
        network.build(x.shape[2:])
        network.compile(setting.new_optimizer, "sparse_categorical_crossentropy")
        network.fit(x, y, epochs=epochs, verbose=0)
        full = network.predict(unseen)  # (S, M, K)
        arithmetic, geometric = means_of_sub_networks(network, unseen)
        found[depth] = {
            "distance to the geometric mean": _apart(full, geometric),
            "distance to the arithmetic mean": _apart(full, arithmetic),
            "accuracy of one scaled pass": accuracy(full, wanted),
            "accuracy of the arithmetic mean": accuracy(arithmetic, wanted),
        }
    return found


def means_of_sub_networks(network: Sequential, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Arithmetic and normalised geometric mean of what all sub-networks answer, with rate 0.5.

    Every combination of masks of the network's dropout layers is as likely as any other.
    """
    dropouts = [layer for layer in network.layers if isinstance(layer, Dropout)]
    masks = all_coalitions(GROUPS * len(dropouts))  # (C, groups of all layers)
    total, total_log = np.zeros(()), np.zeros(())
    for mask in masks:
        own = dict(zip(dropouts, np.split(mask, len(dropouts)), strict=True))
        answer = network(x, training=True, masks=own)
        total, total_log = total + answer, total_log + np.log(answer)
    geometric = np.exp(total_log / len(masks))
    return total / len(masks), geometric / geometric.sum(axis=-1, keepdims=True)


def _apart(one: FloatArray, other: FloatArray) -> FloatArray:
    """Probability that lies elsewhere, mean over questions, (S,): total variation."""
    return np.asarray(0.5 * np.abs(one - other).sum(axis=-1).mean(axis=-1))


def found(plan: Plan, results: Results) -> tuple[Rows, str]:
    """How far the full network is from the means over its sub-networks, by depth."""
    one, two = (results["limit", "L5"][depth] for depth in (1, 2))
    rows: Rows = [
        (f"{name}: one hidden layer, two", paired_effect(one[name], two[name])) for name in one
    ]
    effect = paired_effect(*(depth["distance to the geometric mean"] for depth in (one, two)))
    far = paired_effect(*(depth["distance to the arithmetic mean"] for depth in (one, two)))
    votes = paired_effect(
        two["accuracy of one scaled pass"], two["accuracy of the arithmetic mean"]
    )
    rows.append(("accuracy, two hidden layers: one scaled pass, mean of all sub-networks", votes))
    exact = one["distance to the geometric mean"].max() <= EXACT
    return rows, sentence(
        [
            f"with one hidden layer the full network is {'' if exact else 'not '}exactly the "
            "geometric mean of its sub-networks",
            f"with two {effect.after:.2g} of the probability lies elsewhere "
            f"({shown(effect, 'less', 'more')})",
            f"from the arithmetic mean it is {far.before:.2g} and {far.after:.2g} away",
            f"accuracy of one scaled pass is {votes.before:.3g}, of the mean of all sub-networks "
            f"{votes.after:.3g} ({shown(votes, 'lower', 'higher')})",
        ]
    )


LIMIT = Limit(
    "L5",
    "Deep networks",
    "With one layer of presenters, one full talk is exactly the geometric mean of the talks of all "
    "sub-teams; with a layer that listens to a layer it need not be.",
    "one and two hidden layers of 40 units on scikit-learn's digits (8 x 8), Dropout(0.5) after "
    "each in groups of 8, all 2^5 or 2^10 sub-networks: the share of probability that lies "
    "elsewhere (total variation), mean over 100 unseen digits",
    jobs,
    found,
)
