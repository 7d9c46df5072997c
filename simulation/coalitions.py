"""The yardstick: a talk as a game of coalitions.

v(S) is the quality when exactly the members of S are there. A member is a presenter, or a hidden
unit of a network, or a block of units: anything that adds its own part to the answers.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from simulation.audience import Audience
from simulation.checks import DivergedError, InputError, real, whole

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

Reading = Literal["nobody covers", "fill the time"]
"""How a talk is given without some: as it is, or those present scaled by N/|S| to fill it."""

EXACT_MEMBERS = 20
"""Most members for which all 2^N coalitions are evaluated."""

MISSING_LIMIT = 2_000
"""Most sub-teams evaluated for 'k missing'; above it that many are drawn."""

_CHUNK_FLOATS = 4_000_000
"""Answers held at a time, in numbers (32 MB)."""


@dataclass(frozen=True, eq=False)
class Game:
    """What each member adds to the answers at the show, and what was wanted.

    Attributes
    ----------
    contributions : (N, M, K) array
        c_i(x) for M unseen questions and K sections.
    handout : (K,) array
        What is said whoever is there.
    wanted : (M, K) array
    audience : Audience
    """

    contributions: FloatArray
    handout: FloatArray
    wanted: FloatArray
    audience: Audience

    def __post_init__(self) -> None:
        if not (np.isfinite(self.contributions).all() and np.isfinite(self.handout).all()):
            raise DivergedError(
                "the answers are not finite numbers any more: learning diverged, "
                "lower the learning rate"
            )

    @property
    def n_members(self) -> int:
        """N."""
        return len(self.contributions)

    def quality(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of sub-teams `masks` (C, N), shape (C,)."""
        parts = [
            self.audience.quality(answers, self.wanted) for answers in self._answers(masks, reading)
        ]
        return np.concatenate(parts)

    def section_quality(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of sub-teams `masks` (C, N) section by section, shape (C, K)."""
        parts = [
            self.audience.section_quality(answers, self.wanted)
            for answers in self._answers(masks, reading)
        ]
        return np.concatenate(parts)

    def answers(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Answers given by sub-teams `masks` (C, N), shape (C, M, K)."""
        return np.concatenate(list(self._answers(masks, reading)))

    def _answers(self, masks: BoolArray, reading: Reading) -> list[FloatArray]:
        if masks.ndim != 2 or masks.shape[1] != self.n_members:
            raise InputError(
                f"sub-teams have shape {masks.shape}, but must be (sub-teams, {self.n_members})"
            )
        weights = masks.astype(float)
        if reading == "fill the time":
            weights *= self.n_members / np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
        elif reading != "nobody covers":
            raise InputError(
                f"reading is {reading!r}: 'nobody covers' or 'fill the time' are known"
            )
        n, m, k = self.contributions.shape
        flat = self.contributions.reshape(n, m * k)
        rows = max(1, _CHUNK_FLOATS // (m * k))
        return [
            self.handout + (weights[at : at + rows] @ flat).reshape(-1, m, k)
            for at in range(0, len(weights), rows)
        ]


def all_coalitions(n: int) -> BoolArray:
    """List all 2^n sub-teams, shape (2^n, n); member j is in row s if bit j of s is set.

    Examples
    --------
    >>> all_coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    if n > EXACT_MEMBERS:
        raise InputError(
            f"{n} members have 2^{n} sub-teams, but at most {EXACT_MEMBERS} members are evaluated "
            "exactly: join units into blocks, or sample sub-teams with missing_masks"
        )
    return np.asarray((np.arange(2**n)[:, None] >> np.arange(n)) & 1, dtype=bool)


def missing_masks(n: int, k: int, rng: np.random.Generator | None = None) -> BoolArray:
    """List the sub-teams of n in which k are missing, shape (C, n).

    All C(n, k) of them, or `MISSING_LIMIT` drawn with `rng` where there are more.
    """
    whole("missing", k, least=0, most=n)
    if math.comb(n, k) <= MISSING_LIMIT:
        gone = np.array(list(itertools.combinations(range(n), k)), dtype=int).reshape(-1, k)
    else:
        rng = np.random.default_rng(0) if rng is None else rng
        gone = rng.random((MISSING_LIMIT, n)).argsort(axis=1)[:, :k]
    masks = np.ones((len(gone), n), dtype=bool)
    np.put_along_axis(masks, gone, False, axis=1)
    return masks


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
    rng: np.random.Generator | None = None,
) -> Kept:
    """Quality with k members missing; the article's question: does the talk survive?"""
    values = game.quality(missing_masks(game.n_members, k, rng), reading)
    return Kept(float(values.mean()), float(values.min()), len(values))


def solo_quality(game: Game, reading: Reading = "nobody covers") -> FloatArray:
    """Quality that each member manages alone, section by section, shape (N, K)."""
    return game.section_quality(np.eye(game.n_members, dtype=bool), reading)


def shapley_values(values: FloatArray) -> FloatArray:
    """Share the quality of the whole team fairly among its members.

    The mean gain that a member brings, over all orders in which the team could arrive: a sum over
    the coalitions S without i of |S|! (N-1-|S|)! / N! times v(S + i) - v(S).

    Parameters
    ----------
    values : (2^N, ...) array
        v(S) in the order of `all_coalitions`.

    Returns
    -------
    (N, ...) array
        They add up to v(all) - v(nobody).

    References
    ----------
    Shapley (1953), A value for n-person games.

    Examples
    --------
    Two of whom both are needed share evenly:

    >>> shapley_values(np.array([0.0, 0.0, 0.0, 1.0]))
    array([0.5, 0.5])
    """
    n = (len(values) - 1).bit_length()
    if len(values) != 2**n:
        raise InputError(f"{len(values)} coalition values given, but N members have 2^N")
    bits = np.arange(2**n)
    size = np.array([int(s).bit_count() for s in bits])
    weight_of_size = np.array([1.0 / (n * math.comb(n - 1, s)) for s in range(n)])
    shares = []
    for member in range(n):
        without = bits[(bits >> member) & 1 == 0]
        gain = values[without | (1 << member)] - values[without]  # (2^(N-1), ...)
        shares.append(np.tensordot(weight_of_size[size[without]], gain, axes=1))
    return np.array(shares)


def answer_shares(game: Game) -> FloatArray:
    """Whose words are they: each member's share of the whole team's answers, shape (N, K).

    share_ik = Cov(c_ik, y_k) / Var(y_k) over the questions of the show. The shares of a section
    add up to 1; one is negative if that member speaks against what the team says. nan for a
    section in which the team says the same whatever it is asked.
    """
    spoken = game.contributions - game.contributions.mean(axis=1, keepdims=True)  # (N, M, K)
    answer = spoken.sum(axis=0)  # (M, K)
    variance = np.square(answer).sum(axis=0)  # (K,)
    covariance = np.einsum("nmk,mk->nk", spoken, answer)
    return np.asarray(covariance / np.where(variance > 0, variance, np.nan))


def pair_synergy(game: Game, reading: Reading = "nobody covers") -> FloatArray:
    """How much each pair needs one another, I_ij, shape (N, N) with a zero diagonal.

    I_ij = [v(N) - v(N-i)] - [v(N-j) - v(N-i-j)]: what i's absence costs when j is there, minus
    what it costs when j is away as well. Positive: i needs j. Negative: they can stand in for one
    another.
    """
    n = game.n_members
    alone = ~np.eye(n, dtype=bool)  # (N, N) row i: everyone but i
    first, second = np.triu_indices(n, 1)
    both_gone = alone[first] & alone[second]
    full = float(game.quality(np.ones((1, n), dtype=bool), reading)[0])
    without = game.quality(alone, reading)  # (N,)
    synergy = np.zeros((n, n))
    pairs = full - without[first] - without[second] + game.quality(both_gone, reading)
    synergy[first, second] = synergy[second, first] = pairs
    return synergy


def agreement(game: Game) -> float:
    """Mean cosine between the contributions of two members: 1 pull the same way, -1 cancel.

    Members that contribute nothing have no direction and are left out; nan if fewer than two
    remain.
    """
    flat = game.contributions.reshape(game.n_members, -1)
    length = np.linalg.norm(flat, axis=1)
    directions = flat[length > 0] / length[length > 0, None]
    n = len(directions)
    if n < 2:
        return math.nan
    return float((np.square(directions.sum(axis=0)).sum() - n) / (n * (n - 1)))


def co_adaptation_score(game: Game, rng: np.random.Generator, half_teams: int = 200) -> float:
    """Variance of what the audience hears over random half-teams that fill the time.

    Mean over questions and sections; for a softmax audience of probabilities. Low: the answer
    does not depend on who happens to be there.

    References
    ----------
    The score of arXiv 2508.12720 (NeurIPS 2025).
    """
    whole("half-teams", half_teams, least=2)
    n = game.n_members
    masks = np.zeros((half_teams, n), dtype=bool)
    present = rng.random((half_teams, n)).argsort(axis=1)[:, : max(1, n // 2)]
    np.put_along_axis(masks, present, True, axis=1)
    heard = game.audience.report(game.answers(masks, "fill the time"))  # (C, M, K)
    return float(heard.var(axis=0, ddof=1).mean())


def ablation_curve(
    game: Game,
    rng: np.random.Generator,
    fractions: FloatArray,
    draws: int = 20,
    reading: Reading = "fill the time",
) -> FloatArray:
    """Mean quality when a fraction of the members, drawn at random, is silenced.

    Parameters
    ----------
    game : Game
    rng : numpy.random.Generator
    fractions : (F,) array
        Fractions to silence, in [0, 1].
    draws : int
        Random sub-teams for each fraction.
    reading : Reading

    Returns
    -------
    (F,) array

    References
    ----------
    Morcos, Barrett, Rabinowitz, Botvinick (2018), On the importance of single directions for
    generalization.
    """
    n = game.n_members
    curve = []
    for fraction in fractions:
        gone = round(real("fraction silenced", float(fraction), least=0, most=1) * n)
        order = rng.random((draws, n)).argsort(axis=1)
        curve.append(game.quality(order >= gone, reading).mean())
    return np.array(curve)
