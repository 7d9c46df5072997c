"""One Dense layer and the dropout before it, laid out for speed: what `FastFit` is made of.

Samples lie along the last axis, so that what is done to each of them runs along memory. A bias is
one more column of the weights, and the input that belongs to it is a constant. Inputs are kept
dropped but not scaled: 1/(1 - rate) goes into the factor of a matrix product, and the constant
input is 1 - rate, which undoes it for the bias.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.linalg import get_blas_funcs

from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Layer
from simulation.arrays import Array, BoolArray

Block = tuple[Dense, Dropout | None]
"""A Dense layer, and the dropout layer before it if there is one."""


def blocks_of(layers: Sequence[Layer]) -> list[Block] | None:
    """Pair each Dense with its Dropout; None if other layers, or another order, are among them."""
    blocks: list[Block] = []
    dropout: Dropout | None = None
    for layer in layers:
        # Exact types: a layer derived from one of these may do anything.
        if type(layer) is Flatten and dropout is None:
            continue
        if type(layer) is Dropout and dropout is None and len(layer.output_shape) == 1:
            dropout = layer
        elif type(layer) is Dense:
            blocks.append((layer, dropout))
            dropout = None
        else:
            return None
    hidden_known = all(dense.activation in ("relu", "linear") for dense, _ in blocks[:-1])
    return blocks if blocks and dropout is None and hidden_known else None


class FastLayer:
    """What one block needs to train on batches of one size. Its buffers are made once.

    Parameters
    ----------
    dropout : Dropout or None
    theta : (out, in + 1) array
        Weights, and biases as the last column.
    gradient : (out, in + 1) array
        Where the gradient at theta is added: `theta` itself for plain SGD.
    outputs : (out, B) array
        Where `forward` writes; the next layer's `inputs`.
    activation_before : str or None
        Of the Dense layer whose outputs come in; None for the first block.

    Attributes
    ----------
    inputs : (in, B) array
        To be filled with what comes in, before activation and dropout.
    """

    def __init__(
        self,
        dropout: Dropout | None,
        theta: Array,
        gradient: Array,
        outputs: Array,
        activation_before: str | None,
    ) -> None:
        self.dropout, self.theta, self.gradient, self.outputs = dropout, theta, gradient, outputs
        self.activation_before, self.is_first = activation_before, activation_before is None
        n_in, batch, dtype = theta.shape[1] - 1, outputs.shape[1], theta.dtype
        # Data come sample by sample; what a product writes has its samples along the last axis.
        augmented = np.empty((batch, n_in + 1) if self.is_first else (n_in + 1, batch), dtype)
        self.augmented = augmented.T if self.is_first else augmented  # (in + 1, B) inputs, constant
        self.inputs = self.augmented[:-1]
        self.blas_inputs = self.augmented if self.is_first else self.augmented.T
        self.turn = 1 if self.is_first else 0  # whether `forward` takes them transposed
        self.gathered = np.empty((batch, n_in) if self.is_first else 0, dtype)
        self.input_gradient = np.empty((n_in + 1, batch), dtype)
        if activation_before == "relu":
            # Two arrays of one shape and one type: with a number, or with bools, NumPy takes two to
            # five times as long.
            self.zeros, self.slope = np.zeros((2, n_in, batch), dtype)
            self.active = np.empty((n_in, batch), np.bool_)
        self.scale = 1.0
        self.mask: Array | None = None  # (groups or 1, 1, B or 1) of this step, 0 and 1
        self.masks: Iterator[BoolArray | None] = iter(())
        if dropout is not None:
            size = dropout.group_size
            self.mask_shape = dropout.mask_shape((batch, n_in // size))
            groups = (n_in // size, size, batch)
            self.grouped_inputs = self.inputs.reshape(groups)
            self.grouped_gradient = self.input_gradient[:-1].reshape(groups)
            self.mask_buffer = np.empty((*self.mask_shape[:0:-1], 1, self.mask_shape[0]), dtype)
        self.gemm = get_blas_funcs("gemm", dtype=dtype)

    def begin(self, steps: int) -> None:
        """Prepare for an epoch of so many steps. The rate may have changed since the last."""
        if self.dropout is not None:
            self.scale = float(self.dropout.scale)
            self.masks = self.dropout.draw_masks(self.mask_shape, steps)
        self.augmented[-1] = 1.0 / self.scale

    def gather(self, x: Array, rows: Array) -> None:
        """Fill `inputs` with the samples `rows` of x (P, in)."""
        x.take(rows, 0, self.gathered, "clip")  # the other modes would buffer
        self.inputs.T[...] = self.gathered

    def activate(self) -> None:
        """Let `inputs` through the activation before."""
        if self.activation_before == "relu":
            np.maximum(self.inputs, self.zeros, out=self.inputs)

    def drop(self) -> None:
        """Let `inputs` through dropout, all but the scaling."""
        if self.dropout is None:
            return
        mask = self.dropout.last_mask = next(self.masks)
        self.mask = None if mask is None else self.mask_buffer
        if mask is not None:
            self.mask_buffer[:, 0] = mask.T
            np.multiply(self.grouped_inputs, self.mask_buffer, out=self.grouped_inputs)

    # The three products, each transposed: gemm(alpha, a, b, beta, c, turn a?, turn b?, in place)
    # sets c, whose first axis runs along memory as it does for a and b, to beta c + alpha a b.

    def forward(self) -> None:
        """Write theta times the augmented inputs to `outputs`, before the activation."""
        self.gemm(self.scale, self.blas_inputs, self.theta.T, 0.0, self.outputs.T, self.turn, 0, 1)

    def backward(self, gradient: Array) -> Array:
        """Return the gradient before the last activation, (in, B), from that at `outputs`."""
        self.gemm(self.scale, gradient.T, self.theta.T, 0.0, self.input_gradient.T, 0, 1, 1)
        passed = self.input_gradient[:-1]
        if self.activation_before == "relu":  # an input of 0 did not pass it, or was dropped
            np.greater(self.inputs, self.zeros, out=self.active)
            self.slope[...] = self.active
            np.multiply(passed, self.slope, out=passed)
        elif self.mask is not None:
            np.multiply(self.grouped_gradient, self.mask, out=self.grouped_gradient)
        return passed

    def add_gradient(self, at_outputs: Array, alpha: float, beta: float) -> None:
        """Set `gradient` to `beta` times itself plus `alpha` times the gradient at theta."""
        alpha *= self.scale
        self.gemm(alpha, self.blas_inputs, at_outputs.T, beta, self.gradient.T, 1 - self.turn, 0, 1)
