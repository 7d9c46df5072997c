"""A Keras model's layers by name: a layer inside another one has the other's name before it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

Wrapper = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
"""What is done instead of a layer's call: gets that call, and what it was called with."""


def children_of(layer: Any) -> list[Any]:
    """Return the layers right inside a layer, without the places where inputs enter."""
    inside = layer._flatten_layers(include_self=False, recursive=False)
    graph = getattr(layer, "_functional", None)
    own = layer.layers if graph is not None else inside
    return [each for each in own if type(each).__name__ != "InputLayer"]


def named_layers(model: Any) -> dict[str, Any]:
    """Return all layers inside a model by their names, such as 'dense' or 'encoder.dense'.

    Of two by one name in one place the second is 'dense#2'.
    """
    found: dict[str, Any] = {}

    def walk(layer: Any, before: str, above: tuple[int, ...]) -> None:
        for inner in children_of(layer):
            if id(inner) in above:
                continue
            name, number = f"{before}{inner.name}", 1
            while name in found and found[name] is not inner:
                number += 1
                name = f"{before}{inner.name}#{number}"
            found[name] = inner
            walk(inner, f"{name}.", (*above, id(inner)))

    walk(model, "", (id(model),))
    return found


def layers_inside(layer: Any) -> list[Any]:
    """Return a layer and all layers in it, each once, in the order in which Keras lists them."""
    found = {id(layer): layer}
    for inner in getattr(layer, "_flatten_layers", lambda **_: ())(include_self=False):
        found.setdefault(id(inner), inner)
    return list(found.values())


def without_training(layer: Any) -> Mapping[str, bool]:
    """Return the keyword by which a layer is called in evaluation, if it takes one."""
    asked = "training" in inspect.signature(layer.call).parameters
    return {"training": False} if asked else {}


@contextmanager
def wrapped(wrappers: Mapping[Any, Wrapper]) -> Iterator[None]:
    """Let `wrappers` stand in for the calls of these layers, and take them away again.

    Keras looks up `layer.call` whenever a layer is called, so it is shadowed in the layer's own
    dict, past Keras's tracking of attributes.
    """
    with ExitStack() as stack:
        for layer, wrapper in wrappers.items():
            stack.enter_context(_shadowed(layer, wrapper))
        yield


@contextmanager
def _shadowed(layer: Any, wrapper: Wrapper) -> Iterator[None]:
    names, call = vars(layer), layer.call
    before = {"call": names["call"]} if "call" in names else {}

    def instead(*args: Any, **kwargs: Any) -> Any:
        return wrapper(call, args, kwargs)

    names["call"] = instead
    try:
        yield
    finally:
        del names["call"]
        names.update(before)
