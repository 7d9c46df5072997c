"""The show: a talk judged on unseen questions, with everyone there and with some missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter
from typing import Any

import numpy as np

from simulation.arrays import FloatArray
from simulation.checks import instance, whole
from simulation.coalitions import (
    AdditiveGame,
    Kept,
    answer_shares,
    coalition_values,
    quality_kept,
    shapley_values,
    solo_quality,
)


@dataclass(frozen=True, eq=False)
class Show:
    """The talk, judged on unseen questions with everyone there and with some missing."""

    game: AdditiveGame
    hard_section: int

    def __post_init__(self) -> None:
        sections = len(instance("game", self.game, AdditiveGame).handout)
        whole("hard section", self.hard_section, least=0, most=sections - 1)

    @cached_property
    def complete(self) -> float:
        """Quality with everyone there."""
        return float(self.game.quality(np.ones((1, self.game.n_members), dtype=bool))[0])

    @cached_property
    def one_missing(self) -> Kept:
        """Quality with one missing, nobody covering."""
        return quality_kept(self.game, min(1, self.game.n_members))

    @cached_property
    def two_missing(self) -> Kept:
        """Quality with two missing, nobody covering."""
        return quality_kept(self.game, min(2, self.game.n_members))

    @cached_property
    def solo(self) -> FloatArray:
        """Quality that each manages alone, by section, (N, K)."""
        return solo_quality(self.game)

    @cached_property
    def hard_shares(self) -> FloatArray:
        """Share of each in the answers on the hard section, (N,); they add up to 1."""
        return answer_shares(self.game)[:, self.hard_section]

    @cached_property
    def hard_values(self) -> FloatArray:
        """Shapley value of each in the quality of the hard section, (N,); at most 20 of them."""
        return shapley_values(coalition_values(self.game, section=self.hard_section))

    def hard_without(self, seat: int | None = None) -> float:
        """Quality of the hard section without the presenter in `seat`; None: everyone is there."""
        members = self.game.n_members
        away = -1 if seat is None else whole("seat", seat, least=0, most=members - 1)
        mask = np.arange(members)[None] != away
        return float(self.game.section_quality(mask)[0, self.hard_section])


def _of_show(figure: str, team: Any) -> float:
    return float(attrgetter(figure)(team.latest_show))


def _hard_section(team: Any) -> float:
    return float(team.latest_show.hard_without(None))


def _solo_quality(presenter: Any) -> float:
    return float(presenter.model.latest_show.solo[presenter.seat].mean())


def _share_of_hard_section(presenter: Any) -> float:
    return float(presenter.model.latest_show.hard_shares[presenter.seat])


def _reliance(presenter: Any) -> tuple[float, ...]:
    return tuple(presenter.reliance.tolist())


# What a team's data collector keeps of each show. Scalars and copies only: Mesa 3.3's collector
# keeps a reference to what it is handed. Named functions only, which can be pickled with a team;
# for an agent's attribute named by a text Mesa makes a function that cannot.
TEAM_COLUMNS: dict[str, Any] = {
    "Rehearsal": "rehearsals",
    "Quality": partial(_of_show, "complete"),
    "One missing, mean": partial(_of_show, "one_missing.mean"),
    "One missing, worst": partial(_of_show, "one_missing.worst"),
    "Two missing, mean": partial(_of_show, "two_missing.mean"),
    "Two missing, worst": partial(_of_show, "two_missing.worst"),
    "Hard section": _hard_section,
    "Reliance": "mean_reliance",
    "Squared weights": "squared_weights",
}

PRESENTER_COLUMNS: dict[str, Any] = {
    "Name": attrgetter("name"),
    "Attended": attrgetter("rehearsals_attended"),
    "Solo quality": _solo_quality,
    "Share of hard section": _share_of_hard_section,
    "Reliance": _reliance,
}
