"""Rates of dropping as people write them down: in numbers by their names, in configurations."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from nn_bridge.checking.watching import Declared

NAMED = re.compile(r"drop_?out|_?pdrop$|p_?drop|drop_?(rate|prob|path|connect|p)$|layer_?drop")
"""What a rate of dropping is called."""

SHORT = ("p", "rate", "prob", "drop")
"""What it may be called in a layer that does nothing else."""

MADE_SMALLER = re.compile(r"path|depth|connect|layer_?drop")
"""Of what smaller rates are made for layers further down."""

CONFIGURATIONS = (
    "config", "cfg", "args", "hparams", "conf", "opt", "options", "params", "settings",
)  # fmt: skip
"""What people call that which holds a model's settings."""


def rates_in(entries: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return what is called a rate of dropping and could be one.

    Examples
    --------
    >>> rates_in({"attention_dropout": 0.1, "units": 8, "keep_prob": 0.9})
    [('attention_dropout', 0.1)]
    """
    return [
        (str(name), float(value))
        for name, value in entries.items()
        if NAMED.search(str(name)) and "keep" not in str(name) and _fraction(value)
    ]


def own_rate(entries: Mapping[str, Any], kind: str, alone: bool) -> float | None:
    """Return the one rate that a layer itself asks for; None if there is none, or several.

    Parameters
    ----------
    entries : Mapping
        The layer's attributes.
    kind : str
        Its class.
    alone : bool
        Whether no layers are in it.
    """
    found = {rate for _, rate in rates_in(entries)}
    if not found and alone and "drop" in kind.lower():
        short = [value for name, value in entries.items() if name in SHORT and _fraction(value)]
        found = {float(value) for value in short}
    return found.pop() if len(found) == 1 else None


def _settings_in(held: Any) -> Mapping[str, Any]:
    """Return what a configuration sets; of one that says so, only what is not as it comes."""
    if hasattr(held, "to_diff_dict"):  # transformers': most entries are of no use to most models
        with suppress(ValueError, TypeError):  # some do not come without arguments
            usual = vars(type(held)())
            return {key: each for key, each in vars(held).items() if each != usual.get(key)}
        return {}
    if isinstance(held, Mapping):
        return dict(held)
    if dataclasses.is_dataclass(held) or hasattr(held, "__dict__"):
        return dict(vars(held))
    return {}


def settings_of(path: str, layer: Any, known: set[int], part: str = "") -> Iterator[Declared]:
    """Go through the numbers and the configurations that a layer of somebody's own holds.

    Parameters
    ----------
    path : str
        The layer's.
    layer : object
    known : set of int
        Ids of the configurations that were gone through; those of this layer are added.
    part : str
        As in `Declared`.
    """

    def setting(where: str, name: str, rate: float) -> Declared:
        lowest = 0.0 if MADE_SMALLER.search(name) else None
        return Declared(where.lstrip("."), "setting", rate, path, part, runs=False, lowest=lowest)

    for name, rate in rates_in(vars(layer)):
        yield setting(f"{path}.{name}", name, rate)
    for name in CONFIGURATIONS:
        held = vars(layer).get(name)
        if held is not None and id(held) not in known:
            known.add(id(held))
            for key, rate in rates_in(_settings_in(held)):
                yield setting(f"{path}.{name}.{key}", key, rate)


def part_with_weights(
    parts: Mapping[str, Any], path: str, weights: Callable[[Any], Iterable[Any]]
) -> str:
    """Return the path of the smallest part at or above one that has weights."""
    while path and not (path in parts and any(True for _ in weights(parts[path]))):
        path = path.rpartition(".")[0]
    return path


def _fraction(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1
