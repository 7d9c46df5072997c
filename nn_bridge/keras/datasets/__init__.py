"""The images that are at hand: `nn_bridge.keras.datasets`, which has one set of Keras's."""

from nn_bridge.keras.datasets import mnist
from nn_bridge.refusals import absent_from

__all__ = ["mnist"]
__getattr__ = absent_from(__name__, __all__)
