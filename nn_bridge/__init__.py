"""The group presentation as a NumPy network, in Keras's words: `import nn_bridge as tf`.

What `__all__` names is promised; all else may move. Which file answers which question:

- `dropout`: who draws the masks, who scales those kept; `attendance_dropout`: the same by a law
- `layer`, `dense`, `activations`: what every layer is; what Dense, Flatten and Activation compute
- `feedforward`: layers in a row, where their chance comes from, and the forward pass
- `network`: Sequential, with Keras's compile, fit and evaluate; `keras`: Keras's names for it all
- `trainer`: a step forward and back, layer by layer, for every network and for stacks
- `fast_fit`, of `fast_layers` and `fast_loss`: the fast path of fit, for plain networks
- `losses`, `optimizers`: what is minimised, and how; `samples`: data, labels, weights, a split
- `training`: batches, history, what is printed; `callbacks`: what is called while fit runs
- `refusals`: Keras's words that are not here, refused in a line that names those that are
- `storage`: what a saved network holds; `npz`: files of arrays, read without trust
- `team_layers`: which networks are teams; `twin`: a team as a network, and back
- `bridge`: team and network side by side, and the network held to the yardstick
- `measuring`: anybody's network on the yardstick, its members silenced one set after another
- `checking`: where chance enters anybody's network, and whether it does what was meant
- `frameworks`: of which framework a model is; `adapters`: how the models of each are read
- `results`: what a result looks like, in a terminal, in Jupyter, as a page, as plain data
"""

from nn_bridge import keras
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.bridge import beside_dropout, network_game, side_by_side
from nn_bridge.checking import check_up
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Layer, register_layer
from nn_bridge.measuring import EpochLog, compare, measure
from nn_bridge.network import Sequential, load_model
from nn_bridge.refusals import absent_from
from nn_bridge.training import History
from nn_bridge.twin import Twin

__all__ = [
    "AttendanceDropout",
    "Dense",
    "Dropout",
    "EpochLog",
    "Flatten",
    "History",
    "Layer",
    "Sequential",
    "Twin",
    "beside_dropout",
    "check_up",
    "compare",
    "keras",
    "load_model",
    "measure",
    "network_game",
    "register_layer",
    "side_by_side",
]
__getattr__ = absent_from(__name__, __all__)
