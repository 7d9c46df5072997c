"""The figures of a sweep's page."""

from __future__ import annotations

from typing import IO

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from dashboard.figures import ABSENT, COMPLETE, INK, PALE, STYLE
from dashboard.sweep.answers import NAMES, OUTCOMES, Answer, Answers

COLOURS = {"kept": ABSENT, "quality": COMPLETE}
MARKERS = {"kept": "D", "quality": "o"}
MOST_PANELS = 5
SCORE = "#117733"


def draw_by_rate(answers: Answers, file: IO[bytes]) -> None:
    """Draw quality and co-adaptation against the absence rate, a column for each team size."""
    sizes = _spread(answers.along("presenters"))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(max(3.6 * len(sizes), 7.2) + 0.8, 8.2), dpi=110)
        figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.1)
        axes = figure.subplots(2, len(sizes), sharex=True, sharey="row", squeeze=False)
        for column, answer in enumerate(sizes):
            _quality(axes[0, column], answer)
            _score(axes[1, column], answer)
            axes[0, column].set_title(f"{answer.spoken('presenters')} presenters")
            axes[1, column].set_xlabel("each is absent with rate")
        axes[0, 0].set_ylabel("quality on unseen questions")
        axes[1, 0].set_ylabel("co-adaptation score (log scale)")
        axes[0, -1].legend(loc="lower center", title="on the day", title_fontsize=10.5)
        figure.savefig(file, format="png", metadata={"Software": None})


def draw_best_rates(answers: Answers, file: IO[bytes]) -> None:
    """Draw how the best rate moves with each setting that was varied by itself."""
    panels = [(name, along) for name in NAMES if len(along := answers.along(name)) > 1]
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6 * columns + 0.6, 3.9 * rows + 0.5), dpi=110)
        figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.12)
        axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for ax, (name, along) in zip(axes.flat, panels, strict=False):
            _best_along(ax, name, along)
        for ax in axes.flat[len(panels) :]:
            ax.axis("off")
        for ax in axes[:, 0]:
            ax.set_ylabel("best absence rate")
        axes[0, 0].legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.0))
        axes[0, 0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        low, high = axes[0, 0].get_ylim()
        axes[0, 0].set_ylim(min(low, -0.03), high + 0.18 * (high - low))
        figure.savefig(file, format="png", metadata={"Software": None})


def _quality(ax: Axes, answer: Answer) -> None:
    rates = answer.dose.rates
    for outcome, label in OUTCOMES.items():
        colour, found, best = COLOURS[outcome], answer.curve(outcome), answer.best[outcome]
        ax.plot(rates, found.mean, color=colour, linewidth=2.2, label=label)
        ax.fill_between(rates, found.low, found.high, color=colour, alpha=0.2, linewidth=0)
        good = np.isin(rates, best.as_good)
        ax.plot(
            rates[good], found.mean[good], MARKERS[outcome], color=colour, markersize=6,
            markerfacecolor="white",
        )  # fmt: skip
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
        ax.yaxis.set_major_formatter("{x:g}")


def _best_along(ax: Axes, name: str, along: list[Answer]) -> None:
    places = np.arange(len(along))
    for side, (outcome, label) in zip((-0.1, 0.1), OUTCOMES.items(), strict=True):
        best = [answer.best[outcome] for answer in along]
        at, colour = places + side, COLOURS[outcome]
        lowest, highest = [min(one.as_good) for one in best], [max(one.as_good) for one in best]
        ax.vlines(at, lowest, highest, color=colour, linewidth=5, alpha=0.3)
        ax.plot(
            at, [one.rate for one in best], MARKERS[outcome], color=colour, markersize=7.5,
            label=label,
        )  # fmt: skip
    ax.set_xticks(places, [answer.spoken(name) for answer in along])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(-0.5, len(along) - 0.5)
    ax.set_title(NAMES[name].capitalize(), color=INK)


def _spread(answers: list[Answer]) -> list[Answer]:
    """Take a few that are spread over all of them."""
    if len(answers) <= MOST_PANELS:
        return answers
    chosen = np.linspace(0, len(answers) - 1, MOST_PANELS).round().astype(int)
    return [answers[at] for at in chosen]
