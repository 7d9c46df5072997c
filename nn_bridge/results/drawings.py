"""Where the lines of a curve and the bars stand, for the page to draw them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from nn_bridge.results.numbers import figure, minus
from nn_bridge.results.parts import Bars, Curve, Line, largest, said_at
from simulation.arrays import FloatArray

WIDTH, HEIGHT = 480, 270
"""Of the curve, in the units of its drawing; it is as wide as there is room."""

LEFT, RIGHT, TOP, BOTTOM = 56, 24, 12, 44
"""Margins around the curve, with room for what stands at the axes."""

BAR, THICK = 200, 16
"""Length and height of the drawing of a bar, in its own units."""


def curve_drawing(part: Curve) -> dict[str, Any]:
    """Place lines, their bands and the marks of the axes."""
    known = np.concatenate([(line.values, *line.band.T) for line in part.lines])
    marks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(np.nanmin(known), np.nanmax(known))
    low, high = float(marks[0]), float(marks[-1])
    digits = max(len(f"{mark:.6f}".rstrip("0").partition(".")[2]) for mark in marks)

    def across(share: FloatArray | float) -> Any:
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    def up(value: FloatArray | float) -> Any:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)

    return {
        "width": WIDTH,
        "height": HEIGHT,
        "edges": (LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM),
        "lines": [placed(line, across(part.at), up) for line in part.lines],
        "across": [(across(share), f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)],
        "up": [(up(mark), minus(figure(float(mark), digits))) for mark in marks],
    }


def placed(
    line: Line, across: FloatArray, up: Callable[[FloatArray], FloatArray]
) -> dict[str, str]:
    """Place one line, and its band where it is known."""
    banded = ~np.isnan(line.band).any(axis=1)
    low, high = up(line.band[banded]).T
    at = across[banded]
    around = points(np.concatenate([at, at[::-1]]), np.concatenate([low, high[::-1]]))
    return {"name": line.name, "line": points(across, up(line.values)), "band": around}


def bars_drawing(part: Bars) -> dict[str, Any]:
    """Place the largest bars with their intervals, and what stands beside them."""
    shown = largest(part)
    ends = np.stack([part.values, *part.band.T], axis=1)[shown]
    low, high = min(0.0, float(np.nanmin(ends))), max(0.0, float(np.nanmax(ends)))

    def across(value: float) -> float:
        return BAR * (value - low) / ((high - low) or 1)

    rows = []
    for at, said, (value, begin, end) in zip(
        shown, said_at(part, shown), ends.tolist(), strict=True
    ):
        rows.append(
            {
                "name": part.names[at],
                "from": min(across(0), across(value)),
                "wide": abs(across(value) - across(0)),
                "interval": None if np.isnan([begin, end]).any() else (across(begin), across(end)),
                "said": minus(said),
            }
        )
    return {"rows": rows, "wide": BAR, "thick": THICK, "zero": across(0)}


def points(across: FloatArray, up: FloatArray) -> str:
    """Write points as an SVG has them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, up, strict=True))
