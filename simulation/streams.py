"""The random streams of a team: which draws what, in the order in which they are spawned.

Whoever stands in for a team (a stack, a control, a benchmark) draws from the same streams of the
same seed, and so meets the same start, the same questions and the same absences.
"""

from __future__ import annotations

import numbers
from typing import NamedTuple

import numpy as np

from simulation.checks import InputError, given, whole

Seed = int | np.random.SeedSequence | np.random.Generator
"""Whatever may be given where chance decides: see `generator`."""


def generator(seed: Seed) -> np.random.Generator:
    """Return the generator that `seed` stands for.

    A whole number or a SeedSequence is a value: whatever is drawn or spawned with it is the same
    every time. A Generator is a source: who draws or spawns from it goes on where the last one
    stopped, so what is made with two Generators that were seeded and used alike is the same.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, np.random.SeedSequence):  # a fresh one: the user's may have spawned
        seed = np.random.SeedSequence(
            seed.entropy, spawn_key=seed.spawn_key, pool_size=seed.pool_size
        )
        return np.random.default_rng(seed)
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise InputError(
            f"the seed is {given(seed)}, but must be a whole number of at least 0, a "
            "numpy.random.SeedSequence or a numpy.random.Generator"
        )
    return np.random.default_rng(whole("the seed", seed, least=0))


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
        try:
            return cls(*rng.spawn(len(cls._fields)))
        except TypeError:  # its bit generator was seeded without a SeedSequence
            raise InputError(
                "the seed is a Generator from which no others can be spawned: make it by "
                "numpy.random.default_rng"
            ) from None
