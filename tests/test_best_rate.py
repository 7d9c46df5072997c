"""The best absence rate: found through the luck of the seeds, or said not to be there."""

import numpy as np
import pytest

from experiments.sweep.best_rate import best_rate, curve
from simulation.statistics import SMALLEST_EFFECT

RATES = np.array([0.0, 0.2, 0.4, 0.6])


def luck(seed: int, seeds: int = 40, own: float = 0.02):
    """Seeds that differ much, and alike at every rate; rates that differ little within a seed."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=seeds) + own * rng.normal(size=(4, seeds))


def column(*means: float):
    return np.array(means)[:, None]


def test_the_best_rate_is_found_through_the_luck_of_the_seeds():
    best = best_rate(RATES, luck(0) + column(0.0, 0.3, 0.35, 0.1))
    assert best.rate == 0.4
    assert best.as_good == (0.4,)
    assert (best.low, best.high) == (0.4, 0.4)
    assert best.gain == pytest.approx(0.35, abs=3 * best.gain_reach)
    assert best.gain_reach < 0.02  # paired: the luck of the seeds, of 1, has gone
    assert not best.flat
    assert not best.at_edge


def test_no_effect_is_sayable():
    assert best_rate(RATES, luck(1)).flat


def test_a_difference_that_is_shown_but_not_worth_having_counts_as_none():
    small = SMALLEST_EFFECT / 2
    best = best_rate(RATES, luck(2, seeds=4000) + column(0.0, small, small, 0.0))
    assert best.gain > best.gain_reach > 0  # shown
    assert best.flat


def test_rates_that_are_as_good_as_the_best_are_named():
    best = best_rate(RATES, luck(3) + column(0.0, 0.5, 0.5, 0.2))
    assert best.as_good == (0.2, 0.4)


def test_the_best_at_the_edge_of_the_grid_is_said_to_be_there():
    assert best_rate(RATES, luck(4) + column(0.0, 0.1, 0.2, 0.3)).at_edge


def test_the_truly_best_rate_is_seldom_left_out():
    held = [
        0.4 in best_rate(RATES, luck(seed, seeds=8, own=0.1) + column(0.0, 0.1, 0.12, 0.05)).as_good
        for seed in range(200)
    ]
    assert np.mean(held) >= 0.95


def test_the_band_of_a_curve_holds_the_mean_as_often_as_it_says():
    held = []
    for seed in range(400):
        band = curve(np.random.default_rng(seed).normal(size=(1, 6)))
        held.append(band.low[0] < 0 < band.high[0])
    assert 0.92 < np.mean(held) < 0.98
