"""Networks without relu, trained by plain dropout, against the prediction that is for them.

All else is as in a sweep's teams that rely on each other rightly (trust 1): five presenters of four
abilities, one mask a batch of eight, synthetic talks of 40 practice questions, and as much learning
as in 2,000 rehearsals: half the learning rate, since at .02 such networks diverge under the highest
absence rates, and twice the steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.costs import Cost, costing
from experiments.prediction.best import Predicted, predict
from experiments.processes import Job, OnProgress, report, run_jobs
from experiments.sweep.best_rate import BestRate, best_rate
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD
from simulation.arrays import FloatArray
from simulation.talk import Talk, synthetic_talk

NOISES = (0.0, 0.1, 0.3, 0.6, 1.0)
TRIED: FloatArray = np.arange(9) / 10
"""Absence rates that networks are trained at."""

PRESENTERS, ABILITIES = 5, 4
EPOCHS, LEARNING_RATE = 800, 0.01
"""Of five steps each: 4,000 steps."""


@dataclass(frozen=True)
class Trained:
    """What was predicted at one noise, and what networks came to.

    Attributes
    ----------
    noise : float
    predicted : Predicted
    measured : BestRate
    """

    noise: float
    predicted: Predicted
    measured: BestRate


def jobs(seeds: Sequence[int], epochs: int = EPOCHS) -> dict[float, Job]:
    """Name the stacks that are trained, by their rate."""
    return {rate: (qualities, (rate, seeds, epochs)) for rate in TRIED.tolist()}


def train_against_prediction(
    seeds: Sequence[int], workers: int, on_progress: OnProgress, epochs: int = EPOCHS
) -> list[Trained]:
    """Train networks at every noise, rate and seed, and find the best rate at each noise."""
    found = run_jobs(jobs(seeds, epochs), workers, on_progress)
    measured = np.array([found[rate] for rate in TRIED.tolist()])  # (D, noises, S)
    return [
        Trained(
            noise,
            predict(talks(noise, seeds), PRESENTERS, ABILITIES),
            best_rate(TRIED, measured[:, at]),
        )
        for at, noise in enumerate(NOISES)
    ]


def talks(noise: float, seeds: Sequence[int]) -> list[Talk]:
    """Prepare the talk of each seed, as a sweep does."""
    return [synthetic_talk(np.random.default_rng([seed, 0]), noise=noise) for seed in seeds]


def _price(_: float, seeds: Sequence[int], epochs: int) -> Cost:
    networks = len(NOISES) * len(seeds)
    return Cost(networks * (1.8e-3 + 5.5e-5 * epochs), networks * 500_000)


@costing(_price)
def qualities(rate: float, seeds: Sequence[int], epochs: int) -> FloatArray:
    """Train a stack at one rate, and judge it with everyone there, (noises, S)."""
    prepared = [talk for noise in NOISES for talk in talks(noise, seeds)]
    network = Sequential(
        [
            Dense(PRESENTERS * ABILITIES, input_shape=(prepared[0].n_features,)),
            Dropout(rate, noise_shape=(1, None), group_size=ABILITIES),
            Dense(prepared[0].n_sections),
        ],
        seed=[*seeds] * len(NOISES),
        dtype="float64",
    )
    network.compile(SGD(LEARNING_RATE), "half_squared_error")
    network.fit(
        np.array([talk.practice_questions for talk in prepared]),
        np.array([talk.practice_answers for talk in prepared]),
        batch_size=8,
        epochs=epochs,
        verbose=0,
        on_epoch_end=lambda epoch, _: report((epoch + 1) / epochs),
    )
    answers = network(np.array([talk.show_questions for talk in prepared]))
    judged = [
        float(talk.audience.quality(said, talk.show_answers))
        for talk, said in zip(prepared, answers, strict=True)
    ]
    return np.reshape(judged, (len(NOISES), len(seeds)))
