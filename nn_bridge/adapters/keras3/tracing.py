"""One forward pass of a Keras model, watched: which layer is called, and what is drawn in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from nn_bridge.adapters.keras3.axes import Axes
from nn_bridge.adapters.keras3.chance import Drawn, Source, drawing_from, symbolic
from nn_bridge.adapters.keras3.frames import drawing
from nn_bridge.adapters.keras3.rates import CELL_RATES, Carrier, dropping, keras_own, rate_of
from nn_bridge.adapters.keras3.tensors import as_numpy
from nn_bridge.checking.sites import variances
from simulation.arrays import Array


@dataclass(eq=False)
class Call:
    """A layer that is, or was, called.

    Attributes
    ----------
    layer : keras.layers.Layer
    path : str
    args, kwargs : tuple, dict
        With which; `training` is among them where the layer takes it.
    draws : list of Drawn
        In it, and in what it calls.
    """

    layer: Any
    path: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    draws: list[Drawn] = field(default_factory=list)


@dataclass(eq=False)
class Entry:
    """A place of chance that a pass came by.

    Attributes
    ----------
    drawn : Drawn or None
        None where nothing was drawn, though a rate is declared.
    calls : tuple of Call
        Within which it happened, the innermost last.
    where, kind, layer, asked : str or float or None
        As `Draw` has them.
    keras : bool
        Whether it was code of Keras's own that drew.
    misfit, features : str, int or None
        As `Draw` has them.
    """

    drawn: Drawn | None
    calls: tuple[Call, ...]
    where: str
    kind: str
    layer: str | None
    asked: float | None
    keras: bool = True
    misfit: str = ""
    features: int | None = None


class Trace:
    """What happens in one forward pass.

    Parameters
    ----------
    path_of : function(layer) -> str
        What a layer is called; `line()` tells where it is called.
    carriers : mapping of int to list of Carrier
        Which rates are carried out in a call of a layer, by its id.
    still_norms : bool
        Whether batch normalisation is to run as in evaluation.
    plainly : bool
        Whether the model is called without a word on training. Layers that change images take it
        for training, as Keras means them to; here for evaluation.
    """

    def __init__(
        self,
        path_of: Callable[[Any], str],
        carriers: Mapping[int, Sequence[Carrier]],
        still_norms: bool = False,
        plainly: bool = False,
    ) -> None:
        self._path_of, self._carriers = path_of, carriers
        self._still_norms, self._plainly = still_norms, plainly
        self.source = Source(self._drew)
        self.entries: list[Entry] = []
        self.tape: list[Drawn] = []
        self.called: Counter[str] = Counter()
        self.norms: dict[str, Array] = {}
        self.learning: set[str] = set()
        self.training: bool | None = None
        self._axes = Axes()
        self._stack: list[Call] = []

    def call(self, layer: Any, run: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Stand in for the call of a layer."""
        import keras

        if not isinstance(layer, keras.layers.Layer) or symbolic((args, kwargs)):
            return run(layer, *args, **kwargs)
        norm = normalises(layer)
        images = "preprocessing" in type(layer).__module__ and "training" in kwargs
        if (norm and self._still_norms) or (images and self._plainly):
            kwargs = {**kwargs, "training": False}
        if self.source.playing:
            out = run(layer, *args, **kwargs)
            if norm:
                self._normalises(layer, args[0])
            return out
        call = Call(layer, self._path_of(layer), args, kwargs)
        if not self._stack and call.path == "" and self.training is None:
            self.training = bool(kwargs.get("training"))
        self.called[call.path] += 1
        if norm:
            self._normalises(layer, args[0])
            if kwargs.get("training"):
                self.learning.add(call.path)
        before = len(self.entries)
        self._stack.append(call)
        try:
            out = run(layer, *args, **kwargs)
            self._silent(call, self.entries[before:])
        finally:
            self._stack.pop()
        whole = [each for each in self.entries[before:] if "Spatial" in each.kind]
        own = [each for each in whole if each.calls[-1] is call]
        self._axes.saw(layer, args[0] if args else None, out, own)
        return out

    def _normalises(self, layer: Any, given: Any) -> None:
        """Note what comes into a batch normalisation; of one called twice the last time."""
        self.norms[self._path_of(layer)] = variances(as_numpy(given), layer.axis)

    def _silent(self, call: Call, entries: Sequence[Entry]) -> None:
        """Note the rates of which nothing was seen in a call that was to carry them out."""
        seen = {name for each in entries for name in (each.where, each.layer)}
        for one in self._carriers.get(id(call.layer), ()):
            if one.where not in seen:
                entry = Entry(None, tuple(self._stack), one.where, one.kind, one.where, one.rate)
                self.entries.append(entry)

    def _drew(self, drawn: Drawn) -> None:
        owner, function, line = drawing()
        if function == "initializer" or not self._stack:
            return
        self.tape.append(drawn)
        for each in self._stack:
            each.draws.append(drawn)
        calls, innermost = tuple(self._stack), self._stack[-1]
        if owner is None:
            self.entries.append(self._of_user(drawn, calls, innermost, line))
            return
        held = [one for call in calls for one in self._carriers.get(id(call.layer), ())]
        mine = [one for one in held if one.holder is owner and one.attribute in (function, "rate")]
        mine = mine or [one for one in held if one.holder is owner]
        if mine:
            one = mine[0]
            asked = one.rate if drawn.rate is None else drawn.rate
            # Recurrent layers draw in evaluation, too, and leave it alone.
            idle = one.attribute in CELL_RATES and not innermost.kwargs.get("training")
            entry = Entry(None if idle else drawn, calls, one.where, one.kind, one.where, asked)
        else:
            entry = Entry(drawn, calls, innermost.path, type(owner).__name__, None, drawn.rate)
        self.entries.append(entry)

    @staticmethod
    def _of_user(drawn: Drawn, calls: tuple[Call, ...], innermost: Call, line: str) -> Entry:
        """Name a place in somebody's own code."""
        itself = dropping(innermost.layer) and not keras_own(innermost.layer)
        function = "keras.random.dropout" if drawn.function == "dropout" else "by hand"
        where = f"{innermost.path} ({line})" if innermost.path and line else line or innermost.path
        asked = drawn.rate
        if asked is None and not keras_own(innermost.layer):
            asked = rate_of(innermost.layer)
        kind = type(innermost.layer).__name__ if itself else function
        return Entry(
            drawn, calls, where, kind, innermost.path if itself else None, asked, keras=False
        )


@contextmanager
def watching(trace: Trace) -> Iterator[Trace]:
    """Let a trace see all that Keras does."""
    with calls_through(trace.call), drawing_from(trace.source):
        yield trace


@contextmanager
def calls_through(instead: Callable[..., Any]) -> Iterator[None]:
    """Let `instead(layer, run, args, kwargs)` stand in for every call of a layer.

    Whatever the backend, all of them come by one method of Keras's once their arguments are known.
    """
    from keras.src.ops.operation import Operation

    run = Operation.__call__

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        return instead(layer, run, args, kwargs)

    Operation.__call__ = call
    try:
        yield
    finally:
        Operation.__call__ = run


def normalises(layer: Any) -> bool:
    """Whether a layer normalises by batches."""
    return "BatchNormalization" in {each.__name__ for each in type(layer).__mro__}


def still(layer: Any, run: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """Run a layer, a batch normalisation as in evaluation."""
    return run(layer, *args, **{**kwargs, **({"training": False} if normalises(layer) else {})})
