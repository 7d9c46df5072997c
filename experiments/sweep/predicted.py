"""The best absence rate of each setting as the theory of linear teams predicts it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.prediction.best import Predicted, predict
from experiments.sweep.answers import Answer, Answers
from experiments.sweep.best_rate import Curve, curve
from experiments.sweep.points import Point

OUTCOME = "quality"
"""What the prediction is of: quality with everyone there."""

MOST_TALKS = 100
"""Talks that a prediction is averaged over: those of the first seeds that were run."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """A prediction beside what was measured.

    Attributes
    ----------
    best : Predicted
    followed : float
        The measured rate that is nearest to it.
    lost : Curve
        Of one row: measured quality at the measured best rate, over that at `followed`, paired.
    """

    best: Predicted
    followed: float
    lost: Curve


def forecasts(answers: Answers) -> dict[Answer, Forecast]:
    """Predict for the reference and every setting beside it that the theory is for.

    It is for squared error alone. The talks are those that the teams had, and are known whole: the
    truth, too.
    """
    beside = [answer for name in answers.panels for answer in answers.along(name)]
    reference = [answers.reference] if answers.reference else []
    return {
        answer: _forecast(answer)
        for answer in dict.fromkeys([*reference, *beside])
        if answer.dose.setting["audience"] == "squared error"
    }


def _forecast(answer: Answer) -> Forecast:
    dose = answer.dose
    setting = dict(dose.setting)
    practice = setting.pop("practice")
    point = Point(
        attendance="everyone", practice=None if pd.isna(practice) else int(practice), **setting
    )
    talks = [point.prepare_talk(int(seed)) for seed in dose.seeds[:MOST_TALKS]]
    told = predict(talks, int(point.presenters), int(point.abilities))
    nearest = int(np.abs(dose.rates - told.rate).argmin())
    best = dose.rates.tolist().index(answer.best[OUTCOME].rate)
    quality = dose.measures[OUTCOME]
    lost = curve((quality[best] - quality[nearest])[None])
    return Forecast(told, float(dose.rates[nearest]), lost)
