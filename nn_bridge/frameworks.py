"""Which framework somebody's model is of, told without importing any; and what of ours reads it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from simulation.checks import InputError, given

ROOTS = {
    ("torch.nn.modules.module", "Module"): "pytorch",
    ("keras.src.layers.layer", "Layer"): "keras3",
    ("sklearn.base", "BaseEstimator"): "scikit",
    ("flax.nnx.module", "Module"): "flax_nnx",
    ("nn_bridge.feedforward", "Feedforward"): "own",
}
"""The class from which all models of a framework inherit: its module, its name."""

CALLED = {
    "pytorch": "PyTorch",
    "keras3": "Keras 3",
    "scikit": "scikit-learn",
    "flax_nnx": "Flax NNX",
    "own": "nn_bridge",
}
"""What people call the frameworks."""


def framework_of(model: Any) -> str:
    """Return the name of the sub-package of `adapters` that a model needs.

    Raises
    ------
    InputError
        If it is of none of the frameworks.

    Examples
    --------
    >>> from nn_bridge.network import Sequential
    >>> framework_of(Sequential())
    'own'
    >>> framework_of(3)
    Traceback (most recent call last):
    simulation.checks.InputError: the model is 3, but must be one of PyTorch, Keras 3, \
scikit-learn, Flax NNX or nn_bridge: hand in the model itself, not its class or its outputs
    """
    for base in type(model).__mro__:
        found = ROOTS.get((base.__module__, base.__qualname__))
        if found:
            return found
    *names, last = CALLED.values()
    raise InputError(
        f"the model is {given(model)}, but must be one of {', '.join(names)} or {last}: hand in "
        "the model itself, not its class or its outputs"
    )


def adapter(model: Any, part: str) -> ModuleType:
    """Import what reads models of this framework.

    Parameters
    ----------
    model : object
        Of one of the frameworks.
    part : {'watching', 'silencing'}

    Raises
    ------
    InputError
        If this framework's models cannot be read so.
    """
    framework = framework_of(model)
    name = f"nn_bridge.adapters.{framework}.{part}"
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if not name.startswith(missing.name or "."):
            raise  # something of the framework's own
    if framework == "scikit":
        raise InputError(
            "models of scikit-learn have no dropout to check up on: measure takes them"
        )
    purpose = {"watching": "check_up", "silencing": "measure"}[part]
    raise InputError(f"{purpose} does not take models of {CALLED[framework]}: use another's")
