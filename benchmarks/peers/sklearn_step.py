"""The step in scikit-learn, whose MLPClassifier has no dropout."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.step import BETA_1, BETA_2, CHECKED_STEPS, EPSILON, NO_DROPOUT, Step, results
from simulation.arrays import Array


class PartialFit:
    """`MLPClassifier.partial_fit`, an epoch at a time, which cuts the batches itself."""

    def __init__(self, case: Step) -> None:
        self.case = case
        self.steps = case.batches
        self.model = self._begin()

    def check(self) -> dict[str, Array]:
        """Take the checked steps; nobody is dropped."""
        losses, after_one = [], None
        for number in range(CHECKED_STEPS):
            self.model.partial_fit(*self.case.checked_batches[number])
            losses.append(float(self.model.loss_))
            after_one = after_one or self._moved()
        assert after_one is not None
        found = results(losses, after_one, self._moved(), NO_DROPOUT)
        self.model.set_params(shuffle=True)
        return found

    def run(self) -> None:
        self.model.partial_fit(*self.case.data)

    def _begin(self) -> MLPClassifier:
        case = self.case
        model = MLPClassifier(
            (case.hidden,),
            solver=case.optimizer,
            alpha=0.0,
            batch_size=case.batch,
            learning_rate_init=case.learning_rate,
            shuffle=False,
            momentum=0.0,
            nesterovs_momentum=False,
            beta_1=BETA_1,
            beta_2=BETA_2,
            epsilon=EPSILON,
        )
        x, labels = case.data
        classes = np.arange(case.outputs)
        # There is no other way to hand in weights than to let it draw some and to overwrite them;
        # and what the optimizer remembers of that first step has to go.
        with warnings.catch_warnings(action="ignore"):
            model.partial_fit(x[: case.batch], labels[: case.batch], classes=classes)
        w1, b1, w2, b2 = case.start
        for mine, start in zip(self._parameters(model), (w1.T, b1, w2.T, b2), strict=True):
            mine[...] = start
        optimizer = model._optimizer
        if case.optimizer == "adam":
            optimizer.t = 0
            for slot in (*optimizer.ms, *optimizer.vs):
                slot[...] = 0
        return model

    def _parameters(self, model: MLPClassifier) -> list[Array]:
        return [
            model.coefs_[0], model.intercepts_[0], model.coefs_[1], model.intercepts_[1]
        ]  # fmt: skip

    def _moved(self) -> list[Array]:
        w1, b1, w2, b2 = self._parameters(self.model)
        now = (w1.T, b1, w2.T, b2)
        return [mine - start for mine, start in zip(now, self.case.start, strict=True)]
