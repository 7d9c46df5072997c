"""Two ways to train on the yardstick: paired seeds, each figure's difference with its interval."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulation.arrays import FloatArray
from simulation.checks import InputError, listed, real, unsaid
from simulation.coalitions.estimates.asking import Asked, Progress, Told, checked_progress
from simulation.coalitions.estimates.carrying import logarithms_of_number
from simulation.coalitions.estimates.measures import Measures
from simulation.coalitions.estimates.measuring import planned
from simulation.coalitions.estimates.start import Start, looked_at
from simulation.coalitions.estimates.summary import area, half_silenced, summed_up
from simulation.coalitions.game import Game, Reading
from simulation.statistics import Effect, paired_effect
from simulation.streams import Seed, generator


@dataclass(frozen=True, eq=False)
class Compared:
    """What changed between two conditions that share their seeds.

    Attributes
    ----------
    without, with_ : Measures
        Each condition by itself.
    effects : mapping of str to Effect
        Paired difference of each figure, with less without, by name: 'quality complete', 'quality,
        half silenced', 'ablation area', 'quality alone, mean', 'effective carriers', 'silent at
        worth' (how many members may fall silent at random at a cost of at most `worth`, between
        whole numbers by the straight line), 'co-adaptation score'. Those that have no value for
        one of the seeds are missing.
    """

    without: Measures
    with_: Measures
    effects: Mapping[str, Effect]

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before all pairs were measured."""
        return self.with_.interrupted


@unsaid
def compared(
    without: Sequence[Game],
    with_: Sequence[Game],
    rng: Seed,
    *,
    worth: float = 0.01,
    reading: Reading = "nobody covers",
    draws: int | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Measure two conditions seed by seed, and what differs between them.

    The two of a pair meet the same masks, so that the chance of masks cancels where they are alike.
    Intervals let seeds (each with masks of its own) and examples vary together, as everywhere:
    `simulation.statistics.paired_effect`. Interrupted (Ctrl-C), it compares the pairs that are
    measured, if these are two at least.

    Parameters
    ----------
    without, with_ : sequences of Game
        One a seed, in the same order: the same members, judged on the same examples.
    rng : int, SeedSequence or Generator
    worth, reading, draws, progress
        As for `measured`.

    Raises
    ------
    InputError
        If there are not as many of both, or fewer than two; or as `measured` does.

    Examples
    --------
    Two halves of the answer, with and without a third member who can stand in for either:

    >>> from simulation.coalitions import AdditiveGame
    >>> from simulation.audience import AUDIENCES
    >>> def talk(seed, third):
    ...     wanted = np.random.default_rng(0).normal(size=(60, 2))
    ...     said = np.random.default_rng(seed).normal(scale=0.1, size=(3, 60, 2))
    ...     said += wanted * np.array([0.5, 0.5, third])[:, None, None]
    ...     return AdditiveGame(said, np.zeros(2), wanted, AUDIENCES["squared error"])
    >>> found = compared([talk(s, 0.0) for s in range(6)], [talk(s, 0.4) for s in range(6)], 0)
    >>> found.effects["quality, half silenced"].verdict
    'higher'
    """
    pairs = _pairs(without, with_)
    real("worth", worth, least=0)
    plan = planned([game for pair in pairs for game in pair], reading, draws, None)
    told = Told(checked_progress(progress), 2 * len(pairs) * plan.cost(pairs[0][0].n_members))
    children = generator(rng).spawn(len(pairs))
    starts: list[tuple[Start, Start]] = []
    interrupted = False
    for pair, child in zip(pairs, children, strict=True):
        try:
            start, other = (
                looked_at(Asked(game, reading, told), copy.deepcopy(child), plan) for game in pair
            )
        except KeyboardInterrupt:
            interrupted = True
        else:
            interrupted = start.interrupted or other.interrupted
        if interrupted:
            break
        starts.append((start, other))
    if len(starts) < 2:
        raise KeyboardInterrupt
    before, after = ([pair[side] for pair in starts] for side in (0, 1))
    first, second = (
        summed_up(side, pairs[0][0], reading, float(worth), interrupted) for side in (before, after)
    )
    return Compared(first, second, _effects(before, after, worth))


def _pairs(without: Sequence[Game], with_: Sequence[Game]) -> list[tuple[Game, Game]]:
    first, second = listed("games without", without), listed("games with", with_)
    if len(first) != len(second) or len(first) < 2:
        raise InputError(
            f"there are {len(first)} games without and {len(second)} with, but pairs need as many "
            "of both, one a seed, and at least two"
        )
    return list(zip(first, second, strict=True))


def _effects(before: list[Start], after: list[Start], worth: float) -> dict[str, Effect]:
    figures: dict[str, Callable[[Start], FloatArray]] = {
        "quality complete": lambda start: start.complete,
        "quality, half silenced": lambda start: half_silenced(start).mean(axis=0),
        "ablation area": lambda start: area(start).mean(axis=0),
        "quality alone, mean": lambda start: start.alone.mean(axis=0),
        "effective carriers": lambda start: np.exp(logarithms_of_number(start.gains).mean(axis=0)),
        "silent at worth": lambda start: silent_at(start, worth),
        "co-adaptation score": lambda start: (
            np.full(1, np.nan) if start.heard is None else start.heard.mean(axis=0)
        ),
    }
    effects = {}
    for name, figure in figures.items():
        sides = [[figure(start) for start in side] for side in (before, after)]
        if all(np.isfinite(one).all() for side in sides for one in side):
            effects[name] = paired_effect(sides[0], sides[1])
    return effects


def silent_at(start: Start, worth: float) -> FloatArray:
    """How many members may fall silent at random at a cost of at most `worth`, (1 + G,).

    Where the cost first rises above it, between two numbers of them by the straight line, so that
    it changes as steadily as costs do.
    """
    costs = start.complete - start.sizes.mean(axis=0)[::-1]  # (N + 1, 1 + G), of 0, 1, .. silent
    costs[0] = 0.0  # nobody silent costs nothing, though calls may be noisy
    numbers = np.empty(costs.shape[1])
    for column, cost_of in enumerate(costs.T):
        above = np.flatnonzero(cost_of > worth)
        if len(above) == 0:
            numbers[column] = len(cost_of) - 1
            continue
        next_one = above[0]
        step = cost_of[next_one] - cost_of[next_one - 1]
        numbers[column] = next_one - 1 + (worth - cost_of[next_one - 1]) / step
    return numbers
