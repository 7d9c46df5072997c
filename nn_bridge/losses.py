"""Losses, and the accuracy.

Outputs and targets have shape (..., B, K): leading replicate axes, B samples, K outputs.
`Loss.targets` makes labels one-hot, so that everything after it knows one kind of target only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nn_bridge.refusals import kerass
from nn_bridge.samples import as_array, finite_numbers, one_hot
from simulation.arrays import Array
from simulation.checks import InputError, flag, one_of


def log_softmax(logits: Array) -> Array:
    """Return the logarithm of the softmax over the last axis, without overflow; same shape."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def accuracy(outputs: Array, targets: Array) -> Array:
    """Return how often the largest output is the largest target, shape (...,).

    Examples
    --------
    >>> float(accuracy(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([[0, 1], [0, 1]])))
    0.5
    """
    return np.asarray((outputs.argmax(axis=-1) == targets.argmax(axis=-1)).mean(axis=-1))


class Loss:
    """A loss of each sample, and its gradient.

    Attributes
    ----------
    name : str
        What `compile(loss=...)` calls it.
    takes_logits : bool
        True if `outputs` are what goes into a softmax instead of what comes out. The network then
        starts its backward pass there: p - t is exact where p is 0, softmax's own Jacobian is not.
    """

    name: str
    takes_logits = False
    from_logits = False
    """Whether the network itself ends in logits, without the softmax."""
    for_labels = ""
    """What to do with labels, for the message of `targets`."""

    def value_and_gradient(self, outputs: Array, targets: Array) -> tuple[Array, Array]:
        """Return each sample's loss, (..., B), and its gradient at the outputs, (..., B, K)."""
        raise NotImplementedError

    def targets(self, y: Any, outputs: int, dtype: npt.DTypeLike) -> Array:
        """Check what the user wants as outputs and return it as targets.

        Parameters
        ----------
        y : (P, K) or (R, P, K) array
            For labels, (P,) or (R, P).
        outputs : int
            K, the number of outputs of the network.
        dtype : dtype
            Of the network.

        Returns
        -------
        (P, K) or (R, P, K) array

        Raises
        ------
        InputError
            If it does not fit the network or this loss.
        """
        wanted = finite_numbers("y", y, dtype)
        if wanted.ndim < 2 or wanted.shape[-1] != outputs:
            raise InputError(
                f"y has shape {wanted.shape}, but {self.name} compares it with {outputs} outputs: "
                f"give it the shape (samples, {outputs}){self.for_labels}"
            )
        return wanted


class CategoricalCrossentropy(Loss):
    """-sum t log softmax(logits), for targets that sum to 1; its gradient there is p - t."""

    name = "categorical_crossentropy"
    takes_logits = True
    for_labels = ", or take the loss 'sparse_categorical_crossentropy' for labels"

    @kerass(label_smoothing=(0,), axis=(-1,), ignore_class=(None,), name=(None,))
    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = flag("from_logits", from_logits)

    def value_and_gradient(self, outputs: Array, targets: Array) -> tuple[Array, Array]:
        """Return -sum t log p, (..., B), and p - t, (..., B, K)."""
        log_p = log_softmax(outputs)
        return -(targets * log_p).sum(axis=-1), np.exp(log_p) - targets

    def targets(self, y: Any, outputs: int, dtype: npt.DTypeLike) -> Array:
        """Do what `Loss.targets` does, and see that each row is a probability."""
        wanted = super().targets(y, outputs, dtype)
        if (wanted < 0).any() or (np.abs(wanted.sum(axis=-1) - 1.0) > 1e-3).any():
            raise InputError(
                f"y holds rows that are no probabilities, but {self.name} needs rows >= 0 that sum "
                "to 1: give one-hot rows, or labels and the loss 'sparse_categorical_crossentropy'"
            )
        return wanted


class SparseCategoricalCrossentropy(CategoricalCrossentropy):
    """The same for whole-number labels 0..K-1 instead of one-hot rows."""

    name = "sparse_categorical_crossentropy"

    def targets(self, y: Any, outputs: int, dtype: npt.DTypeLike) -> Array:
        """Turn labels, (P,) or (R, P), into one-hot targets."""
        labels = as_array("y", y)
        whole = labels.dtype.kind in "iu"
        if labels.dtype.kind == "f":
            whole = not (finite_numbers("y", labels, labels.dtype) % 1).any()
        if not whole:
            raise InputError(
                f"y holds {labels.dtype}, but {self.name} needs whole-number labels: "
                "use y.astype(int), or the loss 'categorical_crossentropy' for one-hot rows"
            )
        wrong = labels[(labels < 0) | (labels >= outputs)]
        if wrong.size:
            raise InputError(
                f"y holds the label {wrong[0]:g}, but the network has {outputs} outputs, labels 0 "
                f"to {outputs - 1}: mend the labels, or give the last Dense layer more units"
            )
        labels = labels.astype(np.intp, copy=False)
        return one_hot(labels, outputs, dtype)  # (..., P, K)


class MeanSquaredError(Loss):
    """Keras's definition: the mean over the K outputs of (y - t)^2."""

    name = "mean_squared_error"

    def value_and_gradient(self, outputs: Array, targets: Array) -> tuple[Array, Array]:
        """Return mean (y - t)^2, (..., B), and 2 (y - t)/K, (..., B, K)."""
        error = outputs - targets
        return np.square(error).mean(axis=-1), error * (2.0 / error.shape[-1])


class HalfSquaredError(Loss):
    """The audience's: half the sum over outputs of (y - t)^2; minus the gradient is t - y."""

    name = "half_squared_error"

    def value_and_gradient(self, outputs: Array, targets: Array) -> tuple[Array, Array]:
        """Return 1/2 |y - t|^2, (..., B), and y - t, (..., B, K)."""
        error = outputs - targets
        return 0.5 * np.square(error).sum(axis=-1), error


LOSSES: dict[str, type[Loss]] = {
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "half_squared_error": HalfSquaredError,
}


def without_last_axis(y: Any, samples: int) -> Array:
    """Return labels of shape (..., P, 1), as they often come, without that axis."""
    labels = as_array("y", y)
    return labels[..., 0] if labels.shape[-2:] == (samples, 1) else labels


def get(loss: str | Loss) -> Loss:
    """Return the loss called `loss`; a `Loss` is returned as it is."""
    return loss if isinstance(loss, Loss) else LOSSES[one_of("loss", loss, tuple(LOSSES))]()
