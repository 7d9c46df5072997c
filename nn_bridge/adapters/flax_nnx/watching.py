"""A Flax NNX model as `check_up` sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from nn_bridge.adapters.flax_nnx.calls import MARK, called, calls_through, named_modules
from nn_bridge.adapters.flax_nnx.chance import drawing_from
from nn_bridge.adapters.flax_nnx.draws import Told
from nn_bridge.adapters.flax_nnx.keeping import as_found, seeded
from nn_bridge.adapters.flax_nnx.tracing import Trace, kind_of, rate_of
from nn_bridge.adapters.strangers import Strangers, users_line
from nn_bridge.checking.seen import inside
from nn_bridge.checking.watching import Declared, Pass, Watched, users_own
from simulation.arrays import Array


def watched(model: Any) -> Watched:
    """Return what watches a model."""
    return NnxWatched(model)


class NnxWatched(Watched):
    """An nnx.Module, called eagerly as model(x), jitted functions within it too.

    Parameters
    ----------
    model : nnx.Module
    """

    framework = "Flax NNX"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.parts = named_modules(model)
        self._strangers = Strangers()
        self._told = Told()
        wrong = [len(self._in_mode(training)) for training in (True, False)]
        self.mode = ("" if not any(wrong) else "mixed" if all(wrong) else
                     "training" if wrong[0] else "evaluation")  # fmt: skip

    @contextmanager
    def kept(self, seed: int) -> Iterator[None]:
        """Leave all as found."""
        with as_found(self.model):
            for path, part in self.parts.items():
                setattr(part, MARK, path)
            seeded(self.model, seed)
            yield

    def declared(self) -> list[Declared]:
        """Return the rates that are written down now."""
        found = []
        for path, part in self.parts.items():
            rate, own = rate_of(part), isinstance(part, nnx.Dropout)
            around = path.rpartition(".")[0] if own else path
            if rate is not None:
                found.append(Declared(path, kind_of(part), rate, around, around, runs=own))
        return found

    def switch(self, training: bool, by: Callable[[Any], Any] | None = None) -> Pass | None:
        """Switch the model to a mode."""
        if by is not None:
            with users_own("train" if training else "evaluate", self.model):
                by(self.model)
        elif training:
            self.model.train()
        else:
            self.model.eval()
        return None

    def unreached(self, training: bool) -> list[str]:
        """Return the topmost parts that are in the other mode."""
        wrong, holders = self._in_mode(not training), self._in_mode(None)
        found: dict[str, None] = {}
        for path in wrong:
            while path and all(
                each in wrong for each in holders if inside(each, path.rpartition(".")[0])
            ):
                path = path.rpartition(".")[0]
            found[path] = None
        return list(found)

    def chance_alone(self) -> None:
        """Let chance enter, and batch normalisation keep its statistics."""
        self.model.train()
        for part in self.parts.values():
            if hasattr(part, "use_running_average"):
                part.use_running_average = True

    def run(self, batch: Any) -> Pass:
        """Make one forward pass, watched."""
        self._strangers.anew.clear()
        trace, training = Trace(self._path), not self._in_mode(False)
        kinds = {type(part) for part in self.parts.values()} | {nnx.Dropout, nnx.BatchNorm}
        with drawing_from(trace.source), calls_through(kinds, trace.call), jax.disable_jit():
            outputs = self.outputs(batch)
            draws, norms = self._told.of(trace, training, outputs, lambda: self._again(batch))
        self._strangers.passes += 1
        anew = tuple(self._strangers.anew)
        return Pass(outputs, draws, trace.called, norms, anew=anew, training=training)

    def outputs(self, batch: Any) -> Any:
        """Make one forward pass."""
        with users_own("the model", batch):
            return called(self.model, batch)

    def own(self, arrays: Any) -> Any:
        """Return arrays as JAX's."""
        return jax.tree.map(jnp.asarray, arrays)

    def numbers(self, outputs: Any) -> list[Array]:
        """Return all arrays of outputs."""
        return [np.asarray(each, dtype=float) for each in jax.tree.leaves(outputs)]

    def losses(self, loss: Callable[..., Any], outputs: Any, y: Any) -> Array:
        """Return what a loss gives."""
        with users_own("loss", (outputs, y)):
            return np.asarray(loss(outputs, y), dtype=float)

    def _again(self, batch: Any) -> Any:
        with as_found(self.model):
            return called(self.model, batch)

    def _in_mode(self, training: bool | None) -> list[str]:
        """Return the parts with chance or batch statistics in a mode; of None: in any."""
        found = []
        for path, part in self.parts.items():
            if rate_of(part):
                still = part.deterministic
            elif isinstance(part, nnx.BatchNorm):
                still = part.use_running_average
            else:
                continue
            if training is None or (still is not None and still is not training):
                found.append(path)
        return found

    def _path(self, module: Any) -> str:
        """Name a module, also one that is no part of the model."""
        path = getattr(module, MARK, None)
        if path is not None:
            return str(path)
        return self._strangers.name(module, users_line, lambda one: rate_of(one) is not None)
