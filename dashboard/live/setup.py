"""What a session can be asked to set up; the page reads the same table."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from simulation.attendance import AttendanceLaw
from simulation.attendance_input import law_from_text
from simulation.checks import InputError, first_problem, real
from simulation.presenter import presenter_names

Table = dict[str, dict[str, Any]]

_FILE = files("dashboard.live").joinpath("page", "settings.json")
_BOTH: dict[str, Table] = json.loads(_FILE.read_text(encoding="utf-8"))
SETTINGS, VIEW = _BOTH["setup"], _BOTH["view"]
"""Every key of a link, of the setup and of what only the page knows: kind, bounds, and what it is
where nobody says anything."""

MOST_REHEARSALS: int = SETTINGS["at"]["most"]
"""Rehearsals that a session holds at most, and so a link."""

EPOCHS: int = SETTINGS["epochs"]["most"]
"""Epochs that the article's networks train."""

AtOnce = Literal["left", "right", "learning_rate", "trust"]
"""What takes effect while the teams rehearse; all else starts them anew."""

NUMBER = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
"""A number as a link writes it; the page takes no other."""

M = TypeVar("M", bound="Strict")
T = TypeVar("T")


class EngineOnlyError(InputError):
    """Mesa's teams cannot do what is asked; the engine in the page can."""


def bounded(spec: dict[str, Any], **more: Any) -> Any:
    """Make a field of what the table says of a key; `more` goes to pydantic's `Field`."""
    least = "gt" if spec.get("above") else "ge"
    named = {"least": least, "most": "le", "longest": "max_length"}
    if spec["kind"] == "changes":
        named = {"longest": "max_length"}  # 'most' counts its entries
    return Field(**{named[name]: spec[name] for name in named if name in spec}, **more)


def setting(key: str) -> Any:
    """Make a field of the setup: its bounds, and its value where none is given."""
    spec = SETTINGS[key]
    return bounded(spec, default=spec["initial"])


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
            spec = SETTINGS[self.key]
            real(self.key, self.value, above=spec["least"], most=spec["most"])
        return self


class Setup(Strict):
    """Two teams, their twins and the article's networks.

    `changes` is a history such as '1200:left=one-or-two;1500:learning_rate=0.01', replayed at its
    rehearsals; `home_left` and `home_right` name who is sent home, as in 'B,D'.
    """

    seed: int = setting("seed")
    presenters: int = setting("presenters")
    abilities: int = setting("abilities")
    questions: int = setting("questions")
    practice: int = setting("practice")
    noise: float = setting("noise")
    head_start: int = setting("head_start")
    audience: str = setting("audience")
    left: str = setting("left")
    right: str = setting("right")
    learning_rate: float = setting("learning_rate")
    trust: float = setting("trust")
    momentum: float = setting("momentum")
    weight_decay: float = setting("weight_decay")
    output_noise: bool = setting("output_noise")
    net_rate: float = setting("net_rate")
    label_noise: float = setting("label_noise")
    at: int = setting("at")
    epochs: int = setting("epochs")
    home_left: str = setting("home_left")
    home_right: str = setting("home_right")
    changes: str = setting("changes")

    @model_validator(mode="after")
    def _fits_the_team(self) -> Self:
        for key, spec in SETTINGS.items():
            match spec["kind"], getattr(self, key):
                case "law", text:
                    law_of(text, self.presenters)
                case "names", text:
                    seats_of(names_in(text), self.presenters)
                case "word", word if word not in spec["words"]:
                    raise InputError(
                        f"{key} is {word[:60]!r}, not one of: {', '.join(spec['words'])}"
                    )
        most = SETTINGS["changes"]["most"]
        if len(self.replayed()) > most:
            raise InputError(f"changes holds more than {most}: start from a later setup")
        return self

    def replayed(self) -> list[tuple[int, Change]]:
        """List the changes with their rehearsals, in order."""
        entries = []
        for entry in self.changes.split(";") if self.changes else []:
            match = re.fullmatch(rf"([0-9]{{1,5}}):({'|'.join(get_args(AtOnce))})=(.+)", entry)
            if match is None or int(match[1]) > MOST_REHEARSALS:
                raise InputError(
                    f"changes holds {entry[:60]!r}, but entries look like 1200:left=one-or-two"
                )
            rehearsal, key, value = match.groups()
            if SETTINGS[key]["kind"] == "real" and NUMBER.fullmatch(value):
                value = float(value)  # what is no number is told so below
            change = Change.model_validate({"key": key, "value": value})
            entries.append((int(rehearsal), change.checked_for(self.presenters)))
        return sorted(entries, key=lambda entry: entry[0])


def law_of(text: Any, presenters: int) -> AttendanceLaw:
    """Read a law; a log is pasted text, and never a file of the server's."""
    if not isinstance(text, str) or len(text) > SETTINGS["left"]["longest"]:
        given = repr(text)[:60]
        raise InputError(f"attendance {given} is not for the page: choose one of its laws")
    return law_from_text(text, presenters, pasted=True)


def names_in(text: str) -> list[str]:
    """Read who is sent home, as a setup says it."""
    return text.split(",") if text else []


def seats_of(names: list[str], presenters: int) -> tuple[int, ...]:
    """Find the seats of those sent home: known names, once each, and not everybody."""
    known = presenter_names(presenters)
    for name in names:
        if name not in known:
            raise InputError(
                f"{name[:20]!r} cannot be sent home: the presenters are {known[0]} to {known[-1]}"
            )
        if names.count(name) > 1:
            raise InputError(f"{name} is sent home twice: name everyone once")
    if len(names) >= presenters:
        raise InputError("everybody is sent home: leave at least one to give the talk")
    return tuple(sorted(known.index(name) for name in names))


def read(model: type[M], content: Any) -> M:
    """Read a message part; what is wrong with it becomes one line."""
    return checked(TypeAdapter(model), content)


def checked(kind: TypeAdapter[T], content: Any) -> T:
    """Return content as what `kind` says it must be, or say in one line what is wrong first."""
    try:
        return kind.validate_python(content)
    except ValidationError as error:
        raise InputError(first_problem(error)) from None
