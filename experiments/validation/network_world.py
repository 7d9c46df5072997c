"""The network's side of every experiment: the article's network under a setting, as blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from experiments.article import Trained, fit_article_network, talk_of
from experiments.article_measures import SILENCED
from experiments.costs import Cost, costing
from experiments.sub_networks import average_of_sub_networks
from experiments.validation.conditions import (
    BLOCKS,
    OTHER_START,
    NetworkCondition,
)
from experiments.validation.game_measures import (
    blocks,
    couple_agreements,
    game_measures,
    penalty,
    stacked,
    strongest,
    variance_between,
)
from experiments.validation.rules import PUBLISHED_GAIN
from nn_bridge.bridge import network_game
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from simulation.arrays import FloatArray
from simulation.coalitions import AdditiveGame
from simulation.coalitions.measures import HALF_TEAMS, half_teams
from simulation.laws import independent
from simulation.parts import PARTS, left_out, without_each_part
from simulation.talk import Talk

SAMPLES = 1_000
"""Samples for which masks are counted."""

AVERAGED = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
"""Numbers of sub-networks averaged for C7; the dropout paper needed about 50 to match."""

PENALTY_RATE = 0.5
"""Dropout rate at which the penalty of T5 is looked at, in every network."""

CHANCE = 0.1
"""Accuracy of guessing one of ten digits."""

ABLATED = (0.5, 0.8)
"""Fractions of the hidden units whose loss is a measure of its own, beside the curve."""

ENOUGH = 1_000
"""Practice or choice images on which contributions are looked at, at most."""

ABLATIONS = 20
"""Random ways to silence a fraction of the units."""


def _price(condition: NetworkCondition, epochs: int, seeds: Sequence[int], data: str) -> Cost:
    size = condition.training(epochs, data).size
    # Both games of a seed, and the answers of half-teams.
    besides = (condition.starts * size.hidden + HALF_TEAMS) * size.shown * 160
    cost = size.cost(len(seeds) * condition.starts, len(seeds), measured=2.0)
    return replace(cost, bytes=cost.bytes + besides)


@costing(_price)
def measure_networks(
    condition: NetworkCondition, epochs: int, seeds: Sequence[int], data: str
) -> dict[str, FloatArray]:
    """Train the article's network for each seed, and measure each.

    Two conditions with the same seeds are paired: same practice images and wrong labels, same
    start, same order. All seeds share the images that they are tested on, and those that are chosen
    on.

    Parameters
    ----------
    condition : NetworkCondition
    epochs : int
        Of 3,000 images; on a small set as many more as give the same number of steps.
    seeds : sequence of int
    data : str
        As of `experiments.article.Setting`.

    Returns
    -------
    dict of str to (S, 1 + G) array, see `Figures`; 'ablation' (S, F) and 'passes to match' (S,)
    """
    setting = condition.training(epochs, data)
    own = [talk_of(setting, seed, choice=True) for seed in seeds]
    talks = own * condition.starts
    all_seeds = [*seeds, *(seed + OTHER_START for seed in seeds)][: len(talks)]
    trained = fit_article_network(setting, all_seeds, talks, early_stopping=condition.stop)
    masks = masks_met(trained.model)
    rows = []
    for member, seed in enumerate(seeds):
        units, rng = trained.game_of(member), np.random.default_rng(seed)
        row = _measures(units, rng) | _constants(trained, own[member], member, setting.rate)
        row |= {name: np.full(1 + PARTS, counts[member]) for name, counts in masks.items()}
        row["gap"] = row["practice quality"] - row["quality"]
        if condition.starts == 2:
            other = trained.game_of(member + len(seeds))
            row |= _beside_the_average(units, setting.rate, rng) | _ablation(units, rng)
            row["spread over starts"] = left_out(variance_between(units, other))
        rows.append(row)
    return stacked(rows)


def _measures(units: AdditiveGame, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Hold the yardstick to a network, on all test images and without each part of them."""
    joined = blocks(units, BLOCKS)
    games = [joined.on(kept) for kept in without_each_part(len(units.wanted))]
    row: dict[str, FloatArray] = stacked([game_measures(g, CHANCE) | strongest(g) for g in games])
    masks = half_teams(units.n_members, rng, HALF_TEAMS)
    heard = units.audience.report(units.answers(masks, "fill the time"))  # (C, M, K)
    return row | {"co-adaptation score": left_out(heard.var(axis=0, ddof=1).mean(axis=1))}


def _beside_the_average(
    units: AdditiveGame, rate: float, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Hold one scaled pass against the mean probabilities of random sub-networks."""
    averaged = average_of_sub_networks(units, rate, AVERAGED, rng)  # (A, M, K)
    scaled = units.audience.report(units.answers(np.ones((1, units.n_members), dtype=bool)))[0]
    of_one, of_average = _right(scaled, units.wanted), _right(averaged, units.wanted)
    return {
        "overconfidence": left_out(scaled.max(axis=1) - of_one),
        "quality of the average": left_out(of_average[-1]),
        "overconfidence of the average": left_out(averaged[-1].max(axis=1) - of_average[-1]),
        "passes to match": np.array(passes_to_match(of_average.mean(axis=1), float(of_one.mean()))),
    }


def _ablation(units: AdditiveGame, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Silence more and more units at random, while nobody covers."""
    curve, row = [], {}
    for fraction in SILENCED:
        order = rng.random((ABLATIONS, units.n_members)).argsort(axis=1)
        answers = units.answers(order >= round(fraction * units.n_members))  # (C, M, K)
        left = _right(answers, units.wanted).mean(axis=0)  # (M,)
        curve.append(left.mean())
        if any(np.isclose(fraction, ABLATED)):
            row[f"{fraction:.0%} silenced"] = left_out(left)
    return row | {"ablation": np.array(curve)}


def _constants(trained: Trained, talk: Talk, member: int, rate: float) -> dict[str, FloatArray]:
    """Measure what does not depend on the test images."""
    practised, choice = (
        network_game(trained.model, questions[:ENOUGH], answers[:ENOUGH], member, 1)
        for questions, answers in (talk.part("practice"), talk.part("choice"))
    )
    moments = independent(practised.n_members, PENALTY_RATE).moments()
    figures = {
        "practice quality": trained.practised[member],
        "choice quality": choice.quality(np.ones((1, choice.n_members), dtype=bool))[0],
        "squared weights": trained.squared_weights[member],
        "penalty of absences": penalty(practised, moments),
        "smallest gain": PUBLISHED_GAIN,
        "rate": rate,
        "none": 0.0,
    } | couple_agreements(choice)
    return {name: np.full(1 + PARTS, float(figure)) for name, figure in figures.items()}


def _right(answers: FloatArray, wanted: FloatArray) -> FloatArray:
    """Say of each answer (..., M, K) whether the right digit is named, (..., M)."""
    return np.asarray(answers.argmax(axis=-1) == wanted.argmax(axis=-1), dtype=float)


def masks_met(model: Sequential) -> dict[str, FloatArray]:
    """Count, for each network, units silenced in training and at inference, and distinct masks.

    The trained dropout layer is fed ones, as many samples as `SAMPLES`: what comes out as zero was
    silenced.
    """
    layer = next(each for each in model.layers if isinstance(each, Dropout))
    count = model.replicates[0]
    ones = np.ones((count, SAMPLES, *(layer.input_shape or ())))  # (S, B, units)
    trained = layer.forward(ones, training=True) == 0
    shown = layer.forward(ones) == 0
    distinct = [len(np.unique(np.packbits(each, axis=1), axis=0)) for each in trained]
    return {
        "silenced in training": trained.mean(axis=(1, 2)),
        "silenced at the show": shown.mean(axis=(1, 2)),
        "distinct sub-teams": np.array(distinct, dtype=float),
    }


def passes_to_match(averaged: FloatArray, scaled_pass: float) -> int:
    """Fewest of `AVERAGED` sub-networks whose average is at least as accurate as one scaled pass.

    0 where even the largest average stays below it.
    """
    enough = np.flatnonzero(averaged >= scaled_pass)
    return AVERAGED[int(enough[0])] if len(enough) else 0
