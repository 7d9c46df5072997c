"""The ensemble inside a network: every sub-network that dropout can make of it, and its chance.

Means over it are exact, for networks with one dropout layer and up to 20 groups of units behind
it. All of it goes through the network's own dropout layer, with masks handed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.validation.theorems.comparison import largest
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from simulation.arrays import BoolArray, FloatArray
from simulation.attendance import AttendanceLaw
from simulation.checks import InputError
from simulation.coalitions import all_coalitions, sub_teams
from simulation.laws import independent


def possible_sub_teams(law: AttendanceLaw) -> tuple[BoolArray, FloatArray]:
    """List the sub-teams that ever come: masks (C, N), and the chance of each (C,).

    Examples
    --------
    >>> from simulation.laws import Couples
    >>> masks, chances = possible_sub_teams(Couples(2, 0.25))
    >>> masks.astype(int).tolist(), chances.tolist()
    ([[0, 0], [1, 1]], [0.25, 0.75])
    """
    chances = sub_teams(law).probabilities
    return all_coalitions(law.n_presenters)[chances > 0], chances[chances > 0]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """All sub-networks of a network, which share its weights.

    Attributes
    ----------
    network : Sequential
        Not a stack, with one dropout layer.
    dropout : Dropout
        That layer.
    masks : (C, groups) bool array
        Who is kept.
    chances : (C,) array
    """

    network: Sequential
    dropout: Dropout
    masks: BoolArray
    chances: FloatArray

    @classmethod
    def of(cls, network: Sequential) -> Ensemble:
        """List the sub-networks of a network that knows its input.

        Raises
        ------
        InputError
            If the network is a stack, has not exactly one dropout layer, or more than 20 groups.
        """
        found = [layer for layer in network.layers if isinstance(layer, Dropout)]
        shape = found[0].input_shape if len(found) == 1 and not network.replicates else None
        if shape is None:
            raise InputError(
                f"the network has {len(found)} dropout layers and the replicate axes "
                f"{network.replicates}, but its sub-networks are listed for one layer, one "
                "network, and a known input: give such a one, with input_shape=..."
            )
        (dropout,) = found
        if isinstance(dropout, AttendanceDropout):
            law: AttendanceLaw = dropout.law
        else:
            law = independent(shape[-1] // dropout.group_size, dropout.rate)
        return cls(network, dropout, *possible_sub_teams(law))

    def outputs(self, x: FloatArray) -> FloatArray:
        """Return what each sub-network answers to x (B, ...), shape (C, B, K)."""
        samples = np.concatenate([x] * len(self.masks))  # (C B, ...)
        kept = np.repeat(self.masks, len(x), axis=0)  # (C B, groups)
        answers = self.network(samples, training=True, masks={self.dropout: kept})
        return answers.reshape(len(self.masks), len(x), -1).astype(float)

    def loss_and_gradients(self, x: FloatArray, y: FloatArray) -> tuple[float, list[FloatArray]]:
        """Return the mean of loss and gradients over all sub-networks: the marginalised loss.

        The network must be compiled. Its layers' `gradients` are left holding the means, so
        `network.apply_gradients()` then takes one step of plain descent on the marginalised loss.
        """
        gradients = [g for layer in self.network.layers for g in layer.gradients.values()]
        mean_loss, means = 0.0, [np.zeros(g.shape) for g in gradients]
        for mask, chance in zip(self.masks, self.chances, strict=True):
            loss = self.network.loss_and_gradients(x, y, masks={self.dropout: mask[None]})
            mean_loss += chance * loss
            for mean, gradient in zip(means, gradients, strict=True):
                mean += chance * gradient
        for mean, gradient in zip(means, gradients, strict=True):
            gradient[...] = mean
        return mean_loss, means

    def descend(self, x: FloatArray, y: FloatArray, steps: int, until: float = 0.0) -> float:
        """Go down the mean loss by plain gradient descent; return the largest gradient left."""
        left = np.inf
        for _ in range(steps):
            _, gradients = self.loss_and_gradients(x, y)
            left = largest(gradients)
            if left <= until:
                break
            self.network.apply_gradients()
        return left
