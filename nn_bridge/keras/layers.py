"""The layers, under the name that Keras has for them: `nn_bridge.keras.layers`."""

from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Layer, register_layer

__all__ = ["AttendanceDropout", "Dense", "Dropout", "Flatten", "Layer", "register_layer"]
