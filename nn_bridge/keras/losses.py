"""The losses, under the name that Keras has for them: `nn_bridge.keras.losses`."""

from nn_bridge.losses import (
    LOSSES,
    CategoricalCrossentropy,
    HalfSquaredError,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from nn_bridge.refusals import absent_from

__all__ = [
    "LOSSES",
    "CategoricalCrossentropy",
    "HalfSquaredError",
    "Loss",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
]
__getattr__ = absent_from(__name__, __all__)
