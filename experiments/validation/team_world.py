"""The presenters' side of every experiment: teams under a condition, measured by the yardstick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.costs import Cost, costing
from experiments.validation.conditions import OTHER_START, TeamCondition
from experiments.validation.game_measures import (
    couple_agreements,
    game_measures,
    penalty,
    stacked,
    variance_between,
)
from experiments.validation.rehearsed_teams import ALONE, Rehearsed, rehearsed
from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.coalitions import AdditiveGame, answer_shares, co_adaptation_score
from simulation.laws import one_or_two_absent
from simulation.presenter import presenter_names
from simulation.scenario import HEAD_START
from simulation.statistics import SMALLEST_EFFECT
from simulation.talk import synthetic_talk

DRAWN_SUB_TEAMS = 1_000
"""Sub-teams whose answers are averaged for C7."""


def _price(condition: TeamCondition, rehearsals: int, seeds: Sequence[int]) -> Cost:
    return Cost(5e-6 * (rehearsals + ALONE) * condition.slow * condition.starts * len(seeds))


@costing(_price)
def measure_teams(
    condition: TeamCondition, rehearsals: int, seeds: Sequence[int]
) -> dict[str, FloatArray]:
    """Rehearse a team for each seed and measure each.

    Two conditions with the same seeds are paired: same talk, same start, same questions.

    Parameters
    ----------
    condition : TeamCondition
    rehearsals : int
        At the usual learning rate; a slow team holds as many more.
    seeds : sequence of int

    Returns
    -------
    dict of str to (S,) array
    """
    own = [synthetic_talk(np.random.default_rng([seed, 0])) for seed in seeds]
    talks = own * condition.starts
    all_seeds = [*seeds, *(seed + OTHER_START for seed in seeds)][: len(talks)]
    teams = rehearsed(condition, talks, all_seeds, rehearsals)
    rows = []
    for member in range(len(seeds)):
        team = teams[member]
        row = _measures(condition, team, own[member].hard_section)
        if condition.starts == 2:
            other = teams[member + len(seeds)].game
            row["spread over starts"] = float(variance_between(team.game, other).mean())
        rows.append(row)
    return stacked(rows)


def _measures(condition: TeamCondition, team: Rehearsed, hard: int) -> dict[str, float]:
    """Measure one team; `hard` is the hard section."""
    game = team.game
    measures = game_measures(game)
    n = game.n_members
    everyone = np.ones((1, n), dtype=bool)
    seat = presenter_names(n).index(HEAD_START)
    without = everyone.copy()
    without[0, seat] = False
    measures |= {
        "practice quality": float(team.practised.quality(everyone)[0]),
        "choice quality": team.choice_quality,
        "co-adaptation score": co_adaptation_score(game),
        "carrier's share": float(answer_shares(game)[seat, hard]),
        "section without its carrier": float(game.section_quality(without)[0, hard]),
        "squared weights": team.squared_weights,
        "penalty of absences": penalty(team.practised, one_or_two_absent(n).moments()),
        "quality of the average": _quality_of_average(game, condition.law),
        "distinct sub-teams": float(len(np.unique(team.came, axis=0))),
        "silenced in training": float(1.0 - team.came.mean()),
        "rate": condition.law.moments().absence_rate,
        "silenced at the show": float(np.mean(~game.contributions.any(axis=(1, 2)))),
        "none": 0.0,
        "smallest gain": SMALLEST_EFFECT,
    }
    measures["gap"] = measures["practice quality"] - measures["quality"]
    return measures | couple_agreements(game)


def _quality_of_average(game: AdditiveGame, law: AttendanceLaw) -> float:
    """Quality of the rehearsed answers averaged over sub-teams as the law weights them."""
    masks = law.draw(np.random.default_rng(0), DRAWN_SUB_TEAMS)
    weights = masks.mean(axis=0) * law.moments().speak_up  # (N,) mean scale of each one's part
    average = game.handout + np.tensordot(weights, game.contributions, axes=1)
    return float(game.audience.quality(average, game.wanted))
