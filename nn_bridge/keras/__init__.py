"""Keras's names for what this package has, so that Keras code reads here as it does there.

What is taken, and what is refused in a line, is listed in docs/keras.md.

Examples
--------
>>> import numpy as np
>>> import nn_bridge as tf
>>> model = tf.keras.Sequential([tf.keras.layers.Dense(3, input_shape=(2,))])
>>> model(np.zeros((4, 2))).shape
(4, 3)
"""

from nn_bridge.keras import callbacks, datasets, layers, losses, models, optimizers, utils
from nn_bridge.layer import Input
from nn_bridge.network import Sequential, load_model
from nn_bridge.refusals import absent_from

__all__ = [
    "Input",
    "Sequential",
    "callbacks",
    "datasets",
    "layers",
    "load_model",
    "losses",
    "models",
    "optimizers",
    "utils",
]
__getattr__ = absent_from(__name__, __all__)
