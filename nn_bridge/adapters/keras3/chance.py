"""Where Keras draws its random numbers: each draw is told, and may be played again.

Every random number of Keras, of whatever layer and backend, comes from the functions of its
backend's module of random numbers. While they are watched they are wrapped there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

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
    live : bool
        Whether there was anything to drop: inputs that are not all 0.
    rate : float or None
        That dropout was asked for.
    shared : tuple of int
        Axes along which all values of dropout share a draw.
    least, most : float
        Between which uniform numbers are.
    seed : object
        As the function was given it.
    """

    function: str
    value: Any
    shape: tuple[int, ...]
    live: bool = True
    rate: float | None = None
    shared: tuple[int, ...] = ()
    least: float = 0.0
    most: float = 1.0
    seed: Any = None


class Source:
    """What Keras draws from while it is watched.

    Parameters
    ----------
    drawn : function(Drawn)
        Is told of each draw.
    """

    def __init__(self, drawn: Callable[[Drawn], None]) -> None:
        self.drawn = drawn
        self._depth = 0
        self._ahead: Iterator[tuple[Drawn, Any]] | None = None

    @property
    def playing(self) -> bool:
        """Whether draws are played again."""
        return self._ahead is not None

    @contextmanager
    def again(self, tape: Sequence[Drawn], instead: Mapping[Drawn, Any]) -> Iterator[None]:
        """Play draws again, telling nobody, some with other values.

        Where a model draws otherwise than it did, because its course depends on chance, it gets
        new numbers from there on.

        Parameters
        ----------
        tape : sequence of Drawn
        instead : mapping of Drawn to number or tensor
        """
        self._ahead = iter([(each, instead.get(each, each.value)) for each in tape])
        try:
            yield
        finally:
            self._ahead = None

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
            live = bool(keras.ops.any(keras.ops.not_equal(inputs, 0)))
            return Drawn("dropout", value, shape, live, float(rate), shared, seed=seed)

        return inputs * self._now("dropout", shape, factors, told)

    def _other(self, name: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        def told(value: Any) -> Drawn:
            ends = dict(zip(("minval", "maxval"), args[1:], strict=False)) | dict(kwargs)
            least, most = (float(ends.get(*each)) for each in (("minval", 0.0), ("maxval", 1.0)))
            seed = kwargs.get("seed")
            return Drawn(name, value, tuple(value.shape), least=least, most=most, seed=seed)

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

        if self._ahead is None:
            value = drawing()
            if not symbolic(value):
                self.drawn(told(value))
            return value
        before, value = next(self._ahead, (None, None))
        if before is None or before.function != name or shape not in (None, before.shape):
            self._ahead = iter(())
            return drawing()
        if isinstance(value, (int, float)):
            return keras.ops.full(before.shape, value, dtype=before.value.dtype)
        return value


@contextmanager
def drawing_from(source: Source) -> Iterator[None]:
    """Let Keras draw from a source."""
    from keras.src import backend

    with ExitStack() as stack:
        for name in DRAWING:
            function = getattr(backend.random, name, None)
            if function is not None:
                stack.callback(setattr, backend.random, name, function)
                setattr(backend.random, name, _drawing(source, name, function))
        yield


def _drawing(source: Source, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def draw(*args: Any, **kwargs: Any) -> Any:
        return source.draw(name, function, args, kwargs)

    return draw


def symbolic(handed: Any) -> bool:
    """Whether there are no numbers yet, while a graph is being written down."""
    if isinstance(handed, (tuple, list)):
        return any(map(symbolic, handed))
    if isinstance(handed, dict):
        return any(map(symbolic, handed.values()))
    kind = type(handed).__name__
    return kind in ("KerasTensor", "SymbolicTensor") or "Tracer" in kind
