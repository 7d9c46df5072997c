"""The presenters' side of every experiment: teams under a condition, measured by the yardstick.

All seeds rehearse as one stack, or one Mesa team after another. By either way a seed's team is the
same, to rounding. A stack is some twenty times as fast.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from experiments.stack import TeamStack
from experiments.stack.draws import Streams
from experiments.stack.measures import squared_weights as squared_weights_of
from experiments.validation.conditions import TeamCondition
from experiments.validation.control_teams import DistractedTeam, Distraction, ForgetfulTeam
from experiments.validation.game_measures import (
    couple_agreements,
    early_stopped,
    game_measures,
    halves,
    penalty,
    stacked,
    variance_between,
)
from simulation.attendance import AttendanceLaw
from simulation.coalitions import Game, answer_shares
from simulation.laws import one_or_two_absent
from simulation.presenter import presenter_names
from simulation.scenario import HEAD_START, Schedule
from simulation.talk import Talk, synthetic_talk
from simulation.team import Team, squared_weights

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LEARNING_RATE = 0.02
"""Of teams that are not slow."""

ALONE = Schedule.alone
"""Rehearsals that B has alone on the hard section beforehand."""

CHECKPOINTS = 20
"""Times that a team's quality is looked at while it rehearses, for early stopping."""

OTHER_START = 100_000
"""Added to a seed for a second start on the same talk."""

DRAWN_SUB_TEAMS = 1_000
"""Sub-teams whose answers are averaged for C7."""


def measure_teams(
    condition: TeamCondition,
    rehearsals: int,
    seeds: Sequence[int],
    rehearse: Rehearse | None = None,
) -> dict[str, FloatArray]:
    """Rehearse a team for each seed and measure each.

    Two conditions with the same seeds are paired: same talk, same start, same questions.

    Parameters
    ----------
    condition : TeamCondition
    rehearsals : int
        At the usual learning rate; a slow team holds as many more.
    seeds : sequence of int
    rehearse : `as_stack` or `one_by_one`, optional
        Left out, as a stack where it can be.

    Returns
    -------
    dict of str to (S,) array
    """
    way = rehearse or (one_by_one if condition.decay else as_stack)
    own = [synthetic_talk(np.random.default_rng([seed, 0])) for seed in seeds]
    talks = own * condition.starts
    all_seeds = [*seeds, *(seed + OTHER_START for seed in seeds)][: len(talks)]
    teams = way(condition, talks, all_seeds, rehearsals)
    rows = []
    for member, seed in enumerate(seeds):
        team = teams[member]
        row = _measures(condition, team, seed, own[member].hard_section)
        if condition.starts == 2:
            row["spread over starts"] = variance_between(team.game, teams[member + len(seeds)].game)
        rows.append(row)
    return stacked(rows)


def _measures(condition: TeamCondition, team: Rehearsed, seed: int, hard: int) -> dict[str, float]:
    """Measure one team; `hard` is the hard section."""
    game = team.game
    measures = game_measures(game, np.random.default_rng(seed))
    n = game.n_members
    everyone = np.ones((1, n), dtype=bool)
    seat = presenter_names(n).index(HEAD_START)
    without = everyone.copy()
    without[0, seat] = False
    measures |= {
        "practice quality": float(team.practised.quality(everyone)[0]),
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
        "early-stopped quality": early_stopped(team.checkpoints),
        "quality, choosing half": team.checkpoints[-1][0],
        "quality, judged half": team.checkpoints[-1][1],
    }
    measures["gap"] = measures["practice quality"] - measures["quality"]
    return measures | couple_agreements(game)


def _quality_of_average(game: Game, law: AttendanceLaw) -> float:
    """Quality of the rehearsed answers averaged over sub-teams as the law weights them."""
    masks = law.draw(np.random.default_rng(0), DRAWN_SUB_TEAMS)
    weights = masks.mean(axis=0) * law.moments().speak_up  # (N,) mean scale of each one's part
    average = game.handout + np.tensordot(weights, game.contributions, axes=1)
    return float(game.audience.quality(average, game.wanted))


@dataclass(frozen=True, eq=False)
class Rehearsed:
    """A team after its rehearsals.

    Attributes
    ----------
    game, practised : Game
        Its talk on the unseen questions, and on those it practised.
    squared_weights : float
    came : (T, N) bool array
        Who was there at each rehearsal.
    checkpoints : list of (float, float)
        Quality on two halves of the unseen questions, along the way.
    """

    game: Game
    practised: Game
    squared_weights: float
    came: BoolArray
    checkpoints: list[tuple[float, float]]


Rehearse = Callable[[TeamCondition, Sequence[Talk], Sequence[int], int], list[Rehearsed]]
"""A way to rehearse a team for each talk and seed, so many times."""


def one_by_one(
    condition: TeamCondition, talks: Sequence[Talk], seeds: Sequence[int], rehearsals: int
) -> list[Rehearsed]:
    """Rehearse a Mesa team for each talk and seed, under any condition."""
    return [_one(condition, t, seed, rehearsals) for t, seed in zip(talks, seeds, strict=True)]


def _one(condition: TeamCondition, talk: Talk, seed: int, rehearsals: int) -> Rehearsed:
    kind: Callable[..., Team] = Team
    if condition.noise is not None:
        kind = partial(DistractedTeam, imitated=condition.noise)
    elif condition.decay:
        kind = partial(ForgetfulTeam, weight_decay=condition.decay)
    team = kind(talk, condition.law, learning_rate=LEARNING_RATE / condition.slow, rng=seed)
    team.practise_alone(HEAD_START, ALONE * condition.slow)
    came, checkpoints = [], []
    for some in _between_checkpoints(rehearsals * condition.slow):
        for _ in range(some):
            team.step()
            assert team.last_rehearsal is not None
            came.append(team.last_rehearsal.attendance)
        checkpoints.append(_on_halves(team.game()))
    return Rehearsed(
        game=team.game(),
        practised=team.game(practice=True),
        squared_weights=squared_weights(team),
        came=np.array(came),
        checkpoints=checkpoints,
    )


def as_stack(
    condition: TeamCondition, talks: Sequence[Talk], seeds: Sequence[int], rehearsals: int
) -> list[Rehearsed]:
    """Rehearse a stack with a member for each talk and seed; it knows no weight decay."""
    if condition.decay:
        raise ValueError("a stack forgets nothing: rehearse teams with weight decay one by one")
    laws = [condition.law] * len(seeds)
    stack = TeamStack(
        talks,
        laws,
        seeds,
        learning_rate=LEARNING_RATE / condition.slow,
        target_noise=None if condition.noise is None else partial(Distraction, condition.noise),
    )
    stack.practise_alone(HEAD_START, ALONE * condition.slow)
    # Streams of the same seeds give the attendance that the stack's own streams give it.
    streams = Streams(laws, seeds, practice=len(talks[0].practice_questions), questions=1)
    came = streams.attendance(rehearsals * condition.slow)  # (R, T, N)
    along = []
    for some in _between_checkpoints(rehearsals * condition.slow):
        stack.rehearse(some)
        along.append([_on_halves(stack.game(member)) for member in range(stack.n_members)])
    weights = squared_weights_of(stack.skills())
    return [
        Rehearsed(
            game=stack.game(member),
            practised=stack.game(member, practice=True),
            squared_weights=float(weights[member]),
            came=came[member],
            checkpoints=[at_once[member] for at_once in along],
        )
        for member in range(stack.n_members)
    ]


def _between_checkpoints(rehearsals: int) -> list[int]:
    """Numbers of rehearsals from one checkpoint to the next; they add up to all of them."""
    at = [rehearsals * number // CHECKPOINTS for number in range(CHECKPOINTS + 1)]
    return [later - earlier for earlier, later in itertools.pairwise(at)]


def _on_halves(game: Game) -> tuple[float, float]:
    everyone = np.ones((1, game.n_members), dtype=bool)
    first, second = (float(part.quality(everyone)[0]) for part in halves(game))
    return first, second
