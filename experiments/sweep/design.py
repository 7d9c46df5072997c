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

A recorded log, 'log:FILE.csv', is looked for beside the file that names it, and one that `--set`
names where one stands. The design keeps its rows.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.sweep.points import OWN_AUDIENCE, Point
from experiments.sweep.written import MOST, Grid, Spec
from simulation.attendance import AttendanceLaw
from simulation.attendance_input import law_from_text
from simulation.attendance_log import Recorded, read_attendance_log
from simulation.checks import InputError, first_problem, given
from simulation.inputs import read_text
from simulation.presenter import presenter_names

Rows = tuple[tuple[int, ...], ...]

MOST_BYTES = 2**24
"""Bytes of a design's file."""

LOG = "log:"
"""How attendance that is a recorded log begins."""

DEFAULT_ATTENDANCE = "one-or-two"

MOST_TEAMS = 100_000_000
"""Teams that a design may have; of more, the coordinator and the one file would be too slow."""


@dataclass(frozen=True)
class Design:
    """A sweep that has been checked whole: its points and its seeds.

    A team is a point with a seed. Teams are numbered point by point, seeds within.

    Attributes
    ----------
    title : str
    points : tuple of Point
    seeds : tuple of int
    logs : dict of str to rows of 0/1
        What the recorded logs hold, by the attendance that names them: once read, their files are
        not needed again.
    """

    title: str
    points: tuple[Point, ...]
    seeds: tuple[int, ...]
    logs: dict[str, Rows] = field(default_factory=dict)

    @property
    def n_teams(self) -> int:
        """How many teams rehearse."""
        return len(self.points) * len(self.seeds)

    def law(self, point: Point) -> AttendanceLaw:
        """Return the law of attendance of one of the points."""
        return self._laws[point.attendance, point.presenters]

    @cached_property
    def _laws(self) -> dict[tuple[str, int], AttendanceLaw]:
        return {
            (text, presenters): Recorded(presenters, self.logs[text])
            if text in self.logs
            else law_from_text(text, presenters)
            for text, presenters in {(p.attendance, p.presenters) for p in self.points}
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of everything that decides the results: of each law, not of how it is written."""
        content = {
            "points": [
                {**asdict(point), "attendance": repr(self.law(point))} for point in self.points
            ],
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
        # Older designs named their logs only; those are read when their laws are asked for.
        logs = {text: tuple(map(tuple, rows)) for text, rows in content.get("logs", {}).items()}
        return Design(content["title"], points, tuple(content["seeds"]), logs)


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
        text = read_text(path, "sweep's file", most=MOST_BYTES)
        try:
            content = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # also a number of 5,000 digits
            raise InputError(f"the sweep's file {path} is not TOML: {error}") from None
    for setting in settings:
        _set(content, setting)
    try:
        spec = Spec.model_validate(content)
    except ValidationError as error:
        raise InputError(_problem(error, path)) from None
    points = tuple(_points(spec))
    from_file = path is not None and not any(_key(setting) == "attendance" for setting in settings)
    logs = _read_logs(points, path.parent if path is not None and from_file else Path())
    design = Design(spec.title, points, tuple(spec.seeds), logs)
    _check_different(design)
    for point in points:
        point.check()
    return design


def _read_logs(points: Sequence[Point], folder: Path) -> dict[str, Rows]:
    """Read the recorded logs that points name, from `folder` unless they say another."""
    named = {(p.attendance, p.presenters) for p in points if p.attendance.startswith(LOG)}
    return {
        text: read_attendance_log(folder / text.removeprefix(LOG), presenter_names(presenters)).rows
        for text, presenters in sorted(named)
    }


def _check_different(design: Design) -> None:
    """Raise InputError if two points are the same, however their laws are written."""
    seen: dict[tuple[Point, AttendanceLaw], Point] = {}
    for point in design.points:
        first = seen.setdefault((replace(point, attendance=""), design.law(point)), point)
        if first is not point:
            same = f"{first.attendance!r} and {point.attendance!r} are the same law"
            raise InputError(
                f"the design names the same point twice, take one out ({same}): {point}"
            )


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


def _point(values: dict[str, Any]) -> Point:
    talk = values.get("talk", "synthetic")
    synthetic = talk == "synthetic"
    return Point(
        attendance=values.get("attendance", DEFAULT_ATTENDANCE),
        presenters=values.get("presenters", 5),
        abilities=values.get("abilities", 4),
        trust=float(values.get("trust", 0.02)),
        learning_rate=float(values.get("learning_rate", 0.02)),
        questions=values.get("questions", 8),
        rehearsals=values.get("rehearsals", 2_000),
        talk=talk,
        practice=values.get("practice", 40 if synthetic else None),
        noise=float(values.get("noise", 0.3 if synthetic else 0.0)) + 0.0,  # -0 is 0
        audience=values.get("audience", OWN_AUDIENCE[talk]),
        head_start=values.get("head_start", 0),
    )


def _set(content: dict[str, Any], setting: str) -> None:
    """Put 'key=v1,v2' into the content of a file."""
    key, (_, equals, text) = _key(setting), setting.partition("=")
    if not equals or not text.strip():
        raise InputError(f"--set {given(setting)} is not of the form key=value or key=v1,v2,...")
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


def _key(setting: str) -> str:
    return setting.partition("=")[0].strip().replace("-", "_")


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
    place = ".".join(map(str, first["loc"]))[-60:]
    return f"{source} has {place}, which is not a setting: choose from {', '.join(known)}"
