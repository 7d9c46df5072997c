"""Teams under the conditions of the validation, one Mesa team each: what stacks stand for."""

from functools import partial

import numpy as np

from experiments.control_team import ControlTeam
from experiments.validation import rehearsed_teams
from experiments.validation.rehearsed_teams import (
    LEARNING_RATE,
    Rehearsed,
    best,
    between_checkpoints,
    quality,
)
from simulation import Team
from simulation.scenario import HEAD_START


def one_by_one(condition, talks, seeds, rehearsals):
    """Rehearse a Mesa team for each talk and seed, under any condition."""
    return [_one(condition, t, seed, rehearsals) for t, seed in zip(talks, seeds, strict=True)]


def _one(condition, talk, seed, rehearsals):
    kind = Team
    if condition.noise is not None:
        kind = partial(ControlTeam, imitated=condition.noise)
    elif condition.decay:
        kind = partial(ControlTeam, weight_decay=condition.decay)
    team = kind(talk, condition.law, learning_rate=LEARNING_RATE / condition.slow, rng=seed)
    team.practise_alone(HEAD_START, rehearsed_teams.ALONE * condition.slow)
    came, along = [], []
    for some in between_checkpoints(rehearsals * condition.slow, condition.stop):
        for _ in range(some):
            team.step()
            came.append(team.last_rehearsal.attendance)
        along.append(
            Rehearsed(
                game=team.game(),
                practised=team.game("practice"),
                squared_weights=team.squared_weights,
                came=np.array(came),
                choice_quality=quality(team.game("choice")),
            )
        )
    return best(along)
