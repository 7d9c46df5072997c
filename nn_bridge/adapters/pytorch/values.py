"""What is in tensors: numbers, masks; and where tensors are in what holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


def tensors(given: Any) -> list[Any]:
    """List the tensors in whatever holds them, such as a model's outputs."""
    if isinstance(given, torch.Tensor):
        return [given]
    if isinstance(given, dict):
        given = list(given.values())
    elif hasattr(given, "to_tuple"):  # transformers' outputs
        given = given.to_tuple()
    elif not isinstance(given, (list, tuple)):
        given = list(vars(given).values()) if hasattr(given, "__dataclass_fields__") else ()
    return [each for part in given for each in tensors(part)]


def independent(kept: Any, shape: tuple[int, ...], numbers: int) -> Any:
    """Return a mask with one entry for each independent draw, of which there were `numbers`."""
    kept = kept.reshape((1,) * (len(shape) - kept.ndim) + tuple(kept.shape))
    for axis in range(kept.ndim):
        if kept.shape[axis] > 1 and kept.stride(axis) == 0:
            kept = kept.narrow(axis, 0, 1)
    for axis in range(kept.ndim):  # copied along an axis
        if kept.numel() > numbers and kept.shape[axis] > 1:
            first = kept.narrow(axis, 0, 1)
            if bool((kept == first).all()):
                kept = first
    return kept


def number_in(given: Any) -> float | None:
    """Return the one number that something is; None if it is none, or several."""
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return float(given)
    if isinstance(given, torch.Tensor) and given.ndim == 0 and given.dtype.is_floating_point:
        return float(given)
    return None


def two_values(tensor: Any) -> bool:
    """Whether a tensor holds 0 and one other number."""
    if not tensor.numel():
        return False
    high = tensor.max()
    return bool(((tensor != 0) == (tensor == high)).all()) or not bool(high)


def dropped_of(ins: Sequence[Any], made_of: Sequence[tuple[Any, ...] | None]) -> list[Any]:
    """Return what a product of constants and chance takes for data: what a mask falls on.

    Constants that are all the same may be a part of how a mask is made.
    """
    masks = [each for each, one in zip(ins, made_of, strict=True) if one]
    if not masks or not all(map(two_values, masks)):
        return []
    constants = [each for each, one in zip(ins, made_of, strict=True) if one == () and each.numel()]
    return [each for each in constants if bool((each != each.flatten()[0]).any())]


def flat(given: Any) -> Any:
    """Return the values of a nested tensor, which has no shape; they share its memory."""
    nested = isinstance(given, torch.Tensor) and given.is_nested
    return given.values() if nested else given


def zero(given: Any) -> bool:
    """Whether something is 0, everywhere."""
    if isinstance(given, torch.Tensor):
        return bool((given == 0).all())
    return bool(given == 0)
