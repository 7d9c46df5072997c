"""The best absence rate of a linear team, before it rehearses, and the rates that are as good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.prediction.least_squares import least_squares
from experiments.prediction.risk import linear_quality, unbiased_risk
from simulation.arrays import FloatArray
from simulation.checks import InputError, whole
from simulation.statistics import SMALLEST_EFFECT
from simulation.talk import Talk

RATES: FloatArray = np.arange(96) / 100
"""Absence rates that are compared."""


@dataclass(frozen=True)
class Predicted:
    """A predicted best rate.

    Attributes
    ----------
    rate : float
        Of `RATES`, the one with the highest predicted quality.
    low, high : float
        The lowest and highest rate whose quality is within `SMALLEST_EFFECT` of that.
    gain : float
        In quality, over nobody ever missing.
    """

    rate: float
    low: float
    high: float
    gain: float

    @property
    def at_edge(self) -> bool:
        """Whether more absences than any compared might be better still."""
        return self.rate == float(RATES[-1])

    @classmethod
    def of(cls, qualities: FloatArray) -> Predicted:
        """Read the best rate off the qualities at `RATES`.

        Examples
        --------
        >>> best = Predicted.of(0.8 - (RATES - 0.3) ** 2)
        >>> best.rate, best.low, best.high
        (0.3, 0.2, 0.4)
        """
        best = int(qualities.argmax())
        # Rounded, so that a rate which is worse by just the smallest effect counts as good.
        good = RATES[np.round(qualities[best] - qualities, 12) <= SMALLEST_EFFECT]
        return cls(
            rate=float(RATES[best]),
            low=float(good[0]),
            high=float(good[-1]),
            gain=float(qualities[best] - qualities[0]),
        )


def predict(talks: Sequence[Talk], presenters: int, abilities: int) -> Predicted:
    """Predict the rate that is best for linear teams, on average over talks that are known whole.

    Raises
    ------
    InputError
        If the audience of a talk is not one of squared error.
    """
    for talk in talks:
        _check_audience(talk)
    curves = [linear_quality(talk, presenters, abilities, RATES) for talk in talks]
    return Predicted.of(np.mean(curves, axis=0))


@dataclass(frozen=True)
class Advice:
    """What practice alone says about the rate.

    Attributes
    ----------
    best : Predicted
        Its qualities are those in the linear part of the talk.
    spare : int
        Practice questions beyond what a linear fit takes; the noise is estimated from so many.
    """

    best: Predicted
    spare: int


def advise(talk: Talk, presenters: int, abilities: int) -> Advice:
    """Advise a rate from practice questions and answers, and from what will be asked.

    The questions of the show count, as a sample of what will be asked; their answers are not
    looked at.

    Raises
    ------
    InputError
        If the audience is not one of squared error, if units are fewer than directions to learn, or
        if practice is too little to tell noise from what is to be learned.

    Examples
    --------
    >>> from simulation.talk import synthetic_talk
    >>> advise(synthetic_talk(np.random.default_rng(0)), presenters=5, abilities=4).best.rate
    0.34
    """
    whole("presenters", presenters, least=1)
    whole("abilities", abilities, least=1)
    _check_audience(talk)
    fit = least_squares(talk)
    directions = min(fit.fitted.shape)
    if presenters * abilities < directions:
        raise InputError(
            f"{presenters} presenters with {abilities} abilities are {presenters * abilities} "
            f"units, but the talk has {directions} directions to learn and the theory needs a "
            "unit for each: ask for more presenters or abilities"
        )
    if fit.spare < 1:
        raise InputError(
            f"{len(fit.residuals)} practice questions leave nothing to estimate their noise from, "
            f"as a linear fit takes {fit.fitted.shape[1] + 1}: ask for more with --practice"
        )
    asked = np.cov(fit.coordinates(talk.show_questions), rowvar=False)  # (d, d)
    _, s, right = fit.parts
    linear = np.square(s) @ (right @ asked @ right.T).diagonal()
    linear -= np.trace(fit.noise) * np.trace(asked)
    if linear <= 0:
        raise InputError(
            "the practice answers show nothing linear beyond their noise, so that no rate can be "
            "told from another: ask for more practice questions, or less noise"
        )
    risk = unbiased_risk(fit, fit.noise, asked, presenters, abilities, RATES)
    return Advice(Predicted.of(1 - risk / linear), fit.spare)


def _check_audience(talk: Talk) -> None:
    if talk.audience_name != "squared error":
        raise InputError(
            f"the talk is '{talk.name}', for a {talk.audience_name} audience, but the best rate is "
            "predicted for squared error alone: choose another talk, such as 'synthetic'"
        )
