"""How a result looks in a browser: as a page of its own, and as what Jupyter shows."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from nn_bridge.results.drawings import bars_drawing, curve_drawing
from nn_bridge.results.numbers import decimals, figure, minus
from nn_bridge.results.parts import Heat, Told, end_of
from nn_bridge.results.templates import environment, framed
from nn_bridge.results.wording import Wording
from simulation.checks import printable

MOST_LETTERS = 16
"""Of a name beside a bar or a column; all of it is told where a pointer rests."""


def page(editions: Sequence[tuple[Wording, Told]]) -> str:
    """Return a result as one HTML document, in each language; the first is shown when it opens."""
    return _filled("page.html", **framed([{"say": s, "told": t} for s, t in editions], __package__))


def fragment(told: Told) -> str:
    """Return a result as HTML to stand among other things, in their colours."""
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return _filled("fragment.html", told=told, style=Markup(style))


def short(name: str) -> str:
    """Shorten a name for a place with little room."""
    return end_of(name, MOST_LETTERS)


def shades(part: Heat) -> list[list[tuple[str, float] | None]]:
    """Return what stands in each cell and how strong its colour is, -100 to 100."""
    size = float(abs(part.values).max(initial=0)) or 1.0
    digits = decimals(size)
    return [
        [
            None if row == column else (minus(figure(value, digits)), round(100 * value / size))
            for column, value in enumerate(values)
        ]
        for row, values in enumerate(part.values.tolist())
    ]


def _filled(template: str, **context: Any) -> str:
    filters = (printable, short, curve_drawing, bars_drawing, shades)
    return environment(__package__, *filters).get_template(template).render(**context)
