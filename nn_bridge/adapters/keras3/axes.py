"""Along which axis features or channels lie, followed from layer to layer."""

from __future__ import annotations

from typing import Any

LAST = (
    "Dense", "EinsumDense", "Embedding", "LSTM", "GRU", "SimpleRNN", "MultiHeadAttention",
    "GroupedQueryAttention", "SpatialDropout1D",
)  # fmt: skip
"""Keras's layers that look for their units along the last axis."""

BY_FORMAT = ("convolutional", "pooling", "spatial_dropout")
"""Keras's modules whose layers look for channels where their `data_format` says."""


def channels_of(layer: Any, dimensions: int) -> int | None:
    """Return the axis, one of so many, along which a layer looks for features; None: it does not.

    Also of what it gives, whose features lie along the same axis.
    """
    kind, module = type(layer).__name__, type(layer).__module__
    if hasattr(layer, "data_format") and any(each in module for each in BY_FORMAT):
        return 1 if layer.data_format == "channels_first" else dimensions - 1
    return dimensions - 1 if kind in LAST and module.startswith("keras.src.layers") else None


class Axes:
    """What is known of the tensors of one forward pass.

    By the ids of tensors, which are kept, so that no other gets its id.
    """

    def __init__(self) -> None:
        self._features: dict[int, tuple[Any, int]] = {}
        self._dropped: dict[int, tuple[Any, list[tuple[Any, int]]]] = {}

    def saw(self, layer: Any, given: Any, out: Any, entries: list[Any]) -> None:
        """Take note of a call of a layer.

        Parameters
        ----------
        given, out : tensor
        entries : list of Entry
            If the layer drops whole channels: what it did.
        """
        if not (hasattr(given, "shape") and hasattr(out, "shape")) or id(out) in self._features:
            return
        own = channels_of(layer, len(given.shape))
        known = self._features.get(id(given), (None, None))[1]
        dropped = list(self._dropped.get(id(given), (None, ()))[1])
        found: list[tuple[Any, int | None, int | None]]
        if entries:
            found = [(each, own, known) for each in entries]
            dropped += [(each, own) for each in entries if own is not None]
            own = None
        else:
            found = [(entry, axis, own) for entry, axis in dropped]
        for entry, axis, features in found:
            if features is not None and axis != features:
                entry.misfit, entry.features = "features", features
        if own is not None:
            known, dropped = channels_of(layer, len(out.shape)), []
        elif type(layer).__name__ == "Permute":
            turned = (0, *layer.dims)
            known = None if known is None else turned.index(known)
            dropped = [(entry, turned.index(axis)) for entry, axis in dropped]
        elif tuple(given.shape) != tuple(out.shape):
            return
        if known is not None:
            self._features[id(out)] = (out, known)
        if dropped:
            self._dropped[id(out)] = (out, dropped)
