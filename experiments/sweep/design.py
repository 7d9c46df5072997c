"""The design of a sweep: which points, and which seeds, as people write it down.

A file in TOML, or `--set` on the command line. A design is a grid, or a list of points, or points
each crossed with the grid:

    title = "How many should miss rehearsal?"
    seeds = 100                      # 0 .. 99; or a list of seeds

    [grid]                           # every combination; a single value may stand without brackets
    rate = [0, 0.2, 0.4]             # independent absences
    attendance = ["one-or-two"]      # other laws, beside the rates
    presenters = [3, 5, 8]

    [[points]]                       # optional: each is crossed with the grid
    rehearsals = 500
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.sweep.points import OWN_AUDIENCE, Point
from experiments.sweep.written import MOST, Grid, Spec
from simulation.checks import InputError, first_problem

DEFAULT_ATTENDANCE = "one-or-two"

MOST_TEAMS = 100_000_000
"""Teams that a design may have; of more, the coordinator and the one file would be too slow."""


@dataclass(frozen=True)
class Design:
    """A sweep that has been checked whole: its points and its seeds.

    A team is a point with a seed. Teams are numbered point by point, seeds within.
    """

    title: str
    points: tuple[Point, ...]
    seeds: tuple[int, ...]

    @property
    def n_teams(self) -> int:
        """How many teams rehearse."""
        return len(self.points) * len(self.seeds)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of everything that decides the results, recorded attendance logs included."""
        content = {
            "points": [[asdict(point), repr(point.law())] for point in self.points],
            "seeds": self.seeds,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> str:
        """Return the design as text from which `from_json` makes it again."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Design:
        """Read what `to_json` wrote."""
        content = json.loads(text)
        points = tuple(Point(**point) for point in content["points"])
        return Design(content["title"], points, tuple(content["seeds"]))


def read_design(path: Path | None, settings: Sequence[str] = ()) -> Design:
    """Read a design from a TOML file, from 'key=v1,v2' settings, or from both.

    Parameters
    ----------
    path : Path or None
        The file; None: the settings are all there is.
    settings : sequence of str
        Each replaces a key of the grid, 'seeds' or 'title'.

    Raises
    ------
    InputError
        If the file cannot be read, or anything in it is not allowed: nothing runs before all of
        it has been checked.

    Examples
    --------
    >>> design = read_design(None, ["rate=0,0.3", "presenters=3,5", "seeds=10"])
    >>> len(design.points), design.n_teams, design.points[0].attendance
    (4, 40, 'rate:0.0')
    """
    content: dict[str, Any] = {}
    if path is not None:
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"the sweep's file {path} cannot be read: {error}") from None
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"the sweep's file {path} is not TOML: {error}") from None
    for setting in settings:
        _set(content, setting)
    try:
        spec = Spec.model_validate(content)
    except ValidationError as error:
        raise InputError(_problem(error, path)) from None
    points = tuple(_points(spec))
    twice, times = Counter(points).most_common(1)[0]
    if times > 1:
        raise InputError(f"the design names the same point twice, take one out: {twice}")
    for point in points:
        point.check()
    return Design(spec.title, points, tuple(spec.seeds))


def _points(spec: Spec) -> Iterator[Point]:
    crossed = [_crossed(spec.grid.given(), own.given()) for own in spec.points or [Grid()]]
    n = sum(math.prod(map(len, axes.values())) for axes in crossed)
    for what, many, most in (
        ("points", n, MOST),
        ("teams (points x seeds)", n * len(spec.seeds), MOST_TEAMS),
    ):
        if many > most:
            raise InputError(
                f"the design has {many:,} {what}, but {most:,} are the most: take some out, or "
                "make several sweeps of it"
            )
    for axes in crossed:
        for values in itertools.product(*axes.values()):
            yield _point(dict(zip(axes, values, strict=True)))


def _crossed(grid: dict[str, list[Any]], own: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Put a point's own values beside the grid's."""
    if both := sorted(grid.keys() & own.keys()):
        what = "attendance (or rate)" if both[0] == "attendance" else both[0]
        raise InputError(f"{what} stands in the grid and in a point: take it out of one")
    return {**grid, **own}


def _point(given: dict[str, Any]) -> Point:
    talk = given.get("talk", "synthetic")
    synthetic = talk == "synthetic"
    return Point(
        attendance=given.get("attendance", DEFAULT_ATTENDANCE),
        presenters=given.get("presenters", 5),
        abilities=given.get("abilities", 4),
        trust=float(given.get("trust", 0.02)),
        learning_rate=float(given.get("learning_rate", 0.02)),
        questions=given.get("questions", 8),
        rehearsals=given.get("rehearsals", 2_000),
        talk=talk,
        practice=given.get("practice", 40 if synthetic else None),
        noise=float(given.get("noise", 0.3 if synthetic else 0.0)),
        audience=given.get("audience", OWN_AUDIENCE[talk]),
        head_start=given.get("head_start", 0),
    )


def _set(content: dict[str, Any], setting: str) -> None:
    """Put 'key=v1,v2' into the content of a file."""
    key, equals, text = setting.partition("=")
    key = key.strip().replace("-", "_")
    if not equals or not text.strip():
        raise InputError(f"--set {setting!r} is not of the form key=value or key=v1,v2,...")
    if key == "title":
        content["title"] = text
        return
    # A law may have commas of its own ('bursts:0.2,5'): a new one begins with a letter.
    parts = re.split(r",(?=\s*[a-z])" if key == "attendance" else ",", text)
    values = [_number(part.strip()) for part in parts]
    if key == "seeds":
        content["seeds"] = values[0] if len(values) == 1 else values
    else:
        grid = content.setdefault("grid", {})
        if isinstance(grid, dict):  # if not, the check of the whole will say so
            grid[key] = values


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _problem(error: ValidationError, path: Path | None) -> str:
    source = "the sweep" if path is None else f"the sweep's file {path}"
    first = error.errors()[0]
    if first["type"] != "extra_forbidden":
        return f"{source}: {first_problem(error)}"
    known = Spec.model_fields if len(first["loc"]) == 1 else Grid.model_fields
    place = ".".join(map(str, first["loc"]))
    return f"{source} has {place}, which is not a setting: choose from {', '.join(known)}"
