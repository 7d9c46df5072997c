"""Files of networks: whatever is changed in them, they are refused in one line, or nothing is lost.

A byte that changed is refused or harmless: the network predicts and learns as the undisturbed one.
What is changed in JSON or arrays so that all checksums are right again may be another network, but
then a whole one: it learns, and it is saved as just that file.
"""

import io
import json
import random

import numpy as np
import pytest
from fuzzing import counted
from networks import blobs

from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential, load_model
from nn_bridge.optimizers import SGD, Adam
from nn_bridge.storage import _contents
from simulation.checks import DivergedError, InputError
from simulation.laws import Bursts

X, Y = blobs(24)
OTHERS = [None, True, -1, 0, 1, 2.5, 1e400, 10**30, "", "sgd", [], [1], [[]], {}, {"name": "Rota"}]
SHAPES = [(), (0,), (3,), (16, 6), (2, 3, 4)]
DTYPES = ["f4", "f8", ">f8", "f2", "i8", "?", "c16", "U3", "S5"]


def single():
    layers = [Flatten(input_shape=(6,)), Dense(8, "relu"), Dropout(0.5), Dense(3, "softmax")]
    model = Sequential(layers, seed=0)
    model.compile(Adam(), metrics=["accuracy"])
    return model


def team():
    law = AttendanceDropout(Bursts(4, 0.3), 2)
    model = Sequential([Dense(8, "relu", input_shape=(6,)), law, Dense(3, "softmax")], seed=1)
    model.compile(SGD(0.1, 0.9))
    return model


def stack():
    layers = [Dropout(0.2, seed=3, input_shape=(6,)), Dense(4, "tanh"), Dense(3, "softmax")]
    model = Sequential(layers, seed=[0, 1], dtype="float64")
    model.compile(SGD(0.1))
    return model


def outcome(model):
    """Return what a network answers and how it goes on."""
    predicted = model.predict(X)
    return [predicted, model.fit(X, Y, epochs=2).history["loss"], *model.parameters()]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The bytes of three files, and what the networks in them do."""
    path, all_of_them = tmp_path_factory.mktemp("networks") / "network.npz", []
    for make in (single, team, stack):
        model = make()
        model.fit(X, Y)
        model.save(path)
        all_of_them.append((path.read_bytes(), outcome(model)))
    return all_of_them


def with_other_bytes(rng, content):
    content = bytearray(content)
    match rng.choice(["bit", "bits", "cut", "more", "gap", "swap"]):
        case "bit":
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        case "bits":
            for _ in range(rng.randrange(2, 20)):
                content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        case "cut":
            del content[rng.randrange(len(content)) :]
        case "more":
            place = rng.choice([0, rng.randrange(len(content)), len(content)])
            content[place:place] = rng.randbytes(rng.randrange(1, 40))
        case "gap":
            first = rng.randrange(len(content))
            del content[first : first + rng.randrange(1, 200)]
        case "swap":
            first = rng.randrange(len(content))
            some = content[first : first + 64]
            content[first : first + 64] = rng.randbytes(len(some))
    return bytes(content)


def with_other_contents(rng, content):
    """Change JSON or arrays, and write a file whose checksums are right."""
    arrays = dict(np.load(io.BytesIO(content)))
    if rng.random() < 0.6:
        config = json.loads(str(arrays["config"]))
        part = config
        while True:
            key = rng.choice(list(part) if isinstance(part, dict) else range(len(part)))
            if not (isinstance(part[key], dict | list) and part[key] and rng.random() < 0.7):
                break
            part = part[key]
        match rng.choice(["set", "set", "set", "leave out", "more"]):
            case "set":
                part[key] = rng.choice(OTHERS)
            case "leave out":
                del part[key]
            case "more" if isinstance(part, dict):
                part["more"] = rng.choice(OTHERS)
            case "more":
                part.append(rng.choice(OTHERS))
        arrays["config"] = np.array(json.dumps(config))
    else:
        name = rng.choice(list(arrays))
        match rng.choice(["value", "shape", "type", "leave out", "more", "rename"]):
            case "value" if name != "config":
                arrays[name] = np.full_like(arrays[name], rng.choice([0, np.nan, np.inf, 1e30]))
            case "shape":
                arrays[name] = np.zeros(rng.choice(SHAPES), arrays[name].dtype)
            case "type":
                arrays[name] = np.zeros(arrays[name].shape, rng.choice(DTYPES))
            case "leave out":
                del arrays[name]
            case "more":
                arrays["more"] = np.zeros(3)
            case _:
                arrays["../" + name] = arrays.pop(name)
    file = io.BytesIO()
    rng.choice([np.savez, np.savez, np.savez, np.savez_compressed])(file, **arrays)
    return file.getvalue()


def loaded(path):
    """Load a network; None if it is refused, in one line."""
    try:
        return load_model(path)
    except InputError as error:
        said = str(error)
    assert "\n" not in said
    return None


def test_other_bytes_are_refused_or_harmless(files, tmp_path):
    rng, path = random.Random(0), tmp_path / "network.npz"
    for _ in range(counted(35)):
        content, expected = rng.choice(files)
        path.write_bytes(with_other_bytes(rng, content))
        model = loaded(path)
        if model is not None:
            for mine, undisturbed in zip(outcome(model), expected, strict=True):
                np.testing.assert_array_equal(mine, undisturbed)


def test_other_contents_are_refused_or_a_whole_network(files, tmp_path):
    rng, path = random.Random(1), tmp_path / "network.npz"
    for _ in range(counted(25)):
        content, _ = rng.choice(files)
        path.write_bytes(with_other_contents(rng, content))
        model = loaded(path)
        if model is not None:
            config, arrays = _contents(model)
            model.save(path)
            again, numbers = _contents(load_model(path))
            assert again == config
            for name in arrays:
                np.testing.assert_array_equal(numbers[name], arrays[name])
            try:
                outcome(model)
            except DivergedError:
                continue
