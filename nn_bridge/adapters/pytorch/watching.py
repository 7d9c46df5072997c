"""A PyTorch model as `check_up` sees it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import torch

from nn_bridge.adapters.pytorch.keeping import kept, plainly, seeded
from nn_bridge.adapters.pytorch.rates import declared, dropping
from nn_bridge.adapters.pytorch.tracing import Trace, watching
from nn_bridge.adapters.pytorch.values import tensors
from nn_bridge.adapters.strangers import Strangers
from nn_bridge.checking.seen import inside
from nn_bridge.checking.watching import Declared, Pass, Watched, users_own
from nn_bridge.measuring.metrics import name_of
from simulation.arrays import Array
from simulation.checks import InputError


def watched(model: Any) -> Watched:
    """Return what watches a model."""
    return TorchWatched(model)


class TorchWatched(Watched):
    """A torch.nn.Module.

    Parameters
    ----------
    model : torch.nn.Module
    """

    framework = "PyTorch"

    def __init__(self, model: Any) -> None:
        lazy = [each for each in model.parameters() if torch.nn.parameter.is_lazy(each)]
        if lazy:
            raise InputError(
                "the model has layers whose weights are not made yet: run it once on the data"
            )
        self.model = model
        self.parts: dict[str, Any] = dict(model.named_modules())
        self.parts |= _hidden(self.parts)
        self._paths = {id(module): path for path, module in self.parts.items()}
        self._strangers = Strangers()
        modes = {bool(module.training) for module in model.modules()}
        self.mode = "mixed" if len(modes) > 1 else "training" if modes.pop() else "evaluation"
        like = next((each for each in model.parameters() if each.is_floating_point()), None)
        self._device = torch.device("cpu") if like is None else like.device
        self._dtype = torch.get_default_dtype() if like is None else like.dtype

    @contextmanager
    def kept(self, seed: int) -> Iterator[None]:
        """Leave all as found."""
        with kept(self.parts), plainly():
            seeded(np.random.default_rng(seed))
            yield

    def declared(self) -> list[Declared]:
        """Return the rates that are written down now."""
        return declared(self.parts)

    def switch(self, training: bool, by: Callable[[Any], Any] | None = None) -> Pass | None:
        """Switch to training or evaluation."""
        if by is None:
            self.model.train() if training else self.model.eval()
            return None
        trace = self._trace()
        name = "train" if training else "evaluate"
        with watching(trace), users_own(name, self.model):
            by(self.model)
        return None if trace.training is None else trace.told(None, ())

    def unreached(self, training: bool) -> list[str]:
        """Return the topmost parts that are in the other mode."""
        found: list[str] = []
        for path, module in self.parts.items():
            above = any(inside(path, each) for each in found)
            if module.training != training and not above and path not in self._strangers.anew:
                found.append(path)
        return list(dict.fromkeys(path.partition("[")[0] for path in found))

    def chance_alone(self) -> None:
        """Switch to evaluation, but let chance enter."""
        self.model.train()
        for module in self.model.modules():
            if isinstance(module, torch.nn.modules.batchnorm._NormBase):
                module.training = False

    def run(self, batch: Any) -> Pass:
        """Make one forward pass, watched."""
        trace = self._trace()
        self._strangers.anew.clear()
        with watching(trace):
            outputs = self.outputs(batch)
        self._strangers.passes += 1
        return trace.told(outputs, tuple(self._strangers.anew))

    def outputs(self, batch: Any) -> Any:
        """Make one forward pass."""
        with users_own(f"the model {type(self.model).__name__}", batch):
            if isinstance(batch, Mapping):
                return self.model(**batch)
            return self.model(*batch) if isinstance(batch, tuple) else self.model(batch)

    def own(self, arrays: Any) -> Any:
        """Return arrays as tensors, where the model is; numbers in its precision."""
        if isinstance(arrays, dict):
            return {name: self.own(part) for name, part in arrays.items()}
        if isinstance(arrays, tuple):
            return tuple(map(self.own, arrays))
        tensor = torch.from_numpy(np.array(arrays))
        return tensor.to(self._device, self._dtype if tensor.is_floating_point() else None)

    def numbers(self, outputs: Any) -> list[Array]:
        """Return all arrays of outputs; of transformers' outputs the logits come first."""
        first = [outputs.logits] if hasattr(outputs, "logits") else []
        return [each.detach().double().cpu().numpy() for each in tensors([*first, outputs])]

    def losses(self, loss: Callable[..., Any], outputs: Any, y: Any) -> Array:
        """Return what a loss gives: of PyTorch's own, that of each example."""
        theirs = type(loss).__module__.startswith("torch.nn")
        if (theirs or inspect.isfunction(loss)) and hasattr(outputs, "logits"):
            outputs = outputs.logits if theirs or loss.__module__.startswith("torch.") else outputs
        reduction = getattr(loss, "reduction", None)
        with users_own("loss", (outputs, y)):
            if theirs and reduction in ("mean", "sum"):
                loss.reduction = "none"  # type: ignore[attr-defined]
                try:
                    found = loss(outputs, y)
                finally:
                    loss.reduction = reduction  # type: ignore[attr-defined]
            elif _reduces(loss):
                found = loss(outputs, y, reduction="none")
            else:
                found = loss(outputs, y)
        each = np.asarray(torch.as_tensor(found).detach().double().cpu().numpy())
        return np.asarray(each.reshape(len(each), -1).mean(axis=1)) if each.ndim else each

    def gives(self, loss: Callable[..., Any]) -> str:
        """Say what a loss of PyTorch's takes outputs for, by its name."""
        name = name_of(loss).lower().replace("_", "")
        if "withlogits" in name:
            return "a logit"
        if "crossentropy" in name:
            return "" if "binary" in name else "logits"
        return "logarithms" if "nll" in name and "gauss" not in name else ""

    def _trace(self) -> Trace:
        return Trace(lambda module: self._paths.get(id(module)), self._stranger)

    def _stranger(self, module: Any, where: str) -> str:
        """Name a layer that is not part of the model."""
        name = self._strangers.name(module, lambda: where, _with_chance)
        self.parts[name] = module
        return name


def _with_chance(module: Any) -> bool:
    return any(map(dropping, module.modules()))


def _hidden(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Find layers that stand in plain lists and dicts, which PyTorch does not look into."""
    known = {id(module) for module in parts.values()}
    found: dict[str, Any] = {}
    ahead = list(parts.items())
    while ahead:
        path, module = ahead.pop()
        for name, value in list(vars(module).items()):
            if name in ("_modules", "_parameters", "_buffers"):
                continue
            for at, one in _within(value):
                if id(one) not in known:
                    where = f"{path}.{name}{at}".lstrip(".")
                    layers = {
                        f"{where}.{inner}".rstrip("."): each for inner, each in one.named_modules()
                    }
                    known |= set(map(id, layers.values()))
                    found |= layers
                    ahead += layers.items()
    return found


def _within(value: Any, depth: int = 2) -> Iterator[tuple[str, Any]]:
    """Go through the layers in a plain container."""
    if isinstance(value, torch.nn.Module):
        yield "", value
    elif depth and isinstance(value, (list, tuple, Mapping)):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for at, one in items:
            for further, layer in _within(one, depth - 1):
                yield f"[{at}]{further}", layer


def _reduces(loss: Any) -> bool:
    with suppress(TypeError, ValueError):
        return "reduction" in inspect.signature(loss).parameters and inspect.isfunction(loss)
    return False
