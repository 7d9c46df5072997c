"""Which axis of a tensor is that of features or channels, as the operations before it leave it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch.utils.weak import WeakIdKeyDictionary

from nn_bridge.checking.place import LOOKED_FOR

LAST = {"addmm", "mm", "linear", "embedding", "native_layer_norm", "layer_norm", "rms_norm",
        "mkldnn_rnn_layer", "lstm", "gru", "_fused_rms_norm"}  # fmt: skip
SECOND = {"convolution", "_convolution", "native_batch_norm", "_native_batch_norm_legit",
          "_native_batch_norm_legit_no_training", "cudnn_batch_norm", "_batch_norm_with_update",
          "native_group_norm", "mkldnn_convolution"}  # fmt: skip
POOLED = ("max_pool", "avg_pool", "adaptive", "upsample", "_adaptive", "mean", "slice", "expand")


class Axes:
    """The axis of features of each tensor, where it is known."""

    def __init__(self) -> None:
        self._of: Any = WeakIdKeyDictionary()

    def of(self, tensor: Any) -> int | None:
        """Return the axis, counted from the front; None if it is not known."""
        found = self._of.get(tensor)
        return None if found is None or found >= tensor.ndim else int(found)

    def saw(self, name: str, args: Sequence[Any], ins: Sequence[Any], outs: Sequence[Any]) -> None:
        """Take note of an operation that has run."""
        if not outs:
            return
        out = outs[0]
        axis = self._after(name, args, ins, out)
        if axis is None:
            self._of.pop(out, None)
        else:
            self._of[out] = axis

    def _after(self, name: str, args: Sequence[Any], ins: Sequence[Any], out: Any) -> int | None:
        if name in LAST:
            return out.ndim - 1 if out.ndim else None
        if name in SECOND:
            return 1 if out.ndim > 2 else out.ndim - 1
        known = [each for each in ins if self._of.get(each) is not None]
        if not known:
            return None
        tensor = known[0]
        axis, ndim = int(self._of[tensor]), int(tensor.ndim)
        if name in ("transpose", "t", "permute", "select", "unsqueeze", "stack"):
            return _moved(name, args, axis, ndim)
        if name == "squeeze":
            gone: Any = range(ndim) if len(args) < 2 else args[1]
            gone = [each % ndim for each in ([gone] if isinstance(gone, int) else gone)]
            gone = [each for each in gone if tensor.shape[each] == 1]
            return None if axis in gone else axis - sum(each < axis for each in gone)
        if out.ndim == ndim and (
            out.shape == tensor.shape
            or name.startswith(POOLED)
            or name == "cat"
            or all(its in (1, length) for its, length in zip(tensor.shape, out.shape, strict=True))
        ):
            return axis
        if axis == ndim - 1 and out.ndim and out.shape[-1] == tensor.shape[-1]:
            return int(out.ndim) - 1
        if axis == 1 and out.ndim > 1 and out.shape[:2] == tensor.shape[:2]:
            return 1
        return None


def _moved(name: str, args: Sequence[Any], axis: int, ndim: int) -> int | None:
    if name == "t":
        return 1 - axis if ndim == 2 else axis
    if name == "transpose":
        one, other = args[1] % ndim, args[2] % ndim
        swapped = {one: other, other: one}
        return int(swapped.get(axis, axis))
    if name == "permute":
        return [each % ndim for each in args[1]].index(axis)
    at = args[1] if len(args) > 1 else 0
    if name == "select":
        at %= ndim
        return None if at == axis else axis - (at < axis)
    at %= ndim + 1  # unsqueeze, stack
    return axis + (at <= axis)


def misfit(kind: str, shape: tuple[int, ...], features: int | None) -> str:
    """Say whether a layer that drops whole channels finds them, '' if so or if it is not known.

    Returns
    -------
    '', 'axes' or 'features'
        There are more axes or fewer than it looks for; or those of features are elsewhere.
    """
    wanted = LOOKED_FOR.get(kind.lower().removeprefix("f."))
    if wanted is None:
        return ""
    if len(shape) != wanted:
        return "axes"
    return "features" if features not in (None, 1) else ""
