"""Indices by shapiq's exact computer, from the values of all coalitions."""

from __future__ import annotations

from importlib import import_module
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.coalitions import Coalitions
from simulation.arrays import FloatArray

shapiq: Any = import_module("shapiq")


class Exact:
    """`shapiq.ExactComputer`, anew at each run: it remembers what it computed."""

    steps = 1

    def __init__(self, case: Coalitions) -> None:
        self.case = case
        self.number = 1 << np.arange(case.members)

    def check(self) -> dict[str, FloatArray]:
        """Compute the index, and put it in our order."""
        n, found = self.case.members, self._compute()
        if self.case.what == "pair indices":
            pairs = np.zeros((n, n))
            for i, j in combinations(range(n), 2):
                pairs[i, j] = pairs[j, i] = found[(i, j)]
            return {"pair indices": pairs}
        if self.case.what == "Shapley values":
            return {"Shapley values": np.array([found[(i,)] for i in range(n)])}
        coefficients = np.zeros(2**n)
        for size in range(1, n + 1):
            for members in combinations(range(n), size):
                coefficients[sum(1 << i for i in members)] = found[members]
        return {"Moebius coefficients": coefficients}

    def run(self) -> None:
        self._compute()

    def _compute(self) -> Any:
        n, values = self.case.members, self.case.values
        computer = shapiq.ExactComputer(lambda masks: values[masks @ self.number], n)
        index, order = {
            "pair indices": ("SII", 2),
            "Shapley values": ("SV", 1),
            "Moebius coefficients": ("Moebius", n),
        }[self.case.what]
        return computer(index, order=order)
