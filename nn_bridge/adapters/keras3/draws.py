"""What a watched pass drew, told as `check_up` takes it; and how far it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nn_bridge.adapters.keras3.by_hand import Use, use_of
from nn_bridge.adapters.keras3.chance import Drawn
from nn_bridge.adapters.keras3.plan import graph_of
from nn_bridge.adapters.keras3.rates import keras_own
from nn_bridge.adapters.keras3.tensors import as_numpy
from nn_bridge.adapters.keras3.tracing import Entry, Trace
from nn_bridge.checking.sites import Mask
from nn_bridge.checking.watching import Draw, Norm
from simulation.arrays import Array

OTHERS = (0.0, 1.0)
"""What takes the place of noise, to see whether it matters."""


class Told:
    """Tells of passes of one model.

    How far a place of chance reaches, and what is made of a number drawn by hand, is found out in
    the first pass that draws there, by playing the pass again with that draw changed.
    """

    def __init__(self) -> None:
        self._uses: dict[tuple[str, bool], Use] = {}
        self._reached: dict[tuple[str, bool], tuple[bool, frozenset[str]]] = {}

    def of(
        self, trace: Trace, outputs: Any, again: Callable[[], Any]
    ) -> tuple[tuple[Draw, ...], dict[str, Norm]]:
        """Return the draws of a pass, and what came into its batch normalisations.

        Parameters
        ----------
        trace : Trace
            Still watching.
        outputs : object
            Of the pass.
        again : function()
            Makes the same pass once more.
        """
        norms, training = dict(trace.norms), bool(trace.training)
        draws = [(entry, self._draw(trace, entry, training)) for entry in trace.entries]
        for entry, draw in draws:
            key = (entry.where, training)
            if draw.drops and key not in self._reached:
                self._reached[key] = (
                    (True, frozenset())
                    if not norms and _goes_on(entry)
                    else self._reach(trace, entry.where, training, outputs, norms, again)
                )
        found = []
        for entry, draw in draws:
            used, _ = self._reached.get((entry.where, training), (True, frozenset()))
            found.append(draw if used else replace(draw, used=False))
        places = dict.fromkeys(entry.where for entry, draw in draws if draw.drops)
        return tuple(found), {
            path: Norm(
                each,
                tuple(where for where in places if path in self._reached[where, training][1]),
                path in trace.learning,
            )
            for path, each in norms.items()
        }

    def _draw(self, trace: Trace, entry: Entry, training: bool) -> Draw:
        """Tell of one draw, as far as it can be told by itself."""
        told = Draw(
            entry.where, entry.kind, entry.layer, entry.calls[-1].path, entry.asked,
            misfit=entry.misfit, features=entry.features,
        )  # fmt: skip
        drawn = entry.drawn
        if drawn is None:
            return told
        values = as_numpy(drawn.value)
        if drawn.function == "dropout":
            kept = values != 0
            for axis in drawn.shared:
                kept = kept.take([0], axis=axis)
            highest = float(values.max())
            scales = (highest,) if highest > 0 else ()
            mask = Mask.of(kept, drawn.shape, _channels(entry.calls[-1].layer))
            return replace(told, mask=mask, scales=scales, shape=drawn.shape)
        use = self._use(trace, entry, training)
        if use.kind == "nothing":
            return told
        if use.kind == "noise":
            return replace(told, noise=True, shape=drawn.shape)
        shape = _laid_on(entry, drawn)
        mask = Mask.of(use.kept(values), shape, _channels(entry.calls[-1].layer))
        # Keras's own that are drawn so, AlphaDropout, change what they keep otherwise.
        own = () if entry.keras else use.scales
        return replace(told, mask=mask, scales=own, shape=shape)

    def _use(self, trace: Trace, entry: Entry, training: bool) -> Use:
        key = (entry.where, training)
        if key not in self._uses:
            plain = entry.keras and entry.layer is None  # Keras's layers that change images
            assert entry.drawn is not None
            self._uses[key] = (
                Use("noise") if plain else use_of(trace.source, entry.calls[-1], entry.drawn)
            )
        return self._uses[key]

    def _reach(
        self,
        trace: Trace,
        where: str,
        training: bool,
        outputs: Any,
        norms: Mapping[str, Array],
        again: Callable[[], Any],
    ) -> tuple[bool, frozenset[str]]:
        """Whether outputs depend on the draws at a place, and which batch normalisations do."""
        used, reached = False, frozenset[str]()
        drawn = [each.drawn for each in trace.entries if each.where == where and each.drawn]
        use = self._uses.get((where, training))
        for other in _others(drawn, use):
            trace.norms = {}
            with trace.source.again(trace.tape, dict.fromkeys(drawn, other)):
                changed = again()
            used = used or _differ(outputs, changed)
            reached |= {
                path for path, each in norms.items() if _differ(each, trace.norms.get(path))
            }
        return used, reached


def _others(drawn: Sequence[Drawn], use: Use | None) -> tuple[float, ...]:
    """Return what takes the place of a draw: for a mask, that all are dropped or all kept."""
    if use is None:
        return (0.0,)  # dropout: all are dropped
    if use.kind == "mask":
        return (drawn[0].least, use.threshold)
    return OTHERS


def _goes_on(entry: Entry) -> bool:
    """Whether what a place gives must go on: in Keras's own layers, in Keras's own graphs."""
    for call in entry.calls:
        if graph_of(call.layer) is None:
            return entry.keras and keras_own(call.layer)
    return True


def _laid_on(entry: Entry, drawn: Drawn) -> tuple[int, ...]:
    """Return the shape of the values that a mask by hand is laid on: what came into the layer."""
    for each in entry.calls[-1].args[:1]:
        shape = tuple(getattr(each, "shape", ()))
        try:
            if np.broadcast_shapes(shape, drawn.shape) == shape:
                return shape
        except ValueError:
            pass
    return drawn.shape or (1,)


def _channels(layer: Any) -> int:
    return 1 if getattr(layer, "data_format", None) == "channels_first" else -1


def _differ(these: Any, those: Any) -> bool:
    import keras

    pairs = zip(keras.tree.flatten(these), keras.tree.flatten(those), strict=False)
    return any(
        not np.array_equal(as_numpy(one), as_numpy(other), equal_nan=True)
        for one, other in pairs
        if hasattr(one, "shape")
    )
