"""The same validation on other seeds: a verdict that is another there is no verdict."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from experiments.validation.claims import Outcome
from experiments.validation.rules import Verdict
from simulation.checks import InputError


@dataclass(frozen=True)
class Rerun:
    """What another run found.

    Attributes
    ----------
    seed : int
        Its first seed.
    command : str
        What it was run by.
    verdicts : dict of (claim, place) to Verdict
    """

    seed: int
    command: str
    verdicts: dict[tuple[str, str], Verdict]


def read_rerun(folder: Path) -> Rerun:
    """Read what `run.py validate --out FOLDER` has written.

    Raises
    ------
    InputError
        If there is no validation.json, or it is not one.
    """
    path = folder / "validation.json"
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        verdicts: dict[tuple[str, str], Verdict] = {
            (claim["id"], outcome["setting"]): outcome["verdict"]
            for claim in written["claims"]
            for outcome in claim["outcomes"]
        }
        if not set(verdicts.values()) <= set(get_args(Verdict)):
            raise ValueError("it has verdicts of another version")
        return Rerun(int(written["plan"]["seeds"][0]), str(written["command"]), verdicts)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(
            f"{path} is not what `run.py validate --out {folder}` writes: {error}"
        ) from None


def held_against(reruns: Sequence[Rerun], outcome: Outcome) -> Outcome:
    """Put beside an outcome what other runs found of the same claim in the same place."""
    key = outcome.claim.id, outcome.place.name
    return replace(
        outcome, elsewhere=tuple(each.verdicts[key] for each in reruns if key in each.verdicts)
    )
