"""One Dense layer and the dropout before it, laid out for speed: what `plan.Plan` is made of.

Samples lie along the last axis, so that what is done to each of them runs along memory. A bias is
one more column of the weights, and the input that belongs to it is a constant. Inputs are kept
silenced but not scaled: 1/(1 - rate) goes into the factor of a matrix product, and the constant
input is 1 - rate, which undoes it for the bias.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import get_blas_funcs

from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Array, BoolArray, Layer


@dataclass(frozen=True)
class Link:
    """A Dense layer, and the dropout layer before it if there is one."""

    dense: Dense
    dropout: Dropout | None


def links_of(layers: Sequence[Layer]) -> list[Link] | None:
    """Pair each Dense with its Dropout; None if other layers, or another order, are among them."""
    links: list[Link] = []
    dropout: Dropout | None = None
    for layer in layers:
        # Exact types: a layer derived from one of these may do anything.
        if type(layer) is Flatten and dropout is None:
            continue
        if type(layer) is Dropout and dropout is None and len(layer.output_shape) == 1:
            dropout = layer
        elif type(layer) is Dense:
            links.append(Link(layer, dropout))
            dropout = None
        else:
            return None
    hidden_known = all(link.dense.activation in ("relu", "linear") for link in links[:-1])
    return links if links and dropout is None and hidden_known else None


class Stage:
    """What one link needs to train on batches of one size. Its buffers are made once.

    Parameters
    ----------
    link : Link
    theta : (out, in + 1) array
        Weights, and biases as the last column.
    change : (out, in + 1) array
        Where the gradient is added: `theta` itself for plain SGD.
    outputs : (out, B) array
        Where `forward` writes; the next stage's `inputs`.
    activation_before : str or None
        Of the Dense layer whose outputs come in; None for the first link.

    Attributes
    ----------
    inputs : (in, B) array
        To be filled with what comes in, before dropout.
    """

    def __init__(
        self, link: Link, theta: Array, change: Array, outputs: Array, activation_before: str | None
    ) -> None:
        self.dropout, self.theta, self.change, self.outputs = link.dropout, theta, change, outputs
        self.dense, self.activation_before = link.dense, activation_before
        n_in, batch, dtype = theta.shape[1] - 1, outputs.shape[1], theta.dtype
        # Data come sample by sample; what a product writes has its samples along the last axis.
        self.is_first = activation_before is None
        entering = np.empty((batch, n_in + 1) if self.is_first else (n_in + 1, batch), dtype)
        self.entering = entering.T if self.is_first else entering  # (in + 1, B)
        self.inputs = self.entering[:-1]
        self.to_blas, self.turned = (self.entering, 1) if self.is_first else (self.entering.T, 0)
        self.rows = np.empty((batch, n_in) if self.is_first else 0, dtype)
        self.passed = np.empty((n_in + 1, batch), dtype)  # gradient at what enters
        if activation_before == "relu":
            # Two arrays of one shape and one type: with a number, or with bools, NumPy takes two to
            # five times as long.
            self.zeros, self.slope = np.zeros((2, n_in, batch), dtype)
            self.active = np.empty((n_in, batch), np.bool_)
        self.scale = 1.0
        self.keep: Array | None = None
        self.masks: Iterator[BoolArray | None] = iter(())
        if self.dropout is not None:
            size = self.dropout.group_size
            self.mask_shape = self.dropout.mask_shape((batch, n_in // size))
            groups = (n_in // size, size, batch)
            self.grouped_inputs = self.inputs.reshape(groups)
            self.grouped_passed = self.passed[:-1].reshape(groups)
            self.kept = np.empty((*self.mask_shape[:0:-1], 1, self.mask_shape[0]), dtype)
        self.gemm = get_blas_funcs("gemm", dtype=dtype)

    def begin(self, steps: int) -> None:
        """Prepare for an epoch of so many steps. The rate may have changed since the last."""
        if self.dropout is not None:
            self.scale = float(self.dropout.scale)
            self.masks = self.dropout.draw_masks(self.mask_shape, steps)
        self.entering[-1] = 1.0 / self.scale

    def gather(self, x: Array, rows: Array) -> None:
        """Fill `inputs` with the samples `rows` of x (P, in)."""
        x.take(rows, 0, self.rows, "clip")  # the other modes would buffer
        self.inputs.T[...] = self.rows

    def activate(self) -> None:
        """Let `inputs` through the activation before."""
        if self.activation_before == "relu":
            np.maximum(self.inputs, self.zeros, out=self.inputs)

    def silence(self) -> None:
        """Let `inputs` through dropout, all but the scaling."""
        if self.dropout is None:
            return
        mask = self.dropout.last_mask = next(self.masks)
        self.keep = None if mask is None else self.kept  # (groups or 1, 1, B or 1)
        if mask is not None:
            self.kept[:, 0] = mask.T
            np.multiply(self.grouped_inputs, self.kept, out=self.grouped_inputs)

    # The three products, each transposed: gemm(factor, a, b, keep, c, turn a?, turn b?, in place)
    # sets c, whose first axis runs along memory as it does for a and b, to keep c + factor a b.

    def forward(self) -> None:
        """Write theta times what enters to `outputs`, before the activation."""
        self.gemm(self.scale, self.to_blas, self.theta.T, 0.0, self.outputs.T, self.turned, 0, 1)

    def backward(self, gradient: Array) -> Array:
        """Return the gradient before the last activation, (in, B), from that at `outputs`."""
        self.gemm(self.scale, gradient.T, self.theta.T, 0.0, self.passed.T, 0, 1, 1)
        passed = self.passed[:-1]
        if self.activation_before == "relu":  # an input of 0 did not pass it, or was silenced
            np.greater(self.inputs, self.zeros, out=self.active)
            self.slope[...] = self.active
            np.multiply(passed, self.slope, out=passed)
        elif self.keep is not None:
            np.multiply(self.grouped_passed, self.keep, out=self.grouped_passed)
        return passed

    def learn(self, gradient: Array, factor: float, keep: float) -> None:
        """Set `change` to `keep` times itself plus `factor` times the gradient at theta."""
        factor *= self.scale
        self.gemm(factor, self.to_blas, gradient.T, keep, self.change.T, 1 - self.turned, 0, 1)
