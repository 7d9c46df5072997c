"""A first look at a PyTorch model: who its members are, how active, and whether chance is in."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from nn_bridge.adapters.pytorch.places import Place, axes_noted, places_of, watched
from nn_bridge.adapters.pytorch.running import Running, as_numbers
from nn_bridge.adapters.pytorch.silence import Silence, batch_axis
from nn_bridge.measuring.evaluating import evaluations_differ
from nn_bridge.measuring.silencing import Asked
from simulation.arrays import FloatArray
from simulation.checks import InputError


class Survey:
    """What a few examples tell.

    Parameters
    ----------
    running : Running
        Evaluating.
    asked : Asked
    few : range
        Which examples.

    Attributes
    ----------
    places : list of Place
    members : tuple of str
    channels : bool
        Whether the members are channels, each with several places.
    notes : tuple of str
        Whether two evaluations differ.
    """

    def __init__(self, running: Running, asked: Asked, few: range) -> None:
        self.running = running
        self.places = places_of(running.model, asked)
        seen, output = self._first(few, axes=True)
        for place in self.places:
            if place not in seen:
                raise _not_met(place)
            place.settle(seen[place], asked.blocks)
        grouped = self.places[0].grouped
        self.members = tuple(p.layer for p in self.places) if grouped is None else grouped.names
        first = self.places[0]
        self.channels = not first.within and first.axis == 1 and seen[first].ndim > 2
        self.batch = dict.fromkeys(self.places, 0)
        again = running.run(running.given(few))
        self.notes = evaluations_differ(as_numbers(output.double()), as_numbers(again.double()))
        if len(few) > 1:
            fewer, _ = self._first(few[: len(few) // 2])
            for place in self.places:
                self.batch[place] = _axis_of_examples(place, seen[place], fewer.get(place))

    def _first(self, rows: range, *, axes: bool = False) -> tuple[dict[Place, Tensor], Tensor]:
        """The first activation at each place, and the output."""
        seen: dict[Place, Tensor] = {}

        def note(place: Place, activation: Tensor) -> None:
            seen.setdefault(place, activation.clone())

        with (
            axes_noted(self.running.model, self.places if axes else []),
            watched(self.places, note),
        ):
            output = self.running.run(self.running.given(rows))
        return seen, output

    def silences(self, bases: dict[Place, Tensor] | None) -> dict[Place, Silence]:
        """What silences members at each place, which then give 0 or these bases."""
        return {
            place: Silence(place, self.batch[place], None if bases is None else bases[place])
            for place in self.places
        }

    def all_examples(self, chunk: int) -> tuple[FloatArray, dict[Place, Tensor]]:
        """Go through all examples.

        Returns
        -------
        (N,) array
            Share of the examples on which each member is active, that is not 0 somewhere.
        dict of Place to Tensor
            The mean activation over the examples, with an axis of 1 for them.
        """
        active, number = np.zeros(len(self.members)), 0
        sums: dict[Place, Tensor] = {}
        counts = dict.fromkeys(self.places, 0)
        here: dict[Place, Tensor] = {}

        def note(place: Place, activation: Tensor) -> None:
            batch = self.batch[place]
            now = self._active(place, activation)
            here[place] = here[place] | now if place in here else now
            total = activation.double().sum(dim=batch, keepdim=True)
            sums[place] = sums[place] + total if place in sums else total
            counts[place] += activation.shape[batch]

        for start in range(0, self.running.examples, chunk):
            rows = range(start, min(start + chunk, self.running.examples))
            here.clear()
            with watched(self.places, note):
                self.running.run(self.running.given(rows))
            for place, units in here.items():  # (examples and places, units)
                share = units.reshape(len(rows), -1, units.shape[1]).any(dim=1).sum(dim=0)
                first = place.member or 0
                active[first : first + len(share)] += share.cpu().numpy()
            number += len(rows)
        means = {place: sums[place] / counts[place] for place in self.places}
        return active / number, means

    def _active(self, place: Place, activation: Tensor) -> Tensor:
        """Where members are not 0, (examples and what is beside them, members here)."""
        fired = (activation != 0).movedim(self.batch[place], 0)
        if place.member is not None or place.grouped is None:
            return fired.reshape(len(fired), -1).any(dim=1, keepdim=True)
        axis = place.axis + (place.axis < self.batch[place])
        units = fired.movedim(axis, 1).flatten(2).any(dim=2) if fired.ndim > 2 else fired
        members = torch.as_tensor(place.grouped.member_of, device=units.device)
        found = units.new_zeros(len(units), len(place.grouped.names) + 1, dtype=torch.int)
        found.index_add_(1, members, units.int())
        return found[:, :-1] > 0


def _axis_of_examples(place: Place, these: Tensor, fewer: Tensor | None) -> int:
    axis = None if fewer is None else batch_axis(these, fewer)
    if axis is None or axis == place.axis:
        raise InputError(
            f"the layer {place.layer} gives {tuple(these.shape)} whatever the examples are, so its "
            "members cannot fall silent example by example: name another layer"
        )
    return axis


def _not_met(place: Place) -> InputError:
    if place.within:
        return InputError(
            f"blocks is 'heads', but the layer {place.layer} computes no attention by "
            "torch.nn.functional.scaled_dot_product_attention: load the model with "
            "attn_implementation='sdpa', name its attention module, or give blocks a number"
        )
    return InputError(
        f"the layer {place.layer} is in the model, but is not called when it runs on x: name a "
        "layer that is"
    )
