"""The group presentation as a NumPy network, in Keras's words: `import nn_bridge as tf`."""

from nn_bridge import keras
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.bridge import network_game, side_by_side
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Layer, register_layer
from nn_bridge.network import Sequential, load_model
from nn_bridge.training import History
from nn_bridge.twin import Twin

__all__ = [
    "AttendanceDropout",
    "Dense",
    "Dropout",
    "Flatten",
    "History",
    "Layer",
    "Sequential",
    "Twin",
    "keras",
    "load_model",
    "network_game",
    "register_layer",
    "side_by_side",
]
