"""Tensors of whichever backend Keras has: repeated for each mask, silenced, and as NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from simulation.arrays import Array, FloatArray


def without_gradients() -> AbstractContextManager[Any]:
    """Let PyTorch, where it is Keras's backend, keep nothing for gradients."""
    import keras

    if keras.backend.backend() != "torch":
        return nullcontext()
    import torch

    off: AbstractContextManager[Any] = torch.no_grad()
    return off


def with_gradients() -> AbstractContextManager[Any]:
    """Let PyTorch, where it is Keras's backend, keep what gradients need."""
    import keras

    if keras.backend.backend() != "torch":
        return nullcontext()
    import torch

    on: AbstractContextManager[Any] = torch.enable_grad()
    return on


def repeated(tensor: Any, examples: int, masks: int) -> Any:
    """Repeat (B, ..) for C masks, (C B, ..), with Keras's mask of padding, if it carries one.

    What has no axis of examples goes with all of them as it is. What carries a mask of padding is
    copied, for attention takes the mask off what it is handed.
    """
    ops, shape = _ops(), tuple(tensor.shape)
    if shape[:1] != (examples,):
        return tensor
    if masks == 1:
        if _padding(tensor) is None:
            return tensor
        return _padded_as(tensor, ops.copy(tensor), lambda padding: padding)
    many = ops.broadcast_to(ops.expand_dims(tensor, 0), (masks, *shape))
    new = ops.reshape(many, (masks * examples, *shape[1:]))
    return _padded_as(tensor, new, lambda padding: repeated(padding, examples, masks))


def rows_of(tensor: Any, examples: int, rows: slice) -> Any:
    """Return these of the examples, with their mask of padding."""
    if tuple(tensor.shape[:1]) != (examples,) or rows == slice(0, examples):
        return tensor
    return _padded_as(tensor, tensor[rows], lambda padding: rows_of(padding, examples, rows))


def weighted(tensor: Any, groups: int, axis: int, weights: FloatArray, base: Array | None) -> Any:
    """Return base + w (a - base) for each of C masks, (C B, ..).

    Parameters
    ----------
    tensor : (B, ..) or (C B, ..) tensor
    groups : int
        1 or C: for how many masks it is there.
    axis : int
        Of the units.
    weights : (C, units) array
    base : (..) array or None
        0 without one.
    """
    ops = _ops()
    masks, units = weights.shape
    shape = tuple(tensor.shape)
    each = [1] * len(shape)
    each[axis] = units
    factor = ops.convert_to_tensor(weights.reshape(masks, *each), dtype=tensor.dtype)
    many = ops.reshape(tensor, (groups, shape[0] // groups, *shape[1:]))
    if base is None:
        silent = many * factor
    else:
        middle = ops.convert_to_tensor(base, dtype=tensor.dtype)
        silent = middle + factor * (many - middle)
    silent = ops.reshape(silent, (masks * (shape[0] // groups), *shape[1:]))
    times = masks // groups
    return _padded_as(tensor, silent, lambda padding: repeated(padding, shape[0], times))


def as_numpy(tensor: Any) -> Array:
    """Return a tensor or a variable as a NumPy array."""
    tensor = getattr(tensor, "value", tensor)
    if hasattr(tensor, "detach"):  # PyTorch's
        tensor = tensor.detach().cpu()
    if hasattr(tensor, "numpy"):  # or TensorFlow's; Keras's own way makes NumPy warn
        return np.asarray(tensor.numpy())
    return np.asarray(_ops().convert_to_numpy(tensor))


def _padded_as(tensor: Any, new: Any, made: Callable[[Any], Any]) -> Any:
    """Let a new tensor carry the mask of padding of the one that it was made of, made likewise."""
    from keras.src.backend import set_keras_mask

    padding = _padding(tensor)
    if padding is not None:
        set_keras_mask(new, made(padding))
    return new


def _padding(tensor: Any) -> Any:
    from keras.src.backend import get_keras_mask

    return get_keras_mask(tensor)


def _ops() -> Any:
    import keras

    return keras.ops
