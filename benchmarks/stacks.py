"""Many teams at once: R plain networks of 5 x 4 hidden units under one or two absent, float64.

All contenders start from the same teams. For the check all see the same questions and absences.
When they are timed the peers are handed theirs ready-made and in one block of steps, while ours
and the Mesa teams draw them: that is part of what those two do. Our step alone is handed them too,
and the peers are held against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from benchmarks.worker import Entry
from simulation import AttendanceLaw, Talk, one_or_two_absent, synthetic_talk
from simulation.arrays import FloatArray, IntArray
from simulation.streams import TeamStreams

TOLERANCE = 1e-9
CHECKED_STEPS = 10
BLOCK = 32
"""Steps handed to a peer at a time."""

ONE_BY_ONE = 4_000
"""Steps of single teams in one run of those who take teams one by one."""


@dataclass(frozen=True)
class Stack:
    """R teams.

    Attributes
    ----------
    teams, questions : int
        R and B.
    """

    teams: int = 1_000
    questions: int = 8
    presenters: int = 5
    abilities: int = 4
    learning_rate: float = 0.02

    @property
    def law(self) -> AttendanceLaw:
        """The article's."""
        return one_or_two_absent(self.presenters)

    @property
    def seeds(self) -> range:
        """Of the members, as `Team(rng=seed)`."""
        return range(self.teams)

    @cached_property
    def talk(self) -> Talk:
        """One for all, the same at every call: 16 features, 5 sections, 40 practice questions."""
        return synthetic_talk(np.random.default_rng(0))

    @cached_property
    def drawn(self) -> tuple[list[FloatArray], IntArray, FloatArray]:
        """What chance gives each team: its start, its questions, who comes.

        Returns
        -------
        [(R, U, D), (R, U), (R, K, U), (R, K)] arrays
            Incoming weights and biases, outgoing ones; U = N H units.
        (BLOCK, R, B) int array
        (BLOCK, R, U) array
            Each unit's mask over its keep probability: 0 for those who are absent.
        """
        talk, law, n, h = self.talk, self.law, self.presenters, self.abilities
        d, k = talk.n_features, talk.n_sections
        understanding = np.empty((self.teams, n, h, d))
        delivery = np.empty((self.teams, n, k, h))
        questions = np.empty((BLOCK, self.teams, self.questions), dtype=np.int64)
        there = np.empty((BLOCK, self.teams, n))
        for member, seed in enumerate(self.seeds):
            start, asked, comes, *_ = TeamStreams.of(np.random.default_rng(seed))
            for i in range(n):
                understanding[member, i] = start.normal(size=(h, d)) / np.sqrt(d)
                delivery[member, i] = start.normal(size=(k, h)) / np.sqrt(n * h)
            shape = questions[:, member].shape
            questions[:, member] = asked.integers(len(talk.practice_questions), size=shape)
            there[:, member] = list(islice(law.stream(comes), BLOCK))
        weights = [
            understanding.reshape(self.teams, n * h, d),
            np.zeros((self.teams, n * h)),
            delivery.transpose(0, 2, 1, 3).reshape(self.teams, k, n * h),
            np.zeros((self.teams, k)),
        ]
        return weights, questions, np.repeat(there * law.moments().speak_up, h, axis=2)


class Loop:
    """The yardstick, and a contender: team after team, each a plain NumPy network."""

    def __init__(self, case: Stack) -> None:
        self.case = case
        weights, self.questions, self.scaled_masks = case.drawn
        self.weights = [part.copy() for part in weights]
        self.steps = max(1, min(BLOCK, ONE_BY_ONE // case.teams))

    def check(self) -> dict[str, FloatArray]:
        self._take(CHECKED_STEPS)
        return moved(self.case, self.weights)

    def run(self) -> None:
        self._take(self.steps)

    def _take(self, steps: int) -> None:
        talk, rate = self.case.talk, self.case.learning_rate
        for rows, scaled_mask in zip(
            self.questions[:steps], self.scaled_masks[:steps], strict=True
        ):
            for member in range(self.case.teams):
                s, b, r, handout = (part[member] for part in self.weights)
                x, wanted = (
                    talk.practice_questions[rows[member]],
                    talk.practice_answers[rows[member]],
                )
                z = x @ s.T + b  # (B, U)
                h = np.maximum(z, 0.0) * scaled_mask[member]
                missing = (wanted - handout - h @ r.T) * (rate / len(x))  # (B, K)
                back = (missing @ r) * scaled_mask[member] * (z > 0.0)
                s += back.T @ x
                b += back.sum(axis=0)
                r += missing.T @ h
                handout += missing.sum(axis=0)


def moved(
    case: Stack, weights: list[FloatArray], members: slice = slice(None)
) -> dict[str, FloatArray]:
    """Return how far the weights of `members` are from where they started, by name."""
    names = ("understanding", "bias", "delivery", "handout")
    return {
        name: np.asarray(now) - then[members]
        for name, now, then in zip(names, weights, case.drawn[0], strict=True)
    }


def reference(case: Stack) -> dict[str, FloatArray]:
    """Return what the checked steps come to."""
    return Loop(case).check()


OURS = "ours: TeamStack"
ALONE = "ours: its step alone"
COMPILED = "ours: TeamStack, compiled"
MESA = "loop over Mesa teams"

_OURS, _NUMPY = "benchmarks.peers.our_stack", "benchmarks.peers.numpy_stack"
_DRAWS = "draws questions and absences itself"
ENTRIES = (
    Entry(OURS, f"{_OURS}:Whole", note=_DRAWS),
    Entry(ALONE, f"{_OURS}:Handed", handed=True),
    Entry(COMPILED, f"{_OURS}:CompiledWhole", ("numba",), note=_DRAWS),
    Entry(f"{ALONE}, compiled", f"{_OURS}:CompiledHanded", ("numba",), handed=True, most=0),
    Entry("np.matmul, stacked", f"{_NUMPY}:Matmul", handed=True),
    Entry("np.einsum", f"{_NUMPY}:Einsum", handed=True),
    Entry("loop over NumPy networks", "benchmarks.stacks:Loop", handed=True),
    Entry("JAX, vmap, scan and jit", "benchmarks.peers.jax_stack:Scan", ("jax",), handed=True),
    Entry("PyTorch, bmm", "benchmarks.peers.torch_stack:Bmm", ("torch",), handed=True),
    Entry("Numba, compiled loops", "benchmarks.peers.numba_stack:Loops", ("numba",), handed=True),
    Entry(MESA, f"{_OURS}:MesaTeams", most=1_000, note=_DRAWS),
)
PAIR_ENTRIES = (
    Entry(f"{OURS}, two processes", f"{_OURS}:Halves", note=_DRAWS),
    Entry(f"{ALONE}, two processes", f"{_OURS}:HandedHalves", handed=True),
    Entry(f"{COMPILED}, two processes", f"{_OURS}:CompiledHalves", ("numba",), note=_DRAWS),
    Entry(
        f"{ALONE}, compiled, two processes",
        f"{_OURS}:CompiledHandedHalves",
        ("numba",),
        handed=True,
    ),
)
"""Where there are two threads, our stack has a process for each instead."""
