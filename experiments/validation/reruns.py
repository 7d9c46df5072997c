"""The same validation on other seeds: a verdict that is another there is no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from experiments.validation.claims import Outcome
from experiments.validation.rules import Verdict
from simulation.checks import InputError, first_problem
from simulation.inputs import read_text


class _Outcome(BaseModel):
    setting: str
    verdict: Verdict


class _Claim(BaseModel):
    id: str
    outcomes: list[_Outcome]


class _Plan(BaseModel):
    seeds: Annotated[list[int], Field(min_length=1)]


class _Written(BaseModel):
    """What is read of a validation.json; the rest of it is for others."""

    command: str
    plan: _Plan
    claims: list[_Claim]


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
        written = _Written.model_validate_json(read_text(path, "rerun"))
    except ValidationError as error:
        raise InputError(
            f"{path} is not what `run.py validate --out {folder}` writes: {first_problem(error)}"
        ) from None
    verdicts = {
        (claim.id, outcome.setting): outcome.verdict
        for claim in written.claims
        for outcome in claim.outcomes
    }
    return Rerun(written.plan.seeds[0], written.command, verdicts)


def held_against(reruns: Sequence[Rerun], outcome: Outcome) -> Outcome:
    """Put beside an outcome what other runs found of the same claim in the same place."""
    key = outcome.claim.id, outcome.place.name
    return replace(
        outcome, elsewhere=tuple(each.verdicts[key] for each in reruns if key in each.verdicts)
    )
