"""Members silenced in an activation, for many masks at once."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from nn_bridge.adapters.pytorch.places import Place


class Silence:
    """Makes of an activation a what is left of it: base + w (a - base), w that of each member.

    Parameters
    ----------
    place : Place
    batch : int
        The axis of the examples.
    base : Tensor or None
        What a silenced member gives, without an axis for the masks; None: 0.
    """

    def __init__(self, place: Place, batch: int, base: Tensor | None) -> None:
        self.place, self.batch, self.base = place, batch, base
        self.__name__ = "silence"  # fx writes functions by name
        found = place.grouped
        self.of_units: Tensor | None = None
        if found is not None and found.member_of.tolist() != list(range(len(found.names))):
            self.of_units = torch.as_tensor(found.member_of)

    def first_mask_of(self, activation: Tensor, masks: int) -> Tensor:
        """Of an activation that stands there once for each mask the first part."""
        length = activation.shape[self.batch] // masks
        return activation.narrow(self.batch, 0, length)

    def __call__(self, activation: Tensor, weights: Tensor, repeated: bool) -> Tensor:
        """Silence; examples come after one another mask by mask, (.., C E, ..).

        Parameters
        ----------
        activation : (.., E, ..) Tensor, or (.., C E, ..) if it is `repeated` for each mask
        weights : (C, N) Tensor
        """
        b, shape = self.batch, activation.shape
        factor = self._factor(weights.to(activation), activation.ndim)
        apart = activation.unflatten(b, (len(weights), -1)) if repeated else activation.unsqueeze(b)
        base = None if self.base is None else self.base.to(activation).unsqueeze(b)
        # lerp leaves an activation exactly as it is where the weight is 1.
        left = apart * factor if base is None else torch.lerp(base, apart, factor)
        length = shape[b] if repeated else shape[b] * len(weights)
        return left.reshape(*shape[:b], length, *shape[b + 1 :])

    def _factor(self, weights: Tensor, axes: int) -> Tensor:
        """Weights in the shape of an activation that has an axis for masks, (1, .., C, .. U, 1)."""
        shape = [1] * (axes + 1)
        shape[self.batch] = len(weights)
        if self.place.member is not None:
            return weights[:, self.place.member].reshape(shape)
        if self.of_units is not None:
            always = weights.new_ones(len(weights), 1)
            weights = torch.cat([weights, always], dim=1)[:, self.of_units.to(weights.device)]
        after = self.place.axis + (self.place.axis >= self.batch)
        shape[after] = weights.shape[1]
        # The axis of masks stands before that of units, or the other way round.
        return (weights if self.batch < after else weights.T).reshape(shape)


def batch_axis(these: Tensor, fewer: Tensor) -> int | None:
    """Return the axis along which there is more the more examples there are."""
    apart: list[Any] = [
        at for at, (a, b) in enumerate(zip(these.shape, fewer.shape, strict=False)) if a != b
    ]
    return apart[0] if len(apart) == 1 and these.ndim == fewer.ndim else None
