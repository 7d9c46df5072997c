"""What a sweep answers: the best rates, setting by setting, and how they move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.sweep.best_rate import BestRate, Curve, best_rate, curve
from experiments.sweep.design import read_design
from experiments.sweep.results import SETTINGS, Dose, add_outcomes, doses

OUTCOMES = ("kept", "quality")
"""What is to be as good as it can be on the day: with one or two missing, with everyone there."""

NAMES = (
    "presenters", "rehearsals", "noise", "abilities", "practice", "questions", "trust",
    "learning_rate", "head_start", "talk", "audience",
)  # fmt: skip
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

    @property
    def size(self) -> int:
        """How many presenters."""
        return int(self.dose.setting["presenters"])

    def good_is_a_range(self, outcome: str) -> bool:
        """Whether three rates or more are as good as the best, and lie side by side."""
        good, rates = self.best[outcome].as_good, self.dose.rates
        between = (rates >= good[0]) & (rates <= good[-1])
        return bool(2 < len(good) == between.sum())

    def curve(self, measure: str) -> Curve:
        """Return a measure against the rate."""
        return curve(self.dose.measures[measure])


@dataclass(frozen=True, eq=False)
class Law:
    """Teams under a law that is no single rate, such as the article's.

    Attributes
    ----------
    attendance : str
    presenters : int
    absence : float
        How often one of them is missing, on average.
    diverged : int
        Teams that left the finite numbers; they count for nothing else here.
    curves : dict of str to Curve
        Of one row, by measure.
    against : dict of str to Curve
        By outcome, how much better than at the best rate, seed by seed; empty if there is none.
    """

    attendance: str
    presenters: int
    absence: float
    diverged: int
    curves: dict[str, Curve]
    against: dict[str, Curve]


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
    def panels(self) -> list[str]:
        """Which settings differ from the reference by themselves."""
        return [name for name in NAMES if len(self.along(name)) > 1]

    def own_settings(self, answer: Answer) -> list[str]:
        """Name what is not as in the reference."""
        if self.reference is None:
            return []
        theirs, ours = answer.dose.setting, self.reference.dose.setting
        return [name for name in NAMES if differ(theirs, ours, [name])]

    def along(self, name: str) -> list[Answer]:
        """Return the settings that differ from the reference in `name` alone, rising."""
        if self.reference is None:
            return []
        others = [each for each in NAMES if each != name]
        base = self.reference.dose.setting
        near = [one for one in self.settings if not differ(base, one.dose.setting, others)]
        return sorted(near, key=lambda answer: answer.dose.setting[name])


def find_answers(table: pd.DataFrame) -> Answers:
    """Answer from the results, as `experiments.sweep.results.frame` gives them."""
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
    answers = Answers(settings, reference, ())
    sizes = {answer.size: answer for answer in answers.along("presenters")}
    return Answers(settings, reference, tuple(_laws(table, reference, sizes)))


def direction(answers: Sequence[Answer], outcome: str) -> str:
    """Say how the best rate moves along rising settings: 'rises', 'falls', or 'not shown'.

    It moves if the rates that are as good as the best at one end have none in common with those at
    the other.
    """
    if in_common(answers, outcome):
        return "not shown"
    rises = answers[-1].best[outcome].rate > answers[0].best[outcome].rate
    return "rises" if rises else "falls"


def in_common(answers: Sequence[Answer], outcome: str) -> list[float]:
    """Return the rates that are as good as the best at both ends."""
    last = answers[-1].best[outcome].as_good
    return [rate for rate in answers[0].best[outcome].as_good if rate in last]


def differ(one: dict[str, Any], other: dict[str, Any], names: Sequence[str]) -> bool:
    """Whether two settings differ in one of `names`."""
    # 'all practice questions' is nan in a table, and nan is not equal to itself.
    return any(
        one[name] != other[name] and not (pd.isna(one[name]) and pd.isna(other[name]))
        for name in names
    )


def _laws(table: pd.DataFrame, reference: Answer, sizes: dict[int, Answer]) -> list[Law]:
    base = reference.dose.setting
    near = table[table["absence_rate"].isna()]
    for name in SETTINGS:
        if name not in ("attendance", "presenters"):
            near = near[near[name].isna() if pd.isna(base[name]) else near[name] == base[name]]
    found = []
    for (_, attendance), teams in add_outcomes(near).groupby(
        ["presenters", "attendance"], sort=True
    ):
        sound = teams[teams["diverged"] == 0].set_index("seed")
        if len(sound) < 2:
            continue
        size = int(teams["presenters"].iloc[0])
        found.append(
            Law(
                attendance=str(attendance),
                presenters=size,
                absence=float(teams["mean_absence"].iloc[0]),
                diverged=len(teams) - len(sound),
                curves={
                    name: curve(sound[name].to_numpy(dtype=float)[None])
                    for name in (*OUTCOMES, "co_adaptation")
                },
                against=_against(sound, sizes.get(size)),
            )
        )
    return found


def _against(teams: pd.DataFrame, answer: Answer | None) -> dict[str, Curve]:
    """By how much teams (indexed by seed) are better than those at the best rate, by outcome."""
    if answer is None:
        return {}
    seeds = np.intersect1d(teams.index, answer.dose.seeds)
    if len(seeds) < 2:
        return {}
    there = np.isin(answer.dose.seeds, seeds)
    found = {}
    for outcome in OUTCOMES:
        at = answer.dose.rates.tolist().index(answer.best[outcome].rate)
        best = answer.dose.measures[outcome][at, there]
        found[outcome] = curve((teams[outcome].loc[seeds].to_numpy(dtype=float) - best)[None])
    return found
