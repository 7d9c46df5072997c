"""The network and how it is read from a file, as Keras names them: `nn_bridge.keras.models`."""

from nn_bridge.network import Sequential, load_model
from nn_bridge.refusals import absent_from

__all__ = ["Sequential", "load_model"]
__getattr__ = absent_from(__name__, __all__)
