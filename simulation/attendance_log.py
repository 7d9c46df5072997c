"""A recorded attendance log: a law of what has been, read from a CSV file or from one line."""

from __future__ import annotations

import csv
import io
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.attendance import AttendanceLaw, Moments
from simulation.checks import InputError, given, listed, shortened, text
from simulation.inputs import read_text


@dataclass(frozen=True)
class Recorded(AttendanceLaw):
    """An attendance log: `rows` of 0/1, one a rehearsal; when it is over it starts again.

    What `moments` says holds over the whole log: a shorter run sees its beginning only.
    """

    rows: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        rows = [
            listed(f"rehearsal {number} of the attendance log", row)
            for number, row in enumerate(listed("the attendance log", self.rows), start=1)
        ]
        if not rows:
            raise InputError("the attendance log has no rehearsal: give it at least one row")
        for number, row in enumerate(rows, start=1):
            if len(row) != self.n_presenters:
                raise InputError(
                    f"rehearsal {number} of the attendance log has {len(row)} marks, but the team "
                    f"has {self.n_presenters} presenters: give one mark for each"
                )
            for mark in row:
                if not isinstance(mark, numbers.Real | np.bool_) or mark not in (0, 1):
                    raise InputError(
                        f"rehearsal {number} of the attendance log has the mark {given(mark)}, "
                        "but only 0 (absent) and 1 (present) are allowed"
                    )
        object.__setattr__(self, "rows", tuple(tuple(map(int, row)) for row in rows))

    @property
    def n_uniforms(self) -> int:
        return 0

    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        uniforms = self._checked(uniforms, first, before)
        log = np.array(self.rows, dtype=bool)
        return np.asarray(log[(first + np.arange(len(uniforms))) % len(log)])

    def moments(self) -> Moments:
        return Moments.of_rows(np.array(self.rows, dtype=bool))


def read_attendance_log(path: str | Path, names: Sequence[str]) -> Recorded:
    """Read a recorded attendance log.

    Parameters
    ----------
    path : path
        CSV file in UTF-8: the presenters' names as header, in any order, then a row a rehearsal
        with 1 for present and 0 for absent.
    names : sequence of str
        The team's names, in its order.

    Returns
    -------
    Recorded
        The log as a law, its columns in the order of `names`.

    Raises
    ------
    InputError
        If the file cannot be read, names a stranger or leaves somebody out, has rows of another
        length than its header, or other marks than 0 and 1.
    """
    names = [text("a name", name) for name in listed("names", names)]
    content = read_text(path, "attendance log")
    try:
        # Strict: a quote that is never closed would swallow the rows below it.
        table = csv.reader(io.StringIO(content, newline=""), strict=True)
        lines = [[cell.strip() for cell in row] for row in table]
    except csv.Error as error:
        raise InputError(
            f"the attendance log {path} cannot be read as a CSV file: {error}"
        ) from None
    lines = [line for line in lines if len(line) > 1 or any(line)]
    if not lines:
        raise InputError(f"the attendance log {path} is empty: begin with a row of names")
    header, *rows = lines
    if not rows:
        raise InputError(f"the attendance log {path} has no rehearsal: give it at least one row")
    for name in header:
        if name not in names:
            raise InputError(
                f"the attendance log {path} names {given(name)}, but the presenters are "
                f"{shortened(', '.join(names))}: use these as the header"
            )
    for name in names:
        if (columns := header.count(name)) != 1:
            raise InputError(
                f"the attendance log {path} has {columns} columns for {shortened(name)}, "
                "but each presenter needs exactly one"
            )
    order = [header.index(name) for name in names]
    marks = []
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise InputError(
                f"rehearsal {number} of the attendance log {path} has {len(row)} marks under "
                f"{len(header)} names: give one for each"
            )
        for mark in row:
            if mark not in ("0", "1"):
                raise InputError(
                    f"rehearsal {number} of the attendance log {path} has the mark {given(mark)}, "
                    "but only 0 (absent) and 1 (present) are allowed"
                )
        marks.append(tuple(int(row[column]) for column in order))
    return Recorded(len(names), tuple(marks))


def pasted_attendance_log(text: str, names: Sequence[str]) -> Recorded:
    """Read an attendance log written on one line.

    Parameters
    ----------
    text : str
        Who came, in letters, a dot between rehearsals: 'ABC..AC' are three, at the second nobody.
    names : sequence of str
        The team's names, in its order.

    Raises
    ------
    InputError
        If it names a stranger, or somebody twice.

    Examples
    --------
    >>> pasted_attendance_log("ABC..AC", ["A", "B", "C"]).rows
    ((1, 1, 1), (0, 0, 0), (1, 0, 1))
    """
    names = list(names)
    rows = []
    for number, there in enumerate(text.split("."), start=1):
        row = [0] * len(names)
        for name in there:
            if name not in names:
                raise InputError(
                    f"rehearsal {number} of the attendance log names {given(name)}, but the "
                    f"presenters are {names[0]} to {names[-1]}: write who came, a dot between "
                    "rehearsals, as in ABC.AC"
                )
            seat = names.index(name)
            if row[seat]:
                raise InputError(
                    f"rehearsal {number} of the attendance log names {name} twice: once is enough"
                )
            row[seat] = 1
        rows.append(tuple(row))
    return Recorded(len(names), tuple(rows))
