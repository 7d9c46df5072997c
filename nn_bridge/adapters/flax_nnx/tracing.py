"""One forward pass of a Flax NNX model, watched: who is called, who draws, and how far it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from flax import nnx

from nn_bridge.adapters.flax_nnx.chance import Drawn, Source
from nn_bridge.adapters.strangers import users_line
from nn_bridge.checking.sites import Mask, variances
from nn_bridge.checking.watching import Draw
from simulation.arrays import Array


@dataclass(eq=False)
class Entry:
    """A place of chance that a pass came by.

    Attributes
    ----------
    drawn : Drawn or None
        None where nothing was drawn, though a rate is declared.
    draw : Draw
        As far as it can be told by itself.
    channels : int
        Along which axis of the values channels lie.
    """

    drawn: Drawn | None
    draw: Draw
    channels: int = -1


class Trace:
    """What happens in one forward pass.

    Parameters
    ----------
    path_of : function(module) -> str
    """

    def __init__(self, path_of: Callable[[Any], str]) -> None:
        self._path_of = path_of
        self.source = Source(self._drew)
        self.entries: list[Entry] = []
        self.tape: list[Drawn] = []
        self.called: Counter[str] = Counter()
        self.norms: dict[str, Array] = {}
        self.learning: set[str] = set()
        self._stack: list[tuple[Any, str, Any]] = []  # modules, their paths, what they take

    def call(self, module: Any, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Stand in for the call of a module."""
        path = self._path_of(module)
        if isinstance(module, nnx.BatchNorm) and args and not _traced(args[0]):
            self.norms[path] = variances(np.asarray(args[0]), module.axis)
            if not _first(kwargs.get("use_running_average"), module.use_running_average):
                self.learning.add(path)
        if self.source.playing:
            return run(*args, **kwargs)
        self.called[path] += 1
        before = len(self.entries)
        self._stack.append((module, path, args[0] if args else None))
        try:
            out = run(*args, **kwargs)
        finally:
            self._stack.pop()
        rate = rate_of(module)
        if rate is None or any(each.draw.layer == path for each in self.entries[before:]):
            return out
        still = _first(kwargs.get("deterministic"), module.deterministic)
        all_dropped = rate == 1 and not still and isinstance(module, nnx.Dropout)  # without a draw
        mask = Mask.of(np.zeros(out.shape, bool), out.shape, -1) if all_dropped else None
        self.entries.append(
            Entry(None, Draw(path, kind_of(module), path, path, rate, mask, shape=out.shape))
        )
        return out

    def _drew(self, drawn: Drawn) -> None:
        if not self._stack:
            return
        self.tape.append(drawn)
        module, path, given = self._stack[-1]
        rate, shape = rate_of(module), drawn.value.shape
        scales: tuple[float, ...] = ()
        if rate is None or drawn.function != "bernoulli":
            line = users_line()
            where = f"{path} ({line})" if path and line else line or path
            same = np.ndim(given) >= len(shape) and given.shape[: len(shape)] == shape
            laid_on = given.shape if same else shape
            draw = Draw(where, "by hand", None, path, shape=laid_on or (1,))
            self.entries.append(Entry(drawn, draw))
            return
        if isinstance(module, nnx.Dropout):
            shape, channels, scales = given.shape, -1, (1 / (1 - rate),)
        else:  # the weights of attention, (.., heads, queries, keys)
            shape, channels = (*given.shape[:-2], module.num_heads, *shape[-2:]), 1
        draw = Draw(path, kind_of(module), path, path, rate, scales=scales, shape=shape)
        self.entries.append(Entry(drawn, draw, channels))


def rate_of(module: Any) -> float | None:
    """Return the rate that a layer of NNX's carries out, if it has one."""
    if isinstance(module, nnx.Dropout):
        return float(module.rate)
    if isinstance(module, nnx.MultiHeadAttention) and module.dropout_rate > 0:
        return float(module.dropout_rate)
    return None


def kind_of(module: Any) -> str:
    """Say what a layer with a rate is."""
    return type(module).__name__ if isinstance(module, nnx.Dropout) else "attention"


def _first(*flags: bool | None) -> bool:
    return bool(next((each for each in flags if each is not None), False))


def _traced(value: Any) -> bool:
    return isinstance(value, jax.core.Tracer)
