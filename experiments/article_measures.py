"""The article's network held to the yardstick, with dropout and without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.article import Setting, fit_article_network, talk_of
from simulation.arrays import FloatArray
from simulation.coalitions import (
    ablation_area,
    ablation_curve,
    answer_shares,
    co_adaptation_score,
    effective_carriers,
)

SILENCED = np.linspace(0.0, 0.9, 10)
"""Fractions of the hidden units silenced in the ablation curve; one of them is a half."""


@dataclass(frozen=True, eq=False)
class NetworkResult:
    """What became of the article's network, one entry a seed.

    Attributes
    ----------
    measures : dict of str to (S,) array
    ablation : (S, F) array
        Accuracy on unseen digits with the fractions `SILENCED` of the hidden units silenced.
    carriers : (S,) array
        Effective number of hidden units that carry an output, by their shares of it, 0 if it never
        varies; mean over the outputs.
    """

    measures: dict[str, FloatArray]
    ablation: FloatArray
    carriers: FloatArray

    @property
    def ablation_areas(self) -> FloatArray:
        """Area under each seed's ablation curve: its mean height, (S,)."""
        return np.array([ablation_area(SILENCED, curve) for curve in self.ablation])


def train_and_measure(setting: Setting, seeds: Sequence[int]) -> NetworkResult:
    """Train it once for each seed and hold the yardstick to it.

    Two settings with the same seeds are paired in everything but what the settings change.

    Parameters
    ----------
    setting : Setting
    seeds : sequence of int
    """
    trained = fit_article_network(setting, seeds, [talk_of(setting, seed) for seed in seeds])
    ablation, scores, carriers = [], [], []
    for member, seed in enumerate(seeds):
        game, rng = trained.game_of(member), np.random.default_rng(seed)
        ablation.append(ablation_curve(game, rng, SILENCED, reading="nobody covers"))
        scores.append(co_adaptation_score(game, rng))
        shares = np.nan_to_num(answer_shares(game))  # nobody's where an output never varies
        carriers.append(np.mean([effective_carriers(s) if s.any() else 0.0 for s in shares.T]))
    measures = {
        "accuracy, unseen digits": trained.unseen,
        "accuracy, half silenced": np.array(ablation)[:, np.isclose(SILENCED, 0.5)][:, 0],
        "co-adaptation score": np.array(scores),
        "practice minus unseen": trained.practised - trained.unseen,
        "squared weights": trained.squared_weights,
    }
    return NetworkResult(measures, np.array(ablation), np.array(carriers))
