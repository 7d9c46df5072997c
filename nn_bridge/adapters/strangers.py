"""What is called in a model but is no part of it, and whose line it is that runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

OURS = f"{Path(__file__).parent}{os.sep}"
HOUSE = f"{Path(__file__).parents[1]}{os.sep}"
"""All of `nn_bridge`: what calls a model is not in it."""


class Strangers:
    """Layers that are no part of the model: hidden in it, or made anew in each pass.

    Attributes
    ----------
    anew : dict of str
        Names of layers of chance that the present pass met first, though there was one before.
    passes : int
        That went well.
    """

    def __init__(self) -> None:
        self.anew: dict[str, None] = {}
        self._known: dict[int, tuple[Any, str]] = {}  # kept, so that no other gets their ids
        self.passes = 0

    def name(self, layer: Any, where: Callable[[], str], drops: Callable[[Any], bool]) -> str:
        """Name a layer by where it is called; `drops` says whether chance is in it."""
        if id(layer) not in self._known:
            name = f"{type(layer).__name__} ({where()})"
            if self.passes and drops(layer):
                self.anew[name] = None
            self._known[id(layer)] = layer, name
        return self._known[id(layer)][1]


def users_line() -> str:
    """Return file and line of the innermost frame that is neither a framework's nor ours.

    '' if there is none in the model, as in a scripted one.
    """
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith((OURS, *_frameworks(), "<")):
            return "" if name.startswith(HOUSE) else line_of(frame)
        frame = frame.f_back
    return ""


def line_of(frame: Any) -> str:
    """Return file and line that a frame is at."""
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


@cache
def _frameworks() -> tuple[str, ...]:
    """Return where those lie that are loaded."""
    loaded = [sys.modules.get(name) for name in ("keras", "torch", "tensorflow", "jax", "flax")]
    files = [getattr(each, "__file__", None) for each in loaded]
    return tuple(f"{Path(each).parent}{os.sep}" for each in files if each)
