"""Our own teams: the stack in one process or two, and Mesa's teams one by one."""

from __future__ import annotations

import numpy as np

from benchmarks.stacks import BLOCK, CHECKED_STEPS, ONE_BY_ONE, Stack, moved
from benchmarks.worker import Worker
from experiments.stack import TeamStack
from experiments.stack.draws import Streams
from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.team import Team

MANY_STEPS = 256_000
"""Steps of single teams in one run: a stack draws ahead, which must not be all there is to it."""


def steps_of(case: Stack) -> int:
    """Say how many steps a run has."""
    return min(512, max(128, MANY_STEPS // case.teams))


class Whole:
    """`TeamStack.rehearse` for all teams in one process."""

    compiled = False

    def __init__(self, case: Stack, members: slice = slice(None)) -> None:
        self.case = case
        self.members = members
        self.steps = steps_of(case)
        self.stack = self._stack()

    def check(self) -> dict[str, FloatArray]:
        self.stack.rehearse(CHECKED_STEPS)
        s, r = self.stack.understanding, self.stack.delivery  # (R, N, H, D), (R, N, K, H)
        members, n, h, d = s.shape
        weights = [
            s.reshape(members, n * h, d),
            self.stack.understanding_bias.reshape(members, n * h),
            r.transpose(0, 2, 1, 3).reshape(members, -1, n * h),
            self.stack.handout,
        ]
        return moved(self.case, weights, self.members)

    def run(self) -> None:
        self.stack.rehearse(self.steps)

    def _stack(self) -> TeamStack:
        seeds = self.case.seeds[self.members]
        return TeamStack(
            [self.case.talk],
            [self.case.law] * len(seeds),
            list(seeds),
            abilities=self.case.abilities,
            trust=1.0,
            learning_rate=self.case.learning_rate,
            questions=self.case.questions,
            compiled=self.compiled,
        )


class CompiledWhole(Whole):
    """The same, with the rehearsal compiled."""

    compiled = True


class Handed(Whole):
    """The same without the drawing: what the peers are timed at."""

    def __init__(self, case: Stack, members: slice = slice(None)) -> None:
        super().__init__(case, members)
        self.steps = BLOCK
        first = members.start or 0
        for block in self.stack._blocks:
            block._streams = ReadyMade(case, slice(first, first + block.n_members))
            first += block.n_members


class CompiledHanded(Handed):
    """The same, with the rehearsal compiled."""

    compiled = True


class ReadyMade(Streams):
    """Questions and absences that were drawn beforehand: the first ones again at each call."""

    def __init__(self, case: Stack, members: slice) -> None:
        _, questions, scaled_masks = case.drawn
        there = scaled_masks[:, members, :: case.abilities] > 0.0  # (T, R, N)
        self._asked = np.ascontiguousarray(questions[:, members].swapaxes(0, 1))  # (R, T, B)
        self._there = np.ascontiguousarray(there.swapaxes(0, 1))  # (R, T, N)

    def questions(self, rehearsals: int, *, alone: bool = False) -> IntArray:
        """Hand out questions, (R, T, B)."""
        return self._asked[:, :rehearsals]

    def attendance(self, rehearsals: int) -> BoolArray:
        """Hand out who comes, (R, T, N)."""
        return self._there[:, :rehearsals]


def half(problem: tuple[type[Whole], Stack, slice]) -> Whole:
    """Build some of the teams: which class, of which stack, which members."""
    kind, case, members = problem
    return kind(case, members)


class Halves:
    """`TeamStack.rehearse` in two processes, each with half of the teams and one thread."""

    kind: type[Whole] = Whole

    def __init__(self, case: Stack) -> None:
        self.case = case
        self.workers = [Worker(1, cores=2) for _ in range(2)]
        self.runs = 1
        self.steps = steps_of(case)

    def check(self) -> dict[str, FloatArray]:
        """Build both halves, each of which takes the checked steps; join what came of them."""
        middle = self.case.teams // 2
        for worker, members in zip(self.workers, (slice(middle), slice(middle, None)), strict=True):
            worker.send("build", "half", f"{__name__}:half", (self.kind, self.case, members))
        first, second = (worker.answer() for worker in self.workers)
        return {name: np.concatenate([first[name], second[name]]) for name in first}

    def run(self) -> None:
        for worker in self.workers:
            worker.send("time", "half", self.runs)
        for worker in self.workers:
            worker.answer()


class HandedHalves(Halves):
    """The step alone in two processes, as many steps between two messages as `Halves` takes."""

    kind = Handed

    def __init__(self, case: Stack) -> None:
        super().__init__(case)
        self.runs = max(1, self.steps // BLOCK)
        self.steps = self.runs * BLOCK


class CompiledHalves(Halves):
    """`Halves`, with the rehearsal compiled."""

    kind = CompiledWhole


class CompiledHandedHalves(HandedHalves):
    """`HandedHalves`, with the rehearsal compiled."""

    kind = CompiledHanded


class MesaTeams:
    """`Team.rehearse`, team after team."""

    def __init__(self, case: Stack) -> None:
        self.case = case
        self.steps = max(1, ONE_BY_ONE // 4 // case.teams)
        self.teams = [
            Team(
                case.talk,
                case.law,
                abilities=case.abilities,
                trust=1.0,
                learning_rate=case.learning_rate,
                questions=case.questions,
                rng=seed,
            )
            for seed in case.seeds
        ]

    def check(self) -> dict[str, FloatArray]:
        for team in self.teams:
            team.rehearse(CHECKED_STEPS)
        presenters = [list(team.agents) for team in self.teams]
        weights = [
            np.array([np.concatenate([p.understanding for p in each]) for each in presenters]),
            np.array([np.concatenate([p.understanding_bias for p in each]) for each in presenters]),
            np.array([np.concatenate([p.delivery for p in each], axis=1) for each in presenters]),
            np.array([team.handout for team in self.teams]),
        ]
        return moved(self.case, weights)

    def run(self) -> None:
        for team in self.teams:
            team.rehearse(self.steps)
