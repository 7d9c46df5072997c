"""What the page achieves, figure by figure, beside what it should."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its target."""

    what: str
    target: str
    measured: str
    met: bool
