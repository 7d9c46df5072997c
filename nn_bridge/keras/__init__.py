"""Keras's names for what this package has, so that Keras code reads here as it does there.

Examples
--------
>>> import numpy as np
>>> import nn_bridge as tf
>>> model = tf.keras.Sequential([tf.keras.layers.Dense(3, input_shape=(2,))])
>>> model(np.zeros((4, 2))).shape
(4, 3)
"""

from nn_bridge import losses, optimizers
from nn_bridge.keras import layers
from nn_bridge.network import Sequential, load_model

__all__ = ["Sequential", "layers", "load_model", "losses", "optimizers"]
