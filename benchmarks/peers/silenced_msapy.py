"""Coalitions evaluated by msapy (multi-perturbation Shapley value analysis), handed a function."""

from __future__ import annotations

from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from typing import Any

import numpy as np

from benchmarks.peers.silenced_torch import WholeModel
from benchmarks.silencing import Silencing
from simulation.arrays import FloatArray

msa: Any = import_module("msapy.msa")
ordered_set: Any = import_module("ordered_set")


class Contributions:
    """`msapy.msa.take_contributions` of the coalitions that all get."""

    def __init__(self, case: Silencing) -> None:
        self.steps = case.masks
        self.whole = WholeModel(case)
        self.elements = list(range(case.members))
        self.combinations = ordered_set.OrderedSet(
            frozenset(np.flatnonzero(there).tolist()) for there in case.there
        )
        self.complements = ordered_set.OrderedSet(
            tuple(np.flatnonzero(~there).tolist()) for there in case.there
        )

    def quality(self, complement: tuple[int, ...]) -> float:
        """Judge the model without these."""
        there = np.ones(len(self.elements), dtype=bool)
        there[list(complement)] = False
        with self.whole.silenced(there):
            return self.whole.quality()

    def check(self) -> dict[str, FloatArray]:
        found = self._compute()
        return {"quality": np.array([found[one] for one in self.combinations])}

    def run(self) -> None:
        self._compute()

    def _compute(self) -> Any:
        with redirect_stdout(StringIO()):  # its progress bar
            values, _ = msa.take_contributions(
                elements=self.elements,
                complement_space=self.complements,
                combination_space=self.combinations,
                objective_function=self.quality,
            )
        return values
