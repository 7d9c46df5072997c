"""The article's two networks on real digits: rate 0 and another, trained side by side."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.live.frames import rounded
from dashboard.live.setup import EPOCHS
from experiments.article import HIDDEN_UNITS, article_network
from nn_bridge.network import Sequential
from nn_bridge.team_layers import TeamLayers

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.intp]

SIDE = 8
"""Pixels along a side of scikit-learn's digits."""
PRACTICE = 1_347
"""Of the 1,797 digits so many are practised, three quarters; the others are unseen."""
BLOCKS = 16
"""In so many steps all hidden units fall silent."""
SILENT = [HIDDEN_UNITS * step // BLOCKS for step in range(BLOCKS + 1)]
ORDERS = 10
"""Random orders of falling silent that the curve is a mean over."""
SHOWN = 12
"""Unseen digits that the page shows being read."""


class DigitNetworks:
    """Both networks of a session, and how far they have come; the page's engine computes the same.

    Parameters
    ----------
    seed : int
        Of the digits' split, of the wrong labels, of both networks' start, order and masks.
    rate : float
        Of the second network's dropout; the first one's is 0.
    label_noise : float
        Fraction of practice labels that are wrong.

    Attributes
    ----------
    epoch : int
        Epochs done, at most `EPOCHS`.
    """

    def __init__(self, seed: int, rate: float, label_noise: float) -> None:
        self.rates = (0.0, rate)
        self.data = shared_digits(seed, label_noise)
        self.epoch = 0
        self.networks = [
            article_network(rate, (SIDE, SIDE), seed, dtype="float64") for rate in self.rates
        ]
        for network in self.networks:
            network.compile("adam", "sparse_categorical_crossentropy")
        # One choice for the whole session: the curves of two epochs differ by what was learned.
        rng = np.random.default_rng([seed, 2])
        self.orders = np.array([rng.permutation(HIDDEN_UNITS) for _ in range(ORDERS)])

    @property
    def over(self) -> bool:
        """Whether all epochs are done."""
        return self.epoch >= EPOCHS

    def train(self) -> Iterator[None]:
        """Train an epoch, network by network."""
        images, labels, _, _ = self.data
        for network in self.networks:
            network.fit(images, labels, epochs=1, verbose=0)
            yield
        self.epoch += 1

    def message(self, *, playing: bool, with_pixels: bool) -> Iterator[dict[str, Any] | None]:
        """Judge both networks, piece by piece; the last thing yielded is the message."""
        read = []
        for network in self.networks:
            read.append(self._read(network))
            yield None
        _, _, images, labels = self.data
        curves = rounded({"": [curve for curve, _ in read]})[""]
        # Three decimals are enough for a bar, and are most of a message. (12, 2, 17, 10)
        bars = np.round([probabilities for _, probabilities in read], 3).transpose(2, 0, 1, 3)
        digits: list[dict[str, Any]] = [
            {"label": int(label), "probs": probabilities}
            for label, probabilities in zip(labels, bars.tolist(), strict=False)
        ]
        if with_pixels:
            for digit, image in zip(digits, images, strict=False):
                digit["pixels"] = np.rint(16 * image).astype(int).ravel().tolist()
        yield {
            "type": "network",
            "epoch": self.epoch,
            "of": EPOCHS,
            "playing": playing and not self.over,
            "rates": list(self.rates),
            "silent": SILENT,
            "curve": curves,
            "digits": digits,
        }

    def _read(self, network: Sequential) -> tuple[Array, Array]:
        """Let hidden units fall silent, block by block in random orders, nobody covering.

        Returns
        -------
        curve : (17,) array
            Accuracy on the unseen digits, a mean over the orders.
        probabilities : (17, 12, 10) array
            Of the digits shown, by the first order.
        """
        parts, (_, _, images, labels) = TeamLayers.of(network), self.data
        flat = images.reshape(len(images), -1)
        hidden = np.maximum(flat @ parts.hidden.weight.T + parts.hidden.bias, 0.0)  # (M, 256)
        right = np.zeros(BLOCKS + 1)
        shown = np.empty((BLOCKS + 1, SHOWN, len(parts.output.bias)), dtype=hidden.dtype)
        for number, order in enumerate(self.orders):
            # The last to fall silent first: sums over ever more blocks are what is left.
            blocks = hidden[:, order[::-1]].reshape(len(flat), BLOCKS, -1).transpose(1, 0, 2)
            weights = parts.output.weight[:, order[::-1]].reshape(-1, BLOCKS, blocks.shape[2])
            logits = np.zeros((BLOCKS + 1, len(flat), len(weights)), dtype=hidden.dtype)
            np.cumsum(blocks @ weights.transpose(1, 2, 0), axis=0, out=logits[1:])
            logits = logits[::-1] + parts.output.bias  # (17, M, 10) by how many are silent
            right += (logits.argmax(axis=2) == labels).mean(axis=1)
            if number == 0:
                shown = np.exp(logits[:, :SHOWN] - logits[:, :SHOWN].max(axis=2, keepdims=True))
        return right / ORDERS, np.asarray(shown / shown.sum(axis=2, keepdims=True), float)


Digits = tuple[Array, Labels, Array, Labels]


@lru_cache(maxsize=8)
def shared_digits(seed: int, label_noise: float) -> Digits:
    """Draw the digits to practise and the unseen ones; sessions share them, none writes to them.

    Nothing but NumPy's streams decides, so that the page's engine draws the same ones.

    Returns
    -------
    images, labels : (1347, 8, 8) and (1347,) array
        To practise, with as many wrong labels as `label_noise` says.
    unseen, unseen_labels : (450, 8, 8) and (450,) array
    """
    pixels, labels = all_digits()
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(labels))
    images, labels = (pixels / 16.0).reshape(-1, SIDE, SIDE)[order], labels[order]
    wrong = rng.permutation(PRACTICE)[: int(label_noise * PRACTICE + 0.5)]
    # Adding 1 to 9 modulo ten is a uniform choice among the nine other digits.
    labels[wrong] = (labels[wrong] + 1 + rng.integers(9, size=len(wrong))) % 10
    return images[:PRACTICE], labels[:PRACTICE], images[PRACTICE:], labels[PRACTICE:]


@cache
def all_digits() -> tuple[npt.NDArray[np.uint8], Labels]:
    """Return scikit-learn's digits: pixels 0 to 16, (1797, 64), and which digit it is, (1797,)."""
    from sklearn.datasets import load_digits  # half a second, which a start should not wait

    pixels, labels = load_digits(return_X_y=True)
    return pixels.astype(np.uint8), labels.astype(np.intp)


def digits_as_text() -> dict[str, str]:
    """Return the same for the page's engine: a letter from a to q a pixel, a figure a label."""
    pixels, labels = all_digits()
    return {
        "pixels": (pixels + ord("a")).tobytes().decode("ascii"),
        "labels": "".join(map(str, labels.tolist())),
    }
