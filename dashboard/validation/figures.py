"""The figures of the validation report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from dashboard.style import ABSENT, COMPLETE, INK, PALE, Texts, drawing, save_png, titled
from dashboard.validation.effects_figure import PINK, draw_effects
from experiments.article_measures import SILENCED
from experiments.validation.conditions import NOISY, on_all
from experiments.validation.controls import NETWORK_COUPLES, SIX_COUPLES, SIX_WITHOUT
from experiments.validation.limits.dose import Dose
from experiments.validation.validate import Validation
from simulation.arrays import FloatArray
from simulation.statistics import Effect, paired_effect

Draw = Callable[[IO[bytes]], None]

WORLDS = {"team": INK, "network": PINK}


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
        titled(figure, text["dose.title"], text["dose.lead"])
        save_png(figure, file)


def _relative_score(ax: Axes, dose: Dose, text: Texts) -> None:
    scores = dose.measures["co-adaptation score"]  # (D, S) or (D, S, 1 + G)
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
                pairs = np.stack([on_all(complete[measure]), on_all(couples[measure])])  # (2, S)
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
        titled(figure, text["couples.title"], text["couples.lead"])
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
        titled(figure, text["silenced.title"], text["silenced.lead"])
        save_png(figure, file)


def _mean(values: npt.ArrayLike) -> Effect:
    """Mean over seeds with its interval: an effect against 0."""
    figures = np.asarray(values, dtype=float)
    return paired_effect(np.zeros(len(figures)), figures)
