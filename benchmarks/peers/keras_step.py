"""The step in Keras 3, on the backend that KERAS_BACKEND names."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.step import BETA_1, BETA_2, CHECKED_STEPS, EPSILON, Step, results
from simulation.arrays import Array

keras: Any = import_module("keras")


class Fit:
    """`Model.fit`, an epoch at a time."""

    def __init__(self, case: Step) -> None:
        self.case = case
        self.steps = case.batches
        self.model = _model(case, keras.layers.Dropout(case.rate))

    def check(self) -> dict[str, Array]:
        """Take the checked steps with a layer of given masks in place of Dropout."""
        given = _given_mask(self.case)
        model = _model(self.case, given)
        losses, after_one = [], None
        for number in range(CHECKED_STEPS):
            given.factor.assign(self.case.masks[number] * np.float32(self.case.scale))
            model.reset_metrics()  # or the loss would be a mean over all steps so far
            losses.append(float(model.train_on_batch(*self.case.checked_batches[number])))
            after_one = after_one or _moved(model, self.case)
        assert after_one is not None
        return results(losses, after_one, _moved(model, self.case))

    def run(self) -> None:
        self.model.fit(*self.case.data, batch_size=self.case.batch, epochs=1, verbose=0)


class OnBatch(Fit):
    """`Model.train_on_batch`, a batch at a time."""

    def __init__(self, case: Step) -> None:
        super().__init__(case)
        self.rng = np.random.default_rng(0)

    def run(self) -> None:
        x, labels = self.case.data
        for rows in self.rng.permutation(len(x)).reshape(self.case.batches, -1):
            self.model.train_on_batch(x[rows], labels[rows])


def _given_mask(case: Step) -> Any:
    class GivenMask(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            shape = (case.batch, case.hidden)
            self.factor = self.add_weight(shape=shape, initializer="ones", trainable=False)

        def call(self, x: Any) -> Any:
            return x * self.factor

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

    return GivenMask()


def _model(case: Step, dropout: Any) -> Any:
    layers, optimizers = keras.layers, keras.optimizers
    model = keras.Sequential(
        [
            layers.Input((case.inputs,)),
            layers.Dense(case.hidden, activation="relu"),
            dropout,
            layers.Dense(case.outputs, activation="softmax"),
        ]
    )
    rate = case.learning_rate
    model.compile(
        optimizers.SGD(rate)
        if case.optimizer == "sgd"
        else optimizers.Adam(rate, BETA_1, BETA_2, EPSILON),
        "sparse_categorical_crossentropy",
    )
    w1, b1, w2, b2 = case.start
    for variable, start in zip(model.trainable_variables, (w1.T, b1, w2.T, b2), strict=True):
        variable.assign(start)
    return model


def _moved(model: Any, case: Step) -> list[Array]:
    w1, b1, w2, b2 = (keras.ops.convert_to_numpy(v) for v in model.trainable_variables)
    now = (w1.T, b1, w2.T, b2)
    return [mine - start for mine, start in zip(now, case.start, strict=True)]
