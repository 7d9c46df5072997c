"""A Keras model and all its chance are left as they were found, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nn_bridge.adapters.random_states import same_random_states


@contextmanager
def as_found(model: Any, variables: Sequence[Any] | None = None) -> Iterator[None]:
    """Put back what running a model changes.

    That is: these variables; the seed that Keras draws from where none is given; and the random
    state of Python, NumPy and PyTorch.

    Parameters
    ----------
    model : keras.Model
    variables : sequence of keras.Variable, optional
        None: those that are not learnt, that is moving statistics, states and seeds. Running
        touches no weights.
    """
    import keras
    from keras.src.backend.common import global_state
    from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR

    seeds = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
    variables = list(model.non_trainable_variables if variables is None else variables)
    variables += [] if seeds is None else [seeds.state]
    values = [keras.ops.copy(variable.value) for variable in variables]
    with same_random_states(), _same_in_torch():
        try:
            yield
        finally:
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
            global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, seeds)


@contextmanager
def _same_in_torch() -> Iterator[None]:
    """Put back PyTorch's random state, where PyTorch is Keras's backend."""
    import keras

    if keras.backend.backend() != "torch":
        yield
        return
    import torch

    state = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(state)
