"""What members of a stack must share, and what may be given for all of them or one each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.checks import InputError, instance, listed, real
from simulation.talk import Talk


def check_alike(talks: Sequence[Talk], laws: Sequence[AttendanceLaw]) -> None:
    """Refuse members that cannot stand in one stack."""
    for talk in talks:
        instance("a talk", talk, Talk)
    for law in laws:
        instance("a law", law, AttendanceLaw)
    first = _shared(talks[0])
    for number, talk in enumerate(talks):
        for name, value in _shared(talk).items():
            if value != first[name]:
                raise InputError(
                    f"member {number}'s talk has the {name} {value} and member 0's {first[name]}, "
                    "but a stack's members share it: make a stack of those that are alike"
                )
    for number, law in enumerate(laws):
        if law.n_presenters != laws[0].n_presenters:
            raise InputError(
                f"member {number}'s law is for {law.n_presenters} presenters and member 0's for "
                f"{laws[0].n_presenters}, but a stack's members share their number: make a stack "
                "of those that are alike"
            )


def for_each(
    name: str, given: float | Sequence[float], members: int, **bounds: float
) -> FloatArray:
    """Check a number for all or one each, and give (R,) of them."""
    values = [given] * members if np.ndim(given) == 0 else listed(name, given)
    if len(values) != members:
        raise InputError(
            f"{len(values)} values of {name} for {members} members: give one for all, or one each"
        )
    return np.array([real(name, value, **bounds) for value in values])


def _shared(talk: Talk) -> dict[str, Any]:
    """Give what talks of a stack must share."""
    return {
        "shape of practice questions": talk.practice_questions.shape,
        "shape of show questions": talk.show_questions.shape,
        "number of sections": talk.n_sections,
        "audience": talk.audience_name,
        "hard section": talk.hard_section,
    }
