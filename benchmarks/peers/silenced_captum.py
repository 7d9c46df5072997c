"""Members silenced one after the other by captum's ablation."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.peers.silenced_torch import WholeModel, of_units, parts
from benchmarks.silencing import Silencing
from simulation.arrays import FloatArray

torch: Any = import_module("torch")
attr: Any = import_module("captum.attr")


class OfLayer:
    """`LayerFeatureAblation`: the whole model, a layer's output replaced."""

    def __init__(self, case: Silencing) -> None:
        self.steps = case.members + 1  # it asks for everyone, too
        whole = WholeModel(case)
        self.x, self.y, self.model = whole.x, whole.y, whole.model
        self.activation, _ = parts(case)
        self.members = torch.arange(case.members)
        self.ablation = attr.LayerFeatureAblation(self._accuracy, whole.layer)

    def check(self) -> dict[str, FloatArray]:
        lost = self._compute()  # accuracy with everyone, less that without each
        everyone = float(self._accuracy(self.x))
        per_member = lost.reshape(lost.shape[0], lost.shape[1], -1)[0, :, 0].double().numpy()
        return {"without one": np.concatenate([[everyone], everyone - per_member])}

    def run(self) -> None:
        self._compute()

    def _accuracy(self, x: Any) -> Any:
        return (self.model(x).argmax(dim=1) == self.y).double().mean()

    def _compute(self) -> Any:
        with torch.no_grad():
            mask = of_units(self.members, self.activation)[None].expand(
                1, *self.activation.shape[1:]
            )
            return self.ablation.attribute(self.x, layer_mask=mask)


class OfRest(OfLayer):
    """`FeatureAblation` of what follows the layer, handed what the layer gives."""

    def __init__(self, case: Silencing) -> None:
        super().__init__(case)
        self.x, self.model = parts(case)
        self.ablation = attr.FeatureAblation(self._accuracy)

    def _compute(self) -> Any:
        with torch.no_grad():
            mask = of_units(self.members, self.x)[None].expand(1, *self.x.shape[1:])
            return self.ablation.attribute(self.x, feature_mask=mask)
