"""What y says of a network's outputs: where the classes are, and which class or number is right."""

from __future__ import annotations

import numpy as np

from simulation.arrays import Array, FloatArray
from simulation.checks import InputError, given

NOT_JUDGED = -100
"""The label of what does not count, as PyTorch and transformers have it."""


def say_classes(outputs: Array, wanted: Array) -> bool:
    """Whether y holds labels: whole numbers for which there are outputs, or one-hot rows."""
    if wanted.dtype.kind in "biu":
        one_output = outputs.size == wanted.size
        return not one_output or bool(np.isin(wanted, (0, 1)).all())
    return _one_hot(outputs, wanted)


def _one_hot(outputs: Array, wanted: Array) -> bool:
    """Whether y has the outputs' shape, with a 1 in each row, else 0."""
    return (
        wanted.shape == outputs.shape
        and wanted.ndim > 1
        and wanted.shape[-1] > 1
        and bool(np.isin(wanted, (0, 1)).all())
        and bool((wanted.sum(axis=-1) == 1).all())
    )


def labels_in(outputs: Array, wanted: Array) -> tuple[int | None, Array]:
    """Find the axis of classes in outputs (M, *out), and the labels, (M, *positions).

    The axis is None where one output says which of two classes.
    """
    if _one_hot(outputs, wanted):
        return -1, wanted.argmax(axis=-1)
    if wanted.dtype.kind not in "biu" and not (wanted == np.round(wanted)).all():
        raise InputError(
            f"y holds numbers such as {given(float(wanted.ravel()[0]))}, which are no labels: give "
            "whole numbers or one-hot rows, or the metric 'r2'"
        )
    labels = wanted.astype(int)
    if labels.ndim == outputs.ndim and labels.shape[-1] == 1 and outputs.shape[-1] > 1:
        labels = labels[..., 0]
    axis: int | None
    if labels.shape == outputs.shape[:-1] and outputs.shape[-1] > 1:
        axis, classes = -1, outputs.shape[-1]
    elif outputs.ndim > 2 and labels.shape == (outputs.shape[0], *outputs.shape[2:]):
        axis, classes = 1, outputs.shape[1]
    elif labels.size == outputs.size:
        axis, classes = None, 2
        labels = labels.reshape(
            outputs.shape[:-1] if outputs.ndim > 1 and outputs.shape[-1] == 1 else outputs.shape
        )
    else:
        raise InputError(
            f"y has shape {wanted.shape} and the outputs {outputs.shape}, which do not fit: give "
            "one label an example (and place), or one-hot rows"
        )
    outside = labels[(labels != NOT_JUDGED) & ((labels < 0) | (labels >= classes))]
    if outside.size:
        raise InputError(
            f"y holds the label {outside.flat[0]}, but the network tells {classes} classes apart: "
            f"labels are 0 to {classes - 1}"
        )
    return axis, labels


def are_probabilities(outputs: Array, axis: int | None) -> bool:
    """Whether outputs are probabilities already: none below 0, and their sums 1 (or none above)."""
    if outputs.min() < 0 or outputs.max() > 1 + 1e-6:
        return False
    return axis is None or bool(np.allclose(outputs.sum(axis=axis), 1.0, atol=1e-3))


def numbers_in(outputs: Array, wanted: Array) -> FloatArray:
    """Return what was wanted in the shape of the outputs, of which axes of 1 may be missing."""
    if wanted.size != outputs.size or len(wanted) != len(outputs):
        raise InputError(
            f"y has shape {wanted.shape} and the outputs {outputs.shape}: give a number for each "
            "output; labels must be whole numbers"
        )
    return wanted.reshape(outputs.shape).astype(float)
