"""A site, where chance enters a network: what is asked for there, and what is measured."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.stats import binomtest

from simulation.arrays import Array

CONFIDENCE = 0.95
"""Of the interval that is shown beside a rate."""

ALARM = 1e-7
"""Chance at which one statistical rule may alarm of a right site.

A check-up of 60 models with 30 sites each, four such rules a site (a rate in training, and after an
evaluation, the same mask again, and twice that), asks 7,200 questions: by this level all together
alarm of right sites with a chance below .001. It was fixed before any model was looked at.
"""


@dataclass(frozen=True)
class Mask:
    """Who was kept at one draw, summed up.

    Attributes
    ----------
    dropped, draws : int
        Of so many independent draws, so many came out as dropped.
    sharing : str
        Which values share a draw: 'per value' none; 'per channel' those of an example's channel,
        at all positions; 'per position' those of all its channels; 'per sample' all of an example;
        'shared by the batch', alone or after one of these: the same for all examples; 'one for
        all'.
    print : bytes
        The same for the same mask.
    """

    dropped: int
    draws: int
    sharing: str
    print: bytes

    @classmethod
    def of(cls, kept: Any, shape: tuple[int, ...], channels: int = 1) -> Mask:
        """Sum up a mask.

        Parameters
        ----------
        kept : bool array
            True for kept, an entry for each independent draw; it broadcasts to `shape`.
        shape : tuple
            Of the values it is laid on, examples first.
        channels : int
            Which axis of them is that of channels: 1 in PyTorch, -1 in Keras.

        Examples
        --------
        >>> Mask.of(np.array([[True], [False]]), (2, 3)).sharing
        'per sample'
        """
        kept = np.atleast_1d(np.asarray(kept, dtype=bool))
        packed = np.packbits(kept).tobytes() + repr(kept.shape).encode()
        return cls(
            int(kept.size - np.count_nonzero(kept)),
            kept.size,
            sharing(kept.shape, shape, channels),
            hashlib.blake2b(packed, digest_size=16).digest(),
        )


def sharing(draws: tuple[int, ...], values: tuple[int, ...], channels: int = 1) -> str:
    """Say which values share a draw, by the shapes of the draws and of the values.

    Examples
    --------
    >>> sharing((2, 4, 1), (2, 4, 5)), sharing((2, 4, 1), (2, 4, 5), -1), sharing((4, 5), (2, 4, 5))
    ('per channel', 'per position', 'shared by the batch')
    """
    draws = (1,) * (len(values) - len(draws)) + draws
    own = {axis for axis, length in enumerate(draws) if length > 1 or values[axis] == 1}
    varying = {axis for axis, length in enumerate(values) if length > 1}
    if varying <= own:
        return "per value"
    if not own & varying:
        return "one for all"
    places = set(range(1, len(values))) & varying
    if not places & own:
        return "per sample"
    if places <= own:
        return "shared by the batch"
    channel = channels % len(values)
    one = "per channel" if channel in own else "per position"
    return one if 0 in own or 0 not in varying else f"{one}, shared by the batch"


@dataclass(frozen=True)
class Rate:
    """A rate of dropping, as measured.

    Attributes
    ----------
    dropped, draws : int
    """

    dropped: int
    draws: int

    @property
    def value(self) -> float:
        """The fraction dropped."""
        return self.dropped / self.draws

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return the exact binomial interval (Clopper and Pearson 1934).

        Examples
        --------
        >>> low, high = Rate(30, 100).interval()
        >>> print(f"{low:.3f} {high:.3f}")
        0.212 0.400
        """
        found = binomtest(self.dropped, self.draws).proportion_ci(confidence)
        return float(found.low), float(found.high)

    def agrees_with(self, rate: float) -> bool:
        """Say whether `rate` may be the true one, at the level `ALARM`."""
        low, high = self.interval(1 - ALARM)
        return low <= rate <= high

    @cached_property
    def low(self) -> float:
        """Lower end of the 95% interval."""
        return self.interval()[0]

    @cached_property
    def high(self) -> float:
        """Upper end of the 95% interval."""
        return self.interval()[1]


@dataclass(frozen=True)
class Site:
    """One row of the check-up: a place where chance enters, or was meant to.

    Attributes
    ----------
    where : str
        Path of the layer, or file and line of a call.
    kind : str
        Such as 'Dropout', 'attention', 'between layers', 'layer drop', 'by hand', 'noise'.
    asked : float or None
        The rate that layer or call asks for.
    rate : Rate or None
        The rate measured in training; None where nothing was drawn, and for noise.
    scale : float or None
        By what survivors are multiplied in training; None if that cannot be seen.
    training, evaluation, again : bool
        Whether chance enters in training, in evaluation, and in training after an evaluation.
    calls : float
        How often a forward pass in training comes by.
    mask : str
        Which values share a draw, see `Mask.sharing`; '' where nothing was drawn.
    """

    where: str
    kind: str
    asked: float | None
    rate: Rate | None
    scale: float | None
    training: bool
    evaluation: bool
    again: bool
    calls: float
    mask: str


def variances(values: Array, channels: int) -> Array:
    """Return the variance of each channel over all else, (C,)."""
    by_channel = np.moveaxis(values, channels, 0)
    return np.asarray(by_channel.reshape(len(by_channel), -1).var(axis=1))
