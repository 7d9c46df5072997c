"""A PyTorch model as it was found: modes, buffers, hooks and random state, whatever happens."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch


@contextmanager
def left_as_found(model: Any) -> Iterator[None]:
    """Put back, in the end, what running a model may change.

    That is each module's mode, the buffers, the hooks of modules, and the state of the random
    generators of Python, NumPy and PyTorch on every device. Weights change in no forward pass; who
    trains inside takes care of them.
    """
    modules = list(model.modules())
    modes = [module.training for module in modules]
    hooks = [(store, dict(store)) for module in modules for store in _hooks_of(module)]
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the user's own
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    torchs = torch.get_rng_state()
    try:
        yield
    finally:
        for module, training in zip(modules, modes, strict=True):
            module.training = training
        for store, before in hooks:
            store.clear()
            store.update(before)
        with torch.no_grad():
            for buffer, before in buffers:
                if not torch.equal(buffer, before):
                    buffer.copy_(before)
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        torch.set_rng_state(torchs)
        if cuda:
            torch.cuda.set_rng_state_all(cuda)


def _hooks_of(module: Any) -> list[dict[int, Any]]:
    return [
        store
        for name, store in vars(module).items()
        if name.endswith(("_hooks", "_hooks_with_kwargs", "_hooks_always_called"))
        and isinstance(store, dict)
    ]
