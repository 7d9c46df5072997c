"""What a session can be asked to set up; the page holds the same table in its address."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from simulation.attendance import AttendanceLaw
from simulation.attendance_input import law_from_text
from simulation.checks import InputError, first_problem, real
from simulation.presenter import presenter_names

MOST_CHANGES = 20
"""Changes at once that a setup may replay."""

MOST_REHEARSALS = 20_000
"""Rehearsals that a session holds at most, and so a link."""

EPOCHS = 60
"""Epochs that the article's networks train."""

LONGEST_LAW = 200
"""Letters of a law: rates for twenty presenters fit."""

AtOnce = Literal["left", "right", "learning_rate", "trust"]
"""What takes effect while the teams rehearse; all else starts them anew."""

Rate = Annotated[float, Field(gt=0, le=1)]
Text = Annotated[str, Field(max_length=LONGEST_LAW)]
M = TypeVar("M", bound="Strict")
T = TypeVar("T")


class EngineOnlyError(InputError):
    """Mesa's teams cannot do what is asked; the engine in the page can."""


class Strict(BaseModel):
    """A message part that takes what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Change(Strict):
    """One change at once: a law as text, or a number."""

    key: AtOnce
    value: Any

    def checked_for(self, presenters: int) -> Self:
        """Return the change if it makes sense for a team of this size."""
        if self.key in ("left", "right"):
            law_of(self.value, presenters)
        else:
            real(self.key, self.value, above=0, most=1)
        return self


class Setup(Strict):
    """Two teams, their twins and the article's networks.

    `changes` is a history such as '1200:left=one-or-two;1500:learning_rate=0.01', replayed at its
    rehearsals; `home_left` and `home_right` name who is sent home, as in 'B,D'.
    """

    seed: int = Field(0, ge=0, le=2**31 - 1)
    presenters: int = Field(5, ge=2, le=20)
    abilities: int = Field(4, ge=1, le=16)
    questions: int = Field(8, ge=1, le=32)
    practice: int = Field(40, ge=10, le=400)
    noise: float = Field(0.3, ge=0, le=2)
    head_start: int = Field(1_000, ge=0, le=2_000)
    left: Text = "everyone"
    right: Text = "one-or-two"
    learning_rate: Rate = 0.02
    trust: Rate = 0.02
    net_rate: float = Field(0.5, ge=0, le=0.9)
    label_noise: float = Field(0.3, ge=0, le=1)
    at: int = Field(0, ge=0, le=MOST_REHEARSALS)
    epochs: int = Field(0, ge=0, le=EPOCHS)
    home_left: Text = ""
    home_right: Text = ""
    changes: str = Field("", max_length=2_000)

    @model_validator(mode="after")
    def _fits_the_team(self) -> Self:
        for side in ("left", "right"):
            law_of(getattr(self, side), self.presenters)
            seats_of(getattr(self, f"home_{side}").split(","), self.presenters)
        if len(self.replayed()) > MOST_CHANGES:
            raise InputError(f"changes holds more than {MOST_CHANGES}: start from a later setup")
        return self

    def replayed(self) -> list[tuple[int, Change]]:
        """List the changes with their rehearsals, in order."""
        entries = []
        for entry in filter(None, self.changes.split(";")):
            match = re.fullmatch(r"(\d{1,5}):(left|right|learning_rate|trust)=(.+)", entry)
            if match is None:
                raise InputError(
                    f"changes holds {entry[:60]!r}, but entries look like 1200:left=one-or-two"
                )
            rehearsal, key, value = match.groups()
            if key in ("learning_rate", "trust"):
                with suppress(ValueError):  # what is no number is told so below
                    value = float(value)
            change = Change.model_validate({"key": key, "value": value})
            entries.append((int(rehearsal), change.checked_for(self.presenters)))
        return sorted(entries, key=lambda entry: entry[0])


def law_of(text: Any, presenters: int) -> AttendanceLaw:
    """Read a law; a log is refused, since it would read files of the server's."""
    if not isinstance(text, str) or len(text) > LONGEST_LAW or text.startswith("log"):
        given = repr(text)[:60]
        raise InputError(f"attendance {given} is not for the page: choose one of its laws")
    return law_from_text(text, presenters)


def seats_of(names: list[str], presenters: int) -> tuple[int, ...]:
    """Find the seats of those sent home: known names, once each, and not everybody."""
    known = presenter_names(presenters)
    named = [name for name in names if name]
    for name in named:
        if name not in known:
            raise InputError(
                f"{name[:20]!r} cannot be sent home: the presenters are {known[0]} to {known[-1]}"
            )
    if len(set(named)) >= presenters:
        raise InputError("everybody is sent home: leave at least one to give the talk")
    return tuple(sorted({known.index(name) for name in named}))


def read(model: type[M], content: Any) -> M:
    """Read a message part; what is wrong with it becomes one line."""
    return checked(TypeAdapter(model), content)


def checked(kind: TypeAdapter[T], content: Any) -> T:
    """Return content as what `kind` says it must be, or say in one line what is wrong first."""
    try:
        return kind.validate_python(content)
    except ValidationError as error:
        raise InputError(first_problem(error)) from None
