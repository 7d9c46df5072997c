"""What people hand in as data: arrays, tensors, several of them, loaders, iterables of batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from simulation.arrays import Array
from simulation.checks import MOST_NUMBERS, InputError, given

LABEL_NAMES = ("labels", "label", "y")
"""Under which of its names a batch that is a dict holds what is wanted."""


class Examples(NamedTuple):
    """All examples, as NumPy arrays whose first axis they are.

    Attributes
    ----------
    inputs : array, tuple of arrays or dict of arrays
        As the network takes them.
    wanted : array or None
    """

    inputs: Any
    wanted: Array | None

    @property
    def number(self) -> int:
        """M."""
        return len(parts_of(self.inputs)[0])


def gathered(x: Any, y: Any = None) -> Examples:
    """Gather all examples from whatever holds them.

    Parameters
    ----------
    x : array, tensor, tuple or dict of them, or any iterable of batches
        A DataLoader, a tf.data.Dataset, a list or generator of batches.
    y : array or tensor, optional
        Left out where the batches hold it: pairs (inputs, y), or dicts with 'labels'.

    Raises
    ------
    InputError
        If there are no examples, lengths differ, or numbers are not finite.
    """
    if is_data(x):
        inputs, wanted = as_arrays("x", x), y
        if wanted is None and isinstance(inputs, dict):
            inputs, wanted = _apart(inputs)
    else:
        inputs, wanted = _joined(batches(x, with_labels=y is None))
        wanted = y if wanted is None else wanted
    wanted = None if wanted is None else as_targets(wanted)
    lengths = lengths_of(inputs, wanted)
    if len(set(lengths)) > 1 or () in lengths:
        raise unlike(lengths)
    if lengths[0] == (0,):
        raise InputError("x holds no examples: give at least one")
    return Examples(inputs, wanted)


def lengths_of(inputs: Any, wanted: Array | None = None) -> list[tuple[int, ...]]:
    """List the lengths of all first axes, () for a single number; what is wanted comes last."""
    parts = parts_of(inputs) if wanted is None else [*parts_of(inputs), wanted]
    return [np.shape(part)[:1] for part in parts]


def unlike(lengths: list[tuple[int, ...]]) -> InputError:
    """Say that inputs and what is wanted are not of one length."""
    held = " and ".join(str(*length) if length else "no" for length in lengths)
    return InputError(f"x and y hold {held} examples: their first axes must be of one length")


def is_data(x: Any) -> bool:
    """Whether x holds the examples themselves, rather than being an iterable of batches."""
    if isinstance(x, Mapping) or _is_array(x):
        return True
    if isinstance(x, tuple):
        return all(is_data(part) for part in x)
    # A list of batches has pairs or dicts in it; other lists are what NumPy makes arrays of.
    return isinstance(x, list) and not any(
        isinstance(part, Mapping | tuple) or (isinstance(part, list) and any(map(_is_array, part)))
        for part in x
    )


def batches(x: Any, *, with_labels: bool) -> Iterator[tuple[Any, Any]]:
    """Go through an iterable of batches, as (inputs, wanted or None), all as NumPy arrays."""
    for batch in _batches_of(x):
        if isinstance(batch, list | tuple) and with_labels and len(batch) > 1:
            yield as_arrays("x", batch[0]), as_targets(batch[1])
        elif isinstance(batch, Mapping) and with_labels:
            yield _apart(as_arrays("x", batch))
        elif isinstance(batch, list | tuple) and len(batch) == 1:
            yield as_arrays("x", batch[0]), None
        else:
            yield as_arrays("x", tuple(batch) if isinstance(batch, list) else batch), None


def parts_of(inputs: Any) -> list[Array]:
    """List the arrays that inputs consist of."""
    if isinstance(inputs, dict):
        return list(inputs.values())
    return list(inputs) if isinstance(inputs, tuple) else [inputs]


def taken(inputs: Any, rows: Any) -> Any:
    """Return these rows of inputs."""
    if isinstance(inputs, dict):
        return {name: part[rows] for name, part in inputs.items()}
    return tuple(part[rows] for part in inputs) if isinstance(inputs, tuple) else inputs[rows]


def as_arrays(name: str, x: Any) -> Any:
    """Return x, or each of its parts, as NumPy arrays of finite numbers."""
    if isinstance(x, Mapping):
        if not x:
            raise InputError(f"{name} is an empty dict, but must hold the inputs by name")
        return {key: as_array(f"{name}[{key!r}]", part) for key, part in x.items()}
    if isinstance(x, tuple):
        if not x:
            raise InputError(f"{name} is an empty tuple, but must hold the inputs")
        return tuple(as_array(f"{name}[{at}]", part) for at, part in enumerate(x))
    return as_array(name, x)


def as_array(name: str, x: Any) -> Array:
    """Return an array or a tensor of any framework as a NumPy array of finite numbers."""
    if hasattr(x, "detach"):  # PyTorch's, perhaps on another device, perhaps no type NumPy knows
        x = x.detach().cpu()
        x = x.float() if str(x.dtype) in ("torch.bfloat16", "torch.float16") else x
    try:
        array = np.asarray(x)
        if array.dtype.kind == "O" and _is_array(x):  # numbers of several kinds, as pandas has them
            array = np.asarray(array.tolist())
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{name} is no array of numbers ({error}): give one, or batches") from None
    if array.dtype.kind == "U" and _is_array(x):
        raise InputError(
            f"{name} holds texts, but must hold numbers: number them, or leave them out"
        )
    if array.dtype.kind not in "biuf":
        raise InputError(
            f"{name} is {given(x)}, but must be an array, a tuple or dict of arrays, a loader, or "
            "an iterable of batches"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{name} holds NaN or infinity: take those examples out, or fill them")
    return array


def as_targets(y: Any) -> Array:
    """Return what is wanted as an array of numbers, or of texts where it holds labels by name."""
    if isinstance(y, list) or (hasattr(y, "__array__") and not hasattr(y, "detach")):
        labels = np.array(y, dtype=object) if isinstance(y, list) else np.asarray(y)
        if labels.dtype.kind not in "USO":
            return as_array("y", labels)
        if labels.size and all(isinstance(each, str) for each in labels.ravel()):
            return labels.astype(str)
    return as_array("y", y)


def _is_array(x: Any) -> bool:
    """Whether x is an array, a tensor, or says itself which array it makes, as pandas does."""
    of_one_kind = hasattr(x, "shape") and hasattr(x, "dtype")
    return (of_one_kind or hasattr(x, "__array__")) and not isinstance(x, type)


def _batches_of(x: Any) -> Iterator[Any]:
    in_turn = hasattr(x, "__getitem__") and hasattr(x, "__len__") and not isinstance(x, type)
    if in_turn and not isinstance(x, Iterable):
        x = (x[at] for at in range(len(x)))  # a Keras PyDataset has its batches by number
    if not isinstance(x, Iterable) or isinstance(x, str | bytes | type):
        raise InputError(
            f"x is {given(x)}, but must be an array, a tuple or dict of arrays, a loader, or an "
            "iterable of batches"
        )
    return iter(x)


def _apart(batch: dict[str, Array]) -> tuple[Any, Array | None]:
    """Take what is wanted out of a batch that is a dict."""
    for name in LABEL_NAMES:
        if name in batch and len(batch) > 1:
            return {key: part for key, part in batch.items() if key != name}, batch[name]
    return batch, None


def _joined(found: Iterable[tuple[Any, Any]]) -> tuple[Any, Any]:
    inputs: list[Any] = []
    wanted: list[Any] = []
    numbers = 0
    for batch, targets in found:
        numbers += sum(part.size for part in parts_of(batch))
        if numbers > MOST_NUMBERS:
            raise InputError(
                f"x holds more than {MOST_NUMBERS} numbers, or never ends: give fewer batches"
            )
        inputs.append(batch)
        wanted.append(targets)
    if not inputs:
        raise InputError("x holds no batches: the loader is empty")
    try:
        joined = _concatenated(inputs)
        return joined, None if wanted[0] is None else np.concatenate(wanted)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(
            f"x's batches cannot be joined ({error}): give batches of one kind and shape"
        ) from None


def _concatenated(inputs: list[Any]) -> Any:
    first = inputs[0]
    if isinstance(first, dict):
        return {name: np.concatenate([each[name] for each in inputs]) for name in first}
    if isinstance(first, tuple):
        return tuple(np.concatenate(parts) for parts in zip(*inputs, strict=True))
    return np.concatenate(inputs)
