"""A Keras model as `check_up` sees it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from typing import Any

import numpy as np

from nn_bridge.adapters.keras3.as_found import as_found
from nn_bridge.adapters.keras3.draws import Told
from nn_bridge.adapters.keras3.glance import Glance
from nn_bridge.adapters.keras3.keeping import eagerly, kept, seeded
from nn_bridge.adapters.keras3.layers import named_layers
from nn_bridge.adapters.keras3.rates import carriers, declared, dropping
from nn_bridge.adapters.keras3.tensors import as_numpy, with_gradients, without_gradients
from nn_bridge.adapters.keras3.tracing import Trace, calls_through, still, watching
from nn_bridge.adapters.strangers import Strangers, users_line
from nn_bridge.checking.watching import Declared, Pass, Watched, users_own
from simulation.arrays import Array


def watched(model: Any) -> Watched:
    """Return what watches a model."""
    return KerasWatched(model)


class KerasWatched(Watched):
    """A keras.Model, called eagerly as `fit` calls it: with training=True where it takes that.

    A model without weights gets them, as by its first call, and keeps them.

    Parameters
    ----------
    model : keras.Model
    """

    framework = "Keras 3"

    def __init__(self, model: Any) -> None:
        self.model = model
        self._list_parts()
        self._strangers = Strangers()
        self._keep: Callable[[], None] | None = None
        self._told = Told()
        self._training = self._still_norms = False
        self._takes_training = "training" in inspect.signature(model.call).parameters

    @contextmanager
    def kept(self, seed: int) -> Iterator[None]:
        """Leave all as found."""
        with ExitStack() as stack, eagerly(), without_gradients():
            self._keep = partial(self._begin, stack, seed)
            if self.model.built:
                self._keep()
            yield

    def _begin(self, stack: ExitStack, seed: int) -> None:
        self._keep = None
        stack.enter_context(kept(self.model, self.parts))
        seeded(self.model, np.random.default_rng(seed))

    def _list_parts(self) -> None:
        self.parts: dict[str, Any] = {"": self.model, **named_layers(self.model)}
        self._paths = {id(layer): path for path, layer in reversed([*self.parts.items()])}

    def declared(self) -> list[Declared]:
        """Return the rates that are written down now."""
        return declared(self.parts)

    def switch(self, training: bool, by: Callable[[Any], Any] | None = None) -> Pass | None:
        """Switch how the model will be called; look how `by` calls it first."""
        self._training, self._still_norms = training, False
        if by is None:
            return None
        glance = Glance(self.model, self._paths, carriers(self.parts))
        name = "train" if training else "evaluate"
        with calls_through(glance.call), with_gradients(), users_own(name, self.model):
            by(self.model)
        return glance.told

    def chance_alone(self) -> None:
        """Call the model in training, but its batch normalisation in evaluation."""
        self._training = self._still_norms = True

    def run(self, batch: Any) -> Pass:
        """Make one forward pass, watched."""
        self._strangers.anew.clear()
        # Models are evaluated with training=False, by evaluate and predict, and as model(x).
        plainly = not self._training and self._strangers.passes % 2 == 0
        trace = Trace(self._path, carriers(self.parts), self._still_norms, plainly)
        with watching(trace):
            outputs = self.outputs(batch, plainly)
            draws, norms = self._told.of(trace, outputs, lambda: self._called(batch, plainly))
        self._strangers.passes += 1
        return Pass(
            outputs, draws, trace.called, norms, anew=tuple(self._strangers.anew),
            training=bool(trace.training),
        )  # fmt: skip

    def outputs(self, batch: Any, plainly: bool = False) -> Any:
        """Make one forward pass; `plainly` without saying whether it is training."""
        with users_own(f"the model {self.model.name}", batch):
            return self._called(batch, plainly)

    def own(self, arrays: Any) -> Any:
        """Return arrays as tensors of the backend; numbers in Keras's precision."""
        import keras

        def tensor(array: Array) -> Any:
            kind = keras.config.floatx() if array.dtype.kind == "f" else None
            return keras.ops.convert_to_tensor(array, dtype=kind)

        tensors = keras.tree.map_structure(tensor, arrays)
        if self._keep is not None:  # there are no weights yet
            with as_found(self.model, ()), users_own(f"the model {self.model.name}", arrays):
                self.model(tensors)
            self._list_parts()
            self._keep()
        return tensors

    def numbers(self, outputs: Any) -> list[Array]:
        """Return all arrays of outputs."""
        import keras

        flat = keras.tree.flatten(outputs)
        return [np.asarray(as_numpy(each), dtype=float) for each in flat if each is not None]

    def losses(self, loss: Callable[..., Any], outputs: Any, y: Any) -> Array:
        """Return what a loss gives: of Keras's own, that of each example."""
        theirs = getattr(loss, "__module__", type(loss).__module__).startswith("keras.")
        each = getattr(loss, "call", loss)  # a Loss of Keras's without its mean
        with users_own("loss", (outputs, y)):
            found = each(y, outputs) if theirs else loss(outputs, y)
        found = np.asarray(as_numpy(found) if hasattr(found, "shape") else found, dtype=float)
        return np.asarray(found.reshape(len(found), -1).mean(axis=1)) if found.ndim else found

    def gives(self, loss: Callable[..., Any]) -> str:
        """Say what a loss of Keras's takes outputs for."""
        if not getattr(loss, "from_logits", False):
            return ""
        return "a logit" if "binary" in type(loss).__name__.lower() else "logits"

    def _called(self, batch: Any, plainly: bool) -> Any:
        told = self._takes_training and not plainly
        training = {"training": self._training} if told else {}
        with calls_through(still) if self._still_norms else nullcontext():
            return self.model(batch, **training)

    def _path(self, layer: Any) -> str:
        """Name a layer, also one that is no part of the model."""
        path = self._paths.get(id(layer))
        if path is None:
            path = self._paths[id(layer)] = self._strangers.name(layer, users_line, dropping)
            self.parts[path] = layer
        return path
