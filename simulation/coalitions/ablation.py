"""Ablation: what is left of the quality when more and more members are silenced at random."""

from __future__ import annotations

from typing import get_args

import numpy as np

from simulation.arrays import FloatArray
from simulation.checks import InputError, instance, numeric, one_of, real, room, unsaid, whole
from simulation.coalitions.game import Game, Reading
from simulation.streams import Seed, generator


@unsaid
def ablation_curve(
    game: Game,
    rng: Seed,
    fractions: FloatArray,
    draws: int = 20,
    reading: Reading = "fill the time",
) -> FloatArray:
    """Mean quality when a fraction of the members, drawn at random, is silenced.

    Parameters
    ----------
    game : Game
    rng : int, SeedSequence or Generator
    fractions : (F,) array
        Fractions to silence, in [0, 1].
    draws : int
        Random sub-teams for each fraction.
    reading : Reading

    Returns
    -------
    (F,) array

    References
    ----------
    Morcos, Barrett, Rabinowitz, Botvinick (2018), On the importance of single directions for
    generalization.
    """
    n, rng = instance("game", game, Game).n_members, generator(rng)
    one_of("reading", reading, get_args(Reading))
    room("the sub-teams", whole("draws", draws, least=1), n)
    curve = []
    for fraction in numeric("fractions", fractions, None):
        gone = round(real("fraction silenced", float(fraction), least=0, most=1) * n)
        order = rng.random((draws, n)).argsort(axis=1)
        curve.append(game.quality(order >= gone, reading).mean())
    return np.array(curve)


@unsaid
def ablation_area(fractions: FloatArray, curve: FloatArray) -> float:
    """Area under an ablation curve, per unit of fraction silenced: its mean height.

    Parameters
    ----------
    fractions : (F,) array
        Rising, at least two.
    curve : (F,) array
        Quality at each, as `ablation_curve` gives it.

    Returns
    -------
    float
        As high as the curve for a network that does not mind; by the trapezoid rule.

    Examples
    --------
    >>> ablation_area(np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.8, 0.0]))
    0.65
    """
    at, height = numeric("fractions", fractions), numeric("curve", curve)
    if at.ndim != 1 or at.shape != height.shape or len(at) < 2 or not (np.diff(at) > 0).all():
        raise InputError(
            f"fractions and curve have shapes {at.shape} and {height.shape}, but must be rising "
            "fractions, at least two, and a quality for each"
        )
    return float(np.trapezoid(height, at) / (at[-1] - at[0]))
