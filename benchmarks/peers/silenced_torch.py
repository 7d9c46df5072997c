"""Members of a PyTorch model silenced: by `measure`, by hooks, and the rest of the model alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.silencing import Silencing
from nn_bridge.frameworks import adapter
from nn_bridge.measuring.network_game import game_of
from nn_bridge.measuring.silencing import Asked
from simulation.arrays import Array, BoolArray, FloatArray

torch: Any = import_module("torch")


def network(case: Silencing) -> tuple[Any, str]:
    """Return the model, and the name of the layer whose members fall silent."""
    if case.network == "MLP":
        torch.manual_seed(0)
        nn = torch.nn
        mlp = nn.Sequential(nn.Linear(784, case.members), nn.ReLU(), nn.Linear(case.members, 10))
        return mlp.eval(), "1"
    package = find_spec("digit_recognizer")
    assert package is not None
    folder = (package.submodule_search_locations or [""])[0]
    spec = spec_from_file_location("digit_recognizer_model", Path(folder) / "model.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    cnn = module.CNN()
    weights = Path(folder) / "models" / "handwriting_model.pth"
    cnn.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return cnn.eval(), "conv_layers.6"


class Ours:
    """As `measure` asks the game that it makes of a network."""

    def __init__(self, case: Silencing) -> None:
        self.case, self.steps = case, case.masks
        model, layer = network(case)
        x, y = case.data
        asked = Asked(layer)
        silenced = adapter(model, "silencing").silenced(model, x, asked)
        self.game = game_of(silenced, y, "accuracy", asked)

    def check(self) -> dict[str, FloatArray]:
        return {
            "quality": self.game.quality(self.case.there),
            "without one": self.game.quality(self.case.without_one),
        }

    def run(self) -> None:
        self.game.quality(self.case.there)


class WholeModel:
    """The whole model on all examples for each mask, a hook on the layer."""

    def __init__(self, case: Silencing) -> None:
        self.case, self.steps = case, case.masks
        self.model, name = network(case)
        self.layer = self.model.get_submodule(name)
        self.x, self.y = map(torch.from_numpy, case.data)

    @contextmanager
    def silenced(self, there: Array) -> Iterator[None]:
        """Silence those that are not there, while entered."""
        weights = torch.from_numpy(there.astype(np.float32))
        handle = self.layer.register_forward_hook(
            lambda module, inputs, output: output * of_units(weights, output)
        )
        try:
            yield
        finally:
            handle.remove()

    def quality(self) -> float:
        """Accuracy of the model as it is."""
        with torch.no_grad():
            return float((self.model(self.x).argmax(dim=1) == self.y).double().mean())

    def qualities(self, masks: BoolArray) -> FloatArray:
        """Accuracy with each mask."""
        found = []
        for there in masks:
            with self.silenced(there):
                found.append(self.quality())
        return np.array(found)

    def check(self) -> dict[str, FloatArray]:
        return {"quality": self.qualities(self.case.there)}

    def run(self) -> None:
        self.qualities(self.case.there)


class Rest:
    """What follows the layer, as the model's author wrote it, on activations already silenced."""

    def __init__(self, case: Silencing) -> None:
        self.case, self.steps = case, case.masks
        self.activation, self.rest = parts(case)
        weights = torch.from_numpy(case.there.astype(np.float32))
        self.masks = [of_units(each, self.activation) for each in weights]

    def check(self) -> dict[str, FloatArray]:
        return {}

    def run(self) -> None:
        with torch.no_grad():
            for mask in self.masks:
                self.rest(self.activation * mask)


def parts(case: Silencing) -> tuple[Any, Callable[[Any], Any]]:
    """Return what the layer gives, and what follows it."""
    model, _ = network(case)
    x, _ = case.data
    with torch.no_grad():
        if case.network == "MLP":
            return model[:2](torch.from_numpy(x)), model[2]
        first, behind = model.conv_layers[:7], model.conv_layers[7:]
        activation = first(torch.from_numpy(x))
    return activation, partial(_behind, behind, model.fc_layers)


def _behind(behind: Any, last: Any, activation: Any) -> Any:
    return last(behind(activation).flatten(1))


def of_units(weights: Any, activation: Any) -> Any:
    """Weights of units or channels (N,) in the shape of an activation's axes."""
    return weights.reshape(-1, *[1] * (activation.ndim - 2))
