"""How somebody's own function calls a Keras model: whether chance enters, and nothing more.

The function may compile what it calls, so no draw is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from nn_bridge.adapters.keras3.rates import Carrier, dropping
from nn_bridge.adapters.keras3.tracing import normalises
from nn_bridge.checking.watching import Draw, Norm, Pass


class Glance:
    """Looks at the first call of a model.

    Parameters
    ----------
    model : keras.Model
    paths : mapping of int to str
        What its layers are called, by their ids.
    carriers : mapping of int to list of Carrier
        Which rates are carried out in a call of a layer, by its id.
    """

    def __init__(
        self, model: Any, paths: Mapping[int, str], carriers: Mapping[int, Sequence[Carrier]]
    ) -> None:
        self.model, self.paths, self.carriers = model, paths, carriers
        self.told: Pass | None = None
        self._inside = False
        self._draws: list[Draw] = []
        self._norms: dict[str, Norm] = {}

    def call(self, layer: Any, run: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Stand in for the call of a layer."""
        training = bool(kwargs.get("training"))
        if layer is not self.model or self.told is not None or self._inside:
            if self._inside and training:
                self._note(layer)
            return run(layer, *args, **kwargs)
        self._inside = True
        try:
            out = run(layer, *args, **kwargs)
        finally:
            self._inside = False
        self.told = Pass(None, tuple(self._draws), norms=self._norms, training=training)
        return out

    def _note(self, layer: Any) -> None:
        """Note a layer that is called in training, if that makes a difference."""
        where = self.paths.get(id(layer), type(layer).__name__)
        rates = [each.rate for each in self.carriers.get(id(layer), ())]
        if any(rates) or dropping(layer):
            self._draws.append(Draw(where, type(layer).__name__, within=where, noise=True))
        if normalises(layer):
            self._norms[where] = Norm(np.zeros(0), (), training=True)
