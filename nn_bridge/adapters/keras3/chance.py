"""Where Keras draws its random numbers: each draw is told, and may be played again.

Every random number of Keras, of whatever layer and backend, comes from the functions of its
backend's module of random numbers. While they are watched they are wrapped there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from nn_bridge.adapters.replaying import Replayed, drawing_by

DRAWING = (
    "dropout", "uniform", "normal", "truncated_normal", "binomial", "randint", "gamma", "beta",
    "categorical", "shuffle",
)  # fmt: skip
"""Keras's functions of chance."""


@dataclass(eq=False)
class Drawn:
    """One draw.

    Attributes
    ----------
    function : str
        Of Keras's: one of `DRAWING`.
    value : tensor
        What was drawn; of dropout: by what the inputs were multiplied.
    shape : tuple
        Of `value`.
    rate : float or None
        That dropout was asked for.
    shared : tuple of int
        Axes along which all values of dropout share a draw.
    least, most : float
        Between which uniform numbers are.
    """

    function: str
    value: Any
    shape: tuple[int, ...]
    rate: float | None = None
    shared: tuple[int, ...] = ()
    least: float = 0.0
    most: float = 1.0


class Source(Replayed[Drawn]):
    """What Keras draws from while it is watched.

    Parameters
    ----------
    drawn : function(Drawn)
        Is told of each draw.
    """

    def __init__(self, drawn: Callable[[Drawn], None]) -> None:
        super().__init__(drawn)
        self._depth = 0

    def draw(self, name: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Stand in for one of Keras's functions."""
        if self._depth or symbolic((args, kwargs)):
            return function(*args, **kwargs)
        self._depth += 1
        try:
            if name == "dropout":
                return self._dropout(function, *args, **kwargs)
            return self._other(name, function, args, kwargs)
        finally:
            self._depth -= 1

    def _dropout(
        self, function: Any, inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None
    ) -> Any:
        import keras

        if not rate > 0:
            return function(inputs, rate, noise_shape=noise_shape, seed=seed)
        shape = tuple(inputs.shape)

        def factors() -> Any:
            # Of ones: what was dropped is told apart from what was 0 before.
            ones = keras.ops.ones_like(inputs)
            return function(ones, rate, noise_shape=noise_shape, seed=seed)

        def told(value: Any) -> Drawn:
            asked = (None,) * len(shape) if noise_shape is None else tuple(noise_shape)
            shared = tuple(at for at, one in enumerate(asked) if one == 1 and shape[at] > 1)
            return Drawn("dropout", value, shape, float(rate), shared)

        return inputs * self._now("dropout", shape, factors, told)

    def _other(self, name: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        def told(value: Any) -> Drawn:
            ends = dict(zip(("minval", "maxval"), args[1:], strict=False)) | dict(kwargs)
            least, most = (float(ends.get(*each)) for each in (("minval", 0.0), ("maxval", 1.0)))
            return Drawn(name, value, tuple(value.shape), least=least, most=most)

        return self._now(name, None, lambda: function(*args, **kwargs), told)

    def _now(
        self,
        name: str,
        shape: tuple[int, ...] | None,
        drawing: Callable[[], Any],
        told: Callable[[Any], Drawn],
    ) -> Any:
        """Draw, or take what was drawn when this was first run."""
        import keras

        if not self.playing:
            value = drawing()
            if not symbolic(value):
                self.drawn(told(value))
            return value
        before, other = self._next(lambda one: one.function == name and shape in (None, one.shape))
        if before is None:
            return drawing()
        if other is None:
            return before.value
        return keras.ops.full(before.shape, other, dtype=before.value.dtype)


def drawing_from(source: Source) -> AbstractContextManager[None]:
    """Let Keras draw from a source."""
    from keras.src import backend

    return drawing_by(source.draw, (backend.random,), DRAWING)


def symbolic(handed: Any) -> bool:
    """Whether there are no numbers yet, while a graph is being written down."""
    if isinstance(handed, (tuple, list)):
        return any(map(symbolic, handed))
    if isinstance(handed, dict):
        return any(map(symbolic, handed.values()))
    kind = type(handed).__name__
    return kind in ("KerasTensor", "SymbolicTensor") or "Tracer" in kind
