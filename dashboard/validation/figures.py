"""The figures of the validation report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

from dashboard.style import ABSENT, COMPLETE, INK, PALE, SOFT, Texts, drawing, save_png
from dashboard.validation.report import outcomes_by_claim
from experiments.article_measures import SILENCED
from experiments.validation.claims import Outcome
from experiments.validation.conditions import NOISY, NetworkSetting, Place
from experiments.validation.controls import NETWORK_COUPLES, SIX_COUPLES, SIX_WITHOUT
from experiments.validation.dose import Dose
from experiments.validation.rules import Finding, Rule
from experiments.validation.validate import Validation
from simulation.statistics import Effect, paired_effect

FloatArray = npt.NDArray[np.float64]
Draw = Callable[[IO[bytes]], None]

# Further colours of Okabe and Ito's palette.
BLACK, GREEN, PINK = INK, "#009E73", "#CC79A7"
WORLDS = {"team": BLACK, "network": PINK}
LEFT_PANEL = ("C1", "C2", "C3", "C4", "C5", "C6")
ROW = 0.8  # inches


def figures_of(validation: Validation, language: str = "en") -> dict[str, Draw]:
    """Return, by file name, a function for each figure for which the figures are there."""
    drawn: dict[str, Draw] = {}
    if any(outcome.findings for outcome in validation.outcomes):
        drawn["effects.png"] = lambda file: draw_effects(validation.outcomes, file, language)
    if validation.controls:
        drawn["couples.png"] = lambda file: draw_couples(validation, file, language)
    if validation.doses:
        drawn["dose.png"] = lambda file: draw_doses(validation.doses, file, language)
    if any(outcome.claim.id == "C5" for outcome in validation.outcomes):
        drawn["ablation.png"] = lambda file: draw_ablation(validation, file, language)
    return drawn


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
        _title(figure, text["effects.title"], text["effects.lead"])
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
    measure = text[f"measure.{rule.measure}"]
    if rule.expect != "same":
        return text[f"effects.{rule.expect}"].format(measure=measure)
    if rule.against is None:
        return text["effects.same without"].format(measure=measure)
    return text["effects.same"].format(measure=measure, other=text[f"measure.{rule.against}"])


def _in_smallest_effects(finding: Finding) -> tuple[float, float, float]:
    """Return both ends of the interval and the difference, turned to what the claim says."""
    if finding.smallest_effect == 0:  # nothing to measure it by
        return np.nan, np.nan, np.nan
    turn = -1.0 if finding.rule.expect == "lower" else 1.0
    effect = finding.effect
    low, high, middle = (
        turn * value / finding.smallest_effect
        for value in (effect.low, effect.high, effect.difference)
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
        return {"marker": "D", "color": BLACK, "markersize": 8, "linestyle": ""}
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


def draw_doses(doses: Sequence[Dose], file: IO[bytes], language: str) -> None:
    """Draw co-adaptation and quality against the absence rate, both worlds on one axis."""
    with drawing(language) as text:
        figure = Figure(figsize=(16, 9.6), dpi=120)
        figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.12, rect=(0, 0, 1, 0.895))
        layout: Any = [["score"] * len(doses)] * 3 + [[dose.world for dose in doses]] * 2
        axes = figure.subplot_mosaic(layout)
        for dose in doses:
            _relative_score(axes["score"], dose, text)
            _quality_by_rate(axes[dose.world], dose, text)
        ax = axes["score"]
        ax.axhline(1, color=PALE, linewidth=0.8)
        ax.set(yscale="log", ylabel=text["dose.relative"])
        ax.set_ylim(top=1.15)
        lowest = ax.get_ylim()[0]
        ticks = [tick for tick in (1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01) if tick >= lowest]
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title(text["dose.score"])
        ax.legend(loc="upper right", bbox_to_anchor=(1, 0.93), fontsize=13)
        _title(figure, text["dose.title"], text["dose.lead"])
        save_png(figure, file)


def _relative_score(ax: Axes, dose: Dose, text: Texts) -> None:
    scores = dose.measures["co-adaptation score"]  # (D, S)
    if not (scores > 0).all():  # no logarithm
        return
    effects = [paired_effect(np.log(scores[0]), np.log(row)) for row in scores]
    _curve_with_band(
        ax,
        dose.rates,
        np.exp([effect.difference for effect in effects]),
        np.exp([effect.low for effect in effects]),
        np.exp([effect.high for effect in effects]),
        color=WORLDS[dose.world],
        marker="D" if dose.world == "team" else "o",
        label=text[f"dose.{dose.world}"].format(setting=text[f"setting.{NOISY.name}"]),
    )
    ax.set_xlabel(text["dose.rate"])
    ax.set_xticks(np.arange(0, 1, 0.1))


def _quality_by_rate(ax: Axes, dose: Dose, text: Texts) -> None:
    marker = "D" if dose.world == "team" else "o"
    for measure, style, label in (
        ("quality", "-", text["who.everyone"]),
        ("two missing, mean", "--", text["who.two"]),
    ):
        effects = dose.effects(measure)
        _curve_with_band(
            ax,
            dose.rates,
            np.array([effect.after for effect in effects]),
            np.array([effect.before + effect.low for effect in effects]),
            np.array([effect.before + effect.high for effect in effects]),
            color=WORLDS[dose.world],
            marker=marker,
            linestyle=style,
            label=label,
        )
    ax.legend(loc="lower center", ncols=2, handlelength=4)
    ax.margins(y=0.12)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.15 * (high - low), high)  # room for the legend
    ax.set_xticks(np.arange(0, 1, 0.1))
    ax.set(xlabel=text["dose.absence"], ylabel=text[f"dose.quality.{dose.world}"])
    ax.set_title(text[f"dose.title.{dose.world}"])


def _curve_with_band(
    ax: Axes,
    at: FloatArray,
    middle: FloatArray,
    low: FloatArray,
    high: FloatArray,
    *,
    color: str,
    marker: str = "",
    linestyle: str = "-",
    label: str = "",
) -> None:
    ax.plot(at, middle, linestyle, color=color, marker=marker, linewidth=2.2, label=label)
    ax.fill_between(at, low, high, color=color, alpha=0.18, linewidth=0)


def draw_couples(validation: Validation, file: IO[bytes], language: str) -> None:
    """Draw agreement inside and between couples, complete and absent together, in both worlds."""
    world = validation.world
    panels = (
        ("team", world[SIX_WITHOUT], world[SIX_COUPLES]),
        ("network", world[NOISY.without], world[NETWORK_COUPLES]),
    )
    with drawing(language) as text:
        figure = Figure(figsize=(16, 8), dpi=120)
        figure.set_layout_engine("constrained", w_pad=0.25, rect=(0, 0, 1, 0.845))
        for ax, (name, complete, couples) in zip(figure.subplots(1, 2), panels, strict=True):
            for measure, colour, label in (
                ("agreement of others", ABSENT, text["couples.between"]),
                ("agreement of couples", COMPLETE, text["couples.inside"]),
            ):
                pairs = np.stack([complete[measure], couples[measure]])  # (2, S)
                ax.plot([0, 1], pairs, color=colour, linewidth=0.8, alpha=0.35)
                ax.plot([0, 1], pairs.mean(axis=1), color=colour, linewidth=3)
                for x, values in enumerate(pairs):
                    mean = _mean(values)
                    ax.errorbar(
                        x, mean.after, [[mean.after - mean.low], [mean.high - mean.after]],
                        fmt="o", color=colour, markersize=9, elinewidth=2, capsize=4,
                    )  # fmt: skip
                ax.text(1.06, pairs[1].mean(), f"{label}\n{pairs[1].mean():+.2f}", color=colour,
                        va="center", fontsize=13)  # fmt: skip
            ax.axhline(0, color=PALE, linewidth=0.8)
            ax.set_xlim(-0.15, 1.55)
            ax.set_xticks([0, 1], [text["team.complete"], text["couples.together"]], fontsize=12)
            ax.set_ylabel(text["couples.agreement"])
            ax.set_title(text[f"couples.{name}"])
        _title(figure, text["couples.title"], text["couples.lead"])
        save_png(figure, file)


def draw_ablation(validation: Validation, file: IO[bytes], language: str) -> None:
    """Draw accuracy against the fraction of silenced units, a panel for each setting."""
    settings = validation.plan.settings()
    columns = min(4, len(settings))
    rows = -(-len(settings) // columns)
    with drawing(language) as text:
        figure = Figure(figsize=(5 * columns, 1.9 + 3.9 * rows), dpi=120)
        top = 1 - 1.1 / (1.9 + 3.9 * rows)
        figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1, rect=(0, 0, 1, top))
        axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for number, (ax, setting) in enumerate(zip(axes.flat, settings, strict=False)):
            for condition, colour, label in (
                (setting.without, COMPLETE, "Dropout(0)"),
                (setting.absences, ABSENT, "Dropout(0.5)"),
            ):
                curves = np.asarray(validation.world[condition]["ablation"])
                means = [_mean(values) for values in curves.T]
                _curve_with_band(
                    ax,
                    SILENCED,
                    np.array([mean.after for mean in means]),
                    np.array([mean.low for mean in means]),
                    np.array([mean.high for mean in means]),
                    color=colour,
                    marker=".",
                    label=label,
                )
            ax.axhline(0.1, color=PALE, linewidth=0.8, linestyle=":")
            ax.axvline(0.5, color=PALE, linewidth=0.8, linestyle=":")
            ax.set_title(text[f"setting.{setting.name}"])
            ax.set_ylim(0, 1.02)
            ax.xaxis.set_major_formatter(PercentFormatter(1.0))
            if number % columns == 0:
                ax.set_ylabel(text["silenced.accuracy"])
            if number >= len(settings) - columns:
                ax.set_xlabel(text["silenced.units"])
            if number == 0:
                ax.legend(loc="lower left", bbox_to_anchor=(0, 0.1))
        for ax in list(axes.flat)[len(settings) :]:
            ax.axis("off")
        _title(figure, text["silenced.title"], text["silenced.lead"])
        save_png(figure, file)


def _mean(values: npt.ArrayLike) -> Effect:
    """Mean over seeds with its interval: an effect against 0."""
    figures = np.asarray(values, dtype=float)
    return paired_effect(np.zeros(len(figures)), figures)


def _title(figure: Figure, title: str, subtitle: str) -> None:
    height = float(figure.get_size_inches()[1])
    figure.text(0.008, 1 - 0.12 / height, title, fontsize=20, fontweight="bold", va="top")
    figure.text(0.0085, 1 - 0.62 / height, subtitle, fontsize=12.5, color=SOFT, va="top",
                linespacing=1.4)  # fmt: skip
