"""The article's own network on real digits, with dropout and without."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nn_bridge.bridge import network_game
from nn_bridge.layers import Dense, Dropout, Flatten
from nn_bridge.network import Sequential
from nn_bridge.optimizers import OPTIMIZERS
from simulation.checks import InputError, one_of, real, whole
from simulation.coalitions import ablation_curve, co_adaptation_score
from simulation.real_talks import digits_talk
from simulation.talk import Talk

FloatArray = npt.NDArray[np.float64]

HIDDEN_UNITS = 256
SILENCED = np.linspace(0.0, 0.9, 10)
"""Fractions of the hidden units silenced in the ablation curve; one of them is a half."""


@dataclass(frozen=True)
class Setting:
    """How the article's network is trained.

    Attributes
    ----------
    rate : float
        Of the Dropout layer: the fraction dropped.
    label_noise : float
        Fraction of practice labels that are wrong.
    practice : int or None
        Training samples; None: all 1,347 of scikit-learn's digits.
    epochs, batch_size : int
    optimizer : {'adam', 'sgd'}
        With Keras's default settings.
    hidden : int
        Hidden units; 256 in the article.
    """

    rate: float = 0.5
    label_noise: float = 0.0
    practice: int | None = None
    epochs: int = 60
    batch_size: int = 32
    optimizer: str = "adam"
    hidden: int = HIDDEN_UNITS

    def __post_init__(self) -> None:
        # Checked here too, so that nothing is trained before the last setting is known to be good.
        real("rate (the fraction dropped)", self.rate, least=0, below=1)
        real("label noise", self.label_noise, least=0, most=1)
        if self.practice is not None:
            whole("practice questions", self.practice, least=1)
        whole("epochs", self.epochs, least=1)
        whole("batch size", self.batch_size, least=1)
        one_of("optimizer", self.optimizer, tuple(OPTIMIZERS))
        whole("hidden units", self.hidden, least=1)


@dataclass(frozen=True, eq=False)
class NetworkResult:
    """What became of the article's network, one entry a seed.

    Attributes
    ----------
    measures : dict of str to (S,) array
    ablation : (S, F) array
        Accuracy on unseen digits with the fractions `SILENCED` of the hidden units silenced.
    curves : dict of str to (E, S) array
        The training history.
    """

    measures: dict[str, FloatArray]
    ablation: FloatArray
    curves: dict[str, FloatArray]


def article_network(
    rate: float,
    image_shape: tuple[int, ...],
    seed: int | Sequence[int],
    *,
    hidden: int = HIDDEN_UNITS,
    dtype: str = "float32",
    per: str = "sample",
) -> Sequential:
    """Build the network of the article's listing, for images of any size.

    Parameters
    ----------
    rate : float
    image_shape : tuple of int
        (28, 28) in the article, (8, 8) for scikit-learn's digits.
    seed : int or sequence of int
        A sequence builds a stack, one network a seed.
    hidden : int
    dtype : {'float32', 'float64'}
    per : {'sample', 'batch'}
        Whether each sample has a dropout mask of its own, Keras's default, or the batch shares one.
    """
    return Sequential(
        [
            Flatten(input_shape=image_shape),
            Dense(hidden, activation="relu"),
            Dropout(rate, noise_shape=None if per == "sample" else (1, None)),
            Dense(10, activation="softmax"),
        ],
        seed=seed,
        dtype=dtype,
    )


def train_article_network(
    setting: Setting, seeds: Sequence[int], talk: Talk | None = None
) -> NetworkResult:
    """Train it once for each seed, all at once as a stack, and hold the yardstick to it.

    Two settings with the same seeds are paired in everything but what the settings change.

    Parameters
    ----------
    setting : Setting
    seeds : sequence of int
        Each draws starting weights, order of samples and masks.
    talk : Talk, optional
        One set of square images for all. Left out, each seed has its own split of scikit-learn's
        digits and its own wrong labels, as `setting` says.
    """
    talks = [talk] if talk is not None else [_digits(setting, seed) for seed in seeds]
    side = math.isqrt(talks[0].n_features)
    if side * side != talks[0].n_features:
        raise InputError(
            f"images have {talks[0].n_features} pixels, but the article's network takes square "
            "ones: give images as high as they are wide"
        )
    x, y = _samples([(t.practice_questions, t.practice_answers) for t in talks], side)
    x_show, y_show = _samples([(t.show_questions, t.show_answers) for t in talks], side)

    model = article_network(setting.rate, (side, side), seeds, hidden=setting.hidden)
    model.compile(
        optimizer=setting.optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(
        x,
        y,
        batch_size=setting.batch_size,
        epochs=setting.epochs,
        validation_data=(x_show, y_show),
        verbose=0,
    )
    _, practised = model.evaluate(x, y)
    _, unseen = model.evaluate(x_show, y_show)
    ablation, scores = [], []
    for member, seed in enumerate(seeds):
        shown = talks[member % len(talks)]
        game = network_game(model, shown.show_questions, shown.show_answers, member)
        rng = np.random.default_rng(seed)
        ablation.append(ablation_curve(game, rng, SILENCED, reading="nobody covers"))
        scores.append(co_adaptation_score(game, rng))
    weights = [w.astype(float).reshape(len(seeds), -1) for w in model.parameters()]
    measures = {
        "accuracy, unseen digits": np.asarray(unseen, dtype=float),
        "accuracy, half silenced": np.array(ablation)[:, np.isclose(SILENCED, 0.5)][:, 0],
        "co-adaptation score": np.array(scores),
        "practice minus unseen": np.asarray(practised - unseen, dtype=float),
        "squared weights": np.sum([np.square(w).sum(axis=1) for w in weights], axis=0),
    }
    curves = {name: np.array(values, dtype=float) for name, values in history.history.items()}
    return NetworkResult(measures=measures, ablation=np.array(ablation), curves=curves)


def _digits(setting: Setting, seed: int) -> Talk:
    return digits_talk(
        np.random.default_rng([seed, 1]),
        practice=setting.practice,
        label_noise=setting.label_noise,
    )


def _samples(
    parts: list[tuple[FloatArray, FloatArray]], side: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Return images ((S,) P, side, side) and labels ((S,) P); no S where all share one set."""
    images = np.stack([questions.astype(np.float32) for questions, _ in parts])
    labels = np.stack([answers.argmax(axis=1) for _, answers in parts])
    images = images.reshape(*images.shape[:2], side, side)
    return (images[0], labels[0]) if len(parts) == 1 else (images, labels)
