"""What people hand in as data: arrays of finite numbers, labels, weights of samples, a split."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.arrays import Array
from simulation.checks import InputError, given, real, room, whole


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples along an axis: those of all networks of a stack alike, or each network's own.

    Parameters
    ----------
    values : (P, ...) array
        Or (R, P, ...), with samples for each network of a stack.
    axes : int
        Of one sample.

    Examples
    --------
    >>> Samples(np.zeros((50, 28, 28)), axes=2)[np.array([[3, 1], [7, 2]])].shape
    (2, 2, 28, 28)
    """

    values: Array
    axes: int

    def __len__(self) -> int:
        """Return P."""
        return int(self.values.shape[self.values.ndim - self.axes - 1])

    def __getitem__(self, rows: slice | Array) -> Array:
        """Return ((R,) B, ...): the samples `rows`, (B,) or (R, B) if each network has others."""
        if self.values.ndim == self.axes + 1:
            return np.asarray(self.values[rows])
        if isinstance(rows, slice):
            return np.asarray(self.values[:, rows])
        each = np.arange(len(self.values))[:, None]  # (R, 1)
        return np.asarray(self.values[each, rows])


@dataclass(frozen=True, eq=False)
class Data:
    """What a network learns from, or is judged by.

    Attributes
    ----------
    x, targets : Samples
    weights : Samples or None
        By what the loss of each sample is multiplied, ((R,) P).
    """

    x: Samples
    targets: Samples
    weights: Samples | None = None

    def __len__(self) -> int:
        """Return P."""
        return len(self.x)

    def split(self, share: float) -> tuple[Data, Data]:
        """Cut the last `share` of the samples off, as Keras does; return the rest, and those."""
        cut = math.floor(len(self) * (1.0 - share))
        if cut in (0, len(self)):
            raise InputError(
                f"validation_split is {share}, but of {len(self)} samples that leaves "
                f"{cut} to train on and {len(self) - cut} to validate on: give another share"
            )
        return self._part(slice(cut)), self._part(slice(cut, None))

    def _part(self, rows: slice) -> Data:
        x, targets, weights = (
            None if samples is None else replace(samples, values=samples[rows])
            for samples in (self.x, self.targets, self.weights)
        )
        assert x is not None
        assert targets is not None
        return Data(x, targets, weights)

    def with_class_weight(self, class_weight: Any) -> Data:
        """Weigh each sample as its class, 1 for classes not named."""
        if not isinstance(class_weight, Mapping):
            raise InputError(
                f"class_weight is {given(class_weight)}, but must map classes to weights, as in "
                "{0: 1.0, 1: 2.0}"
            )
        if self.weights is not None:
            raise InputError(
                "both class_weight and sample_weight are given, but Keras takes one of them: "
                "multiply them into sample_weight"
            )
        targets = self.targets.values  # ((R,) P, K)
        each = np.ones(targets.shape[-1], targets.dtype)
        for label, weight in class_weight.items():
            number = whole("a class in class_weight", label, most=len(each) - 1)
            each[number] = real(f"the weight of class {number}", weight, least=0)
        return replace(self, weights=Samples(each[targets.argmax(axis=-1)], 0))


def as_array(name: str, data: Any) -> Array:
    """Return `data` as an array of real numbers or bools, or raise `InputError`."""
    try:
        raw = np.asarray(data)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(
            f"{name} is no array of numbers ({error}): give rows of one length"
        ) from None
    if isinstance(data, np.ma.MaskedArray) and np.ma.is_masked(data):
        raise InputError(f"{name} is masked in places, but every number counts: fill them first")
    if raw.dtype.kind not in "biuf":
        raise InputError(f"{name} holds {raw.dtype}, but must hold real numbers: convert it first")
    return raw


def finite_numbers(name: str, data: Any, dtype: npt.DTypeLike) -> Array:
    """Return `data` as an array of `dtype`, or raise `InputError` if that holds anything else."""
    raw = as_array(name, data)
    with np.errstate(over="ignore"):
        numbers: Array = raw.astype(dtype, copy=False)
    if not np.isfinite(numbers).all():
        raise InputError(
            f"{name} holds NaN, infinity or numbers too large for {numbers.dtype}, but only finite "
            "numbers can be learned from: drop or fill those samples"
        )
    return numbers


def one_hot(labels: Array, classes: int, dtype: npt.DTypeLike) -> Array:
    """Return a row for each label that is 1 at its class, else 0, (..., K)."""
    room("one-hot rows", *labels.shape, classes)
    rows = np.zeros((labels.size, classes), dtype)
    rows[np.arange(labels.size), labels.ravel()] = 1
    return rows.reshape(*labels.shape, classes)


def sample_weights(given: Any, samples: int, replicates: tuple[int, ...], dtype: Any) -> Samples:
    """Check the weights of `samples` samples, ((R,) P)."""
    weights = finite_numbers("sample_weight", given, dtype)
    if weights.shape not in ((samples,), (*replicates, samples)):
        raise InputError(
            f"sample_weight has shape {weights.shape}, but there are {samples} samples: "
            f"give it the shape ({samples},)"
        )
    if (weights < 0).any():
        raise InputError("sample_weight holds numbers below 0: give 0 for samples to leave out")
    return Samples(weights, 0)
