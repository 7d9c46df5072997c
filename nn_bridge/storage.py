"""Networks on disk: one .npz file, from which training goes on as if it had never stopped.

The file holds arrays only and is read without pickle, so a stranger's file cannot run code. Under
'config' lies JSON: layers, dtype, seeds, how it was compiled, and where all chance stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from nn_bridge import losses, optimizers
from nn_bridge.layer import LAYERS
from simulation.arrays import Array
from simulation.checks import InputError, one_of
from simulation.outputs import output

ModelT = TypeVar("ModelT")

FORMAT = "nn_bridge network 1"
"""What a file says it is; the number changes when older files can no longer be read."""


def save_model(model: Any, path: str | Path) -> None:
    """Write layers, weights, optimizer and random states to `path`.

    The file appears whole or not at all.

    Parameters
    ----------
    model : Sequential
        Built; it need not be compiled.
    path : path
        Must end in .npz.

    Raises
    ------
    InputError
        If the path cannot be written, or the network has no weights yet.
    """
    place = Path(path)
    if place.suffix != ".npz":
        raise InputError(f"{place} does not end in .npz, which is what is written: add .npz")
    if model.input_shape is None:
        raise InputError("the network has no weights yet: give input_shape=..., or train it first")
    config: dict[str, Any] = {
        "format": FORMAT,
        "dtype": model.dtype.name,
        "seed": model.seed,
        "input_shape": model.input_shape,
        "layers": [[type(layer).__name__, layer.get_config()] for layer in model.layers],
        "chance": [layer.get_random_state() for layer in model.layers],
        "shuffles": [rng.bit_generator.state for rng in model.shuffles],
    }
    arrays: dict[str, Any] = {f"parameter {n}": p for n, p in enumerate(model.parameters())}
    if model.loss is not None and model.optimizer is not None:
        optimizer = model.optimizer
        config |= {
            "loss": model.loss.name,
            "metrics": model.metrics,
            "optimizer": [optimizer.name, optimizer.get_config(), optimizer.iterations],
        }
        optimizer.prepare(model.parameters())
        for slot, values in optimizer.slots.items():
            arrays |= {f"{slot} {n}": value for n, value in enumerate(values)}
    arrays["config"] = np.array(json.dumps(config))
    with output(place) as write:
        write(lambda file: np.savez(file, **arrays))


def read_model(path: str | Path, new: Callable[..., ModelT]) -> ModelT:
    """Read the network that `save_model` wrote to `path`.

    Parameters
    ----------
    path : path
    new : function(layers, seed, dtype)
        Makes the network that is then filled: the class `Sequential`, which this file does not
        know.

    Raises
    ------
    InputError
        If there is no such file, or it is damaged, or of another kind.
    """
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return _rebuild({name: arrays[name] for name in arrays.files}, new)
    except Exception as error:
        # A damaged file can raise nearly anything on its way through zip, npy and JSON.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path} cannot be read as a network ({reason}): give a file that save() wrote"
        ) from error


def _rebuild(arrays: dict[str, Array], new: Callable[..., ModelT]) -> ModelT:
    config = json.loads(str(arrays["config"]))
    one_of("the file's format", config["format"], (FORMAT,))
    layers = []
    for name, settings in config["layers"]:
        if name not in LAYERS:
            raise InputError(
                f"the layer class {name} is unknown, known are {', '.join(LAYERS)}; "
                "import the module that registers it"
            )
        layers.append(LAYERS[name].from_config(_lists_to_tuples(settings)))
    model: Any = new(layers, config["seed"], config["dtype"])
    if model.input_shape is None:
        model.build(tuple(config["input_shape"]))
    _fill(model.parameters(), arrays, "parameter")
    for layer, state in zip(model.layers, config["chance"], strict=True):
        layer.set_random_state(state)
    for rng, state in zip(model.shuffles, config["shuffles"], strict=True):
        rng.bit_generator.state = state
    if "loss" in config:
        name, settings, iterations = config["optimizer"]
        optimizer = optimizers.OPTIMIZERS[name](**settings)
        model.compile(optimizer, losses.get(config["loss"]), config["metrics"])
        optimizer.iterations = iterations
        optimizer.prepare(model.parameters())
        for slot, values in optimizer.slots.items():
            _fill(values, arrays, slot)
    return cast(ModelT, model)


def _fill(places: list[Array], arrays: dict[str, Array], name: str) -> None:
    for number, place in enumerate(places):
        saved = arrays[f"{name} {number}"]
        if saved.shape != place.shape or saved.dtype != place.dtype:
            raise InputError(
                f"{name} {number} is {saved.dtype} {saved.shape} where the network "
                f"has {place.dtype} {place.shape}"
            )
        place[...] = saved


def _lists_to_tuples(settings: dict[str, Any]) -> dict[str, Any]:
    """Undo what JSON does to shapes."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
