"""The layers, under the name that Keras has for them: `nn_bridge.keras.layers`."""

from nn_bridge.activations import Activation
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Input, Layer, register_layer
from nn_bridge.refusals import absent_from

__all__ = [
    "Activation",
    "AttendanceDropout",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "Layer",
    "register_layer",
]
__getattr__ = absent_from(__name__, __all__)
