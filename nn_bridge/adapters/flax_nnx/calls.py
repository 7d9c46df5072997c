"""Modules of a Flax NNX model by name, and their calls seen.

NNX's transformations make modules anew within a call: they are told by a mark that goes along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

MARK = "nn_bridge_mark"
"""The attribute by which a module is told."""


def named_modules(model: Any) -> dict[str, Any]:
    """Return all modules of a model that can be called, by their paths; itself is ''."""
    from flax import nnx

    found = {".".join(map(str, path)): module for path, module in nnx.iter_modules(model)}
    return {path: module for path, module in found.items() if _call_of(type(module)) is not None}


def called(model: Any, inputs: Any) -> Any:
    """Call a model on arrays: a tuple or dict of them is what it takes one after the other."""
    if isinstance(inputs, dict):
        return model(**inputs)
    return model(*inputs) if isinstance(inputs, tuple) else model(inputs)


@contextmanager
def calls_through(kinds: Iterable[type], instead: Callable[..., Any]) -> Iterator[None]:
    """Let `instead(module, run, args, kwargs)` stand in for calls of modules of these classes."""
    with ExitStack() as stack:
        for kind in set(kinds):
            call = _call_of(kind)
            if call is None:
                continue
            if "__call__" in vars(kind):
                stack.callback(setattr, kind, "__call__", call)
            else:
                stack.callback(delattr, kind, "__call__")
            setattr(kind, "__call__", _standing_in(kind, call, instead))  # noqa: B010
        yield


def _call_of(kind: type) -> Any:
    """Return what a class has as `__call__`, which its metaclass has, too."""
    return next((vars(base)["__call__"] for base in kind.__mro__ if "__call__" in vars(base)), None)


def _standing_in(kind: type, call: Any, instead: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(module: Any, *args: Any, **kwargs: Any) -> Any:
        run = call.__get__(module, type(module))  # bound: it may be a jitted function
        if type(module) is not kind:  # a class inherited from this one, which has seen the call
            return run(*args, **kwargs)
        return instead(module, run, args, kwargs)

    return __call__
