"""The forward passes of a check-up: in training, in evaluation, in training again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nn_bridge.checking.seen import Seen
from nn_bridge.checking.watching import Batch, Pass, Watched
from nn_bridge.measuring.metrics import name_of
from simulation.arrays import Array

EVALUATIONS = 3
"""Passes in evaluation that are watched: chance that enters there shows in the first."""

SAME = 1e-4
"""By which part of their size outputs may differ between evaluations: floating point."""


@dataclass(frozen=True)
class Watch:
    """How a model is run.

    Attributes
    ----------
    watched : Watched
    passes : int
        In training, before an evaluation and again after it.
    seed : int
    train, evaluate : function(model) or None
        The user's own.
    step : function(number)
        Told of so many passes more.
    """

    watched: Watched
    passes: int
    seed: int
    train: Callable[[Any], Any] | None
    evaluate: Callable[[Any], Any] | None
    step: Callable[[int], None]

    def seen(self, inputs: Any) -> Seen:
        """Run the model on inputs, as NumPy arrays."""
        watched, seen = self.watched, Seen()
        with watched.kept(self.seed):
            batch = watched.own(inputs)
            self._switch(seen, training=True)
            seen.unreached[True] = watched.unreached(True)
            seen.declared = watched.declared()
            seen.training = self._run(batch, self.passes)
            switched_back = self._switch(seen, training=False)
            if not switched_back:
                self._evaluate(seen, batch)
            self._switch(seen, training=True)
            seen.later = watched.declared()
            seen.again = self._run(batch, self.passes)
            if switched_back:
                watched.switch(training=False)
                self._evaluate(seen, batch)
        if any(norm.before for one in seen.training for norm in one.norms.values()):
            with watched.kept(self.seed):
                batch = watched.own(inputs)
                watched.switch(training=False)
                (seen.still,) = self._run(batch, 1)
                watched.chance_alone()
                seen.chance = self._run(batch, self.passes)
        return seen

    def _run(self, batch: Batch, number: int) -> list[Pass]:
        """Make some passes; their outputs are not kept."""
        found = []
        for _ in range(number):
            found.append(replace(self.watched.run(batch), outputs=None))
            self.step(1)
        return found

    def _switch(self, seen: Seen, training: bool) -> bool:
        """Switch the mode; say whether the user's evaluation may have switched it back."""
        one = self.watched.switch(training, self.train if training else self.evaluate)
        if self.evaluate is None or training:
            return False
        if one is None:
            wrong = "" in self.watched.unreached(False)
        else:
            wrong = in_training(one, self.watched)
        seen.misled = name_of(self.evaluate) if wrong else ""
        return one is not None or wrong

    def _evaluate(self, seen: Seen, batch: Batch) -> None:
        seen.unreached[False] = self.watched.unreached(False)
        outputs = []
        for _ in range(EVALUATIONS):
            one = self.watched.run(batch)
            outputs.append(self.watched.numbers(one.outputs))
            seen.evaluation.append(replace(one, outputs=None))
            self.step(1)
        seen.difference = difference(outputs)


def in_training(one: Pass, watched: Watched) -> bool:
    """Whether a pass was one in training.

    A call that says so is. A model's mode is that of its outermost layer: of what it has inside,
    chance must have entered, or batch normalisation learned.
    """
    inside = [*(each.drops for each in one.draws), *(each.training for each in one.norms.values())]
    return one.training and (not watched.mode or any(inside))


def difference(evaluations: list[list[Array]]) -> float:
    """Return by how much outputs differ between evaluations, 0 if only by rounding.

    Examples
    --------
    >>> difference([[np.array([1.0, 2.0])], [np.array([1.0, 2.5])]])
    0.5
    """
    first, *others = evaluations
    largest = 0.0
    for other in others:
        for one, again in zip(first, other, strict=False):
            if one.shape != again.shape:
                return np.inf
            if one.size:
                size = float(np.nanmax(np.abs(one), initial=0.0))
                apart = float(np.nanmax(np.abs(one - again), initial=0.0))
                if apart > SAME * max(size, 1e-30):
                    largest = max(largest, apart)
    return largest
