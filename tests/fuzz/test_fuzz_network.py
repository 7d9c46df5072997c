"""The public functions of `nn_bridge`, called with whatever fits the signature.

Each either works or says in one line why not. What a network calls of its layers (`build`,
`forward`, `backward` and the like) takes what it is given, and is not called here.
"""

import inspect
import types
from pathlib import Path

import numpy as np
from fuzzing import examples
from hypothesis import given, note
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from networks import blobs, small
from rooms import small_talk

import nn_bridge as tf
from nn_bridge.activations import Activation
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Input
from nn_bridge.losses import LOSSES, CategoricalCrossentropy
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD, Adam
from nn_bridge.twin import Twin
from simulation import InputError, Team, independent, one_or_two_absent

keras = tf.keras
X, Y = blobs(12)
TALK = small_talk("squared error")
FOLDER = Path(__file__).parent


def network():
    return small(metrics=["acc"])


def stack():
    return small(seed=[0, 1], dtype="float32")


def images():
    model = Sequential([Flatten(input_shape=(2, 3)), Dense(3, "softmax")], seed=0)
    model.compile()
    return model


def unbuilt():
    model = Sequential([Dense(3, "softmax")])
    model.compile()
    return model


def unready():
    return Sequential([Dense(4, "tanh", input_shape=(6,)), Dropout(0.5), Dense(1)])


def empty():
    return Sequential()


def team(trust=1.0):
    return Team(TALK, one_or_two_absent(3), trust=trust, rng=0)


def twin():
    return Twin.of(team(0.5))


def optimizer():
    return Adam()


LAYER = {"input_shape": (6,), "name": "one"}
STOPPING = keras.callbacks.EarlyStopping
FIT = {
    "x": X, "y": Y, "batch_size": 5, "epochs": 2, "verbose": 0, "callbacks": [STOPPING("loss")],
    "validation_split": 0.25, "validation_data": (X, Y), "shuffle": False, "class_weight": {1: 2.0},
    "sample_weight": None, "initial_epoch": 1, "on_epoch_end": print,
}  # fmt: skip
MASKS = {"masks": None}
MEASURED = {
    "x": X, "y": Y, "members": "dense", "metric": "accuracy", "blocks": 2, "ablation": "mean",
    "reading": "fill the time", "worth": 0.01, "seed": 0, "draws": 2, "memory": 2**24,
    "progress": False,
}  # fmt: skip
NETWORKS = st.sampled_from([network, stack, images, unbuilt, unready, empty])

WAYS = (
    (Sequential, {"layers": [Dense(3)], "seed": 0, "dtype": "float64", "name": "mine"}),
    (Dense, {"units": 3, "activation": "tanh", **LAYER}),
    (Dropout, {"rate": 0.5, "noise_shape": (1, None), "seed": 1, "group_size": 2, **LAYER}),
    (AttendanceDropout, {"law": independent(3, 0.5), "group_size": 2, "per": "question", **LAYER}),
    (Flatten, LAYER),
    (Activation, {"activation": "relu", **LAYER}),
    (Input, {"shape": (6,), "name": "x"}),
    (tf.register_layer, {"cls": Dense}),
    (tf.load_model, {"path": FOLDER / "no.npz"}),
    (tf.History, {}),
    (Twin, {"network": lambda: twin().network, "reliance": np.ones((3, 3)), "trust": 0.5}),
    (Twin.of, {"team": team}),
    (Twin.of_network, {"network": network, "trust": 0.5}),
    (Twin.of_network, {"network": lambda: twin().network, "trust": 0.5}),
    (Twin.to_team, {"self": twin, "talk": TALK, "questions": 2, "show_every": 1, "rng": 0}),
    (Twin.rehearse, {
        "self": twin, "questions": TALK.practice_questions[:4], "wanted": TALK.practice_answers[:4],
        "attendance": np.array([True, False, True]),
    }),
    (Twin.difference_from, {"self": twin, "team": team}),
    (Twin.weights_apart_from, {"self": twin, "team": team}),
    (tf.side_by_side, {"team": team, "rehearsals": 2, "after_each": print}),
    (tf.beside_dropout, {"team": team, "rehearsals": 2, "after_each": print}),
    (tf.network_game, {
        "network": network, "questions": X, "wanted": np.eye(3)[Y], "member": 0, "group_size": 4,
    }),
    *((tf.check_up, {
        "model": NETWORKS, "x": X, "y": Y, "loss": "mse", "validation": (X, Y), "train": None,
        "evaluate": None, "passes": 2, "seed": 0, "progress": False,
    }),) * 3,
    (tf.measure, MEASURED | {"model": NETWORKS, "precision": 0.1}),
    (tf.EpochLog, {
        "x": X, "y": Y, "members": "dense", "metric": None, "blocks": 2, "ablation": "mean",
        "seed": 0, "draws": 2, "every": 1,
    }),
    (tf.EpochLog.__call__, {
        "self": lambda: tf.EpochLog(X, Y, members="dense", draws=2), "model": NETWORKS, "epoch": 1,
    }),
    (tf.compare, MEASURED | {"without": lambda: [network()] * 2, "with_": lambda: [unready()] * 2}),
    *((Sequential.fit, FIT | {"self": NETWORKS}),) * 4,
    (Sequential.compile, {"self": NETWORKS, "optimizer": optimizer, "loss": "mse", "metrics": []}),
    (Sequential.evaluate, {
        "self": NETWORKS, "x": X, "y": Y, "batch_size": 5, "verbose": 0,
        "sample_weight": np.ones(12), "return_dict": True,
    }),
    (Sequential.predict, {"self": NETWORKS, "x": X, "batch_size": 5, "verbose": 0}),
    (Sequential.predict_on_batch, {"self": NETWORKS, "x": X}),
    (Sequential.test_on_batch, {"self": NETWORKS, "x": X, "y": Y, "sample_weight": None}),
    (Sequential.train_on_batch, {
        "self": NETWORKS, "x": X, "y": Y, "sample_weight": np.ones(12), "class_weight": None,
        **MASKS,
    }),
    (Sequential.loss_and_gradients, {"self": NETWORKS, "x": X, "y": Y, **MASKS}),
    (Sequential.apply_gradients, {"self": NETWORKS}),
    (Sequential.__call__, {"self": NETWORKS, "x": X, "training": True, **MASKS}),
    (Sequential.build, {"self": NETWORKS, "input_shape": (None, 6)}),
    (Sequential.add, {"self": NETWORKS, "layer": lambda: Dense(3)}),
    (Sequential.pop, {"self": NETWORKS}),
    (Sequential.summary, {"self": NETWORKS}),
    (Sequential.save, {"self": NETWORKS, "path": "network.txt"}),
    (Sequential.get_layer, {"self": NETWORKS, "name": "dense", "index": None}),
    (Sequential.get_weights, {"self": NETWORKS}),
    (Sequential.set_weights, {"self": NETWORKS, "weights": small().get_weights()}),
    (Sequential.count_params, {"self": NETWORKS}),
    *((type(layer).__call__, {
        "self": lambda layer=layer: type(layer).from_config(layer.get_config()), "x": X,
        "training": True,
      }) for layer in (Dense(3), Dropout(0.5, (1, None), group_size=2), Flatten(),
                       Activation("tanh"), AttendanceDropout(independent(3, 0.5), 2))),
    (Dense.set_weights, {
        "self": lambda: network().layers[0], "weights": small().get_weights()[:2],
    }),
    (Dense.get_weights, {"self": lambda: Dense(3)}),
    (Dense.get_config, {"self": lambda: Dense(3)}),
    (keras.optimizers.SGD, {"learning_rate": 0.1, "momentum": 0.5, "weight_decay": 0.1}),
    (keras.optimizers.Adam, {
        "learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.5, "epsilon": 0.1, "weight_decay": 0.0,
    }),
    (CategoricalCrossentropy, {"from_logits": True}),
    (keras.callbacks.Callback, {}),
    (keras.callbacks.LambdaCallback, {"on_epoch_begin": print, "on_epoch_end": print,
                                      "on_train_begin": print, "on_train_end": None}),
    (STOPPING, {
        "monitor": "loss", "min_delta": 0.1, "patience": 2, "verbose": 0, "mode": "max",
        "baseline": 0.5, "restore_best_weights": True, "start_from_epoch": 2,
    }),
    (keras.utils.to_categorical, {"x": Y, "num_classes": 3}),
)  # fmt: skip

NUMBERS = (
    st.integers(-3, 20)
    | st.sampled_from([10**9, 10**40, 0.5, -0.5, 1e300, np.inf, np.nan, 1j, np.float32(0.5)])
    | st.sampled_from([np.int64(2), np.uint8(3), np.True_, True, False])
)
ARRAYS = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8, bool, "U2", complex, object]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=7),
    fill=st.nothing(),
    elements=None,
) | st.sampled_from([
    X, Y, X * np.nan, X[:0], X[:5], Y[:5], Y[:, None], np.eye(3)[Y], X.reshape(12, 2, 3), Y + 9,
    np.stack([X, X]), np.stack([Y, Y]), np.ones(12), -np.ones(12), np.array(3), X.tolist(),
    [[1], [2, 3]], np.ma.masked_array(X, X > 0), np.zeros((12, 0)),
])  # fmt: skip
THINGS = st.sampled_from([
    None, "", "relu", "sgd", "accuracy", "a\nb", "\udcff", b"x", object(), print, Dense, dict, int,
    slice(3), ..., range(3), {1: 2}, {"a": 1}, {2: -1.0}, {(1,): [2]}, {1, 2}, [], (), [None],
    ["acc"], [[]], [1, "a"], (2, 3), (None, 6), (6,), [3, 4], (X, Y), (X,), (X, Y, Y), types,
    FOLDER, TALK, independent(3, 0.5), LOSSES["mse"](), [STOPPING], small_talk("softmax"),
]) | st.builds(lambda make: make(), st.sampled_from([
    network, unbuilt, SGD, lambda: Dense(2), lambda: Dropout(0.2), lambda: [Dense(3, "softmax")],
    lambda: STOPPING("loss"), lambda: [STOPPING()], lambda: {Dropout(0.5): [1]}, lambda: iter([1]),
    lambda: (Dense(2), Dense(2, input_shape=(4,))), lambda: np.random.default_rng(0), team, twin,
]))  # fmt: skip
ANYTHING = NUMBERS | ARRAYS | THINGS


ENDLESS = ("epochs", "passes", "rehearsals")
"""What is done as often as one asks for."""


def _large(value):
    return isinstance(value, int) and value > 20


@st.composite
def calls(draw):
    """A function with arguments of which some are what they should be, others anything."""
    function, right = draw(st.sampled_from(WAYS))
    names = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    assert set(names) <= set(right), f"{function} has {names}"
    others = draw(st.lists(st.sampled_from(names), max_size=2)) if names else []
    arguments = {}
    for name, value in right.items():
        if isinstance(value, st.SearchStrategy):
            value = draw(value)
        if name in others:
            value = draw(ANYTHING)
        elif isinstance(value, types.FunctionType):
            value = value()
        arguments[name] = 3 if name in ENDLESS and _large(value) else value
    return function, arguments


@given(calls())
@examples(120)
def test_a_call_works_or_says_why_not(call):
    function, arguments = call
    note(f"{function} {arguments}")
    try:
        function(**arguments)
    except InputError as error:
        said = str(error)
    else:
        return
    assert "\n" not in said
    assert len(said) < 700
