"""Members that somebody's own function silences: the whole model is run for each mask."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from nn_bridge.measuring.data import parts_of, taken
from nn_bridge.measuring.silencing import Silenced
from simulation.arrays import Array, BoolArray, FloatArray
from simulation.checks import InputError, given, listed

Silence = Callable[[Any, BoolArray], AbstractContextManager[Any]]
"""silence(model, present): while it is entered, members j with present[j] False are silent."""

CHUNK = 256
"""Examples that are run at once."""


class SilencedByCallable(Silenced):
    """A model, and a function that silences what it calls its members.

    Parameters
    ----------
    model : object
    inputs : array, tuple of arrays or dict of arrays
    outputs_of : function(model, inputs)
        Evaluates the model.
    names : list of str
    silence : function
    """

    scales = False

    def __init__(
        self,
        model: Any,
        inputs: Any,
        outputs_of: Callable[[Any, Any], Array],
        names: Any,
        silence: Silence,
    ) -> None:
        self.members = tuple(map(str, listed("the names of members", names)))
        if not self.members or len(set(self.members)) < len(self.members):
            raise InputError(
                f"the names of members are {given(names)}, but must be at least one, each another"
            )
        self.model, self.inputs, self._outputs_of, self._silence = (
            model, inputs, outputs_of, silence
        )  # fmt: skip
        self.examples = len(parts_of(inputs)[0])
        self.chunk = min(CHUNK, self.examples)

    def outputs(self, rows: slice, weights: FloatArray) -> Array:
        """See `Silenced.outputs`."""
        if not np.isin(weights, (0, 1)).all():
            raise InputError(
                "members that a function silences are there or not, and cannot fill the time: "
                "choose the reading 'nobody covers'"
            )
        some, found = taken(self.inputs, rows), []
        for mask in weights.astype(bool):
            with self._silence(self.model, mask):
                found.append(self._outputs_of(self.model, some))
        return np.stack(found)


def by_callable(members: Any) -> tuple[Any, Silence] | None:
    """Return names and function where members are given so."""
    if isinstance(members, tuple) and len(members) == 2 and callable(members[1]):
        return members
    return None
