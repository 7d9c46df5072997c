"""The figure of the main job: both teams, the bridge and the network on one sheet."""

from __future__ import annotations

from typing import IO, Any

from matplotlib.figure import Figure

from dashboard.panels import PANELS
from dashboard.style import SOFT, drawing, save_png
from experiments.story import Story

SHEET: Any = [
    ["graph 0", "graph 1", "curves", "curves"],
    ["solo 0", "solo 1", "missing", "hard"],
    ["bridge", "ablation 0", "ablation 1", "scores"],
]


def draw_story(story: Story, file: IO[bytes], language: str = "en") -> None:
    """Draw the whole story as a PNG of 2,400 x 1,560 pixels into `file`."""
    with drawing(language) as text:
        figure = Figure(figsize=(20, 13), dpi=120)
        figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.15, wspace=0.03, hspace=0.05)
        axes = figure.subplot_mosaic(SHEET)
        figure.suptitle(
            text["sheet.title"] + "\n\n", fontsize=21, fontweight="bold", x=0.008, ha="left"
        )
        figure.text(
            0.0085,
            0.928,
            text["sheet.lead"].format(seeds=story.plan.seeds),
            fontsize=12.5,
            color=SOFT,
            linespacing=1.4,
        )
        for name, ax in axes.items():
            PANELS[name](ax, story, text)
        save_png(figure, file)
