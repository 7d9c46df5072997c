"""The figure of a study: its panels of curves, side by side."""

from __future__ import annotations

from typing import IO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from dashboard.style import ABSENT, COMPLETE, INK, PALE, drawing, save_png
from experiments.published.study import Curve, Found, Panel

LOOKS = (
    (COMPLETE, "o"),
    (ABSENT, "D"),
    ("#009E73", "s"),
    (INK, "^"),
)
"""Colour and marker of the first curve, the second ..; told apart by the colour-blind."""


def draw(found: Found, file: IO[bytes]) -> None:
    """Draw what a study found, with the 95% interval of each point."""
    with drawing("en"):
        figure = Figure(figsize=(6.4 * len(found.panels), 5.2), dpi=110)
        figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.08)
        alike = len({panel.y for panel in found.panels}) == 1
        axes = figure.subplots(1, len(found.panels), sharey=alike)
        for ax, panel in zip(axes, found.panels, strict=True):
            _draw_panel(ax, panel)
        save_png(figure, file)


def _draw_panel(ax: Axes, panel: Panel) -> None:
    for curve, (colour, marker) in zip(panel.curves, LOOKS, strict=False):
        _draw_curve(ax, curve, colour, marker)
    if panel.logarithmic:
        at = panel.curves[0].at
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(FixedLocator(list(at)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticks(list(at), [f"{value:,g}" for value in at])
    for height, text in panel.lines:
        ax.axhline(height, color=PALE, linewidth=1, linestyle="--")
        ax.annotate(
            text, (1, height), xycoords=("axes fraction", "data"), xytext=(-2, -2),
            textcoords="offset points", ha="right", va="top", color=INK, fontsize=9.5,
        )  # fmt: skip
    ax.set(xlabel=panel.x, ylabel=panel.y)
    ax.set_title(panel.title, fontsize=12)
    if len(panel.curves) > 1:
        ax.legend()


def _draw_curve(ax: Axes, curve: Curve, colour: str, marker: str) -> None:
    middle = np.array([point.difference for point in curve.points])
    low, high = ([getattr(point, end) for point in curve.points] for end in ("low", "high"))
    ax.fill_between(curve.at, low, high, color=colour, alpha=0.16, linewidth=0)
    ax.plot(
        curve.at, middle, color=colour, marker=marker, markersize=4, linewidth=1.8, label=curve.name
    )
    if curve.marked is not None:
        at = int(np.abs(np.asarray(curve.at) - curve.marked).argmin())
        ax.plot(curve.at[at], middle[at], "o", color=colour, markersize=12)
