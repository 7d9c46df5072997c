"""The figure of all findings: what absences change, against what the claim says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from dashboard.style import INK, PALE, Texts, drawing, save_png, titled
from dashboard.validation.report import outcomes_by_claim
from experiments.validation.claims import Outcome
from experiments.validation.conditions import NetworkSetting, Place
from experiments.validation.rules import Finding, Rule, Threshold
from simulation.statistics import SMALLEST_EFFECT

# Further colours of Okabe and Ito's palette.
GREEN, PINK = "#009E73", "#CC79A7"
LEFT_PANEL = ("C1", "C2", "C3", "C4", "C5")
ROW = 0.8  # inches


def draw_effects(outcomes: Sequence[Outcome], file: IO[bytes], language: str) -> None:
    """Draw every finding with its interval, in units of the smallest effect of interest."""
    by_claim = outcomes_by_claim([outcome for outcome in outcomes if outcome.findings])
    panels = [
        {name: found for name, found in by_claim.items() if (name in LEFT_PANEL) == left}
        for left in (True, False)
    ]
    panels = [panel for panel in panels if panel]
    sizes = [sum(len(found[0].findings) + 0.5 for found in panel.values()) for panel in panels]
    with drawing(language) as text:
        height = 3.1 + ROW * max(sizes)
        figure = Figure(figsize=(20, height), dpi=120)
        for number, (panel, size) in enumerate(zip(panels, sizes, strict=True)):
            # Both panels have the same height for a row.
            tall = ROW * size / height
            ax = figure.add_axes((0.165 + 0.5 * number, 1 - 1.5 / height - tall, 0.325, tall))
            _forest(ax, panel, _farthest(outcomes), text)
        titled(figure, text["effects.title"], text["effects.lead"])
        _legend_of_settings(figure, outcomes, text)
        save_png(figure, file)


def _forest(
    ax: Axes, panel: dict[str, list[Outcome]], ends: tuple[float, float], text: Texts
) -> None:
    labels, places, top = [], [], 0.0
    for name, outcomes in panel.items():
        start = top
        for number, rule in enumerate(outcomes[0].claim.rules):
            spread = min(0.36, 0.09 * (len(outcomes) - 1))
            offsets = np.linspace(-spread, spread, len(outcomes))
            for offset, outcome in zip(offsets, outcomes, strict=True):
                _mark(ax, top + float(offset), outcome, outcome.findings[number])
            labels.append(_row_label(rule, text))
            places.append(top)
            top += 1.0
        ax.text(-0.475, (start + top - 1) / 2, name, transform=ax.get_yaxis_transform(),
                ha="left", va="center", fontsize=14, fontweight="bold")  # fmt: skip
        ax.axhline(top - 0.25, color="#dddddd", linewidth=1, xmin=-0.475, clip_on=False)
        top += 0.5
    ax.axvspan(-1, 1, color="#ededed", zorder=0)
    ax.axvline(0, color=PALE, linewidth=1)
    ax.set_xscale("symlog", linthresh=1, linscale=0.6)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(*ends)
    ticks = [-1000, -100, -10, -1, 0, 1, 10, 100, 1000]
    ax.set_xticks([tick for tick in ticks if ends[0] <= tick <= ends[1]])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}" if value else "0"))
    ax.set_yticks(places, labels)
    ax.tick_params(axis="y", length=0, labelsize=12)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(top - 0.5, -0.6)
    ax.set_xlabel(text["effects.axis"])


def _row_label(rule: Rule, text: Texts) -> str:
    blanks = {"measure": text[f"measure.{rule.measure}"]}
    if isinstance(rule, Threshold):
        blanks |= {"share": f"{rule.share:.0%}", "other": text[f"measure.{rule.of}"]}
    elif rule.against is not None:
        blanks["other"] = text[f"measure.{rule.against}"]
    return text[f"effects.{rule.expect}"].format(**blanks)


def _in_smallest_effects(finding: Finding) -> tuple[float, float, float]:
    """Return both ends of the interval and the difference, turned to what the claim says."""
    turn = -1.0 if finding.rule.expect in ("lower", "at most") else 1.0
    unit = finding.margin or SMALLEST_EFFECT  # a threshold has no margin
    effect = finding.effect
    low, high, middle = (
        turn * value / unit for value in (effect.low, effect.high, effect.difference)
    )
    return min(low, high), max(low, high), middle


def _farthest(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    found = [_in_smallest_effects(finding) for outcome in outcomes for finding in outcome.findings]
    ends = [value for each in found for value in each if np.isfinite(value)]
    return min([-12.0, *(1.6 * end for end in ends)]), max([12.0, *(1.6 * end for end in ends)])


def _mark(ax: Axes, y: float, outcome: Outcome, finding: Finding) -> None:
    low, high, middle = _in_smallest_effects(finding)
    style = _style_of(outcome.place)
    ax.plot([low, high], [y, y], color=style["color"], linewidth=1.6, solid_capstyle="butt")
    ax.plot([middle], [y], **style)


def _style_of(place: Place) -> dict[str, Any]:
    if not isinstance(place, NetworkSetting):
        return {"marker": "D", "color": INK, "markersize": 8, "linestyle": ""}
    colour = GREEN if place.clean else PINK
    return {
        "marker": "o" if place.optimizer == "adam" else "^",
        "color": colour,
        "markerfacecolor": colour if place.practice is None else "white",
        "markeredgewidth": 1.6,
        "markersize": 6.5,
        "linestyle": "",
    }


def _legend_of_settings(figure: Figure, outcomes: Sequence[Outcome], text: Texts) -> None:
    handles = [
        Line2D([], [], **_style_of(place),
               label=text[f"effects.{place.world}"].format(setting=text[f"setting.{place.name}"]))
        for place in dict.fromkeys(outcome.place for outcome in outcomes)
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="lower left", ncols=5, bbox_to_anchor=(0.006, 0.004), fontsize=12,
        handletextpad=0.2, columnspacing=1.6,
    )  # fmt: skip
