"""What chance hands to each member of a stack: its start, its questions, who comes.

Every member has a team's own streams (`TeamStreams`), so it sees what that team would see. Many
rehearsals are drawn at a time: a generator gives the same numbers in one piece as in many, and a
law the same masks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.arrays import BoolArray, IntArray
from simulation.attendance import AttendanceLaw
from simulation.streams import TeamStreams

AT_ONCE = 512
"""Most rehearsals drawn at a time: enough that a call costs little beside what it draws."""


class Streams:
    """The random streams of some members, and how far their laws have come.

    Parameters
    ----------
    laws : sequence of R AttendanceLaw
    seeds : sequence of R int
    practice : int
        P, practice questions to draw from.
    questions : int
        B, questions in a rehearsal.
    """

    def __init__(
        self,
        laws: Sequence[AttendanceLaw],
        seeds: Sequence[int],
        *,
        practice: int,
        questions: int,
    ) -> None:
        self._laws = laws
        self._practice, self._batch = practice, questions
        streams = [TeamStreams.of(np.random.default_rng(seed)) for seed in seeds]
        self.start = [own.start for own in streams]
        self._questions = [own.questions for own in streams]
        self._attendance = [own.attendance for own in streams]
        self._alone = [own.alone for own in streams]
        self._held = 0
        self._before: list[BoolArray | None] = [None] * len(laws)

    def questions(self, rehearsals: int, *, alone: bool = False) -> IntArray:
        """Draw which questions come up in the next rehearsals, (R, T, B)."""
        rngs = self._alone if alone else self._questions
        drawn = np.empty((len(rngs), rehearsals, self._batch), dtype=np.int64)
        for row, rng in zip(drawn, rngs, strict=True):
            row[...] = rng.integers(self._practice, size=row.shape)
        return drawn

    def attendance(self, rehearsals: int) -> BoolArray:
        """Draw who comes to the next rehearsals, (R, T, N)."""
        shape = len(self._laws), rehearsals, self._laws[0].n_presenters
        drawn: BoolArray = np.empty(shape, dtype=bool)
        uniforms = np.empty((rehearsals, 0))
        for at, (law, rng) in enumerate(zip(self._laws, self._attendance, strict=True)):
            if uniforms.shape[1] != law.n_uniforms:  # else it is at hand, and in cache
                uniforms = np.empty((rehearsals, law.n_uniforms))
            rng.random(out=uniforms)
            drawn[at] = there = law.present(uniforms, self._held, self._before[at])
            self._before[at] = there[-1].copy()
        self._held += rehearsals
        return drawn
