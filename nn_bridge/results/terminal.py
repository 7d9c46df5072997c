"""How a result reads in a terminal."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from functools import singledispatch

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from nn_bridge.results.numbers import decimals, figure
from nn_bridge.results.parts import (
    Bars,
    Curve,
    Findings,
    Heat,
    Notes,
    Part,
    Table,
    Told,
    end_of,
    largest,
    said_at,
)
from nn_bridge.results.rows import Rows
from nn_bridge.results.screen import Screen, plain_table, right
from simulation.checks import printable

WIDTH, NARROWEST = 100, 40
"""Columns where no terminal says how many it has, and the fewest that a table is laid out for."""

SHOWN = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
"""Fractions of a curve that are printed, or the nearest there are."""

MOST_PAIRS = 8
"""Members for which all pairs are printed; of more, as many pairs on either side."""

HEAD, SIDE = 9, 20
"""Characters of a name above a column of such a table, and beside a row."""

BAR = 24
"""Characters of the longest bar."""


def text_of(told: Told) -> str:
    """Lay a result out as plain text, as wide as the terminal."""
    width = max(shutil.get_terminal_size((WIDTH, 24)).columns, NARROWEST)
    file = io.StringIO()
    screen = Screen(file=file, width=width, color_system=None)
    for shown in on_screen(told):
        screen.print(shown)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def on_screen(told: Told) -> Iterator[RenderableType]:
    """Lay a result out, part by part, for a `Screen`."""
    yield Text(printable(told.title), "bold")
    yield told.sentence
    for part in told.parts:
        yield ""
        yield laid_out(part)
    if told.settings:
        yield ""
        yield Text(printable("; ".join(map(": ".join, told.settings))), "dim")


@singledispatch
def laid_out(part: Part) -> RenderableType:
    """Lay a part out."""
    raise TypeError(part)


@laid_out.register
def _(part: Table) -> RenderableType:
    return captioned(part.caption, Rows(part), part.note)


@laid_out.register
def _(part: Findings) -> RenderableType:
    why, line = part.labels
    shown: list[RenderableType] = []
    for number, found in enumerate(part.found, 1):
        shown.append(f"{number}. {found.seen}")
        below = f"{why} {found.why}\n{line} {found.line}"
        shown.append(Padding(below, (0, 0, 0, 3)))
    return captioned(part.caption, Group(*shown))


@laid_out.register
def _(part: Curve) -> RenderableType:
    at = sorted({int(np.abs(part.at - share).argmin()) for share in SHOWN})
    table = plain_table("", "", part.across, *(right(f"{part.at[k]:.0%}") for k in at))
    digits = decimals(float(np.nanmax([np.abs(line.values) for line in part.lines])))
    for line in part.lines:
        table.add_row(line.name, *(figure(float(line.values[k]), digits) for k in at))
        if not np.isnan(line.band).all():
            for name, ends in zip(("low", "high"), line.band[at].T, strict=True):
                table.add_row(Text(name, "dim"), *(figure(end, digits) for end in ends.tolist()))
    return captioned(part.caption, table)


@laid_out.register
def _(part: Bars) -> RenderableType:
    table = plain_table("", "", Column("", overflow="fold"), right(""), Column("", no_wrap=True))
    table.show_header = False
    size = float(np.nanmax(np.abs(part.values), initial=0)) or 1.0
    shown = largest(part)
    for at, said in zip(shown, said_at(part, shown), strict=True):
        bar = round(BAR * abs(float(part.values[at])) / size) * "█"
        table.add_row(part.names[at], said, bar)
    return captioned(part.caption, table, part.rest)


@laid_out.register
def _(part: Heat) -> RenderableType:
    digits = decimals(float(np.nanmax(np.abs(part.values), initial=0)))
    if len(part.names) <= MOST_PAIRS:
        heads = (end_of(name, HEAD) for name in part.names)
        table = plain_table("", "", Column("", no_wrap=True), *map(right, heads))
        for row, name in enumerate(end_of(name, SIDE) for name in part.names):
            told = (figure(float(value), digits) for value in part.values[row])
            table.add_row(name, *("" if at == row else each for at, each in enumerate(told)))
        return captioned(part.caption, table, part.note)
    table = plain_table("", "", "", right(""))
    table.show_header = False
    rows, columns = np.triu_indices(len(part.names), 1)
    order = np.argsort(-part.values[rows, columns], kind="stable")
    for at in [*order[:MOST_PAIRS], *order[-MOST_PAIRS:]]:
        pair = f"{part.names[rows[at]]}, {part.names[columns[at]]}"
        table.add_row(pair, figure(float(part.values[rows[at], columns[at]]), digits))
    return captioned(part.caption, table, part.note)


@laid_out.register
def _(part: Notes) -> RenderableType:
    lines = Grid.grid(padding=(0, 1))
    for line in part.lines:
        lines.add_row("-", line)
    return captioned(part.caption, lines)


def captioned(caption: str, shown: RenderableType, note: str = "") -> RenderableType:
    """Set a caption above what is shown, and a note below it, as wide as the screen."""
    below = [Text(printable(note), "dim")] if note else []
    return Group(Text(printable(caption), "bold"), shown, *below)
