"""A Keras model put back as it was found, whatever happens in between: all that it holds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from nn_bridge.adapters.keras3.as_found import as_found


@contextmanager
def kept(model: Any, parts: Mapping[str, Any]) -> Iterator[None]:
    """Put back a model's layers, what they hold and its values, and all chance.

    Parameters
    ----------
    model : keras.Model
    parts : mapping of str to layer
        All that are in it, itself too.
    """
    before = [(layer, dict(vars(layer)), _inside(layer)) for layer in parts.values()]
    variables = [*model.variables, *getattr(getattr(model, "optimizer", None), "variables", ())]
    with as_found(model, variables):
        try:
            yield
        finally:
            for layer, entries, inside in before:
                held = vars(layer)
                for name in [each for each in held if each not in entries]:
                    del held[name]
                held.update(entries)
                for container, content in inside:
                    _refill(container, content)


def _inside(layer: Any) -> list[tuple[Any, Any]]:
    """Pair what a layer holds lists, sets and dicts of with what is in them."""
    held = [each for each in vars(layer).values() if isinstance(each, (list, set, dict))]
    return [(each, each.copy() if isinstance(each, (set, dict)) else list(each)) for each in held]


def _refill(container: Any, content: Any) -> None:
    """Put back what a container held, past Keras's tracking of what is added to it."""
    if isinstance(container, list):
        if [id(each) for each in container] != [id(each) for each in content]:
            list.__setitem__(container, slice(None), content)
    elif isinstance(container, dict):
        if [(key, id(each)) for key, each in container.items()] != [
            (key, id(each)) for key, each in content.items()
        ]:
            dict.clear(container)
            dict.update(container, content)
    elif container != content:
        set.clear(container)
        set.update(container, content)


@contextmanager
def eagerly() -> Iterator[None]:
    """Let TensorFlow run functions as they are read."""
    import keras

    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow

    before = tensorflow.config.functions_run_eagerly()
    tensorflow.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tensorflow.config.run_functions_eagerly(before)


def seeded(model: Any, rng: np.random.Generator) -> None:
    """Begin all chance that a model draws from anew."""
    import keras
    from keras.src.backend.common import global_state
    from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR

    first, *seeds = (int(each) for each in rng.integers(2**31, size=1 + len(model.variables)))
    random.seed(first)
    np.random.seed(first)  # noqa: NPY002, somebody's model may draw from it
    if keras.backend.backend() == "torch":
        import torch

        torch.manual_seed(first)
    shared = keras.random.SeedGenerator(first)
    global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, shared)
    for variable, seed in zip(model.variables, seeds, strict=True):
        if variable.name == "seed_generator_state":
            variable.assign(np.array([seed, 0]))
