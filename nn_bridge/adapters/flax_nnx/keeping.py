"""A Flax NNX model is left as it was found, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
from flax import nnx

from nn_bridge.adapters.random_states import same_random_states


@contextmanager
def as_found(model: Any) -> Iterator[None]:
    """Put back attributes, modes, weights, statistics and random streams of a model."""
    nodes = [node for _, node in nnx.iter_graph(model)]
    variables = [(node, node.get_raw_value()) for node in nodes if isinstance(node, nnx.Variable)]
    parts = [(node, dict(vars(node))) for node in nodes if isinstance(node, nnx.Pytree)]
    with same_random_states():
        try:
            yield
        finally:
            for variable, value in variables:
                variable.set_raw_value(value)
            for part, attributes in parts:
                vars(part).clear()
                vars(part).update(attributes)


def seeded(model: Any, seed: int) -> None:
    """Let random streams go on from `seed`."""
    for _, node in nnx.iter_graph(model):
        if isinstance(node, nnx.RngStream) and node.key.get_raw_value().shape == ():
            node.key.set_raw_value(jax.random.fold_in(node.key.get_raw_value(), seed))
