"""The network's side of every experiment: the article's network under a setting, as blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.article import fit_article_network, talk_of
from experiments.article_measures import SILENCED
from experiments.validation.conditions import BLOCKS, OTHER_START, NetworkCondition
from experiments.validation.game_measures import (
    blocks,
    couple_agreements,
    early_stopping,
    game_measures,
    penalty,
    stacked,
    strongest,
    variance_between,
)
from nn_bridge.bridge import network_game
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from simulation.arrays import FloatArray
from simulation.coalitions import Game, ablation_curve, co_adaptation_score
from simulation.laws import independent

SAMPLES = 1_000
"""Samples for which masks are counted."""

AVERAGED = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
"""Numbers of sub-networks averaged for C7; the dropout paper needed about 50 to match."""

PENALTY_RATE = 0.5
"""Dropout rate at which the penalty of T5 is looked at, in every network."""


def measure_networks(
    condition: NetworkCondition, epochs: int, seeds: Sequence[int]
) -> dict[str, FloatArray]:
    """Train the article's network for each seed, as one stack, and measure each.

    Two conditions with the same seeds are paired: same split and wrong labels, same start, same
    order of samples.

    Parameters
    ----------
    condition : NetworkCondition
    epochs : int
        Of all digits; on a small set as many more as give the same number of steps.
    seeds : sequence of int

    Returns
    -------
    dict of str to (S,) array, and 'ablation' (S, F)
    """
    setting = condition.training(epochs)
    own = [talk_of(setting, seed) for seed in seeds]
    talks = own * condition.starts
    all_seeds = [*seeds, *(seed + OTHER_START for seed in seeds)][: len(talks)]
    wanted = np.stack([talk.show_answers.argmax(axis=1) for talk in talks])  # (S, M)
    along: list[FloatArray] = []

    def on_halves(probabilities: FloatArray) -> None:
        # Early stopping chooses the epoch on one half of the show and is judged on the other.
        right = probabilities.argmax(axis=2) == wanted  # (S, M)
        along.append(np.stack([right[:, 0::2].mean(axis=1), right[:, 1::2].mean(axis=1)], axis=1))

    trained = fit_article_network(setting, all_seeds, talks, on_halves)
    silenced, shown, distinct = masks_met(trained.model)
    rows = []
    for member, seed in enumerate(seeds):
        units = trained.game_of(member)
        rng = np.random.default_rng(seed)
        joined = blocks(units, BLOCKS)
        talk = own[member]
        practised = network_game(
            trained.model, talk.practice_questions, talk.practice_answers, member, 1
        )
        averaged = average_of_sub_networks(units, setting.rate, rng)
        checkpoints = [(float(a), float(b)) for a, b in (epoch[member] for epoch in along)]
        row = game_measures(joined, rng) | strongest(joined) | couple_agreements(units)
        row |= early_stopping(checkpoints) | {
            "practice quality": float(trained.practised[member]),
            "gap": float(trained.practised[member] - trained.unseen[member]),
            "squared weights": float(trained.squared_weights[member]),
            "penalty of absences": penalty(
                practised, independent(units.n_members, PENALTY_RATE).moments()
            ),
            "quality of the average": averaged[-1],
            "passes to match": float(passes_to_match(averaged, float(trained.unseen[member]))),
            "distinct sub-teams": float(distinct[member]),
            "silenced in training": silenced[member],
            "rate": setting.rate,
            "silenced at the show": shown[member],
            "none": 0.0,
            "co-adaptation score": co_adaptation_score(units, rng),
        }
        if condition.starts == 2:
            row["spread over starts"] = variance_between(
                units, trained.game_of(member + len(seeds))
            )
        curve = ablation_curve(units, rng, SILENCED, reading="nobody covers")
        rows.append(row | {"ablation": curve})
    return stacked(rows)


def masks_met(model: Sequential) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Count, for each network, units silenced in training, units silenced at inference, masks.

    The trained dropout layer is fed ones, as many samples as `SAMPLES`: what comes out as zero was
    silenced.
    """
    layer = next(each for each in model.layers if isinstance(each, Dropout))
    count = model.replicates[0]
    ones = np.ones((count, SAMPLES, *(layer.input_shape or ())))  # (S, B, units)
    trained = layer.forward(ones, training=True) == 0
    shown = layer.forward(ones) == 0
    distinct = [len(np.unique(np.packbits(each, axis=1), axis=0)) for each in trained]
    return trained.mean(axis=(1, 2)), shown.mean(axis=(1, 2)), np.array(distinct, dtype=float)


def average_of_sub_networks(units: Game, rate: float, rng: np.random.Generator) -> FloatArray:
    """Accuracy of the probabilities averaged over 1, 2, 5, .. random sub-networks, (A,)."""
    total = np.zeros_like(units.wanted)
    accuracy, done = [], 0
    for average in AVERAGED:
        while done < average:
            batch = min(50, average - done)
            kept = (rng.random((batch, units.n_members)) >= rate) / (1.0 - rate)  # (C, N)
            flat = units.contributions.reshape(units.n_members, -1)
            answers = units.handout + (kept @ flat).reshape(batch, *units.wanted.shape)
            total += units.audience.report(answers).sum(axis=0)
            done += batch
        accuracy.append(float(units.audience.quality(total, units.wanted)))
    return np.array(accuracy)


def passes_to_match(averaged: FloatArray, scaled_pass: float) -> int:
    """Fewest of `AVERAGED` sub-networks whose average is at least as accurate as one scaled pass.

    0 where even the largest average stays below it.
    """
    enough = np.flatnonzero(averaged >= scaled_pass)
    return AVERAGED[int(enough[0])] if len(enough) else 0
