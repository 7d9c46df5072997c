"""Keras's little helpers that are here: `nn_bridge.keras.utils`."""

from typing import Any

import numpy as np

from nn_bridge.refusals import absent_from, kerass
from nn_bridge.samples import as_array, one_hot
from simulation.arrays import Array
from simulation.checks import InputError, whole


@kerass()
def to_categorical(x: Any, num_classes: int | None = None) -> Array:
    """Return whole-number labels, (P,) or (P, 1), as one-hot rows, (P, K).

    Parameters
    ----------
    x : array of int
    num_classes : int, optional
        K; None is one more than the largest label.

    Examples
    --------
    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    labels = as_array("x", x)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if labels.dtype.kind not in "iu" or not labels.size or labels.min() < 0:
        raise InputError(f"x holds {labels.dtype}, but must hold labels: whole numbers from 0 on")
    classes = 1 + int(labels.max()) if num_classes is None else whole("num_classes", num_classes)
    if labels.max() >= classes:
        raise InputError(
            f"x holds the label {labels.max()}, but num_classes is {classes}, labels 0 to "
            f"{classes - 1}: give more classes"
        )
    return one_hot(labels.astype(np.intp), classes, float)


__all__ = ["to_categorical"]
__getattr__ = absent_from(__name__, __all__)
