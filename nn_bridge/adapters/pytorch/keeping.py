"""A PyTorch model and all chance, put back as they were found, whatever happens in between."""

from __future__ import annotations

import random
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import numpy as np
import torch

from nn_bridge.adapters.random_states import same_random_states

CONTAINERS = (list, dict, set, OrderedDict)


@contextmanager
def kept(parts: Mapping[str, Any], *, weights: bool = True) -> Iterator[None]:
    """Put layers back at the end: what they hold, its values, gradients, flags, and all chance.

    Without `weights` no copies of these are made: evaluation changes none.
    """
    before = [(module, _held(module)) for module in parts.values()]
    tensors = _tensors(parts, weights=weights)
    sources = [source for module in parts.values() for source in _sources(module)]
    with _chance(), _sources_kept(sources):
        try:
            yield
        finally:
            for module, (kind, entries, inside) in before:
                if type(module) is not kind:
                    module.__class__ = kind
                _refill(vars(module), entries)
                for name, content in inside.items():
                    _refill(entries[name], content)
            for tensor, (values, needs, gradient, its) in tensors:
                _put_back(tensor, values)
                if tensor.is_leaf and tensor.requires_grad != needs:
                    tensor.requires_grad_(needs)
                if tensor.is_leaf and tensor.grad is not gradient:
                    tensor.grad = gradient
                if gradient is not None:
                    _put_back(gradient, its)


@contextmanager
def plainly() -> Iterator[None]:
    """Run PyTorch without fused kernels that hide chance, and without warnings."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(_attention_in_parts())
        stack.enter_context(torch.backends.cudnn.flags(enabled=False))
        if hasattr(torch.compiler, "set_stance"):  # since 2.6
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        fast = torch.backends.mha.get_fastpath_enabled()
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        torch.backends.mha.set_fastpath_enabled(False)
        yield


def seeded(rng: np.random.Generator) -> None:
    """Seed PyTorch's, NumPy's and Python's own chance."""
    torch.manual_seed(int(rng.integers(2**31)))
    np.random.seed(int(rng.integers(2**31)))  # noqa: NPY002, somebody's model may draw from it
    random.seed(int(rng.integers(2**31)))


def _attention_in_parts() -> AbstractContextManager[Any]:
    if hasattr(torch.nn, "attention"):  # since 2.3
        return torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)  # type: ignore[no-any-return]
    return torch.backends.cuda.sdp_kernel(False, True, False)  # type: ignore[no-any-return]


def _held(module: Any) -> tuple[type, dict[str, Any], dict[str, Any]]:
    entries = dict(vars(module))
    inside = {name: value.copy() for name, value in entries.items() if type(value) in CONTAINERS}
    return type(module), entries, inside


def _refill(container: Any, content: Any) -> None:
    """Put back what a container held, if it holds something else."""
    if _all_of(container) == _all_of(content):
        return
    if isinstance(container, list):
        container[:] = content
    else:
        container.clear()
        container.update(content)


def _all_of(container: Any) -> list[Any]:
    held = container.items() if isinstance(container, dict) else enumerate(container)
    return [(key, id(value)) for key, value in held]


def _tensors(parts: Mapping[str, Any], *, weights: bool) -> list[tuple[Any, Any]]:
    """List weights and statistics once each, with copies of what is in them."""
    found: dict[int, Any] = {}
    for module in parts.values():
        learned = module._parameters.values() if weights else ()
        for tensor in (*learned, *module._buffers.values()):
            if tensor is not None:
                found[id(tensor)] = tensor
        for value in vars(module).values():
            if isinstance(value, torch.Tensor):
                found[id(value)] = value
    return [
        (each, (each.detach().clone(), each.requires_grad, *_gradient(each)))
        for each in found.values()
    ]


def _gradient(tensor: Any) -> tuple[Any, Any]:
    """Return a tensor's gradient, and a copy of it."""
    gradient = tensor.grad if tensor.is_leaf else None
    return gradient, None if gradient is None else gradient.detach().clone()


def _put_back(tensor: Any, values: Any) -> None:
    if tensor.shape != values.shape:
        tensor.data = values
    elif not torch.equal(tensor, values):
        tensor.data.copy_(values)


def _sources(module: Any) -> list[Any]:
    """List what a layer draws random numbers from, if that is its own."""
    kinds = (torch.Generator, np.random.Generator, np.random.RandomState, random.Random)
    return [value for value in vars(module).values() if isinstance(value, kinds)]


@contextmanager
def _sources_kept(sources: list[Any]) -> Iterator[None]:
    states = [(source, _state(source)) for source in sources]
    try:
        yield
    finally:
        for source, state in states:
            if isinstance(source, np.random.Generator):
                source.bit_generator.state = state
            elif isinstance(source, random.Random):
                source.setstate(state)
            else:
                source.set_state(state)


def _state(source: Any) -> Any:
    if isinstance(source, np.random.Generator):
        return source.bit_generator.state
    return source.getstate() if isinstance(source, random.Random) else source.get_state()


@contextmanager
def _chance() -> Iterator[None]:
    """Put back the random states of PyTorch, on each device, of NumPy and of Python."""
    of_torch = torch.get_rng_state()
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    try:
        with same_random_states():
            yield
    finally:
        torch.set_rng_state(of_torch)
        if devices is not None:
            torch.cuda.set_rng_state_all(devices)
