"""Samples along an axis: those of all networks of a stack alike, or each network's own."""

from __future__ import annotations

import numpy as np

from nn_bridge.layer import Array, Shape
from simulation.checks import InputError


def shape_of_one(samples: Array) -> Shape:
    """Return the shape of one sample of (P, ...)."""
    if samples.ndim < 2:
        raise InputError(f"x has shape {samples.shape}: give samples along the first axis")
    return samples.shape[1:]


def check_samples(samples: Array, own: Shape, replicates: Shape) -> None:
    """See that samples of shape `own` are (P, *own), or (*replicates, P, *own), and P > 0."""
    leading = samples.shape[: samples.ndim - len(own)]  # (P,) or (R, P)
    fits = samples.shape[len(leading) :] == own and len(leading) > 0
    if not fits or leading[:-1] not in ((), replicates):
        raise InputError(
            f"x has shape {samples.shape}, but the network takes samples of shape {own}: "
            "give it one axis more, the samples"
        )
    if leading[-1] == 0:
        raise InputError("x holds no samples: give at least one")


def some_of(samples: Array, rows: slice | Array, axes: int) -> Array:
    """Return some samples.

    Parameters
    ----------
    samples : (P, ...) array
        Or (R, P, ...), with samples for each network of a stack.
    rows : slice, (B,) array, or (R, B) array
        The last for other samples in each network.
    axes : int
        Of one sample.

    Returns
    -------
    (B, ...) or (R, B, ...) array

    Examples
    --------
    >>> some_of(np.zeros((50, 28, 28)), np.array([[3, 1], [7, 2]]), axes=2).shape
    (2, 2, 28, 28)
    """
    if samples.ndim == axes + 1:
        return np.asarray(samples[rows])
    if isinstance(rows, slice):
        return np.asarray(samples[:, rows])
    each = np.arange(len(samples))[:, None]  # (R, 1)
    return np.asarray(samples[each, rows])
