"""How much a talk depends on who is there: what a user asks of a team as a whole.

Exact where every sub-team can be asked, and sampled, with standard errors, where there are too
many of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.audience import SquaredError
from simulation.checks import InputError, instance, unsaid
from simulation.coalitions.absences import fragility
from simulation.coalitions.additive import AdditiveGame, coalition_values
from simulation.coalitions.carriers import bus_factor, effective_carriers
from simulation.coalitions.estimates.carrying import effective_number
from simulation.coalitions.estimates.estimate import Drawn
from simulation.coalitions.game import EXACT_MEMBERS, Game
from simulation.coalitions.gram import Gram
from simulation.coalitions.indices import shapley_interactions, shapley_values
from simulation.coalitions.sampling import ValueFunction, arrival_gains, drawn_qualities
from simulation.streams import Seed, generator

EXACT_HEARD = 12
"""Most members whose sub-teams are all asked by an audience that must hear every answer."""


@dataclass(frozen=True)
class Figure:
    """A number, and how sure it is: its standard error is 0 where it is exact."""

    value: float
    standard_error: float = 0.0


@dataclass(frozen=True, eq=False)
class Dependence:
    """Who carries a talk, and what absences cost it; nobody covers.

    Attributes
    ----------
    values : (N,) array
        Shapley values of the quality of the whole talk.
    carriers : Figure
        Effective number of them, from these values.
    fragility, interaction : Figure
        Quality lost on average to absences, and how much of it because people count on one another.
    bus_factor : int or None
        None where it was not looked for among all groups.
    interactions : (N, N) array or None
        Shapley interaction index of all pairs; None where sampled.
    """

    values: FloatArray
    carriers: Figure
    fragility: Figure
    interaction: Figure
    bus_factor: int | None = None
    interactions: FloatArray | None = None

    @property
    def sampled(self) -> bool:
        """Whether figures were estimated from drawn sub-teams."""
        return self.interactions is None


@unsaid
def dependence(game: Game, law: AttendanceLaw, rng: Seed) -> Dependence:
    """Measure how much a talk depends on who is there.

    Parameters
    ----------
    game : Game
    law : AttendanceLaw
        By which people are absent, for fragility.
    rng : int, SeedSequence or Generator
        Draws sub-teams where there are more than 2^20 of them, or more than 2^12 whose answers an
        audience other than a squared-error one would have to hear.
    """
    rng = generator(rng)
    if instance("law", law, AttendanceLaw).n_presenters != instance("game", game, Game).n_members:
        raise InputError(
            f"the game has {game.n_members} members and the law is for {law.n_presenters} "
            "presenters: give a law for the same number"
        )
    if isinstance(game, AdditiveGame) and isinstance(game.audience, SquaredError):
        if game.n_members > EXACT_MEMBERS:
            gram = Gram.of(game)
            return sampled_dependence(lambda masks: gram.qualities(masks)[0], law, rng)
    elif game.n_members > EXACT_HEARD:
        return sampled_dependence(game.quality, law, rng)
    v = coalition_values(game)
    values, lost = shapley_values(v), fragility(v, law)
    return Dependence(
        values=values,
        carriers=Figure(effective_carriers(values)),
        fragility=Figure(lost.total),
        interaction=Figure(lost.interaction),
        bus_factor=bus_factor(v),
        interactions=shapley_interactions(v),
    )


def sampled_dependence(value: ValueFunction, law: AttendanceLaw, rng: Seed) -> Dependence:
    """Estimate from random orders of arrival, and from sub-teams as the law draws them.

    Parameters
    ----------
    value : callable
        Sub-teams (C, N) to values (C,).
    law : AttendanceLaw
        Of N presenters.
    rng : int, SeedSequence or Generator
    """
    n, rng = law.n_presenters, generator(rng)
    gains = arrival_gains(value, n, rng)  # (draws, N)
    values, absent = gains.mean(axis=0), 1.0 - law.moments().rates
    masks = Drawn(("masks",), exact=False)
    carriers = effective_number(gains[..., None], masks)
    drawn = drawn_qualities(value, law, rng)
    lost = float(value(np.ones((1, n), dtype=bool))[0] - drawn.mean())
    return Dependence(
        values=values,
        carriers=Figure(carriers.value, carriers.error),
        fragility=Figure(lost, _error(drawn)),
        interaction=Figure(
            lost - float(values @ absent),
            math.hypot(_error(drawn), _error(gains @ absent)),
        ),
    )


def _error(draws: FloatArray) -> float:
    """Standard error of the mean of `draws`."""
    return float(draws.std(ddof=1) / np.sqrt(len(draws)))
