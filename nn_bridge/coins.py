"""Random bits made into dropout masks, with no more bits than the rate asks for."""

from __future__ import annotations

import math

import numpy as np

from nn_bridge.layer import Array, BoolArray, Shape


def toss(rng: np.random.Generator, rate: float, shape: Shape, steps: int = 1) -> BoolArray:
    """Toss a mask for each of some steps: True, kept, with chance 1 - rate.

    A coin takes one random bit for a rate of 0.5, eight for a multiple of 1/256, else 32, which
    misses the rate by less than 3e-10. A mask takes whole words of 64 bits, so that the masks of
    many steps are the same whether they are tossed at once or one by one.

    Parameters
    ----------
    rng : Generator
        With a bit generator of 64 bits, as `numpy.random.default_rng` makes it.
    rate : float
        In [0, 1).
    shape : tuple
        Of one mask, samples first. They lie last in memory, where the fast step wants them.
    steps : int

    Returns
    -------
    (steps, *shape) bool array

    Examples
    --------
    >>> toss(np.random.default_rng(0), 0.5, (1, 8)).astype(int)
    array([[[0, 1, 0, 1, 1, 1, 1, 1]]])
    """
    count = math.prod(shape)
    coins_in_a_word = 64 if rate == 0.5 else 8 if (256 * rate).is_integer() else 2
    words: Array = rng.bit_generator.random_raw(steps * -(-count // coins_in_a_word))
    words = words.reshape(steps, -1)
    kept: BoolArray  # (steps, count)
    if coins_in_a_word == 64:
        kept = np.unpackbits(words.view(np.uint8), axis=1, count=count).view(np.bool_)
    elif coins_in_a_word == 8:
        kept = words.view(np.uint8)[:, :count] >= np.uint8(256 * rate)
    else:
        limit = min(round(2**32 * rate), 2**32 - 1)
        kept = words.view(np.uint32)[:, :count] >= np.uint32(limit)
    samples_last = kept.reshape(steps, *shape[1:], shape[0])
    return samples_last.transpose(0, len(shape), *range(1, len(shape)))
