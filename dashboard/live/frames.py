"""What the server tells a page, as plain data."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.live.look import Yardstick
from dashboard.live.pair import SIDES, Pair, Side
from dashboard.live.setup import EngineOnlyError
from simulation.arrays import BoolArray
from simulation.checks import InputError
from simulation.coalitions.game import Reading, all_coalitions
from simulation.coalitions.measures import standard_sub_teams, synergies

QUALITIES = ("all", "one_mean", "one_worst", "two_mean", "two_worst", "hard")
DIGITS = 4
"""Significant digits of what is drawn; the bridge's differences are sent in full."""
ALL_SUB_TEAMS = 8
"""Presenters up to whom an exact message holds the qualities of all 2^N sub-teams."""
READINGS: dict[str, Reading] = {"nobody_covers": "nobody covers", "fill_the_time": "fill the time"}


class NotStartedError(InputError):
    """Something is asked of a session before its first start."""


def started(pair: Pair) -> dict[str, Any]:
    """Say what was started."""
    talk = pair.sides["left"].team.talk
    return {
        "type": "started",
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


def point(pair: Pair) -> list[float]:
    """Take what the curves need of a frame: rehearsal, then all and two missing, side by side."""
    kept = []
    for side in SIDES:
        yardstick = pair.sides[side].look().yardstick
        teams = standard_sub_teams(yardstick.n_members)
        quality, _ = yardstick.qualities(teams.masks[: teams.alone[0]])
        kept += [quality[0], quality[teams.two_missing].mean()]
    return [pair.held, *rounded({"": kept})[""]]


def exact(pair: Pair) -> dict[str, Any]:
    """Tell all weights and figures of both sides, unrounded: flat lists by name."""
    return {
        "type": "exact",
        "rehearsal": pair.held,
        "teams": {side: _exact(pair.sides[side], pair.home[side]) for side in SIDES},
    }


def problem(line: str, *, code: str, **about: int) -> dict[str, Any]:
    """Say in one line what was wrong; the session goes on.

    `code`, and what belongs to it: by them the page says it in its own language.
    """
    return {"type": "error", "message": line, "code": code} | about


def refusal(error: InputError) -> dict[str, Any]:
    """Say why a message was not taken."""
    match error:
        case NotStartedError():
            code = "not_started"
        case EngineOnlyError():
            code = "engine"
        case _:
            code = "refused"
    return problem(str(error), code=code)


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


def measures(yardstick: Yardstick, hard_section: int, home: BoolArray) -> dict[str, npt.ArrayLike]:
    """Hold the yardstick to a talk; in `home` (N,) those are there who were not sent home."""
    teams = standard_sub_teams(yardstick.n_members)
    quality, sections = yardstick.qualities(np.concatenate([teams.masks, home[None]]))
    hard = sections[:, hard_section]
    one, two = quality[teams.one_missing], quality[teams.two_missing]
    return {
        "quality": [quality[0], one.mean(), one.min(), two.mean(), two.min(), hard[0]],
        "home": [quality[-1], hard[-1]],
        "solo": sections[teams.alone],
        "dependence": synergies(quality[0], one, two),
        # Where the team says the same to every question nobody has a share, and JSON has no nan.
        "share": np.nan_to_num(yardstick.answer_shares()[:, hard_section]),
        "score": yardstick.co_adaptation_score(),
    }


def _exact(side: Side, home: BoolArray) -> dict[str, Any]:
    look = side.look()
    team = side.team
    if side.diverged is not None or look.rehearsal != team.rehearsals:
        return {"diverged": side.diverged, "weights": None, "figures": None}
    weights = {
        "understanding": [each.understanding for each in team.seated],
        "understanding_bias": [each.understanding_bias for each in team.seated],
        "delivery": [each.delivery for each in team.seated],
        "handout": team.handout,
        "reliance": look.reliance,
    }
    figures = measures(look.yardstick, team.talk.hard_section, home) | {
        "squared_weights": look.squared_weights,
        "loss": look.loss,
    }
    if look.yardstick.n_members <= ALL_SUB_TEAMS:
        every = all_coalitions(look.yardstick.n_members)
        for name, reading in READINGS.items():
            figures[name] = look.yardstick.qualities(every, reading)[0]
    return {"diverged": None, "weights": _flat(weights), "figures": _flat(figures)}


def _flat(parts: dict[str, Any]) -> dict[str, list[float]]:
    return {name: np.ravel(np.asarray(part, float)).tolist() for name, part in parts.items()}


def _team(side: Side, names: tuple[str, ...], home: BoolArray) -> dict[str, Any]:
    look = side.look()
    told = rounded(
        {
            "absence_rate": side.absence_rate,
            "reliance": look.reliance,
            "weights": look.squared_weights,
            **measures(look.yardstick, side.team.talk.hard_section, home),
            "loss": look.loss,
            "incoming": look.incoming,
            "outgoing": look.outgoing,
        }
    )
    quality, hard = told["home"]
    return told | {
        "present": side.present().astype(int).tolist(),
        "quality": dict(zip(QUALITIES, told["quality"], strict=True)),
        "home": {
            "away": [name for name, there in zip(names, home, strict=True) if not there],
            "quality": quality,
            "hard": hard,
        },
        "diverged": side.diverged,
        "twin": {"difference": look.difference, "largest": max(side.largest, look.difference)}
        | {key: told.pop(key) for key in ("loss", "incoming", "outgoing")},
    }
