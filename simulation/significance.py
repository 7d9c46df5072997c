"""How sure is an effect: its p-value, several findings at once, and what could have been shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr, stdtrit

from simulation.arrays import FloatArray
from simulation.intervals import CONFIDENCE, symmetric
from simulation.statistics import Effect


def one_sided_p(effect: Effect, beyond: float, sign: int) -> float:
    """Return p of the hypothesis that the effect in one direction is at most `beyond`.

    By Student's t, with the skewness taken out as the effect's interval has it: p is below 0.025
    where the interval lies beyond, and only there.

    Parameters
    ----------
    effect : Effect
    beyond : float
    sign : {+1, -1}
        Whether the effect is said to be higher or lower.

    Examples
    --------
    >>> effect = Effect(0.5, 0.6, low=0.07, high=0.13, seeds=10, error=0.01326, degrees=9)
    >>> round(one_sided_p(effect, 0.07, +1), 3), round(one_sided_p(effect, 0.07, -1), 3)
    (0.025, 1.0)
    """
    above = sign * effect.difference - beyond
    if effect.error == 0:  # every seed says the same
        return float(above <= 0)
    t = symmetric(above / effect.error, sign * effect.skewness, effect.seeds)
    return float(stdtr(effect.degrees, -t))


def holm(p_values: Sequence[float]) -> FloatArray:
    """Return p-values adjusted for how many there are, in the same order.

    The chance of any false finding among all with an adjusted p of at most alpha is at most alpha,
    however they depend on one another: Holm (1979), A simple sequentially rejective multiple test
    procedure, Scandinavian Journal of Statistics 6.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    adjusted = np.empty(len(p))
    steps = np.arange(len(p), 0, -1) * p[order]  # the smallest of all, the next of the others ..
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def smallest_shown(effect: Effect, power: float = 0.8) -> float:
    """Return the smallest true difference that data as uncertain as these show with this power.

    Shown: 0 lies outside Student's two-sided 95% interval. It is (t_0.975 + t_power) standard
    errors: Bloom (1995), Minimum detectable effects, Evaluation Review 19.

    Examples
    --------
    >>> effect = Effect(0.95, 0.955, low=-0.004, high=0.014, seeds=10, error=0.004, degrees=9)
    >>> round(smallest_shown(effect), 4)
    0.0126
    """
    quantiles = stdtrit(effect.degrees, [(1 + CONFIDENCE) / 2, power])
    return float(effect.error * quantiles.sum())
