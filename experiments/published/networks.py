"""The networks that the studies train, two in a job, and their errors in per cent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from experiments.article import Setting, Trained, fit_article_network, talk_of
from experiments.costs import costing
from experiments.published.study import Jobs, Results
from simulation.arrays import BoolArray, FloatArray
from simulation.parts import left_out

AT_ONCE = 2
"""Networks in a job: few, so that all processes are busy to the end."""

Measure = Callable[..., dict[Any, FloatArray]]
"""A function of a setting, seeds and what it is told besides: figures by name, (S, ...)."""


def stacks(
    measure: Measure, settings: Mapping[str, Setting], seeds: Sequence[int], *besides: Any
) -> Jobs:
    """Make the jobs that measure networks of each setting, the longest first."""
    longest_first = sorted(settings.items(), key=lambda item: -_steps(item[1]) * item[1].hidden)
    return {
        (name, first): (measure, (setting, seeds[at : at + AT_ONCE], *besides))
        for name, setting in longest_first
        for at, first in list(enumerate(seeds))[::AT_ONCE]
    }


def joined(results: Results, name: str) -> dict[Any, FloatArray]:
    """Join one setting's stacks: figures of all seeds, in order."""
    parts = [figures for (setting, _), figures in results.items() if setting == name]
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


@costing(lambda setting, seeds: setting.size.cost(len(seeds), len(seeds), measured=0.1))
def errors(setting: Setting, seeds: Sequence[int]) -> dict[str, FloatArray]:
    """Train networks and return how much of the images they get wrong.

    Returns
    -------
    dict of 'test', (S, 1 + PARTS) see `simulation.parts`, and 'training', (S, 1); in per cent.
    """
    trained = fit(setting, seeds)
    wrong = np.stack([wrong_unseen(trained, member) for member in range(len(seeds))])
    return {
        "test": 100 * left_out(wrong.astype(float)),
        "training": 100 * (1 - trained.practised[:, None]),
    }


def fit(setting: Setting, seeds: Sequence[int]) -> Trained:
    """Train a stack, each network on its own seed's images."""
    return fit_article_network(setting, seeds, [talk_of(setting, seed) for seed in seeds])


def wrong_unseen(trained: Trained, member: int) -> BoolArray:
    """Say which test images one network of a stack gets wrong, (M,)."""
    game = trained.game_of(member)
    answers = game.answers(np.ones((1, game.n_members), dtype=bool))[0]  # (M, K)
    return np.asarray(answers.argmax(axis=1) != game.wanted.argmax(axis=1))


def _steps(setting: Setting) -> int:
    return setting.epochs * -(-(setting.practice or 0) // setting.batch_size)
