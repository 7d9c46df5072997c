"""The floor of a training step: its matrix products alone, on one batch, into the same buffers."""

from __future__ import annotations

import numpy as np

from benchmarks.step import Array, Step


class Products:
    """Two products forward and three backward; the input needs no gradient."""

    def __init__(self, case: Step) -> None:
        self.steps = case.batches
        self.x = case.data[0][: case.batch].copy()
        w1, _, w2, _ = (part.copy() for part in case.start)
        z, logits = self.x @ w1.T, np.empty((case.batch, case.outputs), np.float32)
        back = np.empty_like(z)
        # Overwritten by what they were computed from: only the cost is of interest.
        self.products = (
            (self.x, w1.T, z),
            (z, w2.T, logits),
            (logits.T, z, np.empty_like(w2)),
            (logits, w2, back),
            (back.T, self.x, np.empty_like(w1)),
        )

    def check(self) -> dict[str, Array]:
        """Return nothing: nobody learns here."""
        return {}

    def run(self) -> None:
        """Compute the products of as many steps as an epoch has."""
        for _ in range(self.steps):
            for a, b, out in self.products:
                np.matmul(a, b, out=out)
