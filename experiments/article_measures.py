"""The article's network held to the yardstick, with dropout and without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from experiments.article import Setting, fit_article_network, talk_of
from experiments.costs import costing
from simulation.arrays import FloatArray
from simulation.coalitions import (
    AdditiveGame,
    ablation_area,
    ablation_curve,
    answer_shares,
    co_adaptation_score,
    effective_carriers,
)
from simulation.parts import left_out, part_of
from simulation.statistics import Effect, paired_effect

SILENCED = np.linspace(0.0, 0.9, 10)
"""Fractions of the hidden units silenced in the ablation curve; one of them is a half."""


@dataclass(frozen=True, eq=False)
class NetworkResult:
    """What became of the article's network, one row a seed.

    Attributes
    ----------
    measures : dict of str to (S, 1 + G) array
        On all unseen digits, then without each part of them; G = 0 where each seed has its own.
    curves : (S, F, 1 + G) array
        Accuracy on unseen digits with the fractions `SILENCED` of the hidden units silenced.
    carriers : (S,) array
        Effective number of hidden units that carry an output, by their shares of it, 0 if it never
        varies; mean over the outputs. On all unseen digits alone.
    test_to_train : float
        As of `Setting`.
    """

    measures: dict[str, FloatArray]
    curves: FloatArray
    carriers: FloatArray
    test_to_train: float

    @property
    def on_all_images(self) -> dict[str, FloatArray]:
        """The measures on all unseen digits, (S,) each."""
        return {name: figures[:, 0] for name, figures in self.measures.items()}

    @property
    def ablation(self) -> FloatArray:
        """The curves on all unseen digits, (S, F)."""
        return self.curves[..., 0]

    @property
    def ablation_areas(self) -> FloatArray:
        """Area under each seed's ablation curve: its mean height, (S, 1 + G)."""
        return np.apply_along_axis(partial(ablation_area, SILENCED), 1, self.curves)


def joined(parts: Sequence[NetworkResult]) -> NetworkResult:
    """Join results of the same setting: all their seeds, in order."""
    return replace(
        parts[0],
        measures={
            name: np.concatenate([part.measures[name] for part in parts])
            for name in parts[0].measures
        },
        curves=np.concatenate([part.curves for part in parts]),
        carriers=np.concatenate([part.carriers for part in parts]),
    )


def network_effects(before: NetworkResult, after: NetworkResult) -> dict[str, Effect]:
    """Compare two settings of the network with the same seeds, by measure."""
    return {
        name: paired_effect(figures, after.measures[name], test_to_train=before.test_to_train)
        for name, figures in before.measures.items()
    }


@costing(lambda setting, seeds: setting.size.cost(len(seeds), len(seeds)))
def train_and_measure(setting: Setting, seeds: Sequence[int]) -> NetworkResult:
    """Train it once for each seed and hold the yardstick to it.

    Two settings with the same seeds are paired in everything but what the settings change.

    Parameters
    ----------
    setting : Setting
    seeds : sequence of int
    """
    trained = fit_article_network(setting, seeds, [talk_of(setting, seed) for seed in seeds])
    curves, scores, carriers = [], [], []
    for member, seed in enumerate(seeds):
        game = trained.game_of(member)
        found = _by_image(game, seed, shared=setting.test_to_train == 0)
        curves.append(found[:-1])
        scores.append(found[-1])
        shares = np.nan_to_num(answer_shares(game))  # nobody's where an output never varies
        carriers.append(np.mean([effective_carriers(s) if s.any() else 0.0 for s in shares.T]))
    ablation = np.stack(curves)  # (S, F, 1 + G)
    unseen = ablation[:, 0]  # nobody is silenced
    measures = {
        "accuracy, unseen digits": unseen,
        "accuracy, half silenced": ablation[:, np.isclose(SILENCED, 0.5)][:, 0],
        "co-adaptation score": np.stack(scores),
        "practice minus unseen": trained.practised[:, None] - unseen,
        "squared weights": np.broadcast_to(trained.squared_weights[:, None], unseen.shape),
    }
    return NetworkResult(measures, ablation, np.array(carriers), setting.test_to_train)


def _by_image(game: AdditiveGame, seed: int, *, shared: bool) -> FloatArray:
    """Measure what is a mean over images: the ablation curve and the score, (F + 1, 1 + G)."""
    part = part_of(len(game.wanted)) if shared else np.zeros(len(game.wanted), dtype=int)
    found = []
    for number in range(part.max() + 1):
        images, rng = game.on(part == number), np.random.default_rng(seed)
        curve = ablation_curve(images, rng, SILENCED, reading="nobody covers")
        found.append([*curve, co_adaptation_score(images, rng)])
    by_part = np.transpose(found)  # (F + 1, G), or (F + 1, 1)
    return left_out(by_part[:, part]) if shared else by_part
