"""The presenters' side of every experiment: teams under a condition, measured by the yardstick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nn_bridge.validation.measured import (
    early_stopped,
    game_measures,
    halves,
    penalty,
    variance_between,
)
from simulation.attendance import AttendanceLaw, Everyone, one_or_two_absent
from simulation.coalitions import Game, answer_shares
from simulation.scenario import HEAD_START, PRESENTERS
from simulation.talk import synthetic_talk
from simulation.team import Team, squared_weights

FloatArray = npt.NDArray[np.float64]

OTHER_START = 100_000
"""Added to a seed for a second start on the same talk."""


@dataclass(frozen=True)
class TeamCondition:
    """How a team rehearses.

    Attributes
    ----------
    attendance : AttendanceLaw
    kind : type of Team
        `Team`, or one of the controls that change what it hears or how it learns.
    options : tuple of (name, value)
        Further options of the team.
    rehearsals : int
    alone : int
        Rehearsals that B has alone on the hard section beforehand.
    starts : int
        1, or 2 to see how far the answers depend on the start.
    """

    attendance: AttendanceLaw = field(default_factory=lambda: Everyone(PRESENTERS))
    kind: Callable[..., Team] = Team
    options: tuple[tuple[str, Any], ...] = ()
    rehearsals: int = 6_000
    alone: int = 1_000
    starts: int = 1


def measure_team(condition: TeamCondition, seed: int) -> dict[str, float | FloatArray]:
    """Rehearse one team and measure it. Two conditions with the same seed are paired.

    Returns
    -------
    dict of str to float, and under 'agreement by pair' an (N, N) array
    """
    team, checkpoints = _rehearsed(condition, seed, seed)
    game = team.game()
    measures: dict[str, Any] = game_measures(game, np.random.default_rng(seed))
    practised = team.game(practice=True)
    everyone = np.ones((1, team.n_presenters), dtype=bool)
    seat = team.seat_of(HEAD_START)
    hard = team.talk.hard_section
    without = everyone.copy()
    without[0, seat] = False
    law = one_or_two_absent(team.n_presenters)
    measures |= {
        "practice quality": float(practised.quality(everyone)[0]),
        "carrier's share": float(answer_shares(game)[seat, hard]),
        "section without its carrier": float(game.section_quality(without)[0, hard]),
        "squared weights": squared_weights(team),
        "penalty of absences": penalty(practised, law.moments()),
        "early-stopped quality": early_stopped(checkpoints),
        "quality, judged half": checkpoints[-1][1],
    }
    measures["gap"] = measures["practice quality"] - measures["quality"]
    if condition.starts == 2:
        other, _ = _rehearsed(condition, seed, seed + OTHER_START)
        measures["spread over starts"] = variance_between(game, other.game())
    return measures


def _rehearsed(
    condition: TeamCondition, talk_seed: int, start_seed: int
) -> tuple[Team, list[tuple[float, float]]]:
    """Return the team and, along the way, its quality on two halves of the show."""
    talk = synthetic_talk(np.random.default_rng([talk_seed, 0]))
    team = condition.kind(talk, condition.attendance, rng=start_seed, **dict(condition.options))
    team.practise_alone(HEAD_START, condition.alone)
    checkpoints = []
    for _ in range(CHECKPOINTS):
        team.rehearse(condition.rehearsals // CHECKPOINTS)
        checkpoints.append(_on_halves(team.game()))
    return team, checkpoints


CHECKPOINTS = 20
"""Times that a team's quality is looked at while it rehearses, for early stopping."""


def _on_halves(game: Game) -> tuple[float, float]:
    everyone = np.ones((1, game.n_members), dtype=bool)
    first, second = (float(part.quality(everyone)[0]) for part in halves(game))
    return first, second
