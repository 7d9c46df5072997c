"""A block: as many members of a stack as are trained at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.stack.alone import practise_alone
from experiments.stack.draws import AT_ONCE, Streams
from experiments.stack.kernel import Given, Kernel, Shape, Skills, TargetNoise
from experiments.stack.kernel_matrices import Matrices
from experiments.stack.kernel_one_question import OneQuestion
from experiments.stack.measures import squared_weights
from experiments.stack.reliance import Reliance
from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.attendance import AttendanceLaw
from simulation.talk import Talk


class Block:
    """R members: their streams, what they are given and what they know.

    Parameters
    ----------
    shape : Shape
    talks : sequence of Talk
        One for all or one each.
    laws, seeds : sequence
        One each.
    trust, learning_rate : (R,) array
    target_noise : TargetNoise or None
        None: all of what is wanted is heard.
    weight_decay : float
    compiled : bool
        Whether Numba's kernel is taken, which knows neither `target_noise` nor `weight_decay`.
    """

    def __init__(
        self,
        shape: Shape,
        talks: Sequence[Talk],
        laws: Sequence[AttendanceLaw],
        seeds: Sequence[int],
        trust: FloatArray,
        learning_rate: FloatArray,
        target_noise: TargetNoise | None = None,
        *,
        weight_decay: float = 0.0,
        compiled: bool = False,
    ) -> None:
        self.shape = shape
        self._streams = Streams(laws, seeds, practice=shape.practice, questions=shape.questions)
        speak_up = {law: law.moments().speak_up for law in dict.fromkeys(laws)}
        # The same talk for all is looked up in one table, which stays in cache.
        different = talks if len(set(map(id, talks))) > 1 else talks[:1]
        self._given = Given(
            table=np.stack([_practice_table(talk) for talk in different]),
            speak_up=np.array([speak_up[law] for law in laws]),
            trust=trust,
            learning_rate=learning_rate,
        )
        self._hard_section = talks[0].hard_section
        self._reliance = Reliance(shape.presenters, trust)
        self._kernel = _kernel(
            shape, self._given, self._reliance, target_noise, weight_decay, compiled=compiled
        )
        self._kernel.load(_start(shape, self._streams.start))
        self._given_up: BoolArray = np.zeros(len(trust), dtype=bool)

    @property
    def n_members(self) -> int:
        """R."""
        return len(self._given.trust)

    def rehearse(self, rehearsals: int) -> IntArray:
        """Hold so many rehearsals.

        Returns
        -------
        (R,) int array
            The one after which a member's handout was not finite any more, counted from 1; 0: none.
        """
        diverged = np.zeros(self.n_members, dtype=np.int64)
        for first in range(0, rehearsals, AT_ONCE):
            count = min(AT_ONCE, rehearsals - first)
            attendance = self._streams.attendance(count)
            history = self._kernel.rehearse(self._streams.questions(count), attendance)
            if self._reliance.plain:
                self._reliance.catch_up(attendance)
            lost = ~np.isfinite(history)  # (T, R)
            new = lost.any(axis=0) & (diverged == 0)
            diverged[new] = first + 1 + lost.argmax(axis=0)[new]
        return diverged

    def practise_alone(self, seat: int, rehearsals: int) -> BoolArray:
        """Let one presenter of each member practise the hard section alone.

        Returns
        -------
        (R,) bool array
            Whose squared weights are not finite any more.
        """
        skills = self._kernel.skills()
        for first in range(0, rehearsals, AT_ONCE):
            drawn = self._streams.questions(min(AT_ONCE, rehearsals - first), alone=True)
            practise_alone(
                skills,
                seat,
                self._hard_section,
                self._given,
                drawn,
                softmax=self.shape.softmax,
            )
        self._kernel.load(skills)
        return np.asarray(~np.isfinite(squared_weights(skills)))

    def skills(self) -> Skills:
        """Give what the members know, as copies; nan for those that are lost."""
        skills = self._kernel.skills()
        for part in skills.parts():
            part[self._given_up] = np.nan
        return skills

    def give_up(self, members: BoolArray) -> None:
        """Give up `members` (R,), whose numbers are not finite any more."""
        self._given_up |= members


def _kernel(
    shape: Shape,
    given: Given,
    reliance: Reliance,
    target_noise: TargetNoise | None,
    weight_decay: float,
    *,
    compiled: bool,
) -> Kernel:
    if compiled:
        # Not everybody has Numba, and nobody waits half a second for it without need.
        from experiments.stack.kernel_compiled import Compiled

        return Compiled(shape, given, reliance)
    if shape.questions == 1:
        return OneQuestion(shape, given, reliance)
    return Matrices(shape, given, reliance, target_noise, weight_decay)


def _practice_table(talk: Talk) -> FloatArray:
    ones = np.ones((len(talk.practice_questions), 1))
    return np.concatenate([talk.practice_questions, ones, talk.practice_answers], axis=1)


def _start(shape: Shape, rngs: Sequence[np.random.Generator]) -> Skills:
    """Draw what the members know at the start, as `Presenter` does."""
    r, n, h = len(rngs), shape.presenters, shape.abilities
    d, k = shape.features, shape.sections
    drawn = np.stack([rng.normal(size=(n, h * d + k * h)) for rng in rngs])  # (R, N, ...)
    return Skills(
        understanding=drawn[..., : h * d].reshape(r, n, h, d) / np.sqrt(d),
        bias=np.zeros((r, n, h)),
        delivery=drawn[..., h * d :].reshape(r, n, k, h) / np.sqrt(n * h),
        handout=np.zeros((r, k)),
        reliance=np.ones((r, n, n)),
    )
