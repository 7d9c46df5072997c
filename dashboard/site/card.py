"""The picture that is shown where somebody links to the site: two teams, one who is missing."""

from __future__ import annotations

from typing import IO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from dashboard.style import ABSENT, COMPLETE, INK, SOFT, drawing
from dashboard.texts import LANGUAGES, load

WIDTH, HEIGHT = 1200, 630
"""Pixels, as those who show such pictures want them."""
GROUND = "#faf9f6"
NAMES = "ABCDE"


def draw_card(file: IO[bytes]) -> None:
    """Write the picture as PNG: the title in both languages above a team each."""
    english, japanese = (load("page", language) for language in LANGUAGES)
    with drawing("en"):
        figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=GROUND)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
        axes.axis("off")
        axes.text(64, 520, english["title"], fontsize=45, family="DejaVu Serif", weight="bold")
        for left, colour, absent, law in (
            (330, COMPLETE, "", "everyone"),
            (870, ABSENT, "D", "one-or-two"),
        ):
            _table(axes, left, colour, absent)
            name = english[f"name.{law}"]
            axes.text(left, 34, name, fontsize=20, ha="center", color=SOFT)
    with drawing("ja"):
        axes.text(66, 462, japanese["title"], fontsize=24, color=SOFT)
    figure.savefig(file, format="png", dpi=100, facecolor=GROUND, metadata={"Software": None})


def _table(axes: Axes, across: float, colour: str, absent: str) -> None:
    """Draw a round table; who is absent is an empty seat."""
    axes.add_patch(Circle((across, 250), 86, color="#e9e6de"))
    for place, name in enumerate(NAMES):
        angle = np.pi / 2 - 2 * np.pi * place / len(NAMES)
        at = across + 138 * np.cos(angle), 250 + 138 * np.sin(angle)
        there = name != absent
        seat = Circle(
            at, 44, facecolor=colour if there else GROUND, edgecolor=colour if there else INK,
            linewidth=2.5, linestyle="-" if there else (0, (3, 3)),
        )  # fmt: skip
        axes.add_patch(seat)
        ink = GROUND if there else SOFT
        axes.text(
            *at, name, fontsize=27, weight="bold", color=ink, ha="center", va="center_baseline"
        )
