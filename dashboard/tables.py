"""The tables that the command line prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from rich.table import Column, Table
from rich.text import Text

from experiments.crossing import TOLERANCE, Crossing
from experiments.parting import CASE, Parting
from experiments.story import LABEL_NOISES, RATES, Story
from nn_bridge.results.numbers import Said, figure, signed, small
from nn_bridge.results.screen import plain_table, right
from simulation.coalitions.dependence import Dependence, Figure
from simulation.show import Show
from simulation.statistics import Effect
from simulation.team import Team

SHORT = {"no difference shown": "none", "too few seeds to say": "too few"}
"""Verdicts too long for a narrow screen, as an answer to the column's head: 'shown'."""


def effects_table(title: str, before: str, after: str, effects: Mapping[str, Effect]) -> Table:
    """Tabulate paired effects: both means, the difference with its interval, what it shows."""
    seeds = next(iter(effects.values())).seeds
    table = plain_table(
        title,
        f"difference: mean of {seeds} paired seeds [95% interval], rounded after it is taken",
        "measure",
        right(before),
        right(after),
        right("difference"),
        Column("shown", no_wrap=True),
    )
    table.padding = 0  # for 80 columns
    for name, effect in effects.items():
        said = Said.of(effect)
        table.add_row(
            name,
            said.before,
            said.after,
            Text.assemble(said.difference, (f" [{said.low}, {said.high}]", "dim")),
            SHORT.get(effect.verdict, effect.verdict),
        )
    return table


def bridge_table(crossings: Iterable[Crossing], parting: Parting) -> Table:
    """Tabulate how far team and network were ever apart, and how far the team is from dropout."""
    table = plain_table(
        "The bridge: team against network, same questions and attendance",
        f"same: no weight, bias or reliance ever differs by more than {TOLERANCE:g}\n"
        "for a < 1 the network trains by the presenters' rule; last rows: by dropout SGD",
        "presenters x abilities, audience, trust a",
        right("rehearsals"),
        right("largest difference"),
        "same",
    )
    for crossing in crossings:
        table.add_row(
            crossing.name,
            f"{len(crossing.differences):,}",
            f"{crossing.largest:.1e}",
            "yes" if crossing.holds else Text("NO", "red"),
        )
    for number, apart in parting.after.items():
        table.add_row(
            f"{CASE.name}, beside dropout SGD",
            f"{number:,}",
            small(apart),
            "other rule",
        )
    return table


def story_tables(story: Story) -> list[Table]:
    """Return all tables of the main job, in the order they are told."""
    tables = [
        effects_table(
            "Five presenters on unseen questions (quality = 1 - SSE/SST)",
            "complete",
            "absent",
            story.team_effects(),
        ),
    ]
    for remedy in story.remedies:
        title = f"Always complete with {remedy}, beside one or two absent"
        tables.append(effects_table(title, "remedy", "absent", story.remedy_effects(remedy)))
    for condition in story.conditions:
        title = f"The two teams with {condition} instead"
        tables.append(
            effects_table(title, "complete", "absent", story.condition_effects(condition))
        )
    tables.append(bridge_table(story.crossings, story.parting))
    for noise in LABEL_NOISES:
        labels = "clean labels" if noise == 0 else f"{noise:.0%} wrong labels in practice"
        tables.append(
            effects_table(
                f"The article's network (784-256-10) on MNIST, {labels}",
                f"rate {RATES[0]:g}",
                f"rate {RATES[1]:g}",
                story.network_effects(noise),
            )
        )
    return tables


def team_table(team: Team, show: Show) -> Table:
    """Tabulate how good one team's talk is, with everyone and with some missing."""
    table = plain_table(
        f"{team.talk.name}, {team.rehearsals:,} rehearsals",
        str(team.attendance),
        "who is there",
        right("mean quality"),
        right("worst"),
    )
    table.add_row("everyone", figure(show.complete, 3), "")
    for name, kept in (("one missing", show.one_missing), ("two missing", show.two_missing)):
        table.add_row(
            f"{name} ({kept.sub_teams:,} sub-teams)", figure(kept.mean, 3), figure(kept.worst, 3)
        )
    return table


def dependence_table(team: Team, found: Dependence) -> Table:
    """Tabulate how much a talk depends on who is there, each figure with what it says."""
    caption = "± standard error, from sub-teams drawn at random" if found.sampled else ""
    table = plain_table("What the talk depends on", caption, "measure", right(""), "what it says")
    carriers, lost, apart = map(with_error, (found.carriers, found.fragility, found.interaction))
    rows = {
        "effective carriers": (carriers, "as many carry it as if all carried alike"),
        "fragility": (lost, "quality lost to absences by this law, on average"),
        "  by interaction": (
            apart,
            "of it, by interplay; below 0: they stand in",
        ),
    }
    if found.bus_factor is not None:
        rows["bus factor"] = str(found.bus_factor), "fewest whose loss takes its quality below half"
    if found.interactions is not None:
        index = np.triu(found.interactions)  # the diagonal is 0
        for extreme, says in (
            (index.max(), "need each other most"),
            (index.min(), "stand in for each other best"),
        ):
            for first, second in np.argwhere(index == extreme)[: 1 if extreme else 0]:
                names = f"{team.names[first]} and {team.names[second]}"
                rows[names] = signed(extreme, 3), says
    for name, row in rows.items():
        table.add_row(name, *row)
    return table


def with_error(found: Figure) -> str:
    """Print a figure with its standard error, if it has one."""
    error = f" ± {figure(found.standard_error, 4)}" if found.standard_error > 1e-6 else ""
    return figure(found.value, 3) + error


def presenters_table(team: Team, show: Show, found: Dependence, most: int = 20) -> Table:
    """Tabulate each presenter: value, share, solo quality, attendance, reliance of the others."""
    others = ~np.eye(team.n_presenters, dtype=bool)
    hard = team.talk.sections[team.talk.hard_section]
    left_out = team.n_presenters - most
    table = plain_table(
        "The presenters (value: Shapley's share of the whole quality)",
        f"and {left_out} more: see --json" if left_out > 0 else "",
        "presenter",
        *map(right, ("value", f"share of '{hard}'", "solo quality", "attended", "relied on by")),
    )
    for agent in list(team.agents)[:most]:
        relied_on = team.reliance[others[:, agent.seat], agent.seat]
        table.add_row(
            agent.name,
            figure(found.values[agent.seat], 3),
            f"{show.hard_shares[agent.seat]:.0%}",
            figure(float(np.nanmean(show.solo[agent.seat])), 3),
            f"{agent.rehearsals_attended:,}",
            figure(relied_on.mean(), 2) if len(relied_on) else "-",
        )
    return table
