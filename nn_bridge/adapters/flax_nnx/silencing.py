"""Members of a Flax NNX model fall silent: its units, channels, attention heads or whole layers.

A pass is compiled that is vectorised over the masks alone. What does not depend on them, all that
comes before the silenced layer, stands in it once for all masks.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from nn_bridge.adapters.flax_nnx.calls import called, calls_through
from nn_bridge.adapters.flax_nnx.places import Look, Silence, marked, traced_anew
from nn_bridge.adapters.flax_nnx.sizes import sizes_of
from nn_bridge.adapters.random_states import same_random_states
from nn_bridge.checking.watching import users_own
from nn_bridge.measuring.data import parts_of, taken
from nn_bridge.measuring.evaluating import WIDE, evaluations_differ, the_one
from nn_bridge.measuring.silencing import Asked, Silenced, of_layer, of_units
from simulation.arrays import Array, FloatArray
from simulation.checks import InputError, given


def silenced(model: Any, inputs: Any, asked: Asked) -> Silenced:
    """Make members of a Flax NNX model able to fall silent.

    Parameters
    ----------
    model : nnx.Module
    inputs : array, tuple of arrays or dict of arrays
        (M, ...) each.
    asked : Asked

    Raises
    ------
    InputError
        If there is no such layer, or the model cannot be run on these inputs.
    """
    return NnxSilenced(model, inputs, asked)


def outputs_of(model: Any, inputs: Any) -> Array:
    """Evaluate the model as it is now, whatever somebody has done to it."""
    copy = _evaluating(model)
    with same_random_states(), users_own("the model", inputs):
        return np.asarray(_output(copy, jax.tree.map(jnp.asarray, inputs)))


class NnxSilenced(Silenced):
    """A Flax NNX model on M examples; see `Silenced`. What runs is a copy."""

    def __init__(self, model: Any, inputs: Any, asked: Asked) -> None:
        self.inputs, self.asked = inputs, asked
        self.examples = len(parts_of(inputs)[0])
        copy = _evaluating(model)
        self.places = marked(copy, asked)
        self._graph, self._state = nnx.split(copy)
        self._kinds = [type(place.module) for place in self.places]
        self._compiled = jax.jit(self._of_masks)
        self._bases: list[Any] = []
        few = slice(0, min(2, self.examples))
        with same_random_states(), users_own("the model", taken(inputs, few)):
            self._try(few)
            self.members = tuple(name for group in self.groups for name in group.names)
            sizes = sizes_of(self._written_down)
        self.chunk = int(np.clip(asked.memory // 4 // sizes.example, 1, self.examples))
        self._pairs = int(max(min(asked.memory // 2, WIDE) // sizes.pair, 1))
        self._activity = self._look_at_all()

    def outputs(self, rows: slice, weights: FloatArray) -> Array:
        """See `Silenced.outputs`."""
        start, stop, _ = rows.indices(self.examples)
        # A power of four: another number of masks is compiled anew.
        masks = min(4 ** -(-(len(weights) - 1).bit_length() // 2), self._pairs)
        missing = -len(weights) % masks
        filled = np.concatenate([weights, np.ones((missing, weights.shape[1]))])
        number = int(np.clip(self._pairs // masks, 1, self.chunk))
        found = np.empty((len(filled), stop - start, *self._shape), dtype=self._dtype)
        with same_random_states():
            for at in range(start, stop, number):
                few = slice(at, min(at + number, stop))
                some = jax.tree.map(jnp.asarray, taken(self.inputs, few))
                for those in range(0, len(filled), masks):
                    mine = self._of_units(filled[those : those + masks])
                    out = self._compiled(self._state, some, mine, self._bases)
                    found[those : those + masks, few.start - start : few.stop - start] = out
        return found[: len(weights)]

    def activity(self) -> FloatArray:
        """See `Silenced.activity`."""
        return self._activity

    def _try(self, few: slice) -> None:
        """Run the model on a few examples: what makes a member, and whether chance is in it."""
        copy = self._copy()
        first, seen = self._seen(few, copy)
        again, _ = self._seen(few, copy)  # from the next numbers of its random streams
        self._shape, self._dtype = first.shape[1:], first.dtype
        self.notes += evaluations_differ(first, again)
        self.groups = []
        for number, place in enumerate(self.places):
            shape = next((a.shape for at, a in seen if at == number), None)
            if shape is None:
                raise InputError(
                    f"members names the layer {given(place.name)}, but the model's call does not "
                    "call it on these data: name one that it calls"
                )
            units = shape[place.axis]
            heads = units if place.heads else None
            self.groups.append(of_layer(place.name, units, self.asked, heads))
        if (
            len(self.places) == 1
            and self.asked.blocks is None
            and isinstance(place.module, nnx.Conv)
        ):
            self.noun = "channels"

    def _look_at_all(self) -> FloatArray:
        """How often members are active, and what they give on average, which is their base."""
        active = np.zeros(len(self.members))
        several, totals = len(self.places) > 1, dict[int, FloatArray]()
        with same_random_states():
            for start in range(0, self.examples, self.chunk):
                rows = slice(start, min(start + self.chunk, self.examples))
                _, seen = self._seen(rows, self._copy())
                fired = np.zeros((len(self.members), rows.stop - rows.start), dtype=bool)
                for call, (number, a) in enumerate(seen):
                    by_unit = np.moveaxis(a != 0, self.places[number].axis, 0)
                    by_unit = by_unit.reshape(*by_unit.shape[:2], -1).any(axis=2)  # (units, B)
                    owners = self.groups[number].member_of + (number if several else 0)
                    for member in set(owners) - {len(self.members)}:
                        fired[member] |= by_unit[owners == member].any(axis=0)
                    totals[call] = totals.get(call, 0.0) + a.sum(axis=0, dtype=float)
                active += fired.sum(axis=1)
        if self.asked.ablation == "mean":
            self._bases = [jnp.asarray(each / self.examples) for each in totals.values()]
        return np.asarray(active / self.examples)

    def _copy(self) -> Any:
        return nnx.merge(self._graph, self._state, copy=True)

    def _seen(self, rows: slice, copy: Any) -> tuple[Array, list[tuple[int, Array]]]:
        """Run a copy; return its outputs, and which places gave what, in order."""
        some = jax.tree.map(jnp.asarray, taken(self.inputs, rows))
        traced_anew(copy)
        try:
            return self._looked_at(copy, some)
        except jax.errors.TracerArrayConversionError:  # a place is within a jitted function
            with jax.disable_jit():
                return self._looked_at(copy, some)

    def _looked_at(self, copy: Any, inputs: Any) -> tuple[Array, list[tuple[int, Array]]]:
        look = Look(self.places)
        with calls_through(self._kinds, look):
            out = _output(copy, inputs)
        return np.asarray(out), look.seen

    def _of_units(self, weights: FloatArray) -> list[FloatArray]:
        """Weights of the units at each place, from those of the members, (C, N)."""
        return [each.astype(np.float32) for each in of_units(self.groups, weights)]

    def _of_masks(self, state: Any, inputs: Any, weights: Any, bases: Any) -> Any:
        """Outputs for all masks: `weights` are of units, (C, units) at each place."""

        def once(mine: Any) -> Any:
            copy = nnx.merge(self._graph, state, copy=True)
            traced_anew(copy)
            with calls_through(self._kinds, Silence(self.places, mine, bases)):
                return _output(copy, inputs)

        return jax.vmap(once)(weights)

    def _written_down(self, masks: int, examples: int) -> Any:
        def alike(array: Array) -> Any:
            kind = jnp.asarray(array[:1]).dtype
            return jax.ShapeDtypeStruct((examples, *array.shape[1:]), kind)

        weights = self._of_units(np.ones((masks, len(self.members))))
        inputs = jax.tree.map(alike, taken(self.inputs, slice(None)))
        return jax.make_jaxpr(self._of_masks)(self._state, inputs, weights, [])


def _evaluating(model: Any) -> Any:
    """Return a copy of a model, with the same random numbers to come, in evaluation."""
    copy = nnx.clone(model)
    copy.eval()
    return copy


def _output(model: Any, inputs: Any) -> Any:
    """Call a model that has one output only."""
    return the_one(jax.tree.leaves(called(model, inputs)))
