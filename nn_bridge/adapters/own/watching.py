"""A network of `nn_bridge` itself as `check_up` sees it."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.checking.sites import Mask
from nn_bridge.checking.watching import Declared, Draw, Pass, Watched, users_own
from nn_bridge.dropout import Dropout
from nn_bridge.feedforward import Feedforward
from simulation.arrays import Array
from simulation.checks import InputError


def watched(model: Feedforward) -> Watched:
    """Return what watches a network."""
    if model.replicates or isinstance(model.seed, list):
        raise InputError("the model is a stack of networks: check up one with a single seed")
    return OwnWatched(model)


class OwnWatched(Watched):
    """A network of ours; what runs is a copy.

    Parameters
    ----------
    model : Feedforward
    """

    framework = "nn_bridge"

    def __init__(self, model: Feedforward) -> None:
        self.found = self.model = model
        self._training = False

    @contextmanager
    def kept(self, seed: int) -> Iterator[None]:
        """Leave all as found; masks are those that the network would draw next."""
        self.model = copy.deepcopy(self.found)
        try:
            yield
        finally:
            self.model = self.found

    def declared(self) -> list[Declared]:
        """Return the rates of the layers; a law of attendance has none of its own."""
        return [
            Declared(layer.name, type(layer).__name__, layer.rate)
            for layer in self._dropping()
            if not isinstance(layer, AttendanceDropout)
        ]

    def switch(self, training: bool, by: Callable[[Any], Any] | None = None) -> Pass | None:
        """Switch how the network will be called."""
        self._training = training
        if by is not None:
            with users_own("train" if training else "evaluate", self.model):
                by(self.model)
        return None

    def chance_alone(self) -> None:
        """Let chance enter, which is all that training changes."""
        self._training = True

    def run(self, batch: Any) -> Pass:
        """Make one forward pass, watched."""
        for layer in self._dropping():
            layer.last_mask = None
        outputs = self.outputs(batch)
        draws = tuple(self._draw(layer, len(batch)) for layer in self._dropping())
        called = Counter(layer.name for layer in self.model.layers)
        return Pass(outputs, draws, called, training=self._training)

    def outputs(self, batch: Any) -> Array:
        """Make one forward pass."""
        return self.model(batch, training=self._training)

    def own(self, arrays: Any) -> Any:
        """Return arrays as they are."""
        return arrays

    def numbers(self, outputs: Any) -> list[Array]:
        """Return the outputs, the only array."""
        return [np.asarray(outputs, dtype=float)]

    def _dropping(self) -> list[Dropout]:
        return [layer for layer in self.model.layers if isinstance(layer, Dropout)]

    def _draw(self, layer: Dropout, examples: int) -> Draw:
        name, kind = layer.name, type(layer).__name__
        asked = None if isinstance(layer, AttendanceDropout) else layer.rate
        if layer.last_mask is None:
            return Draw(name, kind, name, name, asked)
        own = layer.output_shape
        shape = (examples, *own[:-1], own[-1] // layer.group_size)
        scales = (float(layer.scale),) if np.ndim(layer.scale) == 0 else ()
        mask = Mask.of(layer.last_mask, shape, -1)
        return Draw(name, kind, name, name, asked, mask, False, scales, True, shape)
