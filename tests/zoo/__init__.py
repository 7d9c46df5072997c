"""Small networks with a planted fault of dropout each, and healthy ones.

Planted on 2026-12-01, by someone who had not seen a line of `check_up` and knew only its signature
and its words for what it finds. Each fault is of a kind that a public report tells of; the report
is named, no code of it was copied.

    faults_torch            layers passed by
    faults_torch_evaluation chance that stays in evaluation
    faults_torch_modes      modes that do not arrive, or do not come back
    faults_torch_rates      rates that are not what was meant
    faults_torch_masks      scales, places, shapes and seeds of masks
    faults_keras            the same in Keras 3, on any backend
    faults_found            what check_up found, later, in a network that was thought healthy
    healthy_torch           right networks of PyTorch's own layers
    healthy_by_hand         right dropout written by hand, or called as a function
    healthy_keras           in Keras 3, keras.applications among them
    healthy_own             in this project's layers
    healthy_transformers    built from small configurations of the library transformers
    running                 runs them and sees their faults, without check_up
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

FAULTY = (
    "faults_torch",
    "faults_torch_evaluation",
    "faults_torch_modes",
    "faults_torch_rates",
    "faults_torch_masks",
    "faults_keras",
    "faults_found",
)
SOUND = (
    "healthy_torch",
    "healthy_by_hand",
    "healthy_keras",
    "healthy_own",
    "healthy_transformers",
)

Handed = dict[str, Any]  # what check_up is handed: model, x, and where needed y, loss, evaluate..


@dataclass(frozen=True)
class Entry:
    """A network of the zoo.

    Attributes
    ----------
    build : function
        Makes what check_up is handed.
    kind : str or None
        The planted fault; None: healthy.
    also : frozenset of str
        What follows from the fault, and may be named beside it.
    source : str
        The public report, 'owner/repository#number'.
    rate : float or None
        The rate that is asked for somewhere, where the fault is about it.
    slow : bool
    """

    build: Callable[[], Handed]
    kind: str | None = None
    also: frozenset[str] = frozenset()
    source: str = ""
    rate: float | None = None
    slow: bool = False


_entries: dict[str, list[Entry]] = {}


def fault(
    kind: str,
    *,
    also: tuple[str, ...] = (),
    source: str,
    rate: float | None = None,
    slow: bool = False,
) -> Callable[[Callable[[], Handed]], Callable[[], Handed]]:
    """Put a network with a fault of this kind into the zoo."""

    def put(build: Callable[[], Handed]) -> Callable[[], Handed]:
        _put(Entry(build, kind, frozenset(also), source, rate, slow))
        return build

    return put


def healthy(build: Callable[[], Handed]) -> Callable[[], Handed]:
    """Put a healthy network into the zoo."""
    _put(Entry(build))
    return build


def healthy_and_slow(build: Callable[[], Handed]) -> Callable[[], Handed]:
    """Put a healthy network that takes seconds into the zoo."""
    _put(Entry(build, slow=True))
    return build


def _put(entry: Entry) -> None:
    _entries.setdefault(entry.build.__module__.split(".")[-1], []).append(entry)


def entries(modules: tuple[str, ...]) -> list[Any]:
    """All entries of these modules as pytest's parameters; where a framework is missing, a skip."""
    found: list[Any] = []
    for module in modules:
        try:
            importlib.import_module(f"zoo.{module}")
        except pytest.skip.Exception as missing:
            skip = pytest.mark.skip(reason=str(missing))
            found.append(pytest.param(None, marks=skip, id=module))
            continue
        for entry in _entries.get(module, []):
            marks = [pytest.mark.slow] if entry.slow else []
            found.append(pytest.param(entry, marks=marks, id=f"{module}.{entry.build.__name__}"))
    return found
