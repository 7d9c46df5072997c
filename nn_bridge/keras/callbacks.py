"""The callbacks, under the name that Keras has for them: `nn_bridge.keras.callbacks`."""

from nn_bridge.callbacks import Callback, EarlyStopping, LambdaCallback
from nn_bridge.refusals import absent_from
from nn_bridge.training import History

__all__ = ["Callback", "EarlyStopping", "History", "LambdaCallback"]
__getattr__ = absent_from(__name__, __all__)
