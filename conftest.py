"""Doctests of adapters are looked for only where the framework is that they adapt."""

from importlib.util import find_spec

ADAPTERS = {"pytorch": "torch", "keras3": "keras", "flax_nnx": "flax"}

collect_ignore = [
    f"nn_bridge/adapters/{adapter}"
    for adapter, framework in ADAPTERS.items()
    if find_spec(framework) is None
]
