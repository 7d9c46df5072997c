"""Where all that follows the silenced layer is linear: what each member adds to the outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nn_bridge.adapters.keras3.plan import Key, Step
from nn_bridge.adapters.keras3.stages import Silencing, Stages
from nn_bridge.adapters.keras3.tensors import as_numpy
from simulation.arrays import FloatArray

PASSED = (
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
)
"""Keras's layers that leave every value as it is in evaluation."""


@dataclass(frozen=True)
class Linear:
    """What follows the silenced layer: values set out anew, then one Dense layer.

    Attributes
    ----------
    key : Key
        What the silenced layer gives.
    steps : tuple of Step
        Those before the Dense layer.
    dense : keras.layers.Dense
    then : {'', 'softmax'}
        What follows it.
    """

    key: Key
    steps: tuple[Step, ...]
    dense: Any
    then: str

    def laid_out(self, activations: Any) -> FloatArray:
        """Return activations (B, ..) as the Dense layer takes them, (B, L)."""
        import keras

        tensor = keras.ops.convert_to_tensor(activations, dtype=self.dense.compute_dtype)
        for step in self.steps:
            (tensor,) = step.run([tensor])
        return as_numpy(tensor).astype(float)


def linear_of(stages: Stages) -> Linear | None:
    """Find the Dense layer that is all there is behind the one silenced layer, or return None.

    Its activation, or what follows it, is softmax or linear; before it are only layers that leave
    every value as it is.
    """
    silencing, *behind = stages.behind
    if not isinstance(silencing, Silencing) or stages.kept != {*silencing.takes}:
        return None
    before, after = list[Step](), list[Any]()
    key, dense = silencing.gives, None
    for step in behind:
        if isinstance(step, Silencing) or step.takes != key or len(step.gives) != 1:
            return None
        key = step.gives
        if dense is None and _is(step.layer, "Dense") and step.layer.quantization_mode is None:
            dense = step.layer
            after.append(_activation(dense))
        elif dense is not None and (_is(step.layer, "Softmax") or _is(step.layer, "Activation")):
            after.append(_activation(step.layer))
        elif not step.passes and not any(_is(step.layer, name) for name in PASSED):
            return None
        elif dense is None:
            before.append(step)
    if dense is None or sorted({*after} - {"linear"}) not in ([], ["softmax"]):
        return None
    if after.count("softmax") > 1:
        return None
    then = "softmax" if "softmax" in after else ""
    return Linear(silencing.takes[0], tuple(before), dense, then)


def _is(layer: Any, name: str) -> bool:
    import keras

    return type(layer) is getattr(keras.layers, name)


def _activation(layer: Any) -> str:
    """Return the name of a layer's activation, which a Softmax layer is itself."""
    if _is(layer, "Softmax"):
        return "softmax"
    return str(getattr(layer.activation, "__name__", layer.activation))
