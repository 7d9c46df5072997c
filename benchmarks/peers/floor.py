"""The floor of a training step: its matrix products alone, on one batch, into the same buffers.

Two products forward and three backward; the input needs no gradient. What a product overwrites may
be what another was computed from: only the cost is of interest.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import get_blas_funcs

from benchmarks.step import Step
from simulation.arrays import Array


class Products:
    """By `np.matmul`, each array as the formulas have it."""

    def __init__(self, case: Step) -> None:
        self.steps = case.batches
        x = case.data[0][: case.batch].copy()
        w1, _, w2, _ = (part.copy() for part in case.start)
        z, logits = x @ w1.T, np.empty((case.batch, case.outputs), np.float32)
        back = np.empty_like(z)
        self.products = (
            (x, w1.T, z),
            (z, w2.T, logits),
            (logits.T, z, np.empty_like(w2)),
            (logits, w2, back),
            (back.T, x, np.empty_like(w1)),
        )

    def check(self) -> dict[str, Array]:
        """Return nothing: nobody learns here."""
        return {}

    def run(self) -> None:
        """Compute the products of as many steps as an epoch has."""
        for _ in range(self.steps):
            for a, b, out in self.products:
                np.matmul(a, b, out=out)


class BlasProducts(Products):
    """By SciPy's BLAS, hidden values with their samples along memory, which mostly suits it better.

    Gradients are added to what is there: OpenBLAS takes longer to overwrite it.
    """

    def __init__(self, case: Step) -> None:
        super().__init__(case)
        x = case.data[0][: case.batch].copy().T  # (inputs, B), as all here in Fortran's order
        w1, w2 = case.start[0].T.copy("F"), case.start[2].T.copy("F")
        z, back = (np.empty((case.batch, case.hidden), np.float32, "F") for _ in range(2))
        logits = np.empty((case.batch, case.outputs), np.float32, "F")
        self.gemm = get_blas_funcs("gemm", dtype=np.float32)
        self.calls = (  # a, b, keep, c, turn a?, turn b?: c becomes keep c + a b
            (x, w1, 0.0, z, 1, 0),
            (z, w2, 0.0, logits, 0, 0),
            (z, logits, 1.0, np.zeros_like(w2), 1, 0),
            (logits, w2, 0.0, back, 0, 1),
            (x, back, 1.0, np.zeros_like(w1), 0, 0),
        )

    def run(self) -> None:
        """Compute the products of as many steps as an epoch has."""
        for _ in range(self.steps):
            for a, b, keep, c, turn_a, turn_b in self.calls:
                self.gemm(1.0, a, b, keep, c, turn_a, turn_b, 1)
