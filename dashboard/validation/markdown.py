"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.numbers import Said
from simulation.statistics import Effect


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Lay out a table; the columns numbered in `right` are set flush right."""
    rule = ["---:" if column in right else "---" for column in range(len(columns))]
    lines = [columns, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def effect_cells(effect: Effect) -> tuple[str, str, str]:
    """Print an effect: the figure before, the figure after, the difference with its interval."""
    said = Said.of(effect)
    return said.before, said.after, said.change


def gain(effect: Effect) -> str:
    """Print the difference of an effect."""
    return Said.of(effect).difference
