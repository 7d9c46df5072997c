"""Networks on disk: one .npz file, from which training goes on as if it had never stopped.

The file holds arrays only and is read without pickle, so a stranger's file cannot run code. Under
'config' lies JSON: layers, dtype, seeds, how it was compiled, and where all chance stands. A file
is taken if the network made of it would be saved as just this file, else refused.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from nn_bridge import losses, optimizers
from nn_bridge.dense import Dense, Flatten
from nn_bridge.layer import LAYERS, Layer
from nn_bridge.npz import read_npz
from simulation.arrays import Array
from simulation.checks import InputError, one_of, whole
from simulation.inputs import named_path, opened
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
        If the path cannot be written, or the network has no weights yet, or holds something that
        `read_model` would not find again: a layer, a loss or an optimizer of a class that is not
        registered, or numbers that are not finite.
    """
    place = named_path(path, "network")
    if place.suffix != ".npz":
        raise InputError(f"{place} does not end in .npz, which is what is written: add .npz")
    if not os.path.isdir(place.parent):
        raise InputError(f"there is no folder {place.parent} to save in: make it, or name another")
    if model.input_shape is None:
        raise InputError("the network has no weights yet: give input_shape=..., or train it first")
    for layer in model.layers:
        _see_that_it_can_be_made_again(layer)
    if model.optimizer is not None:
        _see_that_it_is_known("loss", model.loss, losses.LOSSES, "losses.LOSSES")
        known = optimizers.OPTIMIZERS
        _see_that_it_is_known("optimizer", model.optimizer, known, "optimizers.OPTIMIZERS")
    config, arrays = _contents(model)
    contents = arrays | {"config": np.array(json.dumps(config))}
    with output(place) as write:
        write(lambda file: np.savez(file, **contents))


def _see_that_it_can_be_made_again(layer: Layer) -> None:
    kind = type(layer)
    if LAYERS.get(kind.__name__) is not kind:
        raise InputError(
            f"the layer {layer.name} is of the class {kind.__name__}, which load_model would not "
            "find: put @register_layer before the class"
        )
    try:
        saved = _through_json(layer.get_config())
        again = _through_json(_layer(kind.__name__, saved).get_config())
    except (TypeError, ValueError) as error:
        raise InputError(
            f"the layer {layer.name} cannot be made again from what get_config of "
            f"{kind.__name__} returns ({error}): let it return the arguments"
        ) from error
    if saved != again:
        raise InputError(
            f"the layer {layer.name} made from what get_config of {kind.__name__} returns is "
            "another: let it return all arguments"
        )


def _see_that_it_is_known(what: str, thing: Any, known: dict[str, Any], where: str) -> None:
    name = getattr(thing, "name", type(thing).__name__)
    if known.get(name) is not type(thing):
        raise InputError(
            f"the {what} is of the class {type(thing).__name__}, which load_model would not find "
            f"as {name!r}: set {where}[name] to it, under its own name"
        )


def _through_json(content: Any) -> Any:
    return json.loads(json.dumps(content))


def _contents(model: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the configuration, as JSON gives it back, and the arrays of a network."""
    config: dict[str, Any] = {
        "format": FORMAT,
        "dtype": model.dtype.name,
        "seed": model.seed,
        "input_shape": model.input_shape,
        "layers": [[type(layer).__name__, layer.get_config()] for layer in model.layers],
        "chance": [layer.get_random_state() for layer in model.layers],
        "shuffles": [rng.bit_generator.state for rng in model.shuffles],
    }
    if model.name != "sequential":
        config["name"] = model.name
    arrays = {f"parameter {n}": p for n, p in enumerate(model.parameters())}
    if model.optimizer is not None:
        optimizer = model.optimizer
        config |= {
            "loss": model.loss.name,
            "metrics": model.metrics,
            "optimizer": [optimizer.name, optimizer.get_config(), optimizer.iterations],
        }
        if model.loss.from_logits:
            config["from_logits"] = True
        optimizer.prepare(model.parameters())
        for slot, values in optimizer.slots.items():
            arrays |= {f"{slot} {n}": value for n, value in enumerate(values)}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise InputError(
                f"{name} of the network holds numbers that are not finite: training diverged"
            )
    return _through_json(config), arrays


def read_model(path: str | Path, new: Callable[..., ModelT]) -> ModelT:
    """Read the network that `save_model` wrote to `path`.

    Parameters
    ----------
    path : path
    new : function(layers, seed, dtype, name)
        Makes the network that is then filled: the class `Sequential`, which this file does not
        know.

    Raises
    ------
    InputError
        If there is no such file, or it is damaged, or of another kind.
    """
    with opened(path, "network") as file:
        try:
            arrays = read_npz(file)
            config = json.loads(str(arrays.pop("config")))
            model = _rebuild(config, arrays, new)
            _see_that_nothing_else_is_there(model, config, arrays)
            return model
        except Exception as error:
            # A damaged file can raise nearly anything on its way through zip, npy and JSON.
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise InputError(
                f"{path} cannot be read as a network ({reason or type(error).__name__}): "
                "give a file that save() wrote"
            ) from error


def _rebuild(config: Any, arrays: dict[str, Array], new: Callable[..., ModelT]) -> ModelT:
    one_of("the file's format", config["format"], (FORMAT,))
    layers = [_layer(name, settings) for name, settings in config["layers"]]
    _see_that_the_weights_are_there(layers, config, arrays)
    model: Any = new(layers, config["seed"], config["dtype"], config.get("name", "sequential"))
    model.build(config["input_shape"])
    _fill(model.parameters(), arrays, "parameter")
    for layer, state in zip(model.layers, config["chance"], strict=True):
        layer.set_random_state(state)
    for rng, state in zip(model.shuffles, config["shuffles"], strict=True):
        rng.bit_generator.state = state
    if "loss" in config:
        name, settings, iterations = config["optimizer"]
        known = optimizers.OPTIMIZERS
        optimizer = known[one_of("the optimizer", name, tuple(known))](**settings)
        loss = losses.get(config["loss"])
        if config.get("from_logits", False) is True:
            loss.from_logits = True
        model.compile(optimizer, loss, config["metrics"])
        optimizer.iterations = whole("the steps taken", iterations)
        optimizer.prepare(model.parameters())
        for slot, values in optimizer.slots.items():
            _fill(values, arrays, slot)
    return cast(ModelT, model)


def _layer(name: Any, settings: dict[str, Any]) -> Layer:
    if name not in LAYERS:
        raise InputError(
            f"the layer class {name} is unknown, known are {', '.join(LAYERS)}; "
            "import the module that registers it"
        )
    # JSON has no tuples.
    return LAYERS[name].from_config(
        {key: tuple(each) if isinstance(each, list) else each for key, each in settings.items()}
    )


def _see_that_the_weights_are_there(
    layers: list[Layer], config: dict[str, Any], arrays: dict[str, Array]
) -> None:
    """Refuse a configuration that promises more weights than there are, before they are made."""
    networks = len(config["seed"]) if isinstance(config["seed"], list) else 1
    shape, promised = tuple(config["input_shape"]), 0
    for layer in layers:
        shape = layer.input_shape or shape
        if isinstance(layer, Dense):
            promised += networks * layer.units * (1 + math.prod(shape))
            shape = (layer.units,)
        elif not isinstance(layer, Flatten) and type(layer).__module__.split(".")[0] != "nn_bridge":
            shape = (0,)  # a stranger's layer may make anything of it
    if promised > sum(array.size for array in arrays.values()):
        raise InputError("its layers have more weights than it holds")


def _fill(places: list[Array], arrays: dict[str, Array], name: str) -> None:
    for number, place in enumerate(places):
        saved = arrays[f"{name} {number}"]
        if saved.shape != place.shape or saved.dtype != place.dtype:
            raise InputError(
                f"{name} {number} is {saved.dtype} {saved.shape} where the network "
                f"has {place.dtype} {place.shape}"
            )
        place[...] = saved


def _see_that_nothing_else_is_there(
    model: Any, config: dict[str, Any], arrays: dict[str, Array]
) -> None:
    of_model, filled = _contents(model)
    for what, made, read in (("config", of_model, config), ("arrays", filled, arrays)):
        if made.keys() != read.keys():
            raise InputError(f"its {what} are other than {', '.join(made)}")
    for name, value in of_model.items():
        if value != config[name]:
            raise InputError(f"its {name} are other than a network's: {config[name]!r:.60}")
