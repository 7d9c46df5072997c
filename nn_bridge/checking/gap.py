"""What chance does to the loss, and how much of the gap to the validation loss is its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.special import expit, logit, softmax
from scipy.stats import t as student

from nn_bridge.checking.report import Estimate, Gap
from nn_bridge.checking.watching import Watched
from nn_bridge.measuring.data import lengths_of, unlike
from nn_bridge.measuring.metrics import Metric, metric_of, name_of
from simulation.arrays import Array, FloatArray
from simulation.checks import InputError

LOSSES = ("cross-entropy", "mse")
"""Losses by name."""

Batches = Sequence[tuple[Any, Array]]
"""Inputs and what is wanted of each batch, as NumPy arrays."""


def gap_of(
    watched: Watched,
    data: Batches,
    others: Batches,
    loss: Any,
    passes: int,
    seed: int,
    step: Callable[[int], None],
    *,
    learns: bool,
    restless: bool,
) -> Gap:
    """Measure the loss with chance on and off.

    Parameters
    ----------
    watched : Watched
    data : list of (inputs, wanted)
    others : list of (inputs, wanted)
        Those of validation; may be empty.
    loss : None, str or function(outputs, y)
    passes : int
        With chance on.
    seed : int
    step : function(number)
        Told of so many passes more.
    learns : bool
        Whether more than chance is otherwise in training: batch normalisation is.
    restless : bool
        Whether chance is on in evaluation too: there is no loss without it then.
    """
    judge = _Judge(watched, loss, data, step)
    with watched.kept(seed):
        watched.switch(training=False)
        still = judge.losses(data)  # (U,)
        validated = judge.losses(others) if others else None
        watched.chance_alone()
        chance, averaged = judge.with_chance(data, passes)  # (P, U), (P, U) or None
        training = chance
        if learns:
            watched.switch(training=True)
            training = np.array([judge.losses(data) for _ in range(passes)])  # (P, U)
    validation = None if validated is None else estimate(validated[None])
    matches = None
    if restless:
        averaged = None
    if averaged is not None:
        worse = averaged - still  # (P, U)
        errors = worse.std(axis=1, ddof=1) / np.sqrt(worse.shape[1]) if worse.shape[1] > 1 else 0.0
        enough = np.flatnonzero(worse.mean(axis=1) <= errors)
        matches = int(enough[0]) + 1 if len(enough) else None
    return Gap(
        judge.name,
        judge.unit,
        len(still),
        passes,
        estimate(training),
        estimate(still[None]),
        estimate(chance),
        None if restless else estimate(chance - still),
        validation,
        None if validation is None else less(validation, estimate(training)),
        None if validation is None or restless else less(validation, estimate(still[None])),
        () if averaged is None else tuple(averaged.mean(axis=1).tolist()),
        matches,
    )


def estimate(losses: FloatArray) -> Estimate:
    """Return the mean of figures (P, U), whose interval is over passes P and units U both.

    Their variances add up; each contains a part of what only varies with both, so that the
    interval errs on the wide side. Student's t, with the fewer degrees of freedom of the two.

    Examples
    --------
    >>> found = estimate(np.array([[1.0, 2.0, 3.0]]))
    >>> print(f"{found.value:.0f} [{found.low:.2f}, {found.high:.2f}]")
    2 [-0.48, 4.48]
    """
    variance, degrees = 0.0, np.inf
    for means in (losses.mean(axis=0), losses.mean(axis=1)):
        if len(means) > 1:
            variance += means.var(ddof=1) / len(means)
            degrees = min(degrees, len(means) - 1)
    half = np.nan if np.isinf(degrees) else student.ppf(0.975, degrees) * np.sqrt(variance)
    mean = float(losses.mean())
    return Estimate(mean, mean - float(half), mean + float(half))


def less(one: Estimate, other: Estimate) -> Estimate:
    """Return the difference of two figures that vary independently.

    Examples
    --------
    >>> less(Estimate(3.0, 2.0, 4.0), Estimate(1.0, 1.0, 1.0))
    Estimate(value=2.0, low=1.0, high=3.0)
    """
    half = float(np.hypot(one.high - one.value, other.high - other.value))
    value = one.value - other.value
    return Estimate(value, value - half, value + half)


class _Judge:
    """The loss of outputs, example by example where it can be told so, else batch by batch."""

    def __init__(
        self, watched: Watched, loss: Any, data: Batches, step: Callable[[int], None]
    ) -> None:
        self.watched, self.loss, self.step = watched, loss, step
        self.own: Callable[..., Any] | None = loss if callable(loss) else None
        if not (self.own or loss is None or loss in LOSSES):
            raise InputError(
                f"loss is {loss!r}, but must be one of {', '.join(LOSSES)}, or a function of "
                "outputs and y"
            )
        self.unit = "examples"
        if self.own is not None:
            self.name = name_of(loss)
        elif loss is None:
            labels = data[0][1].dtype.kind in "biu"
            self.loss = self.name = "cross-entropy" if labels else "mse"
        else:
            self.name = loss

    def losses(self, data: Batches) -> FloatArray:
        """Return the losses of all batches in the present mode, (U,)."""
        found = []
        for inputs, wanted in data:
            outputs = self.watched.outputs(self.watched.own(inputs))
            self.step(1)
            try:
                found.append(self._of(outputs, wanted))
            except InputError:
                given, out = lengths_of(inputs, wanted), np.shape(self.watched.numbers(outputs)[0])
                if {*given[:-1]} == {out[:1]} != {given[-1]}:  # an output each: y is at fault
                    raise unlike(given) from None
                raise
        return self._joined(found)

    def with_chance(self, data: Batches, passes: int) -> tuple[FloatArray, FloatArray | None]:
        """Return the losses of each pass, (P, U), and those of the average of 1, 2, .. passes."""
        single: list[list[FloatArray]] = [[] for _ in range(passes)]
        averaged: list[list[FloatArray]] = [[] for _ in range(passes)]
        for inputs, wanted in data:
            batch, total = self.watched.own(inputs), None
            for at in range(passes):
                outputs = self.watched.outputs(batch)
                self.step(1)
                single[at].append(self._of(outputs, wanted))
                values = self._averageable(outputs, wanted)
                if values is not None:
                    total = values if total is None else total + values
                    averaged[at].append(self._of_average(total / (at + 1), wanted))
        each = np.array([self._joined(one) for one in single])
        if not averaged[0]:
            return each, None
        return each, np.array([self._joined(one) for one in averaged])

    def _joined(self, found: list[FloatArray]) -> FloatArray:
        if any(np.ndim(each) == 0 for each in found):
            self.unit = "batches"
            return np.array([float(np.mean(each)) for each in found])
        return np.concatenate(found)

    def _of(self, outputs: Any, wanted: Array) -> FloatArray:
        if self.own is None:
            return self._named(self.watched.numbers(outputs)[0], wanted)
        return self.watched.losses(self.own, outputs, self.watched.own(wanted))

    def _named(self, outputs: Array, wanted: Array) -> FloatArray:
        metric: Metric = metric_of(self.loss, outputs, wanted)
        scores = metric.scores(outputs[None], slice(None))[0]
        return np.asarray(-scores * len(scores) / metric.worth.sum())

    def _averageable(self, outputs: Any, wanted: Array) -> Array | None:
        """Return what is averaged over passes: probabilities where there are, else the outputs."""
        numbers = self.watched.numbers(outputs)
        if self.own is None:
            values = numbers[0]
            return np.asarray(metric_of(self.loss, values, wanted).heard(values[None])[0])
        if len(numbers) != 1:
            return None
        return _probabilities(self.watched.gives(self.own), numbers[0])

    def _of_average(self, average: Array, wanted: Array) -> FloatArray:
        if self.own is None:
            return self._named(average, wanted)
        outputs = self.watched.own(_as_given(self.watched.gives(self.own), average))
        return self.watched.losses(self.own, outputs, self.watched.own(wanted))


def _probabilities(gives: str, outputs: Array) -> Array:
    if gives == "logits":
        return np.asarray(softmax(outputs, axis=1))
    if gives == "logarithms":
        return np.exp(outputs)
    return np.asarray(expit(outputs)) if gives == "a logit" else outputs


def _as_given(gives: str, average: Array) -> Array:
    tiny = np.finfo(np.float32).tiny
    if gives in ("logits", "logarithms"):
        return np.log(np.maximum(average, tiny))
    return np.asarray(logit(np.clip(average, tiny, 1 - 1e-7))) if gives == "a logit" else average
