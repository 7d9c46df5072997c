"""Teams that rehearse under a condition: all seeds as one stack, or one Mesa team after another.

By either way a seed's team is the same, to rounding. A stack is some twenty times as fast.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from experiments.stack import TeamStack
from experiments.stack.draws import Streams
from experiments.stack.measures import squared_weights as squared_weights_of
from experiments.validation.control_teams import DistractedTeam, Distraction, ForgetfulTeam
from experiments.validation.measured import halves
from simulation.attendance import AttendanceLaw
from simulation.coalitions import Game
from simulation.laws import Everyone
from simulation.scenario import HEAD_START, PRESENTERS
from simulation.talk import Talk
from simulation.team import Team, squared_weights

BoolArray = npt.NDArray[np.bool_]

LEARNING_RATE = 0.02
"""Of teams whose condition names no other."""

CHECKPOINTS = 20
"""Times that a team's quality is looked at while it rehearses, for early stopping."""


@dataclass(frozen=True)
class TeamCondition:
    """How a team rehearses.

    Attributes
    ----------
    attendance : AttendanceLaw
    imitated : AttendanceLaw or None
        A control: noise on what is heard, as strong as absences under this law would make it.
    weight_decay : float
        Each rehearsal shrinks skills by learning rate times this.
    learning_rate : float
    rehearsals : int
    alone : int
        Rehearsals that B has alone on the hard section beforehand.
    starts : int
        1, or 2 to see how far the answers depend on the start.
    """

    attendance: AttendanceLaw = field(default_factory=lambda: Everyone(PRESENTERS))
    imitated: AttendanceLaw | None = None
    weight_decay: float = 0.0
    learning_rate: float = LEARNING_RATE
    rehearsals: int = 6_000
    alone: int = 1_000
    starts: int = 1


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


Rehearse = Callable[[TeamCondition, Sequence[Talk], Sequence[int]], list[Rehearsed]]
"""A way to rehearse a team for each talk and seed."""


def one_by_one(
    condition: TeamCondition, talks: Sequence[Talk], seeds: Sequence[int]
) -> list[Rehearsed]:
    """Rehearse a Mesa team for each talk and seed, under any condition."""
    return [_alone(condition, talk, seed) for talk, seed in zip(talks, seeds, strict=True)]


def _alone(condition: TeamCondition, talk: Talk, seed: int) -> Rehearsed:
    kind: Callable[..., Team] = Team
    if condition.imitated is not None:
        kind = partial(DistractedTeam, imitated=condition.imitated)
    elif condition.weight_decay:
        kind = partial(ForgetfulTeam, weight_decay=condition.weight_decay)
    team = kind(talk, condition.attendance, learning_rate=condition.learning_rate, rng=seed)
    team.practise_alone(HEAD_START, condition.alone)
    came, checkpoints = [], []
    for rehearsals in _between_checkpoints(condition):
        for _ in range(rehearsals):
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
    condition: TeamCondition, talks: Sequence[Talk], seeds: Sequence[int]
) -> list[Rehearsed]:
    """Rehearse a stack with a member for each talk and seed; it knows no weight decay."""
    if condition.weight_decay:
        raise ValueError("a stack forgets nothing: rehearse teams with weight decay one by one")
    laws = [condition.attendance] * len(seeds)
    stack = TeamStack(
        talks,
        laws,
        seeds,
        learning_rate=condition.learning_rate,
        target_noise=None
        if condition.imitated is None
        else partial(Distraction, condition.imitated),
    )
    stack.practise_alone(HEAD_START, condition.alone)
    # Streams of the same seeds give the attendance that the stack's own streams give it.
    streams = Streams(laws, seeds, practice=len(talks[0].practice_questions), questions=1)
    came = streams.attendance(condition.rehearsals)  # (R, T, N)
    along = []
    for rehearsals in _between_checkpoints(condition):
        stack.rehearse(rehearsals)
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


def _between_checkpoints(condition: TeamCondition) -> list[int]:
    """Numbers of rehearsals from one checkpoint to the next; they add up to all of them."""
    at = [condition.rehearsals * number // CHECKPOINTS for number in range(CHECKPOINTS + 1)]
    return [later - earlier for earlier, later in itertools.pairwise(at)]


def _on_halves(game: Game) -> tuple[float, float]:
    everyone = np.ones((1, game.n_members), dtype=bool)
    first, second = (float(part.quality(everyone)[0]) for part in halves(game))
    return first, second
