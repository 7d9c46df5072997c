"""What is seen of the members' activations while a Keras model runs on the examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn_bridge.adapters.keras3.places import Place
from nn_bridge.adapters.keras3.tensors import as_numpy
from nn_bridge.measuring.silencing import Asked, Grouped
from simulation.arrays import Array, BoolArray, FloatArray
from simulation.checks import InputError


class Seen:
    """Stands where members fall silent, lets all pass, and keeps what it sees.

    Parameters
    ----------
    places : sequence of Place
    asked : Asked
    examples : int
    """

    def __init__(self, places: Sequence[Place], asked: Asked, examples: int) -> None:
        self.places, self.asked, self.rows = places, asked, slice(0, examples)
        self._groups = dict[int, Grouped]()
        self._sums = dict[int, Array]()
        self._counts = dict[int, int]()
        self._active: dict[int, BoolArray] = {}
        self.examples = examples
        self.channels = False
        """Whether units are channels: of a convolution, or of something like images."""

    def __call__(self, number: int, tensor: Any, groups: int = 1) -> Any:
        """See the activations (B, ..) at a place on the examples `rows`."""
        place, values = self.places[number], as_numpy(tensor)
        if values.dtype.kind not in "fV" or values.ndim < 2:
            raise InputError(
                f"the layer {place.name} gives {values.dtype} of shape {values.shape}, which has "
                "no units to silence: name another layer"
            )
        axis = place.axis(values.ndim)
        units = values.shape[axis]
        self.channels |= hasattr(place.layer, "data_format") or values.ndim > 3
        self._groups.setdefault(number, place.members(units, self.asked))
        values = values.astype(float)
        self._sums[number] = self._sums.get(number, 0.0) + values.sum(axis=0)
        self._counts[number] = self._counts.get(number, 0) + len(values)
        rows = self.rows.stop - self.rows.start
        each = np.moveaxis(values, axis, -1).reshape(rows, -1, units)
        active = self._active.setdefault(number, np.zeros((self.examples, units), dtype=bool))
        active[self.rows] |= (each != 0).any(axis=1)
        return tensor

    @property
    def groups(self) -> list[Grouped]:
        """Which members the units of each place make."""
        for number, place in enumerate(self.places):
            if number not in self._groups:
                raise InputError(
                    f"the layer {place.name} takes no part in what the model gives: name another"
                )
        return [self._groups[number] for number in range(len(self.places))]

    def base(self, number: int) -> Array:
        """The mean of the activations at a place over the examples, (..)."""
        return np.asarray(self._sums[number] / self._counts[number])

    def activity(self) -> FloatArray:
        """On which share of the examples any unit of each member is not 0, (N,)."""
        shares = [
            self._active[number][:, group.member_of == member].any(axis=1).mean()
            for number, group in enumerate(self.groups)
            for member in range(len(group.names))
        ]
        return np.array(shares)
