"""What a page may say to its session."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from dashboard.live.setup import SETTINGS, VIEW, Change, Setup, Strict, bounded, checked

LONGEST = 8192
"""Bytes of the longest message; a setup with two logs and twenty changes has half as many."""

Names = Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=20)]


class Start(Strict):
    """Begin, or begin anew."""

    type: Literal["start"]
    setup: Setup


class Play(Strict):
    """Go on rehearsing until told to pause, or until exactly that rehearsal."""

    type: Literal["play"]
    until: int | None = bounded(SETTINGS["at"], default=None)


class Command(Strict):
    """Stop rehearsing; hold one rehearsal; or tell all weights and figures, unrounded."""

    type: Literal["pause", "step", "exact"]


class Speed(Strict):
    """Rehearse so often a tick."""

    type: Literal["speed"]
    value: int = bounded(VIEW["speed"])


class Home(Strict):
    """Judge the talks without those named."""

    type: Literal["home"]
    left: Names
    right: Names


class ChangeAtOnce(Change):
    """Let something else hold from the next rehearsal on."""

    type: Literal["change"]


class Network(Strict):
    """Train the article's networks, let them rest, or begin anew."""

    type: Literal["network"]
    do: Literal["play", "pause", "reset"]
    net_rate: float | None = bounded(SETTINGS["net_rate"], default=None)
    label_noise: float | None = bounded(SETTINGS["label_noise"], default=None)


Message = Start | Play | Command | Speed | Home | ChangeAtOnce | Network
_ANY: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


class MalformedError(Exception):
    """Not a message at all: nobody who uses the page sends such a thing."""


def parse(text: str | None) -> Message:
    """Read a message.

    Raises
    ------
    MalformedError
        If it is too long, no JSON, or no JSON object.
    InputError
        If it says something unknown or impossible, in one line.
    """
    if text is None or len(text.encode()) > LONGEST:
        raise MalformedError(f"messages are texts of at most {LONGEST} bytes")
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedError("messages are JSON") from None
    if not isinstance(content, dict):
        raise MalformedError("messages are JSON objects")
    return checked(_ANY, content)
