"""The predicted best rate: exact where its theory holds, unbiased from practice, refused beyond."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import run
from experiments.prediction.best import RATES, advise, predict
from experiments.prediction.least_squares import LeastSquares, least_squares
from experiments.prediction.risk import linear_quality, unbiased_risk
from experiments.prediction.shrinkage import shrink
from experiments.sweep.trained import EPOCHS, NOISES, qualities
from experiments.validation.theorems import t7_loads_become_equal as t7
from experiments.validation.theorems.ensemble import Ensemble
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD
from simulation import InputError, synthetic_talk
from simulation.talk import Talk

# --- exact: networks trained on their marginalised dropout loss ---


def noisy_talk(seed: int) -> Talk:
    """Few, noisy practice questions that are not white; the truth is linear, of rank 2."""
    rng = np.random.default_rng(seed)
    mixed = np.linalg.qr(rng.normal(size=(5, 5)))[0] * [0.7, 0.8, 1.0, 1.2, 1.4]
    truth = rng.normal(size=(5, 2)) @ rng.normal(size=(2, 4))
    practice, show = rng.normal(size=(12, 5)) @ mixed + 0.5, rng.normal(size=(50, 5)) @ mixed
    heard = practice @ truth + rng.normal(size=(12, 4))
    return Talk("linear", practice, heard, show, show @ truth, ("a", "b", "c", "d"))


@pytest.mark.parametrize(
    ("presenters", "abilities", "rate"),
    [(4, 1, 0.2), (6, 1, 0.6), (3, 2, 0.5), (5, 2, 0.3), (3, 3, 0.7), (3, 4, 0.4)],
)
def test_trained_networks_end_where_predicted(presenters, abilities, rate):
    """By gradient descent and L-BFGS on the exact mean over all sub-teams, to rounding."""
    talk = noisy_talk(presenters)
    network = Sequential(
        [
            Dense(presenters * abilities, input_shape=(5,)),
            Dropout(rate, group_size=abilities),
            Dense(4),
        ],
        seed=1,
        dtype="float64",
    )
    network.compile(SGD(0.02), "half_squared_error")
    ensemble = Ensemble.of(network)
    ensemble.descend(talk.practice_questions, talk.practice_answers, steps=200)
    t7._finish(ensemble, talk.practice_questions, talk.practice_answers)
    measured = talk.audience.quality(network(talk.show_questions), talk.show_answers)
    complete, predicted = linear_quality(talk, presenters, abilities, np.array([0.0, rate]))
    assert predicted == pytest.approx(measured, abs=1e-7)
    assert abs(complete - measured) > 1e-3


def test_alone_with_every_ability_it_is_ridge():
    found = shrink(np.array([3.0, 1.0]), 1, 2, [0.5])
    assert found.values == pytest.approx(np.array([[1.5, 0.5]]))  # L = 1


def test_nobody_missing_changes_nothing_and_abilities_bound_the_rank():
    s = np.array([3.0, 2.0, 1.0, 0.0])
    assert (shrink(s, 5, 1, [0.0]).values == s).all()
    assert shrink(s, 2, 1, [0.1]).values[0, 2] == 0


# --- from practice alone: Stein's estimate ---


def example(sections: int, directions: int, seed: int = 0):
    """Noise that differs between sections and goes with itself; directions of unlike weight."""
    rng = np.random.default_rng([seed, sections])
    roots = [rng.normal(size=(n, n)) / np.sqrt(n) for n in (sections, directions)]
    truth = rng.normal(size=(sections, 2)) @ rng.normal(size=(2, directions))
    return truth, *(root @ root.T for root in roots)


def fit_of(fitted: np.ndarray) -> LeastSquares:
    k, d = fitted.shape
    return LeastSquares(np.zeros(d), np.eye(d), np.zeros(k), fitted, np.zeros((1, k)))


def learned(fitted: np.ndarray, presenters: int, abilities: int, rates: np.ndarray) -> np.ndarray:
    left, s, right = np.linalg.svd(fitted, full_matrices=False)
    return np.einsum("kn,rn,nd->rkd", left, shrink(s, presenters, abilities, rates).values, right)


SIZES = [(5, 1), (5, 2), (3, 4)]


@pytest.mark.parametrize(("presenters", "abilities"), SIZES)
@pytest.mark.parametrize("shape", [(4, 6), (6, 4)])
def test_the_divergence_is_that_of_finite_differences(presenters, abilities, shape):
    truth, noise, weights = example(*shape)
    rates = np.array([0.0, 0.1, 0.5, 0.8])
    fitted = truth + np.random.default_rng(1).normal(size=shape)
    divergence = np.zeros(len(rates))
    for at in np.ndindex(shape):
        step = np.zeros(shape)
        step[at] = 1e-5
        ends = [learned(fitted + sign * step, presenters, abilities, rates) for sign in (1, -1)]
        slope = (ends[0] - ends[1]) / 2e-5  # (R, K, d)
        divergence += np.einsum("rkd,k,d->r", slope, noise[at[0]], weights[at[1]])
    moved = learned(fitted, presenters, abilities, rates) - fitted
    expected = np.einsum("rkd,de,rke->r", moved, weights, moved) + 2 * divergence
    expected -= np.trace(noise) * np.trace(weights)
    found = unbiased_risk(fit_of(fitted), noise, weights, presenters, abilities, rates)
    assert found == pytest.approx(expected, abs=1e-6)


def errors_of_estimate(presenters: int, abilities: int, draws: int = 2_000) -> np.ndarray:
    """How far the estimate is from the risk that it estimates, draw by draw, (draws, R)."""
    truth, noise, weights = example(5, 8)
    rates = np.array([0.1, 0.3, 0.6, 0.8])
    rng, root = np.random.default_rng(2), np.linalg.cholesky(noise)
    errors = np.empty((draws, len(rates)))
    for draw in range(draws):
        fitted = truth + root @ rng.normal(size=truth.shape)
        off = learned(fitted, presenters, abilities, rates) - truth
        errors[draw] = unbiased_risk(fit_of(fitted), noise, weights, presenters, abilities, rates)
        errors[draw] -= np.einsum("rkd,de,rke->r", off, weights, off)
    return errors


def sigmas(errors: np.ndarray) -> np.ndarray:
    return np.abs(errors.mean(axis=0)) / (errors.std(axis=0) / np.sqrt(len(errors)))


@pytest.mark.slow
@pytest.mark.parametrize(("presenters", "abilities"), SIZES)
def test_the_estimate_is_unbiased(presenters, abilities):
    """Rule: over 2,000 paired draws, at no rate further from 0 than four standard errors."""
    assert sigmas(errors_of_estimate(presenters, abilities)).max() < 4


def test_that_the_threshold_moves_with_the_data_counts():
    """Taken for fixed, as in the paper's own example, it would bias the estimate: by how much."""
    truth, *_ = example(5, 8)
    found = shrink(np.linalg.svd(truth)[1], 5, 1, [0.6])
    fixed = np.diag((found.shares[0] > 0).astype(float))
    assert np.trace(fixed - found.jacobian()[0]) == pytest.approx(
        found.penalty[0, 0] * 2 / (1 + 2 * found.penalty[0, 0])  # two directions are carried
    )


# --- the best rate ---


def talks(**settings) -> list[Talk]:
    return [synthetic_talk(np.random.default_rng([seed, 0]), **settings) for seed in range(20)]


def test_the_best_rate_rises_with_noise_and_with_the_team():
    by_noise = [predict(talks(noise=noise), 5, 4).rate for noise in (0.1, 0.3, 0.6, 1)]
    by_size = [predict(talks(), presenters, 4).rate for presenters in (3, 5, 12)]
    assert by_noise == sorted(set(by_noise))
    assert by_size == sorted(set(by_size))


def test_the_advice_from_practice_is_as_good_as_the_rate_foreseen():
    """Rule: at most half the smallest effect lost against the best rate of each talk, on average.

    At noise 0.3 a rate chosen once for all talks loses 0.0014.
    """
    lost = []
    for talk in talks(noise=0.3):
        quality = linear_quality(talk, 5, 4, RATES)
        lost.append(quality.max() - quality[RATES.tolist().index(advise(talk, 5, 4).best.rate)])
    assert np.mean(lost) < 0.005


def test_advice_does_not_look_at_the_answers_of_the_show():
    (talk, *_) = talks()
    other = replace(talk, show_answers=talk.show_answers[::-1].copy())
    assert advise(other, 5, 4) == advise(talk, 5, 4)


def test_whitening_takes_all_that_practice_has():
    fit = least_squares(noisy_talk(0))
    white = fit.coordinates(noisy_talk(0).practice_questions)
    assert white.T @ white / len(white) == pytest.approx(np.eye(5), abs=1e-12)
    assert fit.spare == 12 - 1 - 5


@pytest.mark.parametrize(
    ("settings", "team", "told"),
    [
        ({"practice": 17}, (5, 4), "17 practice questions leave nothing"),
        ({}, (2, 2), "4 units, but the talk has 5 directions"),
        ({"noise": 10}, (5, 4), "nothing linear beyond their noise"),
        ({}, (0, 4), "presenters is 0"),
    ],
)
def test_where_there_is_no_advice_it_says_so(settings, team, told):
    with pytest.raises(InputError, match=told):
        advise(talks(**settings)[1], *team)


# --- networks trained by plain dropout ---


def test_networks_without_relu_come_close_to_their_prediction():
    """Rule: at rate 0.4, trained a quarter as long as `sweep check` does, within 0.1 at each noise.

    Noise 0.3 and less, where little is lost by stopping early; without a prediction of noise and
    rate the quality would be off by more.
    """
    reached = qualities(0.4, (0, 1), EPOCHS // 4)  # (noises, S)
    for at, noise in enumerate(NOISES[:3]):
        told = [linear_quality(talk, 5, 4, np.array([0.4]))[0] for talk in trained_talks(noise)]
        assert reached[at] == pytest.approx(np.array(told), abs=0.1)


def trained_talks(noise: float) -> list[Talk]:
    return [synthetic_talk(np.random.default_rng([seed, 0]), noise=noise) for seed in (0, 1)]


def test_the_check_prints_what_it_found(capsys):
    words = ["sweep", "check", "--seeds", "2", "--epochs", "1", "--workers", "1"]
    assert run.main(words) == 0
    printed = capsys.readouterr().out
    assert run.main([*words, "--json"]) == 0
    for found in json.loads(capsys.readouterr().out):
        assert f"{found['predicted']['rate']:.0%} (" in printed
        assert f"{found['measured']['rate']:.0%} (" in printed
