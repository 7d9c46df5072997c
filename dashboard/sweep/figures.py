"""The figures of a sweep's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from experiments.sweep.predicted import OUTCOME, Forecast

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

    def draw(ax: Axes, name: str, texts: Texts) -> None:
        along = answers.along(name)
        for side, outcome in zip((-0.1, 0.1), OUTCOMES, strict=True):
            _measured(ax, along, outcome, side)
        _name_settings(ax, name, along, texts)

    def keys(texts: Texts) -> list[Line2D | Patch]:
        good = Patch(color=PALE, alpha=0.4, label=texts["figure.good"])
        return [*(_key(outcome, texts) for outcome in OUTCOMES), good]

    _draw_panels(answers.panels, draw, keys, language, file)


def draw_predicted(
    predicted: Mapping[Answer, Forecast], answers: Answers, language: str, file: IO[bytes]
) -> None:
    """Draw the predicted best rate, and those as good, under the measured one, by each setting."""

    def draw(ax: Axes, name: str, texts: Texts) -> None:
        along = [answer for answer in answers.along(name) if answer in predicted]
        told = [predicted[answer].best for answer in along]
        # Wider than the marks, so that a single setting has a band, too.
        at = np.concatenate([[-0.3], np.arange(len(along)), [len(along) - 0.7]])
        low, rate, high = (
            np.pad([getattr(one, part) for one in told], 1, mode="edge")
            for part in ("low", "rate", "high")
        )
        ax.fill_between(at, low, high, color=PALE, alpha=0.35, linewidth=0)
        ax.plot(at, rate, color=INK, linewidth=2.2)
        _measured(ax, along, OUTCOME, 0.0)
        _name_settings(ax, name, along, texts)

    def keys(texts: Texts) -> list[Line2D | Patch]:
        return [
            Line2D([], [], color=INK, linewidth=2.2, label=texts["figure.predicted"]),
            Patch(color=PALE, alpha=0.35, label=texts["figure.predicted good"]),
            Line2D([], [], color=COLOURS[OUTCOME], marker=MARKERS[OUTCOME], markersize=7.5,
                   linewidth=0, label=texts["figure.measured"]),
            Patch(color=COLOURS[OUTCOME], alpha=0.3, label=texts["figure.measured good"]),
        ]  # fmt: skip

    _draw_panels(answers.panels, draw, keys, language, file)


def _draw_panels(
    names: Sequence[str],
    draw: Callable[[Axes, str, Texts], None],
    keys: Callable[[Texts], list[Line2D | Patch]],
    language: str,
    file: IO[bytes],
) -> None:
    """Draw the best rate against each setting, a panel each, with a legend above."""
    texts = load("sweep", language)
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    with drawing(language):
        figure = Figure(figsize=(3.7 * columns + 0.7, 2.7 * rows + 0.8), dpi=110)
        figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.08)
        axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for ax, name in zip(axes.flat, names, strict=False):
            draw(ax, name, texts)
        for ax in axes.flat[len(names) :]:
            ax.axis("off")
        for ax in axes[:, 0]:
            ax.set_ylabel(texts["figure.best rate"])
        axes[0, 0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        low, high = axes[0, 0].get_ylim()
        axes[0, 0].set_ylim(min(low, -0.03), high)
        marks = keys(texts)
        # All in a row are wider than one panel, and four than two.
        ncols = 1 if columns == 1 else len(marks) if columns > 2 or len(marks) < 4 else 2
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


def _measured(ax: Axes, along: list[Answer], outcome: str, side: float) -> None:
    """Mark the best rates, and from the lowest to the highest that is as good."""
    best = [answer.best[outcome] for answer in along]
    at, colour = np.arange(len(along)) + side, COLOURS[outcome]
    lowest, highest = [min(one.as_good) for one in best], [max(one.as_good) for one in best]
    ax.vlines(at, lowest, highest, color=colour, linewidth=5, alpha=0.3)
    known = np.array([not one.flat for one in best])
    rates = np.array([one.rate for one in best])
    ax.plot(at[known], rates[known], MARKERS[outcome], color=colour, markersize=7.5)


def _name_settings(ax: Axes, name: str, along: list[Answer], texts: Texts) -> None:
    values = [spoken(texts, answer.dose.setting[name]) for answer in along]
    ax.set_xticks(np.arange(len(along)), values)
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
