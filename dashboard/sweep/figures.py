"""The figures of a sweep's page."""

from __future__ import annotations

from typing import IO, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, PercentFormatter

from dashboard.style import ABSENT, COMPLETE, INK, PALE, Texts, drawing, save_png
from dashboard.texts import load
from experiments.sweep.answers import OUTCOMES, Answer, Answers

COLOURS = {"kept": ABSENT, "quality": COMPLETE}
MARKERS = {"kept": "D", "quality": "o"}
MOST_PANELS = 5
SCORE = "#117733"


def draw_by_rate(answers: Answers, language: str, file: IO[bytes]) -> None:
    """Draw quality and co-adaptation against the absence rate, a column for each team size."""
    sizes = _spread(answers.along("presenters"))
    texts = load("sweep", language)
    with drawing(language):
        figure = Figure(figsize=(max(2.35 * len(sizes), 5) + 0.9, 6.4), dpi=110)
        figure.set_layout_engine("constrained", w_pad=0.05, h_pad=0.05)
        axes = figure.subplots(2, len(sizes), sharex=True, sharey="row", squeeze=False)
        for column, answer in enumerate(sizes):
            _quality(axes[0, column], answer)
            _score(axes[1, column], answer)
            axes[0, column].set_title(texts["figure.size"].format(size=answer.size))
        _label_scores(axes[1, 0])
        axes[0, 0].set_ylabel(texts["figure.quality"])
        axes[1, 0].set_ylabel(texts["figure.score"])
        figure.supxlabel(texts["figure.rate"], fontsize=11, color=INK)
        marks = [_key(outcome, texts) for outcome in OUTCOMES]
        marks.append(Line2D([], [], marker="o", markersize=9, color=PALE, linewidth=0,
                            label=texts["figure.best"]))  # fmt: skip
        marks.append(Line2D([], [], marker="o", markersize=6, color=PALE, linewidth=0,
                            markerfacecolor="white", label=texts["figure.good"]))  # fmt: skip
        # All four in a row are wider than two panels.
        figure.legend(handles=marks, loc="outside upper center", ncols=4 if len(sizes) > 2 else 2)
        save_png(figure, file)


def draw_best_rates(answers: Answers, language: str, file: IO[bytes]) -> None:
    """Draw how the best rate moves with each setting that was varied by itself."""
    panels, texts = answers.panels, load("sweep", language)
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    with drawing(language):
        figure = Figure(figsize=(3.7 * columns + 0.7, 2.7 * rows + 0.8), dpi=110)
        figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.08)
        axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for ax, name in zip(axes.flat, panels, strict=False):
            _best_along(ax, name, answers.along(name), texts)
        for ax in axes.flat[len(panels) :]:
            ax.axis("off")
        for ax in axes[:, 0]:
            ax.set_ylabel(texts["figure.best rate"])
        axes[0, 0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        low, high = axes[0, 0].get_ylim()
        axes[0, 0].set_ylim(min(low, -0.03), high)
        marks: list[Line2D | Patch] = [_key(outcome, texts) for outcome in OUTCOMES]
        marks.append(Patch(color=PALE, alpha=0.4, label=texts["figure.good"]))
        ncols = 3 if columns > 1 else 1  # all in a row are wider than one panel
        figure.legend(handles=marks, loc="outside upper center", ncols=ncols)
        save_png(figure, file)


def spoken(texts: Texts, value: Any) -> str:
    """Say the value of a setting."""
    if isinstance(value, str):
        return texts[f"value.{value}"]
    return texts["value.all"] if pd.isna(value) else f"{value:,.6g}"


def _key(outcome: str, texts: Texts) -> Line2D:
    return Line2D([], [], color=COLOURS[outcome], marker=MARKERS[outcome], markersize=7.5,
                  linewidth=2.2, label=texts[f"outcome.{outcome}"])  # fmt: skip


def _quality(ax: Axes, answer: Answer) -> None:
    rates = answer.dose.rates
    for outcome in OUTCOMES:
        colour, found, best = COLOURS[outcome], answer.curve(outcome), answer.best[outcome]
        ax.plot(rates, found.mean, color=colour, linewidth=2.2)
        ax.fill_between(rates, found.low, found.high, color=colour, alpha=0.2, linewidth=0)
        good = np.isin(rates, best.as_good)
        ax.plot(
            rates[good], found.mean[good], MARKERS[outcome], color=colour, markersize=6,
            markerfacecolor="white",
        )  # fmt: skip
        if not best.flat:
            ax.plot([best.rate], [best.quality], MARKERS[outcome], color=colour, markersize=9)
    ax.axhline(0, color=PALE, linewidth=0.8)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def _score(ax: Axes, answer: Answer) -> None:
    rates, found = answer.dose.rates, answer.curve("co_adaptation")
    ax.plot(rates, found.mean, color=SCORE, linewidth=2.2, marker=".", markersize=9)
    ax.fill_between(
        rates, np.maximum(found.low, found.mean / 100), found.high, color=SCORE, alpha=0.2,
        linewidth=0,
    )  # fmt: skip
    if (found.mean > 0).all():  # a team that says nothing has no logarithm
        ax.set_yscale("log")


def _label_scores(ax: Axes) -> None:
    """Label a logarithmic axis, of all scores, with plain numbers.

    Left to itself, Matplotlib writes powers of ten in one way and what lies between in another.
    """
    if ax.get_yscale() != "log":
        return
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)) if high / low > 5 else MaxNLocator(5))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())


def _best_along(ax: Axes, name: str, along: list[Answer], texts: Texts) -> None:
    places = np.arange(len(along))
    for side, outcome in zip((-0.1, 0.1), OUTCOMES, strict=True):
        best = [answer.best[outcome] for answer in along]
        at, colour = places + side, COLOURS[outcome]
        lowest, highest = [min(one.as_good) for one in best], [max(one.as_good) for one in best]
        ax.vlines(at, lowest, highest, color=colour, linewidth=5, alpha=0.3)
        known = np.array([not one.flat for one in best])
        rates = np.array([one.rate for one in best])
        ax.plot(at[known], rates[known], MARKERS[outcome], color=colour, markersize=7.5)
    ax.set_xticks(places, [spoken(texts, answer.dose.setting[name]) for answer in along])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(-0.5, len(along) - 0.5)
    title = texts[f"name.{name}"]
    ax.set_title(title[0].upper() + title[1:])


def _spread(answers: list[Answer]) -> list[Answer]:
    """Take a few that are spread over all of them."""
    if len(answers) <= MOST_PANELS:
        return answers
    chosen = np.linspace(0, len(answers) - 1, MOST_PANELS).round().astype(int)
    return [answers[at] for at in chosen]
