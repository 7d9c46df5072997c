"""Where in a Keras model members fall silent: in what a layer gives, or in attention's heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nn_bridge.measuring.silencing import Asked, Grouped, no_such_layer, of_layer
from simulation.checks import InputError, given


@dataclass(frozen=True)
class Place:
    """A layer of which parts fall silent.

    Attributes
    ----------
    name : str
    layer : Any
    heads : bool
        Whether the parts are its attention heads: then they fall silent in what its last
        projection takes, (B, T, heads, values), else in the first tensor that the layer gives.
    """

    name: str
    layer: Any
    heads: bool = False

    def axis(self, dimensions: int) -> int:
        """Which axis of the activations, one of so many, its units or channels are."""
        if self.heads:
            return dimensions - 2
        stated = getattr(self.layer, "axis", None)  # as batch normalisation has it
        if isinstance(stated, int) and hasattr(self.layer, "moving_mean"):
            return stated % dimensions
        images = getattr(self.layer, "data_format", None)
        if images is None and dimensions > 3:
            import keras

            images = keras.config.image_data_format()
        return 1 if images == "channels_first" and dimensions > 2 else dimensions - 1

    def members(self, units: int, asked: Asked) -> Grouped:
        """Share out its units among members."""
        return of_layer(self.name, units, asked, units if self.heads else None)


def places_of(layers: Mapping[str, Any], asked: Asked) -> list[Place]:
    """Find the layers asked for.

    Parameters
    ----------
    layers : dict of str to layer
        All that the model has.
    asked : Asked

    Raises
    ------
    InputError
        If there is no such layer, or no heads in it.
    """
    for name in asked.layers:
        if name not in layers:
            no_such_layer(name, list(layers))
    if asked.blocks != "heads":
        return [Place(name, layers[name]) for name in asked.layers]
    name = asked.layers[0]
    if not hasattr(layers[name], "_output_dense"):
        attentions = [each for each, layer in layers.items() if hasattr(layer, "_output_dense")]
        there = f"those with heads are: {', '.join(attentions)}" if attentions else "none has heads"
        raise InputError(f"blocks is 'heads', but {given(name)} is no attention layer: {there}")
    return [Place(name, layers[name], heads=True)]
