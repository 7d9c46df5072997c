"""One point of a sweep: everything that decides how a team rehearses, except its seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from simulation.checks import InputError
from simulation.real_talks import digits_talk
from simulation.scenario import HEAD_START
from simulation.talk import Talk, synthetic_talk

OWN_AUDIENCE = {"synthetic": "squared error", "digits": "softmax"}
"""The talks that a sweep can be about, and the audience that each has of its own."""


@dataclass(frozen=True)
class Point:
    """How a team rehearses.

    Attributes
    ----------
    attendance : str
        The law as it is written, such as 'one-or-two' or 'rate:0.3'.
    presenters, abilities : int
        N and H.
    trust, learning_rate : float
        a and eta.
    questions : int
        B, in a rehearsal.
    rehearsals : int
    talk : str
        'synthetic' or 'digits'.
    practice : int or None
        P, practice questions; None: all that the talk has.
    noise : float
        Standard deviation of what is wrong in practice for 'synthetic', fraction of wrong labels
        for 'digits'.
    audience : str
        'squared error' or 'softmax'.
    head_start : int
        Rehearsals that B has alone on the hard section beforehand.
    """

    attendance: str
    presenters: int
    abilities: int
    trust: float
    learning_rate: float
    questions: int
    rehearsals: int
    talk: str
    practice: int | None
    noise: float
    audience: str
    head_start: int

    @property
    def absence_rate(self) -> float | None:
        """The rate, where everybody is absent with the same one independently; else None."""
        kind, _, rate = self.attendance.partition(":")
        if kind == "everyone":
            return 0.0
        return float(rate) if kind == "rate" else None

    @property
    def shape(self) -> tuple[object, ...]:
        """What teams must have in common to rehearse in one stack.

        Plain dropout (trust 1) is set apart because a stack of nothing else is faster.
        """
        return (
            self.presenters, self.abilities, self.questions, self.rehearsals, self.talk,
            self.practice, self.audience, self.head_start, self.trust == 1,
        )  # fmt: skip

    def prepare_talk(self, seed: int) -> Talk:
        """Prepare the talk of a seed: the same for every point that differs in attendance only."""
        rng = np.random.default_rng([seed, 0])
        if self.talk == "digits":
            talk = digits_talk(rng, practice=self.practice, label_noise=self.noise)
        else:
            assert self.practice is not None
            # A sweep chooses nothing, so it needs no questions to choose on.
            talk = synthetic_talk(rng, practice=self.practice, noise=self.noise, choice=0)
        if talk.audience_name == self.audience:
            return talk
        return replace(talk, audience_name=self.audience)

    def check(self) -> None:
        """Raise InputError if these settings do not go together."""
        if self.talk == "synthetic" and self.audience == "softmax":
            raise InputError(
                "a synthetic talk has answers on a scale, but a softmax audience hears one section "
                "named: choose audience 'squared error' or talk 'digits'"
            )
        if self.talk == "digits":
            _check_digits(self.practice, self.noise)
        if self.head_start and self.presenters < 2:
            raise InputError(
                f"presenter {HEAD_START} cannot have a head start in a team of 1: "
                "give at least 2 presenters, or head_start 0"
            )


@cache
def _check_digits(practice: int | None, noise: float) -> None:
    """Raise InputError if there are fewer practice questions, or the noise is no fraction."""
    digits_talk(np.random.default_rng(0), practice=practice, label_noise=noise)
