"""One forward pass of a PyTorch model, watched: which layer runs, what is called, what is drawn."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn import functional
from torch.nn.modules import module as torch_module
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from nn_bridge.adapters.pytorch.asked import ATTENTION, DROPOUT, RECURRENT, asked_of
from nn_bridge.adapters.pytorch.chance import Chance
from nn_bridge.adapters.pytorch.draws import Place, Root
from nn_bridge.adapters.pytorch.rates import dropping, rate_of
from nn_bridge.adapters.pytorch.values import tensors
from nn_bridge.adapters.strangers import users_line
from nn_bridge.checking.sites import variances
from nn_bridge.checking.watching import Norm, Pass

_NORM = inspect.signature(functional.batch_norm)


class Trace:
    """What happens in one forward pass.

    Parameters
    ----------
    path_of : function(module) -> str or None
        Where a layer stands in the model; None for one that is not part of it.
    stranger : function(module, where) -> str
        Told of such a layer: what it is to be called.
    """

    def __init__(
        self, path_of: Callable[[Any], str | None], stranger: Callable[[Any, str], str]
    ) -> None:
        self._path_of, self._stranger = path_of, stranger
        self.stack: list[tuple[Any, str]] = []
        self.call: Place | None = None  # of a function that drops
        self.called: Counter[str] = Counter()
        self.norms: dict[str, tuple[Any, frozenset[Root], bool]] = {}
        self.factors: dict[str, set[float]] = {}
        self.training: bool | None = None
        self.paused = False
        self.chance = Chance(self.place)
        self.chance.multiplied = self._multiplied

    @property
    def within(self) -> str:
        """Path of the innermost layer."""
        return self.stack[-1][1] if self.stack else ""

    @property
    def innermost(self) -> Any:
        """The layer itself; None outside of all."""
        return self.stack[-1][0] if self.stack else None

    def place(self) -> Place:
        """Say where the present operation is."""
        if self.call is not None:
            return self.call
        innermost = self.innermost
        declared = innermost is not None and dropping(innermost)
        asked = None if innermost is None else rate_of(innermost)
        kind = type(innermost).__name__ if declared else "by hand"
        return Place(self._where(), kind, self.within if declared else None, self.within, asked)

    def _where(self) -> str:
        """Name a place: a layer of PyTorch's by its path, else with file and line of the call."""
        path, innermost = self.within, self.innermost
        if innermost is not None and type(innermost).__module__.startswith("torch.nn."):
            return path or type(innermost).__name__
        line = users_line()
        return f"{path} ({line})" if path and line else line or path or type(innermost).__name__

    def _multiplied(self, factor: float) -> None:
        self.factors.setdefault(self.within, set()).add(factor)

    def enter(self, module: Any, inputs: Any) -> None:
        """Note that a layer is called; runs before it."""
        path = self._path_of(module)
        if path is None:
            path = self._stranger(module, self._where())
        if not self.stack and path == "" and self.training is None:
            self.training = bool(module.training)
        self.stack.append((module, path))
        self.called[path] += 1
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            for each in tensors(inputs)[:1]:
                self._normalises(path, each, bool(module.training))

    def _normalises(self, path: str, given: Any, training: bool) -> None:
        self.paused = True  # what follows is ours
        values = given.detach().float().cpu().numpy()
        self.norms[path] = variances(values, 1), self.chance.reached_by(given), training
        self.paused = False

    def leave(self, module: Any, *_: Any) -> None:
        """Note that a layer is done, or has failed."""
        while self.stack:
            if self.stack.pop()[0] is module:
                return

    def function(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run a function, and note what it asks for if it drops."""
        name = getattr(func, "__name__", "")
        if name in ("numpy", "tolist", "__array__", "__dlpack__"):
            self.chance.escapes(args)
        if func is functional.batch_norm and self.within not in self.norms:  # no layer of its own
            given = _NORM.bind(*args, **kwargs).arguments
            self._normalises(self._where(), given["input"], bool(given.get("training")))
        asked = asked_of(name, args, kwargs)
        if asked is None or self.call is not None:
            return func(*args, **kwargs)
        rate, drops = asked
        self.call = place = self._call_place(name, rate)
        before = len(self.chance.roots)
        try:
            out = func(*args, **kwargs)
        finally:
            self.call = None
        if len(self.chance.roots) == before:
            if drops and rate == 1 and name in DROPOUT:
                self.chance.all_dropped(place, out)
            else:
                self.chance.roots.append(Root(place, 0, silent=True))
        return out

    def _call_place(self, name: str, rate: float) -> Place:
        innermost = self.innermost
        declared = innermost is not None and dropping(innermost)
        kind = (
            "between layers" if name in RECURRENT
            else "attention" if name in ATTENTION
            else type(innermost).__name__ if declared
            else f"F.{name.rstrip('_')}"
        )  # fmt: skip
        carried_out = declared or name in ("multi_head_attention_forward", *RECURRENT)
        layer = self.within if carried_out else None
        return Place(self._where(), kind, layer, self.within, rate)

    def told(self, outputs: Any, anew: tuple[str, ...]) -> Pass:
        """Return what happened, once the outputs are there."""
        norms = {
            path: Norm(
                each, tuple(one.place.where for one in self.chance.roots if one in before), training
            )
            for path, (each, before, training) in self.norms.items()
        }
        factors = {path: frozenset(each) for path, each in self.factors.items()}
        draws = tuple(self.chance.draws(outputs))
        return Pass(outputs, draws, self.called, norms, factors, anew, bool(self.training))


class Mistake(BaseException):
    """What watching itself got wrong: not to be taken for an error of the model's."""


class _Functions(TorchFunctionMode):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if self.trace.paused:
            return func(*args, **(kwargs or {}))
        return self.trace.function(func, args, kwargs or {})


class _Operations(TorchDispatchMode):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if not self.trace.paused and torch.is_inference_mode_enabled():
            with self:  # what consists of others comes whole then: dropout, in evaluation too
                out = func.decompose(*args, **(kwargs or {}))
            if out is not NotImplemented:
                return out
        out = func(*args, **(kwargs or {}))
        if not self.trace.paused:
            try:
                self.trace.chance.saw(func, args, kwargs or {}, out)
            except Exception as error:
                raise Mistake(f"{func} could not be followed") from error
        return out


@contextmanager
def watching(trace: Trace) -> Iterator[Trace]:
    """Let a trace see all that PyTorch does."""
    handles = [
        torch_module.register_module_forward_pre_hook(trace.enter),
        torch_module.register_module_forward_hook(trace.leave, always_call=True),
    ]
    try:
        with _Functions(trace), _Operations(trace):
            yield trace
    finally:
        for handle in handles:
            handle.remove()
