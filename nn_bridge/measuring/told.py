"""How the measures of a network are told, in one language: the plain sentence first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from nn_bridge.results.loaded import loaded_versions
from nn_bridge.results.numbers import decimals, figure, with_interval
from nn_bridge.results.parts import Bars, Curve, Heat, Line, Notes, Part, Table, Told, largest
from nn_bridge.results.wording import Wording
from simulation.coalitions.estimates import WARNINGS, Estimate, Measures, Silent

NOTES = "evaluations differ", "the whole model was run for each mask", "nothing is ever 0"
"""Of what kinds a note of an adapter may be that is told in both languages."""

MOST_NAMES = 8
"""Names of members that are listed; the rest are counted."""


def told(
    measures: Measures, say: Wording, where: str, noun: str, settings: Mapping[str, Any]
) -> Told:
    """Say what was measured."""
    blanks = {
        "where": where,
        "noun": say(f"noun.{noun}"),
        "members": len(measures.members),
        "metric": say.texts.get(f"metric.{measures.metric}", measures.metric),
    }
    return Told(
        say("measured.title", **blanks),
        sentence(measures, say, blanks),
        tuple(parts(measures, say, blanks)),
        tuple(how(measures, say, blanks, settings)),
    )


def sentence(measures: Measures, say: Wording, blanks: Mapping[str, Any]) -> str:
    """Say the main thing."""
    silent = measures.at_random
    number, members = silent.number.value, len(measures.members)
    key = "silent.half" if members > 1 and number == members / 2 else "silent"
    key = {0.0: "silent.none", members: "silent.all", 1.0: "silent.one"}.get(number, key)
    said = [
        say(
            f"measured.{key}",
            number=figure(number, 0),
            cost=shown(silent.cost, say),
            worth=f"{silent.worth:g}",
            **blanks,
        )
    ]
    carrying = carry_half(measures)
    if carrying:
        said.append(
            say(f"measured.carry{'' if carrying > 1 else '.one'}", number=carrying, **blanks)
        )
    if measures.never_fire:
        never = len(measures.never_fire)
        said.append(say(f"measured.never{'' if never > 1 else '.one'}", number=never))
    return say("measured.sentence", parts=say.joined(said, "measured.parts.join"))


def carry_half(measures: Measures) -> int:
    """Return how many of those that carry most together carry half of all; 0 if it is noise."""
    whole = measures.complete.value - measures.nobody.value
    if np.isnan(measures.carriers.value) or whole <= 0:
        return 0
    together = np.cumsum(sorted((each.value for each in measures.shapley), reverse=True))
    return 1 + int(np.argmax(together >= whole / 2)) if together.max(initial=0) >= whole / 2 else 0


def parts(measures: Measures, say: Wording, blanks: Mapping[str, Any]) -> Iterator[Part]:
    """Say the rest, part by part."""
    yield figures(measures, say, blanks)
    yield curve(say, blanks, {blanks["metric"]: measures})
    if not np.isnan([each.value for each in measures.shapley]).all():
        yield bars(measures, say)
    if measures.synergy is not None and len(measures.members) > 1:
        yield Heat(say("heat.caption"), measures.members, measures.synergy.values, say("heat.note"))
    lines = list(warnings(measures, say))
    if lines:
        yield Notes(say("notes"), tuple(lines))


def curve(say: Wording, blanks: Mapping[str, Any], named: Mapping[str, Measures]) -> Curve:
    """Show what is left when more and more are silenced."""
    curves = {name: measures.curve for name, measures in named.items()}
    lines = tuple(Line(name, each.mean, each.band) for name, each in curves.items())
    at = np.array(next(iter(curves.values())).fractions)
    return Curve(say("curve.caption", **blanks), say("curve.across"), at, lines)


def warnings(measures: Measures, say: Wording) -> Iterator[str]:
    """Say what to keep in mind, what an adapter has to say of its own too."""
    for key, said in measures.warnings.items():
        if key in WARNINGS:
            yield say(f"warning.{key}")
        elif key in NOTES:
            yield say(f"note.{key}", rest=said.partition(": ")[2])
        else:
            yield said
    if measures.ablation and not measures.additive:
        yield say("silenced.only")


def figures(measures: Measures, say: Wording, blanks: Mapping[str, Any]) -> Table:
    """Tabulate the figures, each with what it says."""
    best = max(range(len(measures.members)), key=lambda at: key_of(measures.alone[at]))
    found = [
        ("complete", measures.complete, {}),
        ("nobody", measures.nobody, {}),
        ("half", measures.half, {}),
        ("area", measures.area, {}),
        ("alone", measures.alone[best], {"name": measures.members[best]}),
        ("co_adaptation", measures.co_adaptation, {}),
        ("carriers", measures.carriers, {}),
    ]
    rows = [
        (
            say(f"measure.{name}"),
            shown(estimate, say),
            say(f"measure.{name}.says", **{**blanks, **more}),
        )
        for name, estimate, more in found
        if estimate is not None
    ]
    if measures.bus_factor is not None:
        rows.append(bus_factor(measures.bus_factor, measures, say))
    for name, silent in (
        ("at_random", measures.at_random),
        ("least_carrying", measures.least_carrying),
    ):
        if silent is not None:
            rows.append(silent_row(name, silent, say))
    for name, names in (("never_fire", measures.never_fire), ("idle", measures.idle)):
        if names is not None:
            listed = say(f"measure.{name}.says", names=some(names, say))
            rows.append((say(f"measure.{name}"), str(len(names)), listed))
    every = measures.complete.over, measures.half.over, measures.area.over, measures.carriers.over
    over = [say(f"over.{each}") for each in dict.fromkeys(each for one in every for each in one)]
    columns = say("column.measure"), say("column.figure"), say("column.says")
    note = say("measured.over", over=say.joined(over, "and")) if over else say("measured.over.none")
    return Table(
        say("measured.figures"), columns, tuple(rows), note, frozenset({1}), frozenset({0})
    )


def bus_factor(bus: Estimate, measures: Measures, say: Wording) -> tuple[str, str, str]:
    """Say how many it takes, if there is a half to lose and that many there are."""
    key = "" if bus.exact else ".most"
    if measures.complete.value <= 0:
        return say("measure.bus_factor"), say("none"), say("measure.bus_factor.says.nothing")
    if bus.value > len(measures.members):
        return say("measure.bus_factor"), say("none"), say("measure.bus_factor.says.none")
    return say("measure.bus_factor"), shown(bus, say, 0), say(f"measure.bus_factor.says{key}")


def silent_row(name: str, silent: Silent, say: Wording) -> tuple[str, str, str]:
    """Say how many may fall silent, and at what cost."""
    cost = say("measure.silent.says", cost=shown(silent.cost, say), worth=f"{silent.worth:g}")
    return say(f"measure.{name}"), shown(silent.number, say, 0), cost


def bars(measures: Measures, say: Wording) -> Bars:
    """Show what each carries, and sum up those who carry least."""
    values = np.array([each.value for each in measures.shapley])
    band = np.array([(each.low, each.high) for each in measures.shapley])
    made = Bars(say("bars.caption"), measures.members, values, band)
    rest = np.delete(values, largest(made))
    if not len(rest):
        return made
    digits = decimals(float(np.nanmax(np.abs(values))))
    said = say(
        "bars.rest",
        number=len(rest),
        low=figure(float(np.nanmin(rest)), digits),
        high=figure(float(np.nanmax(rest)), digits),
        sum=figure(float(np.nansum(rest)), digits),
    )
    return Bars(made.caption, made.names, values, band, said)


def how(
    measures: Measures, say: Wording, blanks: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Say what it was made with."""
    yield say("setting.metric"), blanks["metric"]
    yield say("setting.reading"), say(f"reading.{measures.reading}")
    if measures.ablation:
        yield say("setting.ablation"), say(f"ablation.{measures.ablation}")
    yield (
        say("setting.coalitions"),
        say("coalitions.exact")
        if measures.exact
        else say("coalitions.drawn", draws=f"{measures.draws:,}"),
    )
    yield say("setting.starts"), str(measures.starts)
    if measures.examples:
        yield say("setting.examples"), f"{measures.examples:,}"
    yield from more_settings(settings, say)


def more_settings(settings: Mapping[str, Any], say: Wording) -> Iterator[tuple[str, str]]:
    """Say what else it was made with, and with which versions."""
    for name, value in settings.items():
        yield say.texts.get(f"setting.{name}", name), str(value)
    yield say("versions"), ", ".join(map(" ".join, loaded_versions().items()))


def shown(estimate: Estimate, say: Wording, digits: int | None = None) -> str:
    """Print an estimate with its interval."""
    if np.isnan(estimate.value):
        return say("none")
    return with_interval(estimate.value, estimate.low, estimate.high, digits)


def some(names: Sequence[str], say: Wording) -> str:
    """List names, not all where they are many."""
    more = len(names) - MOST_NAMES
    listed = list(names[:MOST_NAMES]) + ([say("names.more", more=more)] if more > 0 else [])
    return say.joined(listed) if listed else say("none")


def key_of(estimate: Estimate) -> float:
    """Order estimates by value, what is not known last."""
    return -np.inf if np.isnan(estimate.value) else estimate.value
