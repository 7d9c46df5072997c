"""Rates that are written down in a PyTorch model: in its layers, its numbers, its configuration."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from nn_bridge.checking.watching import Declared
from nn_bridge.checking.written import own_rate, part_with_weights, settings_of


def dropping(module: Any) -> bool:
    """Whether a layer is one of chance: its class says so, and it has a rate of its own."""
    if isinstance(module, torch.nn.modules.dropout._DropoutNd):
        return True
    plain = not any(True for _ in module.children())
    return plain and "drop" in type(module).__name__.lower() and rate_of(module) is not None


def rate_of(module: Any) -> float | None:
    """Return the one rate that a layer itself asks for; None if there is none, or several."""
    alone = not any(True for _ in module.children())
    return own_rate(vars(module), type(module).__name__, alone)


def declared(parts: Mapping[str, Any]) -> list[Declared]:
    """List the rates of layers, by path, and of what is set in them."""
    found = [each for path, module in parts.items() for each in _of_layer(path, module)]
    known = set[int]()
    for path, module in parts.items():
        if not type(module).__module__.startswith("torch.nn.") and not dropping(module):
            found += settings_of(path, module, known)
    weights = torch.nn.Module.parameters
    return [
        dataclasses.replace(each, part=part_with_weights(parts, each.scope, weights))
        for each in found
    ]


def _of_layer(path: str, module: Any) -> Iterator[Declared]:
    kind, scope = type(module).__name__, path.rpartition(".")[0]
    if dropping(module):
        rate = rate_of(module) if not hasattr(module, "p") else float(module.p)
        yield Declared(path, kind, float(rate or 0.0), scope)
    elif isinstance(module, torch.nn.RNNBase):
        alone = module.num_layers == 1 and module.dropout > 0
        yield Declared(path, "between layers", module.dropout, path, runs=False, one_layer=alone)
    elif isinstance(module, torch.nn.MultiheadAttention):
        yield Declared(path, "attention", module.dropout, path, runs=False)
