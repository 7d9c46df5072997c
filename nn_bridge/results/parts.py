"""What a result is told in, in one language: a sentence first, then parts; not yet how they look.

Names of layers and members stand in them as they are: whoever shows them sees to it that they are
but text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nn_bridge.results.numbers import interval_digits, with_interval
from simulation.arrays import FloatArray
from simulation.checks import printable

MOST_BARS = 20
"""Members that have a bar of their own; the rest are one line."""


@dataclass(frozen=True)
class Table:
    """Rows under a caption; the first column names the row.

    Attributes
    ----------
    caption : str
    columns : tuple of str
    rows : tuple of tuple of str
    note : str
        How to read it, below.
    figures : frozenset of int
        Columns of figures, which are set flush right.
    words : frozenset of int
        Columns of words that stay on one line.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    figures: frozenset[int] = frozenset()
    words: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes
    ----------
    seen, why : str
        What was seen, with where, and why it matters.
    line : str
        The line to change, as it should read.
    """

    seen: str
    why: str
    line: str


@dataclass(frozen=True)
class Findings:
    """All of them.

    Attributes
    ----------
    caption : str
    found : tuple of Finding
    labels : tuple of str
        What stands before why it matters, and before the line to change.
    """

    caption: str
    found: tuple[Finding, ...]
    labels: tuple[str, str]


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a curve, with its band.

    Attributes
    ----------
    name : str
    values : (F,) array
    band : (F, 2) array
        Low and high; nan where it is not known.
    """

    name: str
    values: FloatArray
    band: FloatArray


@dataclass(frozen=True, eq=False)
class Curve:
    """One line over fractions from 0 to 1, or two.

    Attributes
    ----------
    caption, across : str
        What it shows, and what the fractions are of.
    at : (F,) array
    lines : tuple of Line
    """

    caption: str
    across: str
    at: FloatArray
    lines: tuple[Line, ...]


@dataclass(frozen=True, eq=False)
class Bars:
    """A bar with its interval for each of the largest.

    Attributes
    ----------
    caption : str
    names : tuple of str
    values : (N,) array
    band : (N, 2) array
        Low and high; nan where it is not known.
    rest : str
        What is to be said of those without a bar; '' where all have one.
    """

    caption: str
    names: tuple[str, ...]
    values: FloatArray
    band: FloatArray
    rest: str = ""


def largest(part: Bars) -> list[int]:
    """Say which of the bars are shown, the largest first."""
    order = np.argsort(-np.nan_to_num(part.values, nan=-np.inf), kind="stable")
    return [int(at) for at in order[:MOST_BARS]]


def said_at(part: Bars, shown: list[int]) -> list[str]:
    """Print the figures beside some of the bars, all with as many digits after the point.

    At most one more than the first one's interval asks for.
    """
    rows = [
        (float(value), float(low), float(high))
        for value, (low, high) in zip(part.values[shown], part.band[shown], strict=True)
    ]
    asked = [interval_digits(*row) for row in rows]
    digits = min(max(asked), asked[0] + 1)
    return [with_interval(*row, digits) for row in rows]


def end_of(name: str, most: int) -> str:
    """Return the end of a name, which tells members of a layer apart, as text on one line.

    Examples
    --------
    >>> end_of("encoder.layers.3.fc1[12]", 12)
    '...3.fc1[12]'
    """
    name = printable(name)
    return name if len(name) <= most else "..." + name[3 - most :]


@dataclass(frozen=True, eq=False)
class Heat:
    """A figure for each pair.

    Attributes
    ----------
    caption : str
    names : tuple of str
    values : (N, N) array
        Symmetric; the diagonal means nothing.
    note : str
    """

    caption: str
    names: tuple[str, ...]
    values: FloatArray
    note: str = ""


@dataclass(frozen=True)
class Notes:
    """What to keep in mind, line by line."""

    caption: str
    lines: tuple[str, ...]


Part = Table | Findings | Curve | Bars | Heat | Notes


@dataclass(frozen=True)
class Told:
    """A result in one language.

    Attributes
    ----------
    title, sentence : str
    parts : tuple of Part
    settings : tuple of (str, str)
        What it was made with, the versions last.
    """

    title: str
    sentence: str
    parts: tuple[Part, ...]
    settings: tuple[tuple[str, str], ...] = ()
