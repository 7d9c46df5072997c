"""A Keras model and all its chance are left as they were found, whatever happens in between."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np


@contextmanager
def as_found(model: Any) -> Iterator[None]:
    """Put back what running a model changes.

    That is: its variables that are not learnt (moving statistics, states, seeds), the seed that
    Keras draws from where none is given, and the random state of Python, NumPy and PyTorch.
    Weights are not touched by running.
    """
    import keras
    from keras.src.backend.common import global_state
    from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR

    seeds = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
    variables = [*model.non_trainable_variables, *([] if seeds is None else [seeds.state])]
    values = [keras.ops.copy(variable.value) for variable in variables]
    with ExitStack() as stack:
        for put_back in _random_states():
            stack.callback(put_back)
        try:
            yield
        finally:
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
            global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, seeds)


def _random_states() -> Iterator[Callable[[], None]]:
    import keras

    ours, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield lambda: random.setstate(ours)
    yield lambda: np.random.set_state(numpys)  # noqa: NPY002
    if keras.backend.backend() == "torch":
        import torch

        state = torch.get_rng_state()
        yield lambda: torch.set_rng_state(state)
