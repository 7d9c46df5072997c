"""L4: networks that remember where they were going."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.costs import Cost, costing
from experiments.validation.conditions import SMALL
from experiments.validation.limits.limit import Jobs, Limit, Results, Rows, sentence
from experiments.validation.plan import Plan
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD, Adam, Optimizer
from simulation.arrays import FloatArray
from simulation.real_talks import mnist_sample_talk
from simulation.statistics import paired_effect

PLAIN, *REMEMBERING = OPTIMIZERS = ("plain SGD", "momentum", "Adam")


def jobs(plan: Plan) -> Jobs:
    """All optimizers in one."""
    return {("limit", "L4"): (absent_units_move, (plan.seeds, 100 if plan.quick else 1_000))}


@costing(lambda seeds, steps: Cost(1.4e-3 * steps * len(seeds)))
def absent_units_move(seeds: Sequence[int], steps: int) -> dict[str, dict[str, FloatArray]]:
    """Measure how far dropped units move at the very steps at which they are dropped, by optimizer.

    One mask is handed to the network at each step, the same for the whole batch; batches and masks
    are the same under every optimizer.

    Returns
    -------
    dict of optimizer to dict of measure to (S,) array
    """
    talks = [mnist_sample_talk(np.random.default_rng([seed, 1]), practice=SMALL) for seed in seeds]
    x = np.stack([talk.practice_questions for talk in talks])  # (S, P, D)
    y = np.stack([talk.practice_answers.argmax(axis=1) for talk in talks])  # (S, P)
    found = {}
    for name in OPTIMIZERS:
        rng = np.random.default_rng(seeds)
        hidden, dropout, output = Dense(32, "relu"), Dropout(0.5), Dense(10, "softmax")
        network = Sequential([hidden, dropout, output], seed=list(seeds), dtype="float64")
        network.build(x.shape[2:])
        network.compile(_optimizer(name), "sparse_categorical_crossentropy")
        largest = np.zeros(len(talks))
        moved = np.zeros((2, len(talks)))  # by those dropped, and by those kept
        for _ in range(steps):
            rows = rng.integers(x.shape[1], size=32)
            kept = rng.random((len(talks), 32)) < 0.5  # (S, units)
            before = [parameter.copy() for parameter in network.parameters()]
            network.train_on_batch(x[:, rows], y[:, rows], masks={dropout: kept[:, None]})
            into, bias, out = (
                np.abs(new - old)
                for new, old in zip(network.parameters()[:3], before[:3], strict=True)
            )
            changes = np.concatenate([into, bias[..., None], out.mT], axis=2)  # (S, units, D+1+K)
            largest = np.maximum(largest, np.where(kept, 0.0, changes.max(axis=2)).max(axis=1))
            step = np.linalg.norm(changes, axis=2)  # (S, units)
            moved += [np.where(kept, 0.0, step).sum(axis=1), np.where(kept, step, 0.0).sum(axis=1)]
        found[name] = {"largest change": largest, "moved, relative to kept": moved[0] / moved[1]}
    return found


def _optimizer(name: str) -> Optimizer:
    if name == "Adam":
        return Adam(0.001)
    return SGD(0.05, momentum=0.9 if name == "momentum" else 0.0)


def found(plan: Plan, results: Results) -> tuple[Rows, str]:
    """Whether dropped units move, by optimizer."""
    found = results["limit", "L4"]
    largest = {name: found[name]["largest change"] for name in found}
    rows: Rows = []
    said = [f"with {PLAIN} dropped units {'move' if largest[PLAIN].any() else 'stay still'}"]
    for name in REMEMBERING:
        effect = paired_effect(largest[PLAIN], largest[name])
        mean = float(found[name]["moved, relative to kept"].mean())
        rows.append((f"largest change of a dropped unit's weight: {PLAIN}, {name}", effect))
        rows.append((f"steps of dropped units with {name}, in steps of kept ones", mean))
        moves = {"higher": "move", "lower": "move less"}.get(
            effect.verdict, "are not shown to move"
        )
        said.append(f"with {name} they {moves} ({mean:.0%} as far as those kept)")
    return rows, sentence(said)


LIMIT = Limit(
    "L4",
    "Networks that remember where they were going",
    "Who misses a rehearsal learns nothing from it, but a unit that was dropped still moves if "
    "the optimizer remembers earlier steps.",
    "a network with 32 hidden units on 300 images of MNIST, masks handed in for the batch: how far "
    "weights of dropped units move at the very step at which they are dropped",
    jobs,
    found,
)
