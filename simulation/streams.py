"""The random streams of a team: which draws what, in the order in which they are spawned.

Whoever stands in for a team (a stack, a control, a benchmark) draws from the same streams of the
same seed, and so meets the same start, the same questions and the same absences.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class TeamStreams(NamedTuple):
    """Independent generators, one for each thing that chance decides.

    Attributes
    ----------
    start : Generator
        What the presenters can do before the first rehearsal.
    questions : Generator
        Which practice questions come up.
    attendance : Generator
        Who comes; only this one's use depends on the law.
    alone : Generator
        Which questions come up where one presenter practises alone.
    noise : Generator
        What a control puts on what is heard; nothing else draws from it.
    """

    start: np.random.Generator
    questions: np.random.Generator
    attendance: np.random.Generator
    alone: np.random.Generator
    noise: np.random.Generator

    @classmethod
    def of(cls, rng: np.random.Generator) -> TeamStreams:
        """Spawn the streams of a team whose generator is `rng`, from which nothing was spawned."""
        return cls(*rng.spawn(len(cls._fields)))
