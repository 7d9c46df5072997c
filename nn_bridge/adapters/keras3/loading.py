"""Reading the .keras files in which models of Keras are saved."""

from __future__ import annotations

from os import PathLike
from typing import Any

from simulation.checks import InputError, shortened
from simulation.inputs import opened


def load_keras(path: str | PathLike[str]) -> Any:
    """Read a model from a .keras file. Keras runs no code that is in it (its `safe_mode`).

    Raises
    ------
    InputError
        If there is no such file, Keras or its backend is missing, or it cannot read the file.
    """
    with opened(path, "Keras model"):
        pass
    try:
        import keras
    except ImportError as error:
        raise InputError(
            f"{path} needs Keras, which cannot be imported ({shortened(str(error), 100)}): install "
            "it with a backend, and set KERAS_BACKEND to tensorflow, jax or torch"
        ) from None
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # of what a file may hold, Keras raises nearly anything
        raise InputError(
            f"{path} cannot be read as a Keras model: {type(error).__name__}: "
            f"{shortened(str(error), 300)}"
        ) from error
