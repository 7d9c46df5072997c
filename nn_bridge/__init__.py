"""The group presentation as a NumPy network, in Keras's words: `import nn_bridge as tf`."""

from nn_bridge import keras
from nn_bridge.layers import Dense, Dropout, Flatten, Layer, register_layer
from nn_bridge.network import History, Sequential
from nn_bridge.storage import load_model

__all__ = [
    "Dense",
    "Dropout",
    "Flatten",
    "History",
    "Layer",
    "Sequential",
    "keras",
    "load_model",
    "register_layer",
]
