"""What is measured of a game: all figures of the yardstick, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from simulation.arrays import FloatArray
from simulation.coalitions.estimates.estimate import Estimate
from simulation.coalitions.game import Reading

WARNINGS = {
    "one start": "one network is one seed: the intervals do not cover other starts",
    "few starts": "with fewer than five starts the intervals are wide and rest on little",
    "no better than nobody": (
        "with every member there it is not shown to be better than with none: check y, or use more "
        "examples"
    ),
    "no examples": "no examples could be left out: the intervals do not cover other examples",
    "same examples": "who carries least was chosen on the examples it is judged on",
    "interrupted": "stopped before the end: fewer draws, wider intervals, some figures missing",
}
"""All that a result may have to say about itself, by key."""


@dataclass(frozen=True)
class Curve:
    """Quality when a fraction of the members, drawn at random, is silenced.

    Attributes
    ----------
    fractions : tuple of float
        From 0 to 1, one for each number of members silenced.
    points : tuple of Estimate
        The mean over all ways to draw them, at each fraction.
    """

    fractions: tuple[float, ...]
    points: tuple[Estimate, ...]

    @property
    def mean(self) -> FloatArray:
        """The curve, (F,)."""
        return np.array([point.value for point in self.points])

    @property
    def band(self) -> FloatArray:
        """Its 95% interval at each fraction, low and high, (F, 2)."""
        return np.array([(point.low, point.high) for point in self.points])


@dataclass(frozen=True)
class Silent:
    """How many members may fall silent at a cost of at most `worth`.

    Attributes
    ----------
    number : Estimate
        The largest number whose cost found is at most `worth`, be a smaller one dearer or not.
        `low` is the largest whose cost's interval lies at or below `worth`, `high` the largest
        whose interval reaches it.
    cost : Estimate
        Quality lost at that number. The number was chosen because it seemed cheap, so this is a
        little more likely to be too low.
    worth : float
        In units of quality.
    """

    number: Estimate
    cost: Estimate
    worth: float


@dataclass(frozen=True, eq=False)
class Pairs:
    """How much each pair of members needs one another: Shapley interaction indices.

    Attributes
    ----------
    values, errors : (N, N) arrays
        Above 0: they need each other; below: they can stand in for each other. The standard errors
        are nan where they are not known.
    """

    values: FloatArray
    errors: FloatArray


@dataclass(frozen=True, eq=False)
class Measures:
    """All figures of the yardstick of one game, or of one game for each of several starts.

    A figure is None where it was not measured: see each.

    Attributes
    ----------
    members : tuple of str
        Names of the N members.
    starts : int
        Models, trained from so many seeds.
    examples : int
        M, on which they are judged; 0 where the game has none to speak of.
    metric : str
        What quality is.
    reading : str
        'nobody covers' or 'fill the time'.
    ablation : str
        What a silenced member gives: 'zero' or 'mean'; '' where that has no meaning.
    additive : bool
        Whether the members' parts add up to the answer; else 'silenced' is all that is claimed.
    exact : bool
        Whether all 2^N coalitions were asked.
    complete, nobody : Estimate
        Quality with every member there, and with none.
    curve : Curve
    area : Estimate
        Area under the curve: its mean height.
    half : Estimate
        The curve where half of the members, rounded down, are silenced.
    alone : tuple of Estimate
        Quality with each member alone there.
    shapley : tuple of Estimate
        What each member carries; they add up to complete less nobody.
    carriers : Estimate
        Effective number of members that carry it, 1 / sum of share^2, freed of the bias by which
        noise makes shares look more uneven; nan where noise is all there is.
    idle : tuple of str
        Members that made no difference in any coalition asked.
    never_fire : tuple of str or None
        Members whose activation is 0 on every example; None where the game has no activations.
    co_adaptation : Estimate or None
        Variance of the answers over half-teams; None where the game gives no answers.
    synergy : Pairs or None
        None above 20 members.
    at_random, least_carrying : Silent or None
        How many may fall silent, drawn at random, and beginning with those that made no difference
        and then with those that carry least. Who these are is chosen on half of the examples and
        judged on a quarter of the others, then chosen on three quarters and judged on the last;
        with no examples to part, on the same, and the warnings say so.
    bus_factor : Estimate or None
        Least number of members whose loss takes the quality below half of the complete one; N + 1
        where even the loss of all does not, and of no meaning where the complete one is not above
        0. Not `exact`: at most so many, found by silencing those that carry most one after the
        other.
    draws : int
        Random orders (each with its reverse) that figures rest on, a start; 0 where none.
    warnings : mapping of str to str
        What to keep in mind, by key: see `WARNINGS`.
    interrupted : bool
        Whether it was stopped before all was measured.
    """

    members: tuple[str, ...]
    starts: int
    examples: int
    metric: str
    reading: Reading
    ablation: str
    additive: bool
    exact: bool
    complete: Estimate
    nobody: Estimate
    curve: Curve
    area: Estimate
    half: Estimate
    alone: tuple[Estimate, ...]
    shapley: tuple[Estimate, ...]
    carriers: Estimate
    idle: tuple[str, ...]
    at_random: Silent
    co_adaptation: Estimate | None = None
    synergy: Pairs | None = None
    least_carrying: Silent | None = None
    bus_factor: Estimate | None = None
    never_fire: tuple[str, ...] | None = None
    draws: int = 0
    warnings: Mapping[str, str] = field(default_factory=dict)
    interrupted: bool = False
