"""Where JAX draws its random numbers: each draw is told, and may be played again.

What somebody imported by name, `from jax.random import bernoulli`, is not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from nn_bridge.adapters.replaying import Replayed, drawing_by

DRAWING = (
    "bernoulli", "uniform", "normal", "truncated_normal", "gumbel", "categorical", "randint",
    "permutation", "choice",
)  # fmt: skip
"""JAX's functions of chance that are watched; random streams have them as methods."""


@dataclass(eq=False)
class Drawn:
    """One draw: by which of `DRAWING`, and what came out."""

    function: str
    value: Any


class Source(Replayed[Drawn]):
    """What JAX draws from while it is watched.

    Parameters
    ----------
    drawn : function(Drawn)
        Is told of each draw.
    """

    def __init__(self, drawn: Callable[[Drawn], None]) -> None:
        super().__init__(drawn)
        self._deep = False

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
        if not self.playing:
            if not isinstance(value, jax.core.Tracer):
                self.drawn(Drawn(name, value))
            return value
        before, other = self._next(
            lambda one: one.function == name and one.value.shape == value.shape
        )
        if before is None:
            return value
        return before.value if other is None else jnp.full_like(value, other)


def drawing_from(source: Source) -> AbstractContextManager[None]:
    """Let JAX draw from a source."""
    return drawing_by(source.draw, (jax.random, nnx.Rngs, nnx.RngStream), DRAWING)
