"""Members of a Keras model fall silent: its units, channels, attention heads or whole layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from nn_bridge.adapters.keras3.as_found import as_found
from nn_bridge.adapters.keras3.layers import named_layers, without_training
from nn_bridge.adapters.keras3.linear import Linear, linear_of
from nn_bridge.adapters.keras3.places import Place, places_of
from nn_bridge.adapters.keras3.plan import Key, plan_of
from nn_bridge.adapters.keras3.seen import Seen
from nn_bridge.adapters.keras3.stages import Stages
from nn_bridge.adapters.keras3.tensors import as_numpy, rows_of, weighted, without_gradients
from nn_bridge.checking.watching import users_own
from nn_bridge.measuring.data import parts_of, taken
from nn_bridge.measuring.evaluating import WIDE, evaluations_differ, the_one
from nn_bridge.measuring.silencing import Asked, Contributions, Grouped, Silenced, of_units
from simulation.arrays import Array, FloatArray
from simulation.checks import InputError


def silenced(model: Any, inputs: Any, asked: Asked) -> Silenced:
    """Make members of a Keras model able to fall silent.

    Parameters
    ----------
    model : keras.Model
    inputs : array, tuple of arrays or dict of arrays
        (M, ...) each.
    asked : Asked

    Raises
    ------
    InputError
        If there is no such layer, or the model cannot be run on these inputs.
    """
    if not model.built:
        raise InputError(
            f"the model {model.name} has no weights yet: call it once on data, or load weights"
        )
    return KerasSilenced(model, inputs, asked)


def outputs_of(model: Any, inputs: Any) -> Array:
    """Evaluate the model as it is now, whatever somebody has done to it."""
    import keras

    with without_gradients(), as_found(model), users_own(f"the model {model.name}", inputs):
        tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)
        found = keras.tree.flatten(model(tensors, **without_training(model)))
    return as_numpy(the_one(found, f"the model {model.name}"))


class KerasSilenced(Silenced):
    """A Keras model on M examples; see `Silenced`.

    What lies before the silenced layers is run once for the examples asked for; what the rest
    takes of it is kept until others are asked for.
    """

    def __init__(self, model: Any, inputs: Any, asked: Asked) -> None:
        self.model, self.inputs, self.asked = model, inputs, asked
        self.examples = len(parts_of(inputs)[0])
        self.places = places_of(named_layers(model), asked)
        layers = [place.layer for place in self.places]
        self.stages = Stages(plan_of(model, layers, inputs), self.places)
        self._rows, self._kept = slice(0, 0), dict[Key, Any]()
        self._seen: Seen | None = None
        self.groups, narrow, wide = self._tried()
        self.members = tuple(name for group in self.groups for name in group.names)
        self.chunk = int(np.clip(asked.memory // 4 // narrow, 1, self.examples))
        self.pairs = int(max(min(asked.memory // 2, WIDE) // wide, 1))

    def outputs(self, rows: slice, weights: FloatArray) -> Array:
        """See `Silenced.outputs`."""
        start, stop, _ = rows.indices(self.examples)
        found = np.empty((len(weights), stop - start, *self._shape), dtype=self._dtype)
        with self._running():
            bases = [self._base(number) for number in range(len(self.places))]
            for chunk in _slices(start, stop, self.chunk):
                kept, examples = self._before(chunk), chunk.stop - chunk.start
                for few in _slices(0, examples, self.pairs):
                    some = {key: rows_of(part, examples, few) for key, part in kept.items()}
                    number, at = few.stop - few.start, chunk.start - start
                    for those in _slices(0, len(weights), max(self.pairs // number, 1)):
                        silence = _Silence(self.places, self.groups, bases, weights[those])
                        (out,) = self.stages.rest(some, number, silence.masks, silence)
                        found[those, at + few.start : at + few.stop] = as_numpy(out).reshape(
                            silence.masks, number, *self._shape
                        )
        return found

    def additive(self) -> Contributions | None:
        """See `Silenced.additive`."""
        linear, group, members = linear_of(self.stages), self.groups[0], len(self.members)
        if linear is None or (group.member_of == members).any() or len(self._shape) > 1:
            return None
        kernel, bias = as_numpy(linear.dense.kernel).astype(float), linear.dense.bias
        if 8 * members * self.examples * kernel.shape[1] > self.asked.memory:
            return None
        contributions = np.empty((members, self.examples, kernel.shape[1]))
        handout = np.zeros(kernel.shape[1]) if bias is None else as_numpy(bias).astype(float)
        with self._running():
            base = self._base(0)
            middle = np.zeros(len(kernel)) if base is None else linear.laid_out(base[None])[0]
            for rows in _slices(0, self.examples, self.chunk):
                activations = self._before(rows)[linear.key]
                owner = self._owner(linear, tuple(activations.shape))
                above = linear.laid_out(activations) - middle
                for member in range(members):
                    units = owner == member
                    contributions[member, rows] = above[:, units] @ kernel[units]
        return Contributions(contributions, handout + middle @ kernel, linear.then)

    def activity(self) -> FloatArray | None:
        """See `Silenced.activity`."""
        with self._running():
            return self._all_seen().activity()

    @contextmanager
    def _running(self) -> Iterator[None]:
        with without_gradients(), as_found(self.model):
            yield

    def _tried(self) -> tuple[list[Grouped], int, int]:
        """Run the model on a few examples; return the members and what an example takes.

        In bytes: before the silenced layers, and behind them.
        """
        few = min(2, self.examples)
        seen, narrow, wide = Seen(self.places, self.asked, few), [1], [1]
        inputs = taken(self.inputs, slice(0, few))
        with self._running(), users_own(f"the model {self.model.name}", inputs):
            kept = self.stages.first(inputs, narrow.append)
            found = self.stages.rest(kept, few, 1, seen, wide.append)
            again = self.stages.rest(self.stages.first(inputs), few, 1, seen)
        output = as_numpy(the_one(found, f"the model {self.model.name}"))
        self._shape, self._dtype = output.shape[1:], output.dtype
        self.notes += evaluations_differ(output, as_numpy(again[0]))
        if [step.layer for step in self.stages.behind] == [self.model]:
            self.notes += ("the whole model was run for each mask: it is no functional model",)
        if seen.channels and self.asked.blocks is None and len(self.places) == 1:
            self.noun = "channels"
        # Four bytes a number, and as many again for what a layer holds while it computes.
        return seen.groups, max(8 * max(narrow) // few, 1), max(8 * max(wide) // few, 1)

    def _before(self, rows: slice) -> dict[Key, Any]:
        """Return what the rest takes on these examples of what lies before."""
        if self._rows != rows:
            self._kept = self.stages.first(taken(self.inputs, rows))
            self._rows = rows
        return self._kept

    def _all_seen(self) -> Seen:
        """See the members' activations on all examples, once."""
        if self._seen is None:
            seen = Seen(self.places, self.asked, self.examples)
            for rows in _slices(0, self.examples, min(self.chunk, self.pairs)):
                seen.rows = rows
                self.stages.rest(self._before(rows), rows.stop - rows.start, 1, seen)
            self._seen = seen
        return self._seen

    def _owner(self, linear: Linear, shape: tuple[int, ...]) -> Array:
        """Return which member each number that the Dense layer takes belongs to."""
        axis, group = self.places[0].axis(len(shape)), self.groups[0]
        along = [1] * len(shape)
        along[axis] = -1
        owners = np.broadcast_to(group.member_of.reshape(along), (1, *shape[1:]))
        return np.asarray(linear.laid_out(owners)[0].round(), dtype=int)

    def _base(self, number: int) -> Array | None:
        """Return what activations at a place become where they are silenced; None is 0."""
        return self._all_seen().base(number) if self.asked.ablation == "mean" else None


class _Silence:
    """Silences at every place what C masks silence there."""

    def __init__(
        self,
        places: Sequence[Place],
        groups: Sequence[Grouped],
        bases: Sequence[Array | None],
        weights: FloatArray,
    ) -> None:
        self.places, self.bases, self.masks = places, bases, len(weights)
        self.weights = of_units(groups, weights)

    def __call__(self, number: int, tensor: Any, groups: int) -> Any:
        axis = self.places[number].axis(len(tensor.shape))
        return weighted(tensor, groups, axis, self.weights[number], self.bases[number])


def _slices(start: int, stop: int, most: int) -> Iterator[slice]:
    return (slice(at, min(at + most, stop)) for at in range(start, stop, most))
