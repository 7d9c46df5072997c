"""The figure of the main job: both teams, the bridge and the network on one sheet."""

from __future__ import annotations

from typing import IO, Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import PercentFormatter

from dashboard.story import LABEL_NOISES, RATES, Story, mean_of
from nn_bridge.article import SILENCED
from nn_bridge.crossing import TOLERANCE
from simulation.attendance_input import presenter_names
from simulation.scenario import TeamResult

FloatArray = npt.NDArray[np.float64]

# Okabe and Ito's palette: told apart by the colour-blind, and in grey.
COMPLETE, ABSENT, INK, PALE = "#D55E00", "#0072B2", "#222222", "#8a8a8a"
TEAM_LABELS = ("always complete", "one or two absent")
STYLE: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.labelsize": 11,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "legend.fontsize": 10.5,
    "legend.frameon": False,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": INK,
}


def draw_story(story: Story, file: IO[bytes]) -> None:
    """Draw the whole story as a PNG of 2,400 x 1,560 pixels into `file`."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(20, 13), dpi=120)
        figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.15, wspace=0.03, hspace=0.05)
        axes = figure.subplot_mosaic(
            [
                ["graph 0", "graph 1", "curves", "curves"],
                ["solo 0", "solo 1", "missing", "hard"],
                ["bridge", "ablation 0", "ablation 1", "scores"],
            ]
        )
        seeds = story.plan.seeds
        figure.suptitle(
            "If one or two are missing at every rehearsal, everybody learns to carry the talk\n\n",
            fontsize=21,
            fontweight="bold",
            x=0.008,
            ha="left",
        )
        figure.text(
            0.0085,
            0.928,
            "Two teams of five start identical and hear the same questions; only attendance "
            "differs. B has practised the hard section alone beforehand.\n"
            "Below: the team is a network, weight for weight, and the article's network behaves "
            f"alike on real digits. Means over {seeds} paired seeds; bands and whiskers: 1.96 SE.",
            fontsize=12.5,
            color="#555555",
            linespacing=1.4,
        )
        teams = [[pair[team] for pair in story.pairs] for team in (0, 1)]
        for team, results in enumerate(teams):
            _reliance_graph(axes[f"graph {team}"], results, team)
            _solo_heatmap(axes[f"solo {team}"], results, team)
        _quality_while_rehearsing(axes["curves"], teams)
        _who_can_be_missing(axes["missing"], teams)
        _hard_section(axes["hard"], teams)
        _bridge(axes["bridge"], story)
        for panel, noise in enumerate(LABEL_NOISES):
            _ablation(axes[f"ablation {panel}"], story, noise)
        _scores(axes["scores"], story)
        figure.savefig(file, format="png", metadata={"Software": None})


def _reliance_graph(ax: Axes, results: list[TeamResult], team: int) -> None:
    reliance = mean_of([result.reliance for result in results])  # (N, N)
    share = mean_of([result.hard_shares for result in results])  # (N,)
    names = presenter_names(len(share))
    angle = np.pi / 2 - 2 * np.pi * np.arange(len(share)) / len(share)
    place = np.column_stack([np.cos(angle), np.sin(angle)])  # (N, 2)
    colour = (COMPLETE, ABSENT)[team]
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
        place[:, 0], place[:, 1], s=size, color=colour, edgecolor="white", linewidth=2, zorder=3
    )
    for (x, y), name, part in zip(place, names, share, strict=True):
        ax.text(x, y, f"{name}\n{part:.0%}", ha="center", va="center", color="white", zorder=4,
                fontweight="bold", fontsize=11)  # fmt: skip
    others = ~np.eye(len(share), dtype=bool)
    ax.set_title(f"{TEAM_LABELS[team].capitalize()}: the hard section")
    ax.text(
        0.5,
        -0.02,
        f"disc: share of the answers; arrow: reliance (mean {reliance[others].mean():.2f}) x share",
        transform=ax.transAxes,
        ha="center",
        fontsize=10.5,
        color="#555555",
    )
    ax.set(xlim=(-1.5, 1.5), ylim=(-1.35, 1.35), aspect="equal")
    ax.axis("off")


def _solo_heatmap(ax: Axes, results: list[TeamResult], team: int, limit: float = 0.35) -> None:
    solo = mean_of([result.solo for result in results])  # (N, K)
    # One scale for both teams, so that the same colour means the same quality.
    ax.imshow(solo, cmap="PuOr", vmin=-limit, vmax=limit, aspect="auto")
    for i, row in enumerate(solo):
        for k, value in enumerate(row):
            ax.text(k, i, f"{value:.2f}", ha="center", va="center", fontsize=11,
                    color="white" if abs(value) > 0.5 * limit else INK)  # fmt: skip
    sections = ["hard", *(f"easy {k}" for k in range(1, solo.shape[1]))]
    ax.set_xticks(range(solo.shape[1]), sections)
    ax.set_yticks(range(len(solo)), presenter_names(len(solo)))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(f"{TEAM_LABELS[team].capitalize()}: quality alone")


def _quality_while_rehearsing(ax: Axes, teams: list[list[TeamResult]]) -> None:
    labels = []
    for results, colour, label in zip(teams, (COMPLETE, ABSENT), TEAM_LABELS, strict=True):
        at = results[0].curves["Rehearsal"]
        for name, style, what in (
            ("Quality", "-", "everyone there"),
            ("Two missing, mean", "--", "two missing"),
        ):
            mean, error = _mean_and_error([result.curves[name] for result in results])
            ax.plot(at, mean, style, color=colour, linewidth=2.2)
            ax.fill_between(at, mean - error, mean + error, color=colour, alpha=0.15, linewidth=0)
            labels.append((float(mean[-1]), f"{label}, {what}", colour))
    # Labels stand at the ends of their lines, pushed apart where those end close together.
    height = -np.inf
    for end, text, colour in sorted(labels):
        height = max(end, height + 0.085)
        ax.text(at[-1] * 1.01, height, text, color=colour, va="center", fontsize=11)
    ax.axhline(0, color=PALE, linewidth=0.8)
    ax.set(xlabel="rehearsals", ylabel="quality on unseen questions")
    ax.set_xlim(0, at[-1] * 1.33)
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= at[-1]])
    ax.set_ylim(bottom=-0.3)
    ax.set_title("Quality while they rehearse")


def _who_can_be_missing(ax: Axes, teams: list[list[TeamResult]]) -> None:
    names = ("all there", "one missing, mean", "one missing, worst", "two missing, mean",
             "two missing, worst")  # fmt: skip
    _paired_bars(ax, [[[r.measures[n] for r in results] for n in names] for results in teams])
    ax.set_xticks(range(len(names)), [name.replace(",", "").replace(" ", "\n") for name in names])
    ax.legend(loc="upper right")
    ax.set_ylim(top=0.98)
    ax.set_ylabel("quality on unseen questions")
    ax.set_title("Who can be missing?")


def _hard_section(ax: Axes, teams: list[list[TeamResult]]) -> None:
    names = ("hard section, all there", "hard section, without B")
    _paired_bars(ax, [[[r.measures[n] for r in results] for n in names] for results in teams])
    ax.set_xticks(range(len(names)), ["everyone there", "B sent home"])
    ax.legend(loc="lower left")
    ax.margins(y=0.12)
    ax.set_ylabel("quality of the hard section")
    ax.set_title("And if B, who was ahead, is ill?")


def _bridge(ax: Axes, story: Story) -> None:
    for crossing in story.crossings:
        rehearsal = np.arange(1, len(crossing.differences) + 1)
        # Exact zeros cannot stand on a logarithmic axis; they are drawn at its foot.
        ax.plot(rehearsal, np.maximum(crossing.differences, 1e-17), linewidth=1.2, color=PALE)
    article = story.crossings[-1].differences
    ax.plot(np.arange(1, len(article) + 1), np.maximum(article, 1e-17), linewidth=2, color=ABSENT)
    ax.axhline(TOLERANCE, color=COMPLETE, linewidth=1, linestyle="--")
    ax.text(
        len(article), TOLERANCE, "tolerance", color=COMPLETE, ha="right", va="bottom", fontsize=10.5
    )
    ax.text(0.03, 0.74, "the article's network as 256 agents\n", transform=ax.transAxes,
            color=ABSENT, fontsize=11, va="bottom")  # fmt: skip
    ax.text(0.03, 0.74, f"five presenters, {len(story.crossings) - 1} cases",
            transform=ax.transAxes, color="#555555", fontsize=11, va="bottom")  # fmt: skip
    ax.set(yscale="log", ylim=(5e-18, 1e-10), xlabel="rehearsals (training steps)",
           ylabel="largest difference in any weight")  # fmt: skip
    ax.set_title("Team against network, step for step")


def _ablation(ax: Axes, story: Story, noise: float) -> None:
    for rate, colour in zip(RATES, (COMPLETE, ABSENT), strict=True):
        mean, error = _mean_and_error(list(story.networks[noise, rate].ablation))
        ax.plot(SILENCED, mean, "o-", color=colour, linewidth=2.2, markersize=4,
                label=f"Dropout({rate:g})")  # fmt: skip
        ax.fill_between(SILENCED, mean - error, mean + error, color=colour, alpha=0.15, linewidth=0)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set(xlabel="hidden units silenced at the show", ylabel="accuracy on unseen digits",
           ylim=(0.2, 1.02))  # fmt: skip
    ax.legend(loc="lower left")
    labels = "clean labels" if noise == 0 else f"{noise:.0%} wrong labels"
    ax.set_title(f"The article's network, {labels}")


def _scores(ax: Axes, story: Story) -> None:
    worlds = [("five\npresenters", story.team_effects()["co-adaptation score"])]
    for noise in LABEL_NOISES:
        labels = "clean" if noise == 0 else f"{noise:.0%} wrong"
        worlds.append(
            (f"256 units,\n{labels}", story.network_effects(noise)["co-adaptation score"])
        )
    left = [effect.after / effect.before for _, effect in worlds]
    places = np.arange(len(worlds))
    ax.bar(places - 0.2, np.ones(len(worlds)), 0.38, color=COMPLETE, label="complete, rate 0")
    ax.bar(places + 0.2, left, 0.38, color=ABSENT, label="absences, rate 0.5")
    for place, part in zip(places, left, strict=True):
        ax.text(place + 0.2, part + 0.02, f"{part:.2f}", ha="center", fontsize=11)
    ax.set_xticks(places, [name for name, _ in worlds])
    ax.set(ylabel="co-adaptation score, relative", ylim=(0, 1.45))
    ax.legend(loc="upper right")
    ax.set_title("Does it matter who is there?")


def _paired_bars(ax: Axes, figures: list[list[list[float]]]) -> None:
    """Draw bars side by side for each team, from figures[team][measure][seed]."""
    for team, (measures, colour) in enumerate(zip(figures, (COMPLETE, ABSENT), strict=True)):
        mean, error = _mean_and_error([np.array(m) for m in np.array(measures).T])
        places = np.arange(len(mean)) + (-0.2, 0.2)[team]
        ax.bar(places, mean, 0.38, color=colour, label=TEAM_LABELS[team])
        ax.errorbar(places, mean, error, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
        for place, value, whisker in zip(places, mean, error, strict=True):
            above = value >= 0
            ax.text(place, value + (whisker + 0.015 if above else -whisker - 0.015),
                    f"{value:.2f}", ha="center", va="bottom" if above else "top",
                    fontsize=10.5)  # fmt: skip
    ax.axhline(0, color=INK, linewidth=0.8)


def _mean_and_error(by_seed: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Mean over seeds, and 1.96 standard errors of it."""
    values = np.array(by_seed)  # (S, ...)
    return values.mean(axis=0), 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(values))
