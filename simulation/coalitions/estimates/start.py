"""What is asked of one game, and the figures that follow, on all examples and without each part.

Random orders of arrival serve most figures at once: what each member brings when it arrives gives
Shapley values, and those who have arrived are a random coalition of every size, which gives the
ablation curve and the cost of random silence. Up to 20 members all coalitions are asked after them,
and replace them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.audience import SquaredError
from simulation.coalitions.additive import AdditiveGame
from simulation.coalitions.estimates.asking import AT_ONCE, Asked
from simulation.coalitions.estimates.estimate import contributions
from simulation.coalitions.estimates.silencing import Silencing, worst_losses
from simulation.coalitions.indices import shapley_interactions, shapley_values
from simulation.coalitions.measures import HALF_TEAMS, half_teams
from simulation.coalitions.sampling import Arrivals, arrivals
from simulation.parts import on_sets
from simulation.statistics import ROUNDING

FEWEST_DRAWS = 2
"""Fewer have no spread."""

_GROUP = 8
"""Half-teams whose answers are compared with each other: one draw of their variance."""


@dataclass(eq=False)
class Start:
    """Figures of one game; R is the number of draws, 1 where all coalitions were asked.

    Attributes
    ----------
    complete, nobody : (1 + G,) arrays
    alone : (N, 1 + G) array
    sizes : (R, N + 1, 1 + G) array
        Mean quality when 0, 1, .. N members are there, drawn at random.
    gains : (R, N, 1 + G) array
        What each member brings.
    idle : (N, G) bool array
        Members that changed the value of no coalition asked, on each part of the examples;
        (N, 1) where there are no parts.
    exact, interrupted : bool
    silencing : Silencing or None
        What it costs to silence by what members carry.
    synergy : (1, N, N, 1 + G) array or None
    heard : (R', 1 + G) array or None
        Variance of the answers over half-teams, one row a group of them; one row where exact.
    """

    complete: FloatArray
    nobody: FloatArray
    alone: FloatArray
    sizes: FloatArray
    gains: FloatArray
    idle: BoolArray
    exact: bool = False
    interrupted: bool = True
    silencing: Silencing | None = None
    synergy: FloatArray | None = None
    heard: FloatArray | None = None

    @property
    def least(self) -> FloatArray | None:
        """Cost of silencing those that carry least, (1, N + 1, J); see `Silencing`."""
        return None if self.silencing is None else self.silencing.least[None]

    @property
    def most(self) -> FloatArray | None:
        """How far below half those that carry most take it, (1, N + 1, J); see `Silencing`."""
        return None if self.silencing is None else self.silencing.most[None]


@dataclass(frozen=True)
class Plan:
    """How much is asked of each game.

    Attributes
    ----------
    draws : int
        Random orders.
    exact : bool
        Whether all coalitions are asked after them.
    precision : float or None
        Where draws may end; see `measured`.
    """

    draws: int
    exact: bool
    precision: float | None = None

    def cost(self, n: int) -> int:
        """About how many coalitions of N members are asked."""
        return 2**n if self.exact else drawn_coalitions(n, self.draws)


def drawn_coalitions(n: int, draws: int) -> int:
    """About how many coalitions of N members are asked for so many draws, and what rests on them.

    Nobody, everybody, each alone; the draws; those that carry least and most, each twice.
    """
    return 2 + n + 2 * draws * (n + 1) + 4 * (n + 1)


def looked_at(asked: Asked, rng: np.random.Generator, plan: Plan) -> Start:
    """Ask one game, until all is measured or somebody interrupts.

    Raises
    ------
    KeyboardInterrupt
        If it comes before there are two draws.
    """
    n = asked.n
    nobody, complete = asked.of(np.array([[False] * n, [True] * n]))
    alone = asked.of(np.eye(n, dtype=bool))
    drawn: list[Arrivals] = []
    start: Start | None = None
    try:
        at_once = max(1, AT_ONCE // (2 * n + 2))
        for batch in arrivals(asked.of, n, rng, plan.draws, at_once):
            drawn.append(batch)
            if not plan.exact and plan.precision is not None and _sure(drawn, plan.precision):
                break
        start = _of_draws(drawn, complete, nobody, alone)
        if plan.exact:
            start = _of_all(asked.all(), start)
        worst = worst_losses(asked.all(), complete) if start.exact else None
        gains = start.gains.mean(axis=0)
        start.silencing = Silencing.of(asked, gains, start.idle, complete, worst)
        start.heard = _heard(asked, rng)
        start.interrupted = False
    except KeyboardInterrupt:
        if sum(len(batch.place) for batch in drawn) < FEWEST_DRAWS:
            raise
    return _of_draws(drawn, complete, nobody, alone) if start is None else start


def _of_draws(
    drawn: list[Arrivals], complete: FloatArray, nobody: FloatArray, alone: FloatArray
) -> Start:
    gains = np.concatenate([batch.gains for batch in drawn])  # (R, 2, N, 1 + G)
    sizes = np.concatenate([batch.values.mean(axis=1) for batch in drawn])
    rounding = ROUNDING * max(1.0, float(np.abs(sizes).max()))
    return Start(
        complete, nobody, alone, sizes,
        gains=gains.mean(axis=1),
        idle=np.asarray((np.abs(contributions(gains)) <= rounding).all(axis=(0, 1))),
    )  # fmt: skip


def _of_all(values: FloatArray, drawn: Start) -> Start:
    """Replace what was drawn by what all coalitions say."""
    n = len(drawn.idle)
    size = np.bitwise_count(np.arange(2**n))
    sizes = np.array([values[size == k].mean(axis=0) for k in range(n + 1)])
    rounding = ROUNDING * max(1.0, float(np.abs(values).max()))
    pairs = (values.reshape(-1, 2, 2**j, values.shape[1]) for j in range(n))
    gains = (contributions(pair[:, 1] - pair[:, 0]) for pair in pairs)
    idle = [(np.abs(each) <= rounding).all(axis=(0, 1)) for each in gains]
    return Start(
        drawn.complete, drawn.nobody, drawn.alone, sizes[None],
        gains=shapley_values(values)[None],
        idle=np.array(idle),
        exact=True,
        synergy=shapley_interactions(values)[None],
    )  # fmt: skip


def _sure(drawn: list[Arrivals], precision: float) -> bool:
    """Whether chance in the masks leaves the quality of half of the members so precise."""
    n = drawn[0].place.shape[-1]
    half = np.concatenate([batch.values[:, :, n - n // 2, 0].mean(axis=1) for batch in drawn])
    return len(half) >= 10 and float(half.std(ddof=1) / math.sqrt(len(half))) <= precision


def _heard(asked: Asked, rng: np.random.Generator) -> FloatArray | None:
    """Variance of the answers over half-teams that fill the time; see `co_adaptation_score`.

    Mean over the parts of the answers. Half-teams are compared in groups, each an independent draw
    without bias, so that no more answers are held at a time.
    """
    game, n = asked.game, asked.n
    if isinstance(game, AdditiveGame) and isinstance(game.audience, SquaredError):
        half = max(1, n // 2)
        factor = (n - half) / half * n
        spread = game.contributions.var(axis=0, ddof=1) if n > 1 else 0 * game.contributions[0]
        return on_sets(factor * spread.mean(axis=-1))[None]
    draws = []
    for _ in range(HALF_TEAMS // _GROUP):
        answers = game.heard(half_teams(n, rng, _GROUP), "fill the time")
        if answers is None:
            return None
        spread = answers.var(axis=0, ddof=1)  # (M, K)
        draws.append(on_sets(spread.reshape(len(spread), -1).mean(axis=1)))
        asked.told.more(_GROUP)
    return np.array(draws)
