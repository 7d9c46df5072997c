"""The presenters' side of every experiment: teams under a condition, measured by the yardstick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nn_bridge.validation.measured import (
    couple_agreements,
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


def measure_team(condition: TeamCondition, seed: int) -> dict[str, float]:
    """Rehearse one team and measure it. Two conditions with the same seed are paired.

    Returns
    -------
    dict of str to float
    """
    team, checkpoints, distinct = _rehearsed(condition, seed, seed)
    game = team.game()
    measures = game_measures(game, np.random.default_rng(seed))
    practised = team.game(practice=True)
    everyone = np.ones((1, team.n_presenters), dtype=bool)
    seat = team.seat_of(HEAD_START)
    hard = team.talk.hard_section
    without = everyone.copy()
    without[0, seat] = False
    law = one_or_two_absent(team.n_presenters)
    attended = float(np.mean(team.agents.get("rehearsals_attended")))
    measures |= {
        "practice quality": float(practised.quality(everyone)[0]),
        "carrier's share": float(answer_shares(game)[seat, hard]),
        "section without its carrier": float(game.section_quality(without)[0, hard]),
        "squared weights": squared_weights(team),
        "penalty of absences": penalty(practised, law.moments()),
        "quality of the average": _quality_of_average(game, condition.attendance),
        "distinct sub-teams": float(distinct),
        "silenced in training": 1.0 - attended / condition.rehearsals,
        "rate": float(1.0 - condition.attendance.moments().rates.mean()),
        "silenced at the show": float(np.mean(~game.contributions.any(axis=(1, 2)))),
        "none": 0.0,
        "early-stopped quality": early_stopped(checkpoints),
        "quality, choosing half": checkpoints[-1][0],
        "quality, judged half": checkpoints[-1][1],
    }
    measures["gap"] = measures["practice quality"] - measures["quality"]
    measures |= couple_agreements(game)
    if condition.starts == 2:
        other, _, _ = _rehearsed(condition, seed, seed + OTHER_START)
        measures["spread over starts"] = variance_between(game, other.game())
    return measures


def _rehearsed(
    condition: TeamCondition, talk_seed: int, start_seed: int
) -> tuple[Team, list[tuple[float, float]], int]:
    """Return the team, its quality on two halves of the show along the way, and sub-teams met."""
    talk = synthetic_talk(np.random.default_rng([talk_seed, 0]))
    team = condition.kind(talk, condition.attendance, rng=start_seed, **dict(condition.options))
    team.practise_alone(HEAD_START, condition.alone)
    checkpoints, met = [], set()
    for checkpoint in range(1, CHECKPOINTS + 1):
        while team.rehearsals < condition.rehearsals * checkpoint // CHECKPOINTS:
            team.step()
            assert team.last_rehearsal is not None
            met.add(team.last_rehearsal.attendance.tobytes())
        checkpoints.append(_on_halves(team.game()))
    return team, checkpoints, len(met)


def _quality_of_average(game: Game, law: AttendanceLaw) -> float:
    """Quality of the rehearsed answers averaged over sub-teams as the law weights them."""
    masks = law.draw(np.random.default_rng(0), DRAWN_SUB_TEAMS)
    weights = masks.mean(axis=0) * law.moments().speak_up  # (N,) mean scale of each one's part
    average = game.handout + np.tensordot(weights, game.contributions, axes=1)
    return float(game.audience.quality(average, game.wanted))


DRAWN_SUB_TEAMS = 1_000
"""Sub-teams whose answers are averaged for C7."""

CHECKPOINTS = 20
"""Times that a team's quality is looked at while it rehearses, for early stopping."""


def _on_halves(game: Game) -> tuple[float, float]:
    everyone = np.ones((1, game.n_members), dtype=bool)
    first, second = (float(part.quality(everyone)[0]) for part in halves(game))
    return first, second
