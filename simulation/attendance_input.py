"""Attendance as people write it down: a law in a word, or a log kept in a CSV file."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from simulation.attendance import AttendanceLaw
from simulation.checks import InputError, whole
from simulation.laws import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
    Recorded,
    Rota,
    independent,
    k_absent,
    one_or_two_absent,
)
from simulation.presenter import presenter_names

_FORMS: dict[str, tuple[str, str]] = {
    "everyone": ("", "always complete"),
    "one-or-two": ("", "one or two absent, the article's law"),
    "absent": (":K", "K absent"),
    "rate": (":R", "each absent with rate R, independently (dropout)"),
    "rates": (":R1,R2,..", "a rate for each presenter"),
    "rota": ("[:K]", "K absent by turns, 1 if not said"),
    "couples": (":R", "neighbours absent together with rate R"),
    "bursts": (":R[,L]", "absences with rate R that last L rehearsals, 5 if not said"),
    "without": (":WHO", "one fixed presenter always absent, by name (A, B, ..)"),
    "log": (":FILE", "a recorded log, CSV with the names as header and 0/1 below"),
}
LAW_FORMS = ", ".join(name + argument for name, (argument, _) in _FORMS.items())
LAW_HELP = "; ".join(f"{name}{argument}: {what}" for name, (argument, what) in _FORMS.items())


def law_from_text(text: str, n_presenters: int) -> AttendanceLaw:
    """Read a law as it is written on the command line, such as 'one-or-two' or 'rate:0.3'.

    Raises
    ------
    InputError
        If the text is none of the forms in `LAW_FORMS`, or its numbers do not fit the team.

    Examples
    --------
    >>> law_from_text("absent:2", 5)
    NumberAbsent(n_presenters=5, counts=(2,))
    """
    n = whole("presenters", n_presenters, least=1)
    kind, _, argument = text.partition(":")

    def numbers(least: int, most: float) -> list[float]:
        try:
            values = [float(part) for part in argument.split(",")] if argument else []
        except ValueError:
            values = []
        if not least <= len(values) <= most:
            raise _unreadable(text)
        return values

    def count() -> int:
        (value,) = numbers(1, 1)
        if not value.is_integer():
            raise InputError(f"attendance {text!r} names {value:g} people: give a whole number")
        return int(value)

    match kind:
        case "everyone" | "one-or-two" if argument:
            raise _unreadable(text)
        case "everyone":
            return Everyone(n)
        case "one-or-two":
            return one_or_two_absent(n)
        case "absent":
            return k_absent(n, count())
        case "rate":
            return independent(n, *numbers(1, 1))
        case "rates":
            return Independent(n, tuple(numbers(1, math.inf)))
        case "rota":
            return Rota(n, count() if argument else 1)
        case "couples":
            return Couples(n, *numbers(1, 1))
        case "bursts":
            return Bursts(n, *numbers(1, 2))
        case "without":
            names = presenter_names(n)
            if argument not in names:
                raise InputError(
                    f"attendance {text!r} names {argument!r}, but the presenters are "
                    f"{names[0]} to {names[-1]}: name one of them"
                )
            return AlwaysWithout(n, names.index(argument))
        case "log" if argument:
            return read_attendance_log(argument, presenter_names(n))
        case _:
            raise _unreadable(text)


def _unreadable(text: str) -> InputError:
    return InputError(f"attendance {text!r} is not one of the forms: {LAW_FORMS}")


def read_attendance_log(path: str | Path, names: Sequence[str]) -> Recorded:
    """Read a recorded attendance log.

    Parameters
    ----------
    path : path
        CSV file: the presenters' names as header, in any order, then a row a rehearsal with 1 for
        present and 0 for absent.
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
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            lines = [[cell.strip() for cell in row] for row in csv.reader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"the attendance log {path} cannot be read as a CSV file: {error}"
        ) from None
    lines = [line for line in lines if len(line) > 1 or any(line)]
    if not lines:
        raise InputError(f"the attendance log {path} is empty: begin with a row of names")
    header, *rows = lines
    for name in header:
        if name not in names:
            raise InputError(
                f"the attendance log {path} names {name!r}, but the presenters are "
                f"{', '.join(names)}: use these as the header"
            )
    for name in names:
        if header.count(name) != 1:
            raise InputError(
                f"the attendance log {path} has {header.count(name)} columns for {name}, "
                "but each presenter needs exactly one"
            )
    columns = [header.index(name) for name in names]
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
                    f"rehearsal {number} of the attendance log {path} has the mark {mark!r}, "
                    "but only 0 (absent) and 1 (present) are allowed"
                )
        marks.append(tuple(int(row[column]) for column in columns))
    return Recorded(len(names), tuple(marks))
