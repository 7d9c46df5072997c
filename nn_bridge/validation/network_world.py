"""The network's side of every experiment: the article's network under a setting, as blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nn_bridge.article import SILENCED, Setting, digits_of, fit_article_network
from nn_bridge.bridge import network_game
from nn_bridge.validation.measured import (
    blocks,
    early_stopped,
    game_measures,
    pair_agreement,
    penalty,
    stacked,
    strongest,
    variance_between,
)
from nn_bridge.validation.team_world import OTHER_START
from simulation.attendance import independent
from simulation.coalitions import ablation_curve, co_adaptation_score

FloatArray = npt.NDArray[np.float64]

BLOCKS = 8
"""Blocks that the hidden units are joined into: the members whose loss can be felt."""

PENALTY_RATE = 0.5
"""Dropout rate at which the penalty of T5 is looked at, in every network."""


def measure_networks(
    setting: Setting, seeds: Sequence[int], starts: int = 1
) -> dict[str, FloatArray]:
    """Train the article's network for each seed, as one stack, and measure each.

    Two settings with the same seeds are paired: same split and wrong labels, same start, same
    order of samples.

    Parameters
    ----------
    setting : Setting
    seeds : sequence of int
    starts : int
        1, or 2 to see how far the answers depend on the start.

    Returns
    -------
    dict of str to (S,) array, and 'ablation' (S, F), 'agreement of couples' and 'of others' (S,)
    """
    own = [digits_of(setting, seed) for seed in seeds]
    talks = own * starts
    all_seeds = [*seeds, *(seed + OTHER_START for seed in seeds)][: len(talks)]
    wanted = np.stack([talk.show_answers.argmax(axis=1) for talk in talks])  # (S, M)
    along: list[FloatArray] = []

    def on_halves(probabilities: FloatArray) -> None:
        # Early stopping chooses the epoch on one half of the show and is judged on the other.
        right = probabilities.argmax(axis=2) == wanted  # (S, M)
        along.append(np.stack([right[:, 0::2].mean(axis=1), right[:, 1::2].mean(axis=1)], axis=1))

    trained = fit_article_network(setting, all_seeds, talks, on_halves)
    rows = []
    for member, seed in enumerate(seeds):
        units = trained.game_of(member)
        rng = np.random.default_rng(seed)
        joined = blocks(units, BLOCKS)
        talk = own[member]
        practised = network_game(
            trained.model, talk.practice_questions, talk.practice_answers, member, 1
        )
        pairs = pair_agreement(units)
        couple = np.arange(units.n_members) // 2
        together = (couple[:, None] == couple) & ~np.eye(len(couple), dtype=bool)
        apart = couple[:, None] != couple
        checkpoints = [(float(a), float(b)) for a, b in (epoch[member] for epoch in along)]
        row = game_measures(joined, rng) | strongest(joined)
        row |= {
            "practice quality": float(trained.practised[member]),
            "gap": float(trained.practised[member] - trained.unseen[member]),
            "squared weights": float(trained.squared_weights[member]),
            "penalty of absences": penalty(
                practised, independent(units.n_members, PENALTY_RATE).moments()
            ),
            "early-stopped quality": early_stopped(checkpoints),
            "quality, judged half": checkpoints[-1][1],
            "agreement of couples": float(np.nanmean(pairs[together])),
            "agreement of others": float(np.nanmean(pairs[apart])),
            "co-adaptation score": co_adaptation_score(units, rng),
        }
        if starts == 2:
            row["spread over starts"] = variance_between(
                units, trained.game_of(member + len(seeds))
            )
        curve = ablation_curve(units, rng, SILENCED, reading="nobody covers")
        rows.append(row | {"ablation": curve})
    return stacked(rows)
