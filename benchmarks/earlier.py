"""Launches of earlier runs, to which a new one adds: all together take longer than a sitting."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.launches import Outcome
from benchmarks.plan import PARTS, Comparison, chosen
from benchmarks.race import Row
from simulation.checks import InputError

Key = tuple[Any, ...]


def read_earlier(path: Path, about: dict[str, Any]) -> tuple[list[Outcome], str]:
    """Read what a `benchmarks.json` holds, and its date.

    Parameters
    ----------
    path : Path
    about : dict
        The machine and its packages as they are now.

    Raises
    ------
    InputError
        If there is no such file, or what it holds cannot stand beside what is measured now.
    """
    try:
        found = json.loads(path.read_text())
        comparisons, date, then = list(found["comparisons"]), found["date"], dict(found["machine"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{path} holds no earlier run to add to: run without --add first"
        ) from None
    changed = [name for name in about if then.get(name) != about[name]]
    if changed or found["quick"]:
        why = f"measured with other {', '.join(changed)}" if changed else "a quick run"
        raise InputError(f"{path} was {why}: name another folder with --out, or leave --add out")
    plan = {key_of(each): each for each in chosen(PARTS, quick=False)}
    outcomes = []
    for stored in comparisons:
        key = tuple(stored[name] for name in ("group", "title", "threads", "curve", "size"))
        if key not in plan:
            raise InputError(f"{path} holds a comparison that is not made any more: {key[1]}")
        entries = {entry.name: entry for entry in plan[key].entries}
        rows = [
            Row(
                entries[each["name"]],
                math.nan if each["difference"] is None else each["difference"],
                each["why not timed"],
                each["seconds a step, by launch and round"],
            )
            for each in stored["contenders"]
            if each["name"] in entries
        ]
        outcomes.append(Outcome(plan[key], rows))
    return outcomes, date


def joined(before: Iterable[Outcome], now: Iterable[Outcome]) -> list[Outcome]:
    """Put the launches of both behind each other, in the order of the plan.

    Who was not timed in one of them is not timed at all, as within a run.
    """
    earlier = {key_of(each.comparison): each for each in before}
    later = {key_of(each.comparison): each for each in now}
    both = {
        key: _joined(earlier[key], later[key])
        if key in earlier and key in later
        else earlier.get(key) or later[key]
        for key in earlier | later
    }
    order = [key_of(each) for each in chosen(PARTS, quick=False)]
    return sorted(both.values(), key=lambda each: order.index(key_of(each.comparison)))


def key_of(comparison: Comparison) -> Key:
    """Say which comparison it is, whatever was measured."""
    curve = comparison.curve
    return (
        comparison.group,
        comparison.title,
        comparison.threads,
        None if curve is None else curve.title,
        None if curve is None else comparison.size,
    )


def _joined(before: Outcome, now: Outcome) -> Outcome:
    first = {row.entry.name: row for row in before.rows}
    second = {row.entry.name: row for row in now.rows}
    rows = []
    for entry in now.comparison.entries:
        pair = [half[entry.name] for half in (first, second) if entry.name in half]
        why_not = next((row.why_not for row in pair if row.why_not), "")
        if len(pair) == 1:
            why_not = why_not or "not in all launches"
        if why_not:
            rows.append(Row(entry, why_not=why_not))
        elif pair:
            apart = float(np.fmax.reduce([row.difference for row in pair]))
            rows.append(Row(entry, apart, "", [*pair[0].launches, *pair[1].launches]))
    return Outcome(now.comparison, rows)
