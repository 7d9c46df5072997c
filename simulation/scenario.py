"""The article's scenario: two teams that start identical, and only attendance differs.

Five presenters; section 0 is the hard one, and B has a head start on it, having practised it
alone. One team always rehearses complete, the other has one or two absent, drawn afresh each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.coalitions import agreement, co_adaptation_score, pair_synergy
from simulation.laws import Everyone, one_or_two_absent
from simulation.show import Show
from simulation.talk import Talk, synthetic_talk
from simulation.team import Team

PRESENTERS = 5
HEAD_START = "B"


@dataclass(frozen=True)
class Schedule:
    """How long the two teams rehearse.

    Attributes
    ----------
    rehearsals : int
        Held by each team.
    alone : int
        Held by B alone, on the hard section, before the first one.
    show_every : int
        Rehearsals between two shows of the talk, for the curves.
    """

    rehearsals: int = 6_000
    alone: int = 1_000
    show_every: int = 200


@dataclass(frozen=True, eq=False)
class TeamResult:
    """What became of one team.

    Attributes
    ----------
    measures : dict of str to float
        The yardstick at the end, by name.
    curves : dict of str to (T,) array
        The data collector's figures at each show, by name.
    solo : (N, K) array
        Quality that each manages alone, by section.
    reliance : (N, N) array
    hard_shares : (N,) array
        Each one's share of the answers on the hard section.
    """

    measures: dict[str, float]
    curves: dict[str, FloatArray]
    solo: FloatArray
    reliance: FloatArray
    hard_shares: FloatArray


def article_team(talk: Talk, attendance: AttendanceLaw, schedule: Schedule, seed: int) -> Team:
    """Build a team of the article's, B ahead, before its first rehearsal."""
    team = Team(talk, attendance, show_every=schedule.show_every, rng=seed)
    team.practise_alone(HEAD_START, schedule.alone)
    team.collect()
    return team


def article_pair(seed: int, schedule: Schedule) -> tuple[TeamResult, TeamResult]:
    """Rehearse the article's two teams: always complete, and one or two absent.

    Both have the same start, talk and questions; they differ in attendance alone.
    """
    results = []
    for attendance in (Everyone(PRESENTERS), one_or_two_absent(PRESENTERS)):
        talk = synthetic_talk(np.random.default_rng([seed, 0]))
        team = article_team(talk, attendance, schedule, seed)
        team.rehearse(schedule.rehearsals)
        results.append(team_result(team))
    return results[0], results[1]


def team_result(team: Team) -> TeamResult:
    """Judge a team by the yardstick, from the show it would give now."""
    show, frame = team.show(), team.datacollector.get_model_vars_dataframe()
    measures = show_measures(show, team.seat_of(HEAD_START)) | {
        "reliance, mean": team.mean_reliance,
        "squared weights": team.squared_weights,
    }
    return TeamResult(
        measures=measures,
        curves={str(name): frame[name].to_numpy(dtype=float) for name in frame.columns},
        solo=show.solo,
        reliance=team.reliance,
        hard_shares=show.hard_shares,
    )


def show_measures(show: Show, seat: int) -> dict[str, float]:
    """Judge a show by the yardstick; who sits in `seat` had the head start."""
    others = ~np.eye(show.game.n_members, dtype=bool)
    return {
        "all there": show.complete,
        "one missing, mean": show.one_missing.mean,
        "one missing, worst": show.one_missing.worst,
        "cost of losing one": show.complete - show.one_missing.mean,
        "two missing, mean": show.two_missing.mean,
        "two missing, worst": show.two_missing.worst,
        "hard section, all there": show.hard_without(None),
        "hard section, without B": show.hard_without(seat),
        "hard section, B's share": float(show.hard_shares[seat]),
        "hard section, B's value": float(show.hard_values[seat]),
        "solo quality, mean": float(show.solo.mean()),
        "pair synergy, mean": float(pair_synergy(show.game)[others].mean()),
        "agreement": agreement(show.game),
        "co-adaptation score": co_adaptation_score(show.game, np.random.default_rng(0)),
    }
