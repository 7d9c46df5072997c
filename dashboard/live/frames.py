"""What the server tells a page, as plain data."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.live.measures import BoolArray, measure
from dashboard.live.pair import SIDES, Pair, Side
from dashboard.live.setup import limits

QUALITIES = ("all", "one_mean", "one_worst", "two_mean", "two_worst", "hard")
VERSION = 1
DIGITS = 4
"""Significant digits of what is drawn; the bridge's differences are sent in full."""


def hello() -> dict[str, Any]:
    """Say what the setup may be."""
    return {"type": "hello", "version": VERSION, "limits": limits()}


def started(pair: Pair) -> dict[str, Any]:
    """Say what was started."""
    talk = pair.sides["left"].team.talk
    return {
        "type": "started",
        "setup": pair.setup.model_dump(),
        "names": list(pair.names),
        "hard_section": talk.hard_section,
        "sections": talk.n_sections,
    }


def frame(pair: Pair, *, playing: bool) -> dict[str, Any]:
    """Describe both teams and their twins as they stand."""
    return {
        "type": "frame",
        "rehearsal": pair.held,
        "playing": playing,
        "teams": {side: _team(pair.sides[side], pair.names, pair.home[side]) for side in SIDES},
    }


def point(told: dict[str, Any]) -> tuple[int, list[float]]:
    """Take from a frame what the curves need: (all, two missing) of the left and of the right."""
    qualities = [told["teams"][side]["quality"] for side in SIDES]
    return told["rehearsal"], [quality[key] for quality in qualities for key in ("all", "two_mean")]


def history(points: list[tuple[int, list[float]]]) -> dict[str, Any]:
    """Describe the curves up to now."""
    columns = list(zip(*(values for _, values in points), strict=True)) or [()] * 4
    return {
        "type": "history",
        "rehearsal": [rehearsal for rehearsal, _ in points],
        "left": {"all": list(columns[0]), "two": list(columns[1])},
        "right": {"all": list(columns[2]), "two": list(columns[3])},
    }


def encode(message: dict[str, Any]) -> str:
    """Write a message as JSON, which has no nan and no infinity."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def rounded(parts: dict[str, npt.ArrayLike]) -> dict[str, Any]:
    """Round to `DIGITS` significant digits, all parts in one pass.

    Parameters
    ----------
    parts : dict of str to number or array

    Returns
    -------
    dict of str to float or list
        Plain numbers, in lists as deep as the arrays were.
    """
    arrays = [np.asarray(part, dtype=float) for part in parts.values()]
    flat = np.concatenate([array.ravel() for array in arrays])
    size = np.abs(flat)
    places = DIGITS - 1 - np.floor(np.log10(np.where(size > 0.0, size, 1.0)))
    scale = 10.0 ** np.clip(places, -300, 300)
    flat = np.round(flat * scale) / scale
    ends = np.cumsum([array.size for array in arrays])[:-1]
    pieces = zip(np.split(flat, ends), arrays, strict=True)
    return dict(zip(parts, (piece.reshape(a.shape).tolist() for piece, a in pieces), strict=True))


def _team(side: Side, names: tuple[str, ...], home: BoolArray) -> dict[str, Any]:
    look = side.look()
    measured = measure(look.products, side.team.talk.hard_section, home)
    present = side.present().astype(int).tolist()
    told = rounded(
        {
            "absence_rate": side.absence_rate,
            "reliance": look.reliance,
            "dependence": measured.synergy,
            "solo": measured.solo,
            "share": measured.shares,
            "score": measured.score,
            "weights": look.squared_weights,
            "quality": measured.kept,
            "home": measured.home,
            "loss": look.loss,
            "incoming": look.incoming,
            "outgoing": look.outgoing,
        }
    )
    quality, hard = told["home"]
    return told | {
        "law": side.law,
        "present": present,
        "quality": dict(zip(QUALITIES, told["quality"], strict=True)),
        "home": {
            "away": [name for name, there in zip(names, home, strict=True) if not there],
            "quality": quality,
            "hard": hard,
        },
        "diverged": side.diverged,
        "twin": {
            "difference": look.difference,
            "largest": side.largest,
            "mask": present,
        }
        | {key: told.pop(key) for key in ("loss", "incoming", "outgoing")},
    }
