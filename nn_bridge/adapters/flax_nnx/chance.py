"""Where JAX draws its random numbers: each draw is told, and may be played again.

What somebody imported by name, `from jax.random import bernoulli`, is not seen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flax
import jax
import jax.numpy as jnp
from flax import nnx

DRAWING = (
    "bernoulli", "uniform", "normal", "truncated_normal", "gumbel", "categorical", "randint",
    "permutation", "choice",
)  # fmt: skip
"""JAX's functions of chance that are watched; random streams have them as methods."""

_THROUGH = tuple(
    f"{Path(each).parent}{os.sep}" for each in (__file__, str(flax.__file__), str(jax.__file__))
)


@dataclass(eq=False)
class Drawn:
    """One draw: by which of `DRAWING`, and what came out."""

    function: str
    value: Any


class Source:
    """What JAX draws from while it is watched.

    Parameters
    ----------
    drawn : function(Drawn)
        Is told of each draw.
    """

    def __init__(self, drawn: Callable[[Drawn], None]) -> None:
        self.drawn = drawn
        self._deep = False
        self._ahead: Iterator[tuple[Drawn, Any]] | None = None

    @property
    def playing(self) -> bool:
        """Whether draws are played again."""
        return self._ahead is not None

    @contextmanager
    def again(self, tape: Sequence[Drawn], instead: Mapping[Drawn, float]) -> Iterator[None]:
        """Play draws again, telling nobody, some as arrays of one number.

        A model that draws otherwise than it did gets new numbers from there on.
        """
        self._ahead = iter([(each, instead.get(each)) for each in tape])
        try:
            yield
        finally:
            self._ahead = None

    def draw(self, name: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Stand in for one of JAX's functions."""
        if self._deep:  # a stream's method, or one of JAX's functions that calls another
            return function(*args, **kwargs)
        self._deep = True
        try:
            with jax.disable_jit(False):
                value = function(*args, **kwargs)
        finally:
            self._deep = False
        if self._ahead is None:
            if not isinstance(value, jax.core.Tracer):
                self.drawn(Drawn(name, value))
            return value
        before, other = next(self._ahead, (None, None))
        if before is None or before.function != name or before.value.shape != value.shape:
            self._ahead = iter(())
            return value
        return before.value if other is None else jnp.full_like(value, other)


@contextmanager
def drawing_from(source: Source) -> Iterator[None]:
    """Let JAX draw from a source."""
    with ExitStack() as stack:
        for holder in (jax.random, nnx.Rngs, nnx.RngStream):
            for name in DRAWING:
                function = vars(holder).get(name)
                if function is not None:
                    stack.callback(setattr, holder, name, function)
                    setattr(holder, name, _drawing(source, name, function))
        yield


def _drawing(source: Source, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def draw(*args: Any, **kwargs: Any) -> Any:
        return source.draw(name, function, args, kwargs)

    return draw


def users_line() -> str:
    """Return file and line of the innermost frame of somebody's own code."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith((*_THROUGH, "<")):
        frame = frame.f_back
    return "" if frame is None else f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
