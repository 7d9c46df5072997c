"""The main job as one page: figures, tables and verdicts, in both languages, asking nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup

from dashboard.story_report.alternatives import alternatives
from dashboard.story_report.figures import draw_panels
from dashboard.story_report.wording import IMAGES, Wording
from dashboard.templates import render
from dashboard.texts import LANGUAGES
from experiments.crossing import TOLERANCE
from experiments.other_conditions import USUAL
from experiments.story import LABEL_NOISES, RATES, Story
from nn_bridge.results.numbers import minus, part
from nn_bridge.results.templates import framed
from simulation.checks import one_of
from simulation.statistics import Effect
from simulation.versions import versions

SECTIONS = (
    "asked",
    "short",
    "team",
    "other",
    "conditions",
    "bridge",
    "network",
    "read",
    "reproduce",
)
KEPT = ("one missing, mean", "two missing, mean")
OWN = ("cost of losing one", "hard section, without B", "hard section, B's share")
"""What generalises, and what hangs on single persons: each is told in one sentence."""
WORDS = range(1, 8)
"""Rows of the table of words."""


@dataclass(frozen=True)
class Table:
    """Measures under one caption.

    Attributes
    ----------
    where, caption, before, after : str
        Where this was measured, what the table is called, and the names of both conditions.
    effects : dict of str to Effect
        By measure, whose name ends the keys of its texts.
    """

    where: str
    caption: str
    before: str
    after: str
    effects: dict[str, Effect]


@dataclass(frozen=True)
class Card:
    """One of the main results.

    Attributes
    ----------
    title : str
    table : Table
    measure : str
        The row of the table that it repeats.
    """

    title: str
    table: Table
    measure: str

    @property
    def effect(self) -> Effect:
        """What was measured."""
        return self.table.effects[self.measure]


def story_page(story: Story, command: str, language: str = "en") -> str:
    """Return the report as one HTML document.

    Parameters
    ----------
    story : Story
    command : str
        What was typed to get it.
    language : {'en', 'ja'}
        Shown when the page is opened; the other one is a click away.

    Raises
    ------
    InputError
        If the language is another one.
    """
    one_of("language", language, LANGUAGES)
    order = sorted(LANGUAGES, key=lambda name: name != language)
    return render(
        "story_report/page.html",
        **framed([edition(story, Wording(name)) for name in order], __package__),
        sections=SECTIONS,
        words=WORDS,
        story=story,
        command=command,
        versions=versions(),
        tolerance=TOLERANCE,
        noise=f"{LABEL_NOISES[1]:.0%}",
        images=IMAGES,
    )


def edition(story: Story, say: Wording) -> dict[str, Any]:
    """Gather what the page says in one language."""
    team, clean, wrong = tables = effect_tables(story, say)
    labels = [say.labels(noise) for noise in LABEL_NOISES]
    return {
        "say": say,
        "panels": {name: Markup(svg) for name, svg in draw_panels(story, say.language).items()},
        "alternatives": alternatives(story, say),
        "team": team,
        "remedies": [remedy_table(story, say, remedy) for remedy in story.remedies],
        "conditions": [condition_table(story, say, name) for name in story.conditions],
        "team_condition": say(
            "short.team",
            rehearsals=f"{story.plan.teams.rehearsals:,}",
            alone=f"{story.plan.teams.alone:,}",
            **asdict(USUAL),
        ),
        "kept": beside_decay(story, say, "short.kept", KEPT),
        "own": beside_decay(story, say, "short.own", OWN),
        "networks": [clean, wrong],
        "cards": [
            Card(say("card.hard"), team, "hard section, without B"),
            Card(say("card.two"), team, "two missing, worst"),
            Card(say("card.network", labels=labels[0]), clean, "accuracy, half silenced"),
            Card(say("card.network", labels=labels[1]), wrong, "accuracy, half silenced"),
            Card(say("card.accuracy", labels=labels[0]), clean, "accuracy, unseen digits"),
        ],
        "none": [
            say("none.item", measure=say(f"measure.{name}"), where=table.where)
            for table in tables
            for name, effect in table.effects.items()
            if effect.verdict == "no difference shown"
        ],
        "largest": max(crossing.largest for crossing in story.crossings),
        "same": sum(crossing.holds for crossing in story.crossings),
    }


def remedy_table(story: Story, say: Wording, remedy: str) -> Table:
    """Tabulate what absences do beyond a remedy that lets everybody come."""
    named = say(f"remedy.{remedy}")
    caption = say("other.caption", remedy=named)
    return Table("", caption, named, say("column.absent"), story.remedy_effects(remedy))


def condition_table(story: Story, say: Wording, condition: str) -> Table:
    """Tabulate the two teams under another condition."""
    caption = say(f"condition.{condition}", **asdict(USUAL))
    columns = say("column.complete"), say("column.absent")
    return Table("", caption, *columns, story.condition_effects(condition))


def beside_decay(story: Story, say: Wording, key: str, names: Sequence[str]) -> str:
    """Say how much of what absences change weight decay changes, and what the two differ in."""
    remedy = next(iter(story.remedies))
    parts, effects = story.remedy_parts(remedy), story.remedy_effects(remedy)
    items = [
        say(
            "short.item",
            measure=say(f"measure.{name}"),
            part=minus(part(parts[name])),
            verdict=say(f"verdict.{effects[name].verdict}"),
        )
        for name in names
    ]
    return say(key, remedy=say(f"remedy.{remedy}"), items=say.joined(items, "none.join"))


def effect_tables(story: Story, say: Wording) -> list[Table]:
    """Tabulate every effect of the story: the teams', then the network's."""
    without, dropout = (say("column.rate", rate=f"{rate:g}") for rate in RATES)
    complete, absent = say("column.complete"), say("column.absent")
    team = Table(say("where.team"), say("team.caption"), complete, absent, story.team_effects())
    networks = [
        Table(
            say("where.network", labels=say.labels(noise)),
            say("network.caption", labels=say.labels(noise)),
            without,
            dropout,
            story.network_effects(noise),
        )
        for noise in LABEL_NOISES
    ]
    return [team, *networks]
