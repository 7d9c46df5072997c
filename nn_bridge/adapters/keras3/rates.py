"""Rates that are written down in a Keras model: in its layers, its numbers, its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, NamedTuple

from nn_bridge.adapters.keras3.layers import children_of, layers_inside
from nn_bridge.checking.watching import Declared
from nn_bridge.checking.written import own_rate, part_with_weights, settings_of

CELL_RATES = {"dropout": "inputs", "recurrent_dropout": "recurrent"}
"""The rates of a recurrent cell, and of what each drops a part."""


class Carrier(NamedTuple):
    """A rate of one of Keras's own layers, and where it is carried out.

    Attributes
    ----------
    where, kind : str
        As in `Site`.
    holder : keras.layers.Layer
        Which has it.
    attribute : str
        By what name.
    """

    where: str
    kind: str
    holder: Any
    attribute: str = "rate"

    @property
    def rate(self) -> float:
        """As it is now."""
        return float(getattr(self.holder, self.attribute) or 0.0)


def keras_own(layer: Any) -> bool:
    """Whether a layer is one of Keras's, rather than of somebody's who uses it."""
    module: str = type(layer).__module__
    return module.startswith(("keras.src.layers", "keras.src.models"))


def rate_of(layer: Any) -> float | None:
    """Return the one rate that a layer itself asks for; None if there is none, or several."""
    return own_rate(vars(layer), type(layer).__name__, not children_of(layer))


def dropping(layer: Any) -> bool:
    """Whether a layer is one of chance: its class says so, and it has a rate of its own."""
    if keras_own(layer) or _drops_itself(layer):
        return _drops_itself(layer)
    named = "drop" in type(layer).__name__.lower()
    return named and not children_of(layer) and rate_of(layer) is not None


def carriers(parts: Mapping[str, Any]) -> dict[int, list[Carrier]]:
    """Say which rates are carried out in a call of which layer, by the layer's id."""
    found: dict[int, list[Carrier]] = {}
    paths = {id(layer): path for path, layer in reversed([*parts.items()])}
    for path, layer in parts.items():
        above = parts.get(path.rpartition(".")[0])
        if _drops_itself(layer):
            attends = getattr(above, "_dropout_layer", None) is layer
            kind = "attention" if attends else type(layer).__name__
            found[id(layer)] = [Carrier(path, kind, layer)]
        elif _of_keras(layer, "rnn") and hasattr(layer, "cell"):
            found[id(layer)] = [
                Carrier(f"{_base(path, layer, paths[id(cell)])}.{name}", kind, cell, name)
                for cell in layers_inside(layer)[1:]
                for name, kind in CELL_RATES.items()
                if hasattr(cell, "get_dropout_mask") and getattr(cell, name, None)
            ]
        elif _of_keras(layer, "attention") and not hasattr(layer, "_output_dense"):
            # Multi-head attention has a layer for it instead.
            found[id(layer)] = [Carrier(path, "attention", layer, "dropout")]
    return found


def declared(parts: Mapping[str, Any]) -> list[Declared]:
    """List the rates of layers, by path, and of what is set in them."""
    held = carriers(parts)
    found, known = list[Declared](), set[int]()
    for path, layer in parts.items():
        scope = path.rpartition(".")[0]
        part = part_with_weights(parts, path, attrgetter("weights"))
        itself = _drops_itself(layer)
        found += [
            Declared(each.where, each.kind, each.rate, scope if itself else path, part, itself)
            for each in held.get(id(layer), ())
            if each.rate > 0 or itself
        ]
        if keras_own(layer) or itself:
            continue
        if dropping(layer):
            found.append(Declared(path, type(layer).__name__, rate_of(layer) or 0.0, scope, part))
        else:
            found += settings_of(path, layer, known, part)
    return found


def _drops_itself(layer: Any) -> bool:
    return hasattr(layer, "rate") and _of_keras(layer, "regularization")


def _of_keras(layer: Any, kind: str) -> bool:
    """Whether a layer is, or is made after, one of Keras's of a kind."""
    return any(f"keras.src.layers.{kind}" in base.__module__ for base in type(layer).__mro__)


def _base(path: str, layer: Any, cell: str) -> str:
    """An LSTM layer has its cell's rates itself; a layer around somebody's cells has not."""
    return path if hasattr(layer, "dropout") else cell
