"""Our own network, through the calls that its users make."""

from __future__ import annotations

import numpy as np

from benchmarks.step import EPSILON, TOLERANCES, PlainStep, Step, clear_batch, one_hot, results
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD, Adam
from simulation.arrays import Array


class Fit:
    """`Sequential.fit` when timed; checked through `train_on_batch`, and `fit` against that."""

    def __init__(self, case: Step) -> None:
        self.case = case
        self.steps = case.batches
        self.model = _network(case)

    def check(self) -> dict[str, Array]:
        """Take the checked steps with the given masks; see that `fit` takes the same."""
        model = _network(self.case)
        losses, after_one = [], None
        for mask, batch in zip(self.case.masks, self.case.checked_batches, strict=True):
            losses.append(model.train_on_batch(*batch, masks={_dropout(model): mask}))
            after_one = after_one or _moved(model, self.case)
        assert after_one is not None
        self._fit_does_the_same()
        return results(losses, after_one, _moved(model, self.case))

    def run(self) -> None:
        x, labels = self.case.data
        self.model.fit(x, labels, batch_size=self.case.batch, epochs=1, verbose=0)

    def _fit_does_the_same(self) -> None:
        """Hold `fit`, which draws its masks itself, against the plain step with those masks."""
        model, plain = _network(self.case), PlainStep(self.case, np.float64)
        dropout, rng = _dropout(model), np.random.default_rng(5)
        for everyone in np.ones_like(self.case.masks):
            x, labels = clear_batch(self.case, rng, plain)
            model.fit(x, labels, batch_size=len(x), epochs=1, verbose=0, shuffle=False)
            mask = dropout.last_mask
            plain.step(x, one_hot(labels, self.case), everyone if mask is None else mask)
        for mine, theirs in zip(_moved(model, self.case), plain.moved(), strict=True):
            apart = float(np.linalg.norm(mine - theirs) / np.linalg.norm(theirs))
            if not apart < TOLERANCES[self.case.optimizer]:
                raise ValueError(f"refused: fit is {apart:.1e} away from the plain step")


def _network(case: Step) -> Sequential:
    model = Sequential(
        [
            Dense(case.hidden, activation="relu", input_shape=(case.inputs,)),
            Dropout(case.rate),
            Dense(case.outputs, activation="softmax"),
        ],
        seed=0,
    )
    rate = case.learning_rate
    optimizer = SGD(rate) if case.optimizer == "sgd" else Adam(rate, epsilon=EPSILON)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    for parameter, start in zip(model.parameters(), case.start, strict=True):
        parameter[...] = start
    return model


def _dropout(model: Sequential) -> Dropout:
    _, dropout, _ = model.layers
    assert isinstance(dropout, Dropout)
    return dropout


def _moved(model: Sequential, case: Step) -> list[Array]:
    return [now - then for now, then in zip(model.parameters(), case.start, strict=True)]
