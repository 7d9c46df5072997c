"""What each figure shows, in words and figures, for those who do not see it."""

from __future__ import annotations

import numpy as np

from dashboard.panels import HARD, MISSING
from dashboard.story_report.wording import Wording
from experiments.article_measures import SILENCED
from experiments.crossing import TOLERANCE
from experiments.story import LABEL_NOISES, RATES, Story
from nn_bridge.results.numbers import hundredths, minus, power
from simulation.presenter import presenter_names


def alternatives(story: Story, say: Wording) -> dict[str, str]:
    """Return a sentence or two for each panel of the story, by the panel's name."""
    return {
        "graph 0": _graph(story, say, 0),
        "graph 1": _graph(story, say, 1),
        "curves": _curves(story, say),
        "solo 0": _solo(story, say, 0),
        "solo 1": _solo(story, say, 1),
        "missing": _bars(story, say, MISSING),
        "hard": _bars(story, say, HARD),
        "bridge": _bridge(story, say),
        "ablation 0": _ablation(story, say, LABEL_NOISES[0]),
        "ablation 1": _ablation(story, say, LABEL_NOISES[1]),
        "scores": _scores(story, say),
    }


def _graph(story: Story, say: Wording, team: int) -> str:
    results = [pair[team] for pair in story.pairs]
    shares = np.mean([result.hard_shares for result in results], axis=0)  # (N,)
    reliance = np.mean([result.measures["reliance, mean"] for result in results])
    named = zip(presenter_names(len(shares)), shares, strict=True)
    said = [say("alt.share", name=name, share=minus(f"{part:.0%}")) for name, part in named]
    return say("alt.graph", shares=say.joined(said), reliance=hundredths(float(reliance)))


def _curves(story: Story, say: Wording) -> str:
    def end(team: int, name: str) -> str:
        ends = [pair[team].curves[name][-1] for pair in story.pairs]
        return hundredths(float(np.mean(ends)))

    return say(
        "alt.curves",
        rehearsals=f"{story.plan.teams.rehearsals:,}",
        complete=end(0, "Quality"),
        complete_two=end(0, "Two missing, mean"),
        absent=end(1, "Quality"),
        absent_two=end(1, "Two missing, mean"),
    )


def _solo(story: Story, say: Wording, team: int) -> str:
    solo = np.mean([pair[team].solo for pair in story.pairs], axis=0)  # (N, K)
    rows = [
        say("alt.row", name=name, values=say.joined([hundredths(value) for value in row]))
        for name, row in zip(presenter_names(len(solo)), solo, strict=True)
    ]
    return say("alt.solo", rows=say.joined(rows, "alt.rows.join"))


def _bars(story: Story, say: Wording, names: tuple[str, ...]) -> str:
    effects = story.team_effects()
    rows = [
        say(
            "alt.bar",
            what=say(f"measure.{name}"),
            before=hundredths(effects[name].before),
            after=hundredths(effects[name].after),
        )
        for name in names
    ]
    return say("alt.bars", rows=say.joined(rows, "alt.rows.join"))


def _bridge(story: Story, say: Wording) -> str:
    largest = max(crossing.largest for crossing in story.crossings)
    return say(
        "alt.bridge" if largest <= TOLERANCE else "alt.bridge.apart",
        cases=len(story.crossings),
        rehearsals=f"{story.plan.bridge_rehearsals:,}",
        tolerance=power(TOLERANCE, 0),
        largest=power(largest),
    )


def _ablation(story: Story, say: Wording, noise: float) -> str:
    curves = [story.networks[noise, rate].ablation.mean(axis=0) for rate in RATES]  # (F,) each
    rows = [
        say(
            "alt.silenced",
            share=f"{SILENCED[at]:.0%}",
            before=hundredths(curves[0][at]),
            after=hundredths(curves[1][at]),
        )
        for at in (0, len(SILENCED) // 2, -1)
    ]
    rate, dropout = (f"{rate:g}" for rate in RATES)
    return say("alt.ablation", rate=rate, dropout=dropout, rows=say.joined(rows, "alt.rows.join"))


def _scores(story: Story, say: Wording) -> str:
    name = "co-adaptation score"
    effects = {say("where.team"): story.team_effects()[name]} | {
        say("where.network", labels=say.labels(noise)): story.network_effects(noise)[name]
        for noise in LABEL_NOISES
    }
    rows = [
        say("alt.score", world=world, part=hundredths(effect.after / effect.before))
        for world, effect in effects.items()
    ]
    return say("alt.scores", rows=say.joined(rows, "alt.rows.join"))
