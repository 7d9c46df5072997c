"""What is measured alike in both worlds: on the game that a team or a network's blocks play."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.arrays import FloatArray
from simulation.attendance import Moments
from simulation.coalitions import (
    AdditiveGame,
    agreement,
    answer_shares,
    missing_masks,
    pair_synergy,
    quality_kept,
    solo_quality,
)
from simulation.coalitions.gram import absence_penalty


def blocks(game: AdditiveGame, count: int) -> AdditiveGame:
    """Join neighbouring members into `count` blocks, each a member of a smaller game."""
    n, m, k = game.contributions.shape
    joined = game.contributions.reshape(count, n // count, m, k).sum(axis=1)
    return AdditiveGame(joined, game.handout, game.wanted, game.audience)


def game_measures(game: AdditiveGame, chance: float = 0.0) -> dict[str, float]:
    """Measure one talk by the yardstick, members being presenters or blocks of units.

    `chance` is the quality that guessing has: 0 for squared error, .1 for the name of a digit.
    """
    n = game.n_members
    everyone = np.ones((1, n), dtype=bool)
    others = ~np.eye(n, dtype=bool)
    quality = float(game.quality(everyone)[0])
    one, two = quality_kept(game, 1), quality_kept(game, 2)
    spread = game.quality(np.concatenate([missing_masks(n, 1), missing_masks(n, 2)])).std()
    alone = game.quality(np.eye(n, dtype=bool), "fill the time").mean()
    return {
        "quality": quality,
        "quality above chance": quality - chance,
        "one missing, mean": one.mean,
        "one missing, worst": one.worst,
        "one missing, worst, above chance": one.worst - chance,
        "two missing, mean": two.mean,
        "two missing, worst": two.worst,
        "two missing, worst, above chance": two.worst - chance,
        "cost of losing one": quality - one.mean,
        "use without another": one.mean - two.mean,
        "pair synergy": float(pair_synergy(game)[others].mean()),
        "solo quality": float(np.nanmean(solo_quality(game))),
        "alone, filling the time": float(alone) - chance,
        "an equal share": (quality - chance) / n,
        "agreement": agreement(game),
        "spread over absences": float(spread),
    }


def strongest(game: AdditiveGame) -> dict[str, float]:
    """Look at each section's strongest member: its share, and the section without it."""
    shares = answer_shares(game)  # (N, K)
    carrier = shares.argmax(axis=0)  # (K,)
    without = np.arange(game.n_members) != carrier[:, None]  # (K, N)
    left = np.diagonal(game.section_quality(without))
    return {
        "carrier's share": float(np.nanmean(shares.max(axis=0))),
        "section without its carrier": float(np.nanmean(left)),
    }


def couple_agreements(game: AdditiveGame) -> dict[str, float]:
    """Mean cosine between the contributions of neighbours (0, 1), (2, 3), .. and of all others."""
    flat = game.contributions.reshape(game.n_members, -1)
    length = np.linalg.norm(flat, axis=1)
    directions = flat / np.where(length > 0, length, np.nan)[:, None]
    cosine = directions @ directions.T  # (N, N); nan for who says nothing
    couple = np.arange(game.n_members) // 2
    others = ~np.eye(game.n_members, dtype=bool)
    together = (couple[:, None] == couple) & others
    return {
        "agreement of couples": float(np.nanmean(cosine[together])),
        "agreement of others": float(np.nanmean(cosine[couple[:, None] != couple])),
    }


def penalty(game: AdditiveGame, moments: Moments) -> float:
    """What absences under a law add to the squared error by varying it (T5), mean a question.

    Twice what they add to the loss 1/2 |t - y|^2, whether or not the team was trained with them.
    """
    return 2.0 * absence_penalty(game.contributions, moments)


def variance_between(one: AdditiveGame, other: AdditiveGame) -> FloatArray:
    """Variance of what the audience hears over two starts, mean over sections, (M,)."""
    heard = [
        game.audience.report(game.answers(np.ones((1, game.n_members), dtype=bool))[0])
        for game in (one, other)
    ]
    return np.asarray(np.square(heard[0] - heard[1]).mean(axis=1) / 2)


def stacked(rows: list[dict[str, Any]]) -> dict[str, FloatArray]:
    """Turn one dict of measures a seed into one array a measure, (S, ...)."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
