"""A law of attendance as people write it down, in a word."""

from __future__ import annotations

import math

from simulation import checks
from simulation.attendance import AttendanceLaw, team_size
from simulation.attendance_log import pasted_attendance_log, read_attendance_log
from simulation.checks import InputError, given
from simulation.laws import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
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
    "bursts": (":R[,L]", "absences at rate R, L long (5 if not said), both in the long run"),
    "without": (":WHO", "one fixed presenter always absent, by name (A, B, ..)"),
    "log": (":FILE", "a recorded log, CSV with the names as header and 0/1 below"),
}
LAW_FORMS = ", ".join(name + argument for name, (argument, _) in _FORMS.items())
_PASTED_FORMS = LAW_FORMS.replace(":FILE", ":ABC.AC..")
LAW_HELP = "; ".join(f"{name}{argument}: {what}" for name, (argument, what) in _FORMS.items())


def law_from_text(text: str, n_presenters: int, *, pasted: bool = False) -> AttendanceLaw:
    """Read a law as it is written on the command line, such as 'one-or-two' or 'rate:0.3'.

    Parameters
    ----------
    text : str
    n_presenters : int
    pasted : bool
        Whether a log is the log itself, 'log:ABC.AC', and not the name of a file.

    Raises
    ------
    InputError
        If the text is none of the forms in `LAW_FORMS`, or its numbers do not fit the team.

    Examples
    --------
    >>> law_from_text("absent:2", 5)
    NumberAbsent(n_presenters=5, counts=(2,))
    """
    n = team_size(n_presenters)
    unreadable = InputError(
        f"attendance {given(text)} is not one of the forms: "
        f"{_PASTED_FORMS if pasted else LAW_FORMS}"
    )
    kind, _, argument = checks.text("attendance", text).partition(":")

    def numbers(least: int, most: float) -> list[float]:
        if "_" in argument or not argument.isascii():
            raise unreadable  # float() reads 0_1, and the digits of every script
        try:
            # -0 is 0, in its text too.
            values = [float(part) + 0.0 for part in argument.split(",")] if argument else []
        except ValueError:
            values = []
        if not least <= len(values) <= most:
            raise unreadable
        return values

    def count() -> int:
        (value,) = numbers(1, 1)
        if not value.is_integer():
            raise InputError(f"attendance {given(text)} names {value:g} people: give whole numbers")
        return int(value)

    match kind:
        case "everyone" | "one-or-two" if argument:
            raise unreadable
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
                    f"attendance {given(text)} names {given(argument)}, but the presenters are "
                    f"{names[0]} to {names[-1]}: name one of them"
                )
            return AlwaysWithout(n, names.index(argument))
        case "log" if argument and pasted:
            return pasted_attendance_log(argument, presenter_names(n))
        case "log" if argument:
            return read_attendance_log(argument, presenter_names(n))
        case _:
            raise unreadable
