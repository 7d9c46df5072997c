"""What a sweep answers: the best rates, setting by setting, and how they move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from nn_bridge.sweep.best_rate import BestRate, Curve, best_rate, curve
from nn_bridge.sweep.design import read_design
from nn_bridge.sweep.results import SETTINGS, Dose, add_outcomes, doses

OUTCOMES = {"kept": "with one or two missing", "quality": "with everyone there"}
"""What is to be as good as it can be on the day, by column."""

NAMES = {
    "presenters": "team size",
    "rehearsals": "rehearsals",
    "noise": "noise in practice",
    "abilities": "abilities each",
    "practice": "practice questions",
    "questions": "questions in a rehearsal",
    "trust": "trust rate",
    "learning_rate": "learning rate",
    "head_start": "B's head start",
    "talk": "talk",
    "audience": "audience",
}
"""The settings beside attendance, in the order in which a reader asks about them."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What is best in one setting.

    Attributes
    ----------
    dose : Dose
    best : dict of str to BestRate
        By outcome.
    """

    dose: Dose
    best: dict[str, BestRate]

    def curve(self, measure: str) -> Curve:
        """Return a measure against the rate."""
        return curve(self.dose.measures[measure])

    def spoken(self, name: str) -> str:
        """Return a setting's value as it is read."""
        value = self.dose.setting[name]
        return str(value) if isinstance(value, str) else f"{value:,.6g}"


@dataclass(frozen=True, eq=False)
class Law:
    """Teams under a law that is no single rate, such as the article's.

    Attributes
    ----------
    attendance : str
    presenters : int
    absence : float
        How often one of them is missing, on average.
    curves : dict of str to Curve
        Of one row, by measure.
    """

    attendance: str
    presenters: int
    absence: float
    curves: dict[str, Curve]


@dataclass(frozen=True, eq=False)
class Answers:
    """All that a sweep answers.

    Attributes
    ----------
    settings : tuple of Answer
    reference : Answer or None
        The setting nearest to the defaults, about which others are shown; None if the sweep
        compares no rates.
    laws : tuple of Law
        At the reference, but for the team size.
    """

    settings: tuple[Answer, ...]
    reference: Answer | None
    laws: tuple[Law, ...]

    @property
    def varied(self) -> list[str]:
        """Which settings differ, in the order of `NAMES`."""
        seen = [answer.dose.setting for answer in self.settings]
        return [name for name in NAMES if any(_differ(seen[0], one, [name]) for one in seen)]

    def along(self, name: str) -> list[Answer]:
        """Return the settings that differ from the reference in `name` alone, rising."""
        if self.reference is None:
            return []
        others = [each for each in NAMES if each != name]
        base = self.reference.dose.setting
        near = [one for one in self.settings if not _differ(base, one.dose.setting, others)]
        return sorted(near, key=lambda answer: answer.dose.setting[name])


def find_answers(table: pd.DataFrame) -> Answers:
    """Answer from the results, as `nn_bridge.sweep.results.frame` gives them."""
    settings = tuple(
        Answer(dose, {name: best_rate(dose.rates, dose.measures[name]) for name in OUTCOMES})
        for dose in doses(table)
    )
    if not settings:
        return Answers((), None, ())
    usual = asdict(read_design(None).points[0])
    reference = max(
        settings,
        key=lambda answer: sum(answer.dose.setting[name] == usual[name] for name in NAMES),
    )
    return Answers(settings, reference, tuple(_laws(table, reference)))


def direction(answers: Sequence[Answer], outcome: str) -> str:
    """Say how the best rate moves along rising settings: 'rises', 'falls', or not shown.

    It moves if the rates that are as good as the best at one end have none in common with those at
    the other.
    """
    first, last = answers[0].best[outcome], answers[-1].best[outcome]
    if set(first.as_good) & set(last.as_good):
        return "no move that could be shown"
    return "rises" if last.rate > first.rate else "falls"


def _laws(table: pd.DataFrame, reference: Answer) -> list[Law]:
    base = reference.dose.setting
    fixed = [name for name in SETTINGS if name not in ("attendance", "presenters")]
    near = table[table["absence_rate"].isna() & (table["diverged"] == 0)]
    for name in fixed:
        near = near[near[name].isna() if pd.isna(base[name]) else near[name] == base[name]]
    found = []
    for (_, attendance), teams in add_outcomes(near).groupby(
        ["presenters", "attendance"], sort=True
    ):
        if len(teams) < 2:
            continue
        curves = {
            name: curve(teams[name].to_numpy(dtype=float)[None])
            for name in (*OUTCOMES, "co_adaptation")
        }
        absence, size = float(teams["mean_absence"].iloc[0]), int(teams["presenters"].iloc[0])
        found.append(Law(str(attendance), size, absence, curves))
    return found


def _differ(one: dict[str, Any], other: dict[str, Any], names: list[str]) -> bool:
    # 'all practice questions' is nan in a table, and nan is not equal to itself.
    return any(
        one[name] != other[name] and not (_missing(one[name]) and _missing(other[name]))
        for name in names
    )


def _missing(value: Any) -> bool:
    return isinstance(value, float) and bool(np.isnan(value))
