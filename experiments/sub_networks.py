"""Averages of random sub-networks: what one scaled pass of a network with dropout stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.arrays import FloatArray
from simulation.coalitions import AdditiveGame

AT_A_TIME = 50
"""Sub-networks whose answers are held in memory at once."""


def average_of_sub_networks(
    units: AdditiveGame, rate: float, passes: Sequence[int], rng: np.random.Generator
) -> FloatArray:
    """Return the mean probabilities of random sub-networks, (A, M, K).

    Parameters
    ----------
    units : AdditiveGame
        The hidden units of a network with dropout.
    rate : float
        At which each is dropped; those left are scaled by 1 / (1 - rate), as in training.
    passes : (A,) sequence of int
        Sub-networks averaged, rising; each average goes on from the one before.
    rng : numpy.random.Generator
    """
    total = np.zeros_like(units.wanted)
    means, done = [], 0
    flat = units.contributions.reshape(units.n_members, -1)
    for upto in passes:
        while done < upto:
            batch = min(AT_A_TIME, upto - done)
            kept = (rng.random((batch, units.n_members)) >= rate) / (1.0 - rate)  # (C, N)
            answers = units.handout + (kept @ flat).reshape(batch, *units.wanted.shape)
            total += units.audience.report(answers).sum(axis=0)
            done += batch
        means.append(total / done)
    return np.array(means)
