"""The optimizers, under the name that Keras has for them: `nn_bridge.keras.optimizers`."""

from nn_bridge.optimizers import OPTIMIZERS, SGD, Adam, Optimizer
from nn_bridge.refusals import absent_from

__all__ = ["OPTIMIZERS", "SGD", "Adam", "Optimizer"]
__getattr__ = absent_from(__name__, __all__)
