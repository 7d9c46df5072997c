"""Teams under the conditions of the validation, one Mesa team each: what stacks stand for."""

from functools import partial

import numpy as np

from experiments.validation import rehearsed_teams
from experiments.validation.control_teams import spread
from experiments.validation.rehearsed_teams import (
    LEARNING_RATE,
    Rehearsed,
    best,
    between_checkpoints,
    quality,
)
from simulation import Team
from simulation.scenario import HEAD_START


class DecayingTeam(Team):
    """Shrinks all its skills a little at each rehearsal; the handout, a bias, is left alone."""

    def __init__(self, talk, attendance, *, weight_decay, **options):
        super().__init__(talk, attendance, **options)
        self.weight_decay = weight_decay

    def step(self):
        super().step()
        kept = 1.0 - self.learning_rate * self.weight_decay
        for presenter in self.agents:
            for skill in (
                presenter.understanding,
                presenter.understanding_bias,
                presenter.delivery,
            ):
                skill *= kept


class NoisyTeam(Team):
    """Hears noise as strong as absences under a law would make it, while nobody is absent."""

    def __init__(self, talk, attendance, *, imitated, **options):
        super().__init__(talk, attendance, **options)
        self.imitate(imitated)

    def imitate(self, law):
        self._covariance = law.moments().covariance_of_scales

    def as_heard(self, wanted, table):
        noise = self.streams.noise.standard_normal(wanted.shape)
        return wanted + noise * spread(self._covariance, table)


def one_by_one(condition, talks, seeds, rehearsals):
    """Rehearse a Mesa team for each talk and seed, under any condition."""
    return [_one(condition, t, seed, rehearsals) for t, seed in zip(talks, seeds, strict=True)]


def _one(condition, talk, seed, rehearsals):
    kind = Team
    if condition.noise is not None:
        kind = partial(NoisyTeam, imitated=condition.noise)
    elif condition.decay:
        kind = partial(DecayingTeam, weight_decay=condition.decay)
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
