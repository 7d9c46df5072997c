"""What is known of tensors by the memory that they stand in: views share it, copies do not."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from torch.multiprocessing.reductions import StorageWeakRef

Known = TypeVar("Known")


class ByMemory(Generic[Known]):
    """Something known of tensors.

    Parameters
    ----------
    otherwise
        What holds of all others.
    """

    def __init__(self, otherwise: Known) -> None:
        self._otherwise = otherwise
        self._of: dict[int, tuple[Any, Known]] = {}

    def __getitem__(self, tensor: Any) -> Known:
        """Return what is known of a tensor."""
        held = self._of.get(_memory(tensor)[1])
        return self._otherwise if held is None else held[1]

    def __setitem__(self, tensor: Any, known: Known) -> None:
        """Take note of something; the memory is held, so that no other gets its number."""
        held, number = _memory(tensor)
        self._of[number] = held, known

    def forget(self, tensor: Any) -> None:
        """Let the tensor be like all others."""
        self._of.pop(_memory(tensor)[1], None)


def _memory(tensor: Any) -> tuple[Any, int]:
    """Return what holds a tensor's memory, and its number: the tensor's own if it is sparse."""
    try:
        held = StorageWeakRef(tensor.untyped_storage())
    except (NotImplementedError, RuntimeError):
        return tensor, id(tensor)
    return held, held.cdata
