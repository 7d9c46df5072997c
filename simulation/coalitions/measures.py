"""The yardstick on a talk itself: what is kept, who can do what alone, whose words they are.

These look at chosen sub-teams or at the answers, so they work for hundreds of hidden units as well
as for five presenters.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulation.arrays import BoolArray, FloatArray
from simulation.audience import SquaredError
from simulation.checks import instance, room, unsaid, whole
from simulation.coalitions.additive import AdditiveGame
from simulation.coalitions.game import Game, Reading
from simulation.coalitions.gram import Gram
from simulation.streams import Seed, generator

IntArray = npt.NDArray[np.intp]

MISSING_LIMIT = 2_000
"""Most sub-teams evaluated for 'k missing'; above it that many are drawn."""


def missing_masks(n: int, k: int, rng: Seed | None = None) -> BoolArray:
    """List the sub-teams of n in which k are missing, shape (C, n).

    All C(n, k) of them, or `MISSING_LIMIT` drawn with `rng` where there are more.
    """
    room("the sub-teams", MISSING_LIMIT, whole("members", n, least=1))
    whole("missing", k, least=0, most=n)
    if (there_are := math.comb(n, k)) <= MISSING_LIMIT:
        gone = np.array(list(itertools.combinations(range(n), k)), dtype=int)
        gone = gone.reshape(there_are, k)  # also for k = 0: one sub-team, in which nobody is gone
    else:
        order = generator(0 if rng is None else rng).random((MISSING_LIMIT, n)).argsort(axis=1)
        gone = order[:, :k]
    masks = np.ones((len(gone), n), dtype=bool)
    np.put_along_axis(masks, gone, False, axis=1)
    return masks


class StandardSubTeams(NamedTuple):
    """The sub-teams that the measures of a stack and of a frame ask about.

    Attributes
    ----------
    masks : (C, N) bool array
        Read-only; the first is everyone.
    one_missing, two_missing, alone : int arrays
        Which rows; where two cannot be missing, nobody is there.
    """

    masks: BoolArray
    one_missing: IntArray
    two_missing: IntArray
    alone: IntArray


@lru_cache(maxsize=64)
def standard_sub_teams(n: int) -> StandardSubTeams:
    """List everyone, and all sub-teams with one missing, with two missing and with one alone."""
    parts = [missing_masks(n, min(k, n)) for k in range(3)] + [np.eye(n, dtype=bool)]
    masks = np.concatenate(parts)
    masks.flags.writeable = False
    _, *rows = np.split(np.arange(len(masks)), np.cumsum([len(part) for part in parts[:-1]]))
    return StandardSubTeams(masks, *rows)


@dataclass(frozen=True)
class Kept:
    """Quality with k members missing: mean and worst over the sub-teams looked at."""

    mean: float
    worst: float
    sub_teams: int


def quality_kept(
    game: Game,
    k: int,
    reading: Reading = "nobody covers",
    rng: Seed | None = None,
) -> Kept:
    """Quality with k members missing: does the talk survive? It is the article's question."""
    instance("game", game, Game)
    values = game.quality(missing_masks(game.n_members, k, rng), reading)
    return Kept(float(values.mean()), float(values.min()), len(values))


def solo_quality(game: AdditiveGame, reading: Reading = "nobody covers") -> FloatArray:
    """Quality that each member manages alone, section by section, shape (N, K)."""
    members = instance("game", game, AdditiveGame).n_members
    return game.section_quality(np.eye(members, dtype=bool), reading)


@unsaid
def answer_shares(game: AdditiveGame) -> FloatArray:
    """Whose words are they: each member's share of the whole team's answers, shape (N, K).

    share_ik = Cov(c_ik, y_k) / Var(y_k) over the questions of the show. The shares of a section
    add up to 1; one is negative if that member speaks against what the team says. nan for a
    section in which the team says the same whatever it is asked.
    """
    instance("game", game, AdditiveGame)
    spoken = game.contributions - game.contributions.mean(axis=1, keepdims=True)  # (N, M, K)
    answer = spoken.sum(axis=0)  # (M, K)
    variance = np.square(answer).sum(axis=0)  # (K,)
    covariance = np.einsum("nmk,mk->nk", spoken, answer)
    return np.asarray(covariance / np.where(variance > 0, variance, np.nan))


@unsaid
def pair_synergy(game: Game, reading: Reading = "nobody covers") -> FloatArray:
    """How much each pair needs one another, I_ij, shape (N, N) with a zero diagonal.

    I_ij = [v(N) - v(N-i)] - [v(N-j) - v(N-i-j)]: what i's absence costs when j is there, minus
    what it costs when j is away as well. Positive: i needs j. Negative: they can stand in for one
    another.
    """
    n = instance("game", game, Game).n_members
    without = ~np.eye(n, dtype=bool)  # (N, N) row i: everyone but i
    first, second = np.triu_indices(n, 1)
    full = float(game.quality(np.ones((1, n), dtype=bool), reading)[0])
    of_one, of_two = without, without[first] & without[second]
    return synergies(full, game.quality(of_one, reading), game.quality(of_two, reading))


def synergies(full: float, without: FloatArray, without_two: FloatArray) -> FloatArray:
    """Return I_ij of all pairs (N, N) from the qualities of everyone, all but i, all but i and j.

    `without` is (N,), `without_two` has the pairs i < j in the order of `numpy.triu_indices`.
    """
    n = len(without)
    first, second = np.triu_indices(n, 1)
    synergy = np.zeros((n, n))
    pairs = full - without[first] - without[second] + without_two
    synergy[first, second] = synergy[second, first] = pairs
    return synergy


@unsaid
def agreement(game: AdditiveGame) -> float:
    """Mean cosine between the contributions of two members: 1 pull the same way, -1 cancel.

    Members that contribute nothing have no direction and are left out; nan if fewer than two
    remain.
    """
    instance("game", game, AdditiveGame)
    flat = game.contributions.reshape(game.n_members, -1)
    length = np.linalg.norm(flat, axis=1)
    directions = flat[length > 0] / length[length > 0, None]
    n = len(directions)
    if n < 2:
        return math.nan
    return float((np.square(directions.sum(axis=0)).sum() - n) / (n * (n - 1)))


HALF_TEAMS = 200
"""Half-teams drawn for the co-adaptation score where it has no closed form."""


def half_teams(n: int, rng: Seed, draws: int = HALF_TEAMS) -> BoolArray:
    """Draw sub-teams of max(1, floor(n/2)) members each, (draws, n)."""
    room("the half-teams", whole("half-teams", draws, least=2), n)
    masks = np.zeros((draws, n), dtype=bool)
    present = generator(rng).random((draws, n)).argsort(axis=1)[:, : max(1, n // 2)]
    np.put_along_axis(masks, present, True, axis=1)
    return masks


@unsaid
def co_adaptation_score(
    game: AdditiveGame, rng: Seed | None = None, draws: int = HALF_TEAMS
) -> float:
    """Variance of what the audience hears over half-teams that fill the time.

    Mean over questions and sections; for a softmax audience of probabilities. Low: the answer
    does not depend on who happens to be there. For a squared-error audience it is exact, over all
    half-teams; for others over `draws` of them, drawn with `rng` (left out: with seed 0).

    References
    ----------
    The score of arXiv 2508.12720 (NeurIPS 2025).
    """
    rng = rng if rng is None else generator(rng)
    whole("half-teams", draws, least=2)
    if isinstance(instance("game", game, AdditiveGame).audience, SquaredError):
        return float(Gram.of(game).co_adaptation_score())
    masks = half_teams(game.n_members, 0 if rng is None else rng, draws)
    heard = game.heard(masks, "fill the time")  # (C, M, K)
    return float(heard.var(axis=0, ddof=1).mean())
