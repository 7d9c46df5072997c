"""The panels of the story: each draws one thing on axes that it is handed, in any language."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import PercentFormatter

from dashboard.style import ABSENT, COMPLETE, INK, PALE, PAPER, SOFT, Texts
from experiments.article_measures import SILENCED
from experiments.crossing import TOLERANCE
from experiments.story import LABEL_NOISES, RATES, Story
from nn_bridge.results.numbers import hundredths
from simulation.arrays import FloatArray
from simulation.presenter import presenter_names
from simulation.scenario import TeamResult

Panel = Callable[[Axes, Story, Texts], None]

MISSING = ("all there", "one missing, mean", "one missing, worst", "two missing, mean",
           "two missing, worst")  # fmt: skip
HARD = ("hard section, all there", "hard section, without B")
"""Measures whose bars stand side by side."""

TEAMS = ("complete", "absent")
COLOURS = (COMPLETE, ABSENT)
ON_LIGHT, ON_DARK = "#111111", "#ffffff"
"""For text on coloured cells: a page may turn INK and PAPER at night, but not these."""


def _reliance_graph(ax: Axes, story: Story, text: Texts, *, team: int) -> None:
    results = [pair[team] for pair in story.pairs]
    reliance = np.mean([result.reliance for result in results], axis=0)  # (N, N)
    share = np.mean([result.hard_shares for result in results], axis=0)  # (N,)
    names = presenter_names(len(share))
    angle = np.pi / 2 - 2 * np.pi * np.arange(len(share)) / len(share)
    place = np.column_stack([np.cos(angle), np.sin(angle)])  # (N, 2)
    colour = COLOURS[team]
    size = 950 + 4_000 * np.clip(share, 0, None)
    left_to = reliance * np.clip(share, 0, 1)  # (N, N) i leaves so much to j
    for i in range(len(share)):
        for j in range(len(share)):
            if i == j:
                continue
            ax.add_patch(
                FancyArrowPatch(
                    tuple(place[i]),
                    tuple(place[j]),
                    connectionstyle="arc3,rad=0.12",
                    arrowstyle="-|>,head_length=5,head_width=3",
                    shrinkA=np.sqrt(size[i]) / 2 + 2,
                    shrinkB=np.sqrt(size[j]) / 2 + 2,
                    linewidth=0.4 + 6 * left_to[i, j],
                    color=colour,
                    alpha=float(np.clip(0.12 + left_to[i, j], 0, 0.9)),
                )
            )
    ax.scatter(
        place[:, 0], place[:, 1], s=size, color=colour, edgecolor=PAPER, linewidth=2, zorder=3
    )
    for (x, y), name, part in zip(place, names, share, strict=True):
        ax.text(x, y, f"{name}\n{round(100 * part)}%", ha="center", va="center", color=PAPER,
                zorder=4, fontweight="bold", fontsize=11)  # fmt: skip
    others = ~np.eye(len(share), dtype=bool)
    ax.set_title(text["graph.title"].format(team=text[f"team.{TEAMS[team]}"].capitalize()))
    ax.text(
        0.5,
        -0.02,
        text["graph.key"].format(reliance=hundredths(reliance[others].mean())),
        transform=ax.transAxes,
        ha="center",
        fontsize=10.5,
        color=SOFT,
    )
    # As wide as its place on the sheet, so that its title stands in line with the others.
    ax.set(xlim=(-1.68, 1.68), ylim=(-1.35, 1.35), aspect="equal")
    ax.axis("off")


def _solo_heatmap(ax: Axes, story: Story, text: Texts, *, team: int, limit: float = 0.35) -> None:
    solo = np.mean([pair[team].solo for pair in story.pairs], axis=0)  # (N, K)
    # One scale for both teams, so that the same colour means the same quality.
    cells = ax.pcolormesh(solo, cmap="PuOr", vmin=-limit, vmax=limit)
    ax.invert_yaxis()
    for i, row in enumerate(solo):
        for k, value in enumerate(row):
            brightness = np.dot(cells.to_rgba(value)[:3], (0.299, 0.587, 0.114))
            ax.text(k + 0.5, i + 0.5, hundredths(value), ha="center", va="center", fontsize=11,
                    color=ON_LIGHT if brightness > 0.5 else ON_DARK)  # fmt: skip
    easy = [text["solo.easy"].format(number=k) for k in range(1, solo.shape[1])]
    ax.set_xticks(np.arange(solo.shape[1]) + 0.5, [text["solo.hard"], *easy])
    ax.set_yticks(np.arange(len(solo)) + 0.5, presenter_names(len(solo)))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(text["solo.title"].format(team=text[f"team.{TEAMS[team]}"].capitalize()))


def _quality_while_rehearsing(
    ax: Axes, story: Story, text: Texts, *, named_at_ends: bool = True
) -> None:
    labels = []
    for results, colour, team in zip(_teams(story), COLOURS, TEAMS, strict=True):
        at = results[0].curves["Rehearsal"]
        for name, style, what in (
            ("Quality", "-", "everyone"),
            ("Two missing, mean", "--", "two"),
        ):
            mean, error = _mean_and_error([result.curves[name] for result in results])
            said = text["curves.label"].format(team=text[f"team.{team}"], who=text[f"who.{what}"])
            ax.plot(at, mean, style, color=colour, linewidth=2.2, label=said)
            ax.fill_between(at, mean - error, mean + error, color=colour, alpha=0.15, linewidth=0)
            labels.append((float(mean[-1]), said, colour))
    if named_at_ends:
        # Pushed apart where lines end close together.
        height = -np.inf
        for end, said, colour in sorted(labels):
            height = max(end, height + 0.085)
            ax.text(at[-1] * 1.01, height, said, color=colour, va="center", fontsize=11)
        ax.set_xlim(0, at[-1] * 1.33)
        ax.set_xticks([tick for tick in ax.get_xticks() if tick <= at[-1]])
    else:
        ax.set_xlim(0, at[-1])
        ax.legend(loc="upper left", bbox_to_anchor=(0, -0.16))
    ax.axhline(0, color=PALE, linewidth=0.8)
    ax.set(xlabel=text["rehearsals"], ylabel=text["quality"])
    ax.set_ylim(bottom=-0.3)
    ax.set_title(text["curves.title"])


def _who_can_be_missing(ax: Axes, story: Story, text: Texts) -> None:
    _paired_bars(ax, story, text, MISSING)
    ax.set_xticks(range(len(MISSING)), [text[f"missing.{name}"] for name in MISSING])
    ax.legend(loc="upper right")
    ax.set_ylim(top=0.98)
    ax.set_ylabel(text["quality"])
    ax.set_title(text["missing.title"])


def _hard_section(ax: Axes, story: Story, text: Texts) -> None:
    _paired_bars(ax, story, text, HARD)
    ax.set_xticks(range(len(HARD)), [text["who.everyone"], text["hard.without"]])
    ax.legend(loc="lower left")
    ax.margins(y=0.12)
    ax.set_ylabel(text["hard.quality"])
    ax.set_title(text["hard.title"])


def _bridge(ax: Axes, story: Story, text: Texts) -> None:
    for crossing in story.crossings:
        rehearsal = np.arange(1, len(crossing.differences) + 1)
        # Exact zeros cannot stand on a logarithmic axis; they are drawn at its foot.
        ax.plot(rehearsal, np.maximum(crossing.differences, 1e-17), linewidth=1.2, color=PALE)
    article = story.crossings[-1].differences
    ax.plot(np.arange(1, len(article) + 1), np.maximum(article, 1e-17), linewidth=2, color=ABSENT)
    ax.axhline(TOLERANCE, color=COMPLETE, linewidth=1, linestyle="--")
    ax.text(len(article), TOLERANCE * 1.4, text["bridge.tolerance"], color=COMPLETE, ha="right",
            va="bottom", fontsize=10.5)  # fmt: skip
    ax.text(0.03, 0.5, text["bridge.article"] + "\n", transform=ax.transAxes,
            color=ABSENT, fontsize=11, va="bottom")  # fmt: skip
    ax.text(0.03, 0.5, text["bridge.five"].format(cases=len(story.crossings) - 1),
            transform=ax.transAxes, color=SOFT, fontsize=11, va="bottom")  # fmt: skip
    ax.set(yscale="log", ylim=(5e-18, 1e-10), xlabel=text["bridge.steps"],
           ylabel=text["bridge.difference"])  # fmt: skip
    ax.set_title(text["bridge.title"])


def _ablation(ax: Axes, story: Story, text: Texts, *, noise: float) -> None:
    for rate, colour in zip(RATES, (COMPLETE, ABSENT), strict=True):
        mean, error = _mean_and_error(list(story.networks[noise, rate].ablation))
        ax.plot(SILENCED, mean, "o-", color=colour, linewidth=2.2, markersize=4,
                label=f"Dropout({rate:g})")  # fmt: skip
        ax.fill_between(SILENCED, mean - error, mean + error, color=colour, alpha=0.15, linewidth=0)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set(xlabel=text["ablation.silenced"], ylabel=text["ablation.accuracy"],
           ylim=(0.2, 1.02))  # fmt: skip
    ax.legend(loc="lower left")
    ax.set_title(text["ablation.title"].format(labels=_labels(text, noise)))


def _scores(ax: Axes, story: Story, text: Texts) -> None:
    worlds = [(text["scores.team"], story.team_effects()["co-adaptation score"])]
    for noise in LABEL_NOISES:
        name = text["scores.network"].format(labels=_labels(text, noise, "labels.short"))
        worlds.append((name, story.network_effects(noise)["co-adaptation score"]))
    left = [effect.after / effect.before for _, effect in worlds]
    places = np.arange(len(worlds))
    ax.bar(places - 0.2, np.ones(len(worlds)), 0.38, color=COMPLETE, label=text["scores.complete"])
    ax.bar(places + 0.2, left, 0.38, color=ABSENT, label=text["scores.absent"])
    for place, part in zip(places, left, strict=True):
        ax.text(place + 0.2, part + 0.02, hundredths(part), ha="center", fontsize=11)
    ax.set_xticks(places, [name for name, _ in worlds])
    ax.set(ylabel=text["scores.relative"], ylim=(0, 1.45))
    ax.legend(loc="upper right")
    ax.set_title(text["scores.title"])


def _paired_bars(ax: Axes, story: Story, text: Texts, names: tuple[str, ...]) -> None:
    """Draw bars side by side for both teams, a pair a measure."""
    for team, results in enumerate(_teams(story)):
        by_measure = [np.array([r.measures[name] for r in results]) for name in names]
        mean, error = _mean_and_error(list(np.array(by_measure).T))
        places = np.arange(len(mean)) + (-0.2, 0.2)[team]
        # Narrow bars are slimmer than their figures, which would stand on the bars beside them.
        aside = (-0.014 * len(mean), 0.0)[team]
        ax.bar(places, mean, 0.38, color=COLOURS[team], label=text[f"team.{TEAMS[team]}"])
        ax.errorbar(places, mean, error, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
        for place, value, whisker in zip(places, mean, error, strict=True):
            above = value >= 0
            ax.text(place + aside, value + (whisker + 0.015 if above else -whisker - 0.015),
                    hundredths(value), ha="center", va="bottom" if above else "top",
                    fontsize=10.5)  # fmt: skip
    ax.axhline(0, color=INK, linewidth=0.8)


def _teams(story: Story) -> list[list[TeamResult]]:
    return [[pair[team] for pair in story.pairs] for team in (0, 1)]


def _labels(text: Texts, noise: float, key: str = "labels") -> str:
    return text[f"{key}.clean"] if noise == 0 else text[f"{key}.wrong"].format(share=f"{noise:.0%}")


def _mean_and_error(by_seed: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Mean over seeds, and 1.96 standard errors of it."""
    values = np.array(by_seed)  # (S, ...)
    return values.mean(axis=0), 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(values))


PANELS: dict[str, Panel] = {
    "graph 0": partial(_reliance_graph, team=0),
    "graph 1": partial(_reliance_graph, team=1),
    "curves": _quality_while_rehearsing,
    "solo 0": partial(_solo_heatmap, team=0),
    "solo 1": partial(_solo_heatmap, team=1),
    "missing": _who_can_be_missing,
    "hard": _hard_section,
    "bridge": _bridge,
    "ablation 0": partial(_ablation, noise=LABEL_NOISES[0]),
    "ablation 1": partial(_ablation, noise=LABEL_NOISES[1]),
    "scores": _scores,
}

ALONE: dict[str, Panel] = PANELS | {
    "curves": partial(_quality_while_rehearsing, named_at_ends=False)
}
"""The same for figures of their own, where lines have no room for names at their ends."""
