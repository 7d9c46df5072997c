"""Where in a Flax NNX model members fall silent: in what a layer gives, or in attention's heads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flax import nnx

from nn_bridge.adapters.flax_nnx.calls import MARK, named_modules
from nn_bridge.measuring.silencing import Asked, no_such_layer
from simulation.arrays import Array
from simulation.checks import InputError, given

_TRACES = itertools.count()


@dataclass(frozen=True)
class Place:
    """A layer of which parts fall silent: in what `module` gives, heads in what it takes."""

    name: str
    module: Any
    heads: bool = False

    @property
    def axis(self) -> int:
        """Along which axis of activations units or heads lie."""
        return -2 if self.heads else -1


@dataclass
class Look:
    """Sees what is given at the places."""

    places: Sequence[Place]
    seen: list[tuple[int, Array]] = field(default_factory=list)

    def __call__(self, module: Any, run: Any, args: Any, kwargs: Any) -> Any:
        """Stand in for the call of a module."""
        number = place_of(module)
        if number is None:
            return run(*args, **kwargs)
        place = self.places[number]
        if place.heads:
            self.seen.append((number, np.asarray(args[0])))
            return run(*args, **kwargs)
        out = run(*args, **kwargs)
        if not hasattr(out, "shape") or out.ndim < 2:
            raise InputError(
                f"the layer {given(place.name)} gives {type(out).__name__}: name one that gives "
                "one array, examples first"
            )
        self.seen.append((number, np.asarray(out)))
        return out


@dataclass
class Silence:
    """Silences at every place what one mask silences there."""

    places: Sequence[Place]
    weights: Sequence[Any]
    bases: Sequence[Any]
    calls: int = 0

    def __call__(self, module: Any, run: Any, args: Any, kwargs: Any) -> Any:
        """Stand in for the call of a module."""
        number = place_of(module)
        if number is None:
            return run(*args, **kwargs)
        if self.places[number].heads:
            return run(self._silent(number, args[0]), *args[1:], **kwargs)
        return self._silent(number, run(*args, **kwargs))

    def _silent(self, number: int, a: Any) -> Any:
        weight = self.weights[number].astype(a.dtype)
        weight = weight[:, None] if self.places[number].heads else weight
        call, self.calls = self.calls, self.calls + 1
        if not self.bases:
            return a * weight
        base = self.bases[call].astype(a.dtype)
        return base + weight * (a - base)


def marked(copy: Any, asked: Asked) -> list[Place]:
    """Find the layers asked for, and mark where they fall silent."""
    modules = {path: module for path, module in named_modules(copy).items() if path}
    places = []
    for number, name in enumerate(asked.layers):
        if name not in modules:
            no_such_layer(name, list(modules))
        module, heads = modules[name], asked.blocks == "heads"
        if heads and not isinstance(module, nnx.MultiHeadAttention):
            raise InputError(f"blocks is 'heads', but {given(name)} is no MultiHeadAttention")
        place = Place(name, module.out if heads else module, heads)
        setattr(place.module, MARK, f"{number}")
        places.append(place)
    return places


def place_of(module: Any) -> int | None:
    """Return the number of the place that a module is, if it is one."""
    mark = getattr(module, MARK, None)
    return None if mark is None else int(mark.split()[0])


def traced_anew(copy: Any) -> None:
    """Give the places other marks: what was compiled within the model does not know them yet."""
    trace = next(_TRACES)
    for module in named_modules(copy).values():
        number = place_of(module)
        if number is not None:
            setattr(module, MARK, f"{number} {trace}")
