"""How cost grows, a panel for each axis: lines labelled where they end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from benchmarks.growth import Growth
from benchmarks.launches import Outcome
from benchmarks.plan import CURVES, Curve
from benchmarks.report import duration, growth_of
from dashboard.style import drawing, save_png
from dashboard.texts import load

OURS = "#D55E00"
PEERS = {
    "bare matrix products": "#8a8a8a",
    "plain NumPy": "#0072B2",
    "JAX": "#009E73",
    "PyTorch": "#CC79A7",
    "Numba": "#B8A000",
    "np.matmul": "#0072B2",
    "np.einsum": "#56B4E9",
    "loop over NumPy": "#444444",
    "loop over Mesa": "#8a8a8a",
    "shapiq": "#009E73",
}
"""Okabe and Ito's palette, by how a contender's name begins."""

STYLE: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.labelsize": 10.5,
    "axes.grid": True,
    "grid.color": "#eeeeee",
    "text.color": "#222222",
}

ROOM = 0.7
"""Room to the right of the lines for their names, as a part of the sizes' range."""


def draw_growth(outcomes: Sequence[Outcome], file: IO[bytes], language: str = "en") -> bool:
    """Draw the curves that were measured as a PNG into `file`; False if there are none.

    Parameters
    ----------
    outcomes : sequence of Outcome
    file : binary file
    language : {'en', 'ja'}

    Raises
    ------
    InputError
        If the language is another one, or its font is not installed.
    """
    panels = [(curve, lines) for curve in CURVES if (lines := growth_of(curve, outcomes))]
    if not panels:
        return False
    columns = min(2, len(panels))
    rows = len(panels) // columns + 1  # there is always a place left for how to read it
    texts = load("benchmarks", language)
    with drawing(language), mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0 * columns, 4.6 * rows), dpi=110)
        figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.12)
        axes = np.atleast_1d(figure.subplots(rows, columns)).ravel()
        for ax, (curve, lines) in zip(axes, panels, strict=False):
            _panel(ax, curve, lines, texts)
        for ax in axes[len(panels) :]:
            ax.set_axis_off()
        axes[len(panels)].text(0.0, 0.9, texts["how"], va="top", fontsize=11, linespacing=1.5)
        save_png(figure, file)
    return True


def _panel(ax: Axes, curve: Curve, lines: dict[str, dict[str, Any]], texts: dict[str, str]) -> None:
    ax.set_yscale("log")
    if not curve.doubling:
        ax.set_xscale("log")
    sizes: list[int] = sorted({size for line in lines.values() for size in line["sizes"]})

    def beyond(size: int, part: float) -> float:
        """Go on from `size` by a part of the range of sizes."""
        if curve.doubling:
            return size + (sizes[-1] - sizes[0]) * part
        reach: float = (sizes[-1] / sizes[0]) ** part
        return size * reach

    ax.set_xlim(beyond(sizes[0], -0.03), beyond(sizes[-1], ROOM))
    for name, line in lines.items():
        ours = name.startswith("ours")
        ax.plot(
            line["sizes"], line["seconds"], color=_color(name), marker="o",
            markersize=4 if ours else 3, linewidth=2.6 if ours else 1.4, zorder=3 if ours else 2,
        )  # fmt: skip
    bottom, top = ax.get_ylim()
    for name, height in _apart(lines, bottom, top).items():
        end = lines[name]["sizes"][-1], lines[name]["seconds"][-1]
        ax.annotate(
            texts[name] + _grows(lines[name]["growth"], texts),
            xy=end, xytext=(beyond(sizes[-1], 0.03), height),
            va="center", fontsize=9.5, color=_color(name),
            fontweight="bold" if name.startswith("ours") else "normal",
            arrowprops={"arrowstyle": "-", "color": _color(name), "lw": 0.6, "alpha": 0.6,
                        "relpos": (0.0, 0.5), "shrinkA": 0, "shrinkB": 3},
        )  # fmt: skip
    ax.set_title(texts[curve.title])
    ax.set_xlabel(texts[curve.size])
    ax.xaxis.set_major_locator(FixedLocator(_ticks(sizes)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0) if top / bottom < 300 else (1.0,)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))
    ax.yaxis.set_minor_locator(NullLocator())


def _grows(fit: Growth | None, texts: dict[str, str]) -> str:
    if fit is None:
        return ""
    if fit.doubling:
        return "  " + texts["member"].format(factor=f"{2**fit.slope:.2f}")
    return f"  {fit.slope:.2f}"


def _apart(lines: dict[str, dict[str, Any]], bottom: float, top: float) -> dict[str, float]:
    """Find heights for the names, in the order of the lines' ends, that do not overlap."""
    least = 0.058 * np.log(top / bottom)
    order = sorted(lines, key=lambda name: lines[name]["seconds"][-1])
    wanted = np.log([lines[name]["seconds"][-1] for name in order])
    # Pushed up from below, then down from the top, so that all stay inside.
    for at in range(1, len(order)):
        wanted[at] = max(wanted[at], wanted[at - 1] + least)
    ceiling = np.log(top) - 0.3 * least
    for at in reversed(range(len(order))):
        wanted[at] = min(wanted[at], ceiling)
        ceiling = wanted[at] - least
    return {name: float(np.exp(height)) for name, height in zip(order, wanted, strict=True)}


def _ticks(sizes: list[int]) -> list[int]:
    return sizes if len(sizes) <= 7 else sizes[::2] + ([] if len(sizes) % 2 else [sizes[-1]])


def _color(name: str) -> str:
    if name.startswith("ours"):
        return OURS
    return next((color for start, color in PEERS.items() if name.startswith(start)), "#444444")
