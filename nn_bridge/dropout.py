"""Dropout as Keras means it: `rate` is the fraction dropped, survivors are scaled in training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from nn_bridge.layer import IN_KERAS, Layer, Shape, Streams, register_layer
from nn_bridge.refusals import kerass
from simulation.arrays import Array, BoolArray
from simulation.checks import InputError, given, real, whole

DRAWS_AT_ONCE = 65_536
"""Entries of masks that `Dropout.draw_masks` draws together; as many bytes."""


@register_layer
class Dropout(Layer):
    """Drop a random part of the units at each training step; leave inference alone.

    Survivors are scaled by 1/(1 - rate) in training ('inverted dropout'), which keeps the
    expectation. With `rate` 0 no random number is drawn and the layer does nothing at all.

    Another law of who is dropped is a subclass that overrides `draw_mask` and `scale`.

    Parameters
    ----------
    rate : float
        Fraction DROPPED, as in Keras, in [0, 1).
    noise_shape : tuple of int or None, optional
        Shape of the mask, batch axis first: None is the input's own length, 1 shares one mask along
        that axis. (1, None) drops the same units for the whole batch. The last entry counts groups.
    seed : int, optional
        Gives masks of its own, a fixed sequence that differs from step to step. Without it they
        come from the network's seed. In a stack every network then gets the same masks.
    group_size : int
        That many consecutive units drop together: a presenter with as many abilities.

    Attributes
    ----------
    last_mask : bool array or None
        Who was kept at the last training step, True for kept, ((R,) B or 1, ..., groups); None
        if nobody was up for dropping. It can be handed in again: see `forward`.

    References
    ----------
    Srivastava et al. 2014, whose p is the KEEP probability, 1 - rate.

    Examples
    --------
    >>> Dropout(0.5, seed=2, group_size=2)(np.ones((1, 6)), training=True)
    array([[2., 2., 2., 2., 0., 0.]])
    """

    @kerass(**IN_KERAS)
    def __init__(
        self,
        rate: float,
        noise_shape: tuple[int | None, ...] | None = None,
        seed: int | None = None,
        group_size: int = 1,
        *,
        input_shape: Shape | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(input_shape=input_shape, name=name)
        self.rate = rate
        self.noise_shape = None if noise_shape is None else _checked_noise_shape(noise_shape)
        self.seed = None if seed is None else whole("seed", seed)
        self.group_size = whole("group_size", group_size, least=1)
        self.replicates: Shape = ()
        self.last_mask: BoolArray | None = None
        self._factor: Array | None = None

    @property
    def rate(self) -> float:
        """Fraction dropped; may be changed between epochs."""
        return self._rate

    @rate.setter
    def rate(self, value: float) -> None:
        self._rate = real("rate (the fraction dropped)", value, least=0, below=1)

    @property
    def scale(self) -> float | Array:
        """By what survivors are multiplied: a number, or one for each group, (groups,)."""
        return 1.0 / (1.0 - self.rate)

    def draw_mask(self, shape: Shape) -> BoolArray | None:
        """Draw who is kept at this step, from `rngs`.

        Parameters
        ----------
        shape : tuple
            (B or 1, ..., groups), as `noise_shape` and `group_size` have it.

        Returns
        -------
        (*replicates, *shape) bool array or None
            True for kept; None for everyone, without scaling.
        """
        if self.rate == 0:
            return None
        kept = [bernoulli_masks(rng, self.rate, shape)[0] for rng in self.rngs]
        return np.stack(kept) if self.replicates else kept[0]

    def draw_masks(self, shape: Shape, steps: int) -> Iterator[BoolArray | None]:
        """Draw what `draw_mask` would at each of `steps` steps of a single network, faster."""
        if self.rate == 0:
            yield from [None] * steps
            return
        at_once = max(1, DRAWS_AT_ONCE // math.prod(shape))
        for first in range(0, steps, at_once):
            some = min(at_once, steps - first)
            yield from bernoulli_masks(self.rngs[0], self.rate, shape, some)

    def build(self, input_shape: Shape, streams: Streams, dtype: npt.DTypeLike) -> None:
        """Take on the shape of one sample, and the network's chance unless `seed` is given."""
        if input_shape[-1] % self.group_size:
            raise InputError(
                f"group_size is {self.group_size}, but {input_shape[-1]} units cannot be shared "
                "out in groups of that size: choose a divisor"
            )
        if self.noise_shape and len(self.noise_shape) != 1 + len(input_shape):
            raise InputError(
                f"noise_shape is {self.noise_shape}, but the input has {1 + len(input_shape)} "
                "axes, batch included: give an entry for each"
            )
        super().build(input_shape, streams, dtype)
        self.replicates = streams.replicates
        if self.seed is None:
            self.rngs = streams.spawn()
        else:
            self.rngs = [np.random.default_rng(self.seed) for _ in streams.masks]

    def forward(self, x: Array, training: bool = False, mask: Any = None) -> Array:
        """Return x in inference, and x with units dropped in training.

        Parameters
        ----------
        x : (..., B, *input_shape) array
        training : bool
        mask : array of bool or 0/1, optional
            Who is kept at this step instead of a drawn mask; any shape that broadcasts to
            (*replicates, B, ..., groups), such as (groups,), or `last_mask`. No random number is
            drawn then.
        """
        if not training:
            return x
        own = (
            *x.shape[x.ndim - len(self.input_shape or ()) - 1 : -1],
            x.shape[-1] // self.group_size,
        )
        keep = (
            self.draw_mask(self.mask_shape(own)) if mask is None else self.checked_mask(mask, own)
        )
        self.last_mask = keep
        if keep is None:
            self._factor = None
            return x
        factor = np.multiply(
            keep, self.scale, dtype=x.dtype, order="C"
        )  # (..., B or 1, ..., groups or 1)
        if self.group_size > 1 and factor.shape[-1] > 1:
            factor = factor.repeat(self.group_size, axis=-1)  # (..., units)
        self._factor = factor
        return x * factor

    def backward(self, gradient: Array) -> Array:
        """Return the gradient with the same units dropped and scaled."""
        return gradient if self._factor is None else gradient * self._factor

    def mask_shape(self, own: Shape) -> Shape:
        """Return the shape of the masks for inputs of shape `own`, (B, ..., groups)."""
        shape = tuple(
            length if entry is None else entry
            for entry, length in zip(self.noise_shape or (None,) * len(own), own, strict=True)
        )
        for index, (entry, length) in enumerate(zip(shape, own, strict=True)):
            if entry not in (1, length):
                raise InputError(
                    f"noise_shape has {entry} at index {index}, where the input has {length}: "
                    f"use 1 (one mask for all), {length} or None"
                )
        return shape

    def checked_mask(self, mask: Any, own: Shape) -> BoolArray:
        """Return who is kept, handed in for inputs of shape `own`, as an array of bool."""
        full = self.replicates + own
        try:
            keep = np.atleast_1d(np.asarray(mask))
        except ValueError:  # rows of several lengths
            raise InputError(
                f"the mask is {given(mask)}, but must be an array that broadcasts to {full}"
            ) from None
        try:
            fits = np.broadcast_shapes(keep.shape, full) == full
        except ValueError:
            fits = False
        if not fits:
            raise InputError(
                f"the mask has shape {keep.shape}, but must broadcast to {full} "
                "(batch, then groups): mend its shape"
            )
        if keep.dtype != bool and not np.isin(keep, (0, 1)).all():
            raise InputError("the mask holds other values than 0 (dropped) and 1 (kept): mend it")
        return keep.astype(bool, copy=False)

    def get_config(self) -> dict[str, Any]:
        """Return rate, noise_shape, seed, group_size and what every layer returns."""
        own = {name: getattr(self, name) for name in ("rate", "noise_shape", "seed", "group_size")}
        return super().get_config() | own


def _checked_noise_shape(shape: Any) -> tuple[int | None, ...]:
    if not isinstance(shape, (tuple, list)) or not shape:
        raise InputError(f"noise_shape is {given(shape)}, but must be a tuple such as (1, None)")
    return tuple(
        None if entry is None else whole(f"noise_shape at index {index}", entry, least=1)
        for index, entry in enumerate(shape)
    )


def bernoulli_masks(
    rng: np.random.Generator, rate: float, shape: Shape, steps: int = 1
) -> BoolArray:
    """Draw a mask for each of some steps: True, kept, with chance 1 - rate.

    An entry takes one random bit for a rate of 0.5, eight for a multiple of 1/256, else 32, which
    misses the rate by less than 3e-10. A mask takes whole words of 64 bits, so that the masks of
    many steps are the same whether they are drawn at once or one by one.

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
    >>> bernoulli_masks(np.random.default_rng(0), 0.5, (1, 8)).astype(int)
    array([[[0, 1, 0, 1, 1, 1, 1, 1]]])
    """
    count = math.prod(shape)
    per_word = 64 if rate == 0.5 else 8 if (256 * rate).is_integer() else 2
    words: Array = rng.bit_generator.random_raw(steps * -(-count // per_word))
    words = words.reshape(steps, -1)
    kept: BoolArray  # (steps, count)
    if per_word == 64:
        kept = np.unpackbits(words.view(np.uint8), axis=1, count=count).view(np.bool_)
    elif per_word == 8:
        kept = words.view(np.uint8)[:, :count] >= np.uint8(256 * rate)
    else:
        limit = min(round(2**32 * rate), 2**32 - 1)
        kept = words.view(np.uint32)[:, :count] >= np.uint32(limit)
    samples_last = kept.reshape(steps, *shape[1:], shape[0])
    return samples_last.transpose(0, len(shape), *range(1, len(shape)))
