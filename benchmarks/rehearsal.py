"""One rehearsal: the Mesa team beside the same rule in plain NumPy, without Mesa.

Learned reliance (trust 0.02), five presenters or more, eight questions. The plain loop is handed
the questions and absences that a Mesa team with the same seed sees; the team draws them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.worker import Entry
from experiments.stack import TeamStack
from simulation import Team, one_or_two_absent, synthetic_talk
from simulation.arrays import FloatArray

TOLERANCE = 1e-9
CHECKED_STEPS = 20


@dataclass(frozen=True)
class Rehearsals:
    """A team of so many presenters; a run has so many rehearsals."""

    presenters: int = 5
    rehearsals: int = 200

    @property
    def learning_rate(self) -> float:
        """0.02 for five; less for more, of whom hundreds would diverge at that."""
        return 0.1 / self.presenters

    def team(self) -> Team:
        """Seat a new team, the same at every call."""
        talk = synthetic_talk(np.random.default_rng(0))
        law = one_or_two_absent(self.presenters)
        return Team(talk, law, learning_rate=self.learning_rate, rng=1)


class Mesa:
    """`Team.rehearse`."""

    def __init__(self, case: Rehearsals) -> None:
        self.steps = case.rehearsals
        self.team = case.team()

    def check(self) -> dict[str, FloatArray]:
        self.team.rehearse(CHECKED_STEPS)
        agents = list(self.team.agents)
        return {
            "understanding": np.array([agent.understanding for agent in agents]),
            "delivery": np.array([agent.delivery for agent in agents]),
            "reliance": self.team.reliance,
            "handout": self.team.handout,
        }

    def run(self) -> None:
        self.team.rehearse(self.steps)


class Plain:
    """The presenters' rule in NumPy, in the same loop over presenters, and nothing else."""

    def __init__(self, case: Rehearsals) -> None:
        self.steps = case.rehearsals
        team = case.team()
        agents = list(team.agents)
        self.s = [agent.understanding.copy() for agent in agents]
        self.b = [agent.understanding_bias.copy() for agent in agents]
        self.r = [agent.delivery.copy() for agent in agents]
        self.reliance = [agent.reliance.copy() for agent in agents]
        self.handout = team.handout.copy()
        self.speak_up = team.attendance.moments().speak_up
        self.trust, self.rate = team.trust, team.learning_rate
        self.held = []
        for _ in range(max(self.steps, CHECKED_STEPS)):
            team.step()
            held = team.last_rehearsal
            assert held is not None
            self.held.append((held.questions, held.wanted, held.attendance))

    def check(self) -> dict[str, FloatArray]:
        for held in self.held[:CHECKED_STEPS]:
            self._rehearse(*held)
        return {
            "understanding": np.array(self.s),
            "delivery": np.array(self.r),
            "reliance": np.array(self.reliance),
            "handout": self.handout,
        }

    def run(self) -> None:
        for held in self.held[: self.steps]:
            self._rehearse(*held)

    def _rehearse(self, x: FloatArray, wanted: FloatArray, present: npt.NDArray[np.bool_]) -> None:
        n, batch = len(self.s), len(x)
        hidden = [np.maximum(x @ s.T + b, 0.0) for s, b in zip(self.s, self.b, strict=True)]
        table = np.array(
            [(h @ r.T) * q for h, r, q in zip(hidden, self.r, self.speak_up, strict=True)]
        )
        flat = table.reshape(n, -1)
        given = wanted - self.handout - (present @ flat).reshape(wanted.shape)
        for i in np.flatnonzero(present):
            self.reliance[i] += self.trust * (present - self.reliance[i])
            self.reliance[i][i] = 1.0
            error = wanted - self.handout - (self.reliance[i] @ flat).reshape(wanted.shape)
            push = error * (self.rate * self.speak_up[i] / batch)
            inward = (push @ self.r[i]) * (hidden[i] > 0)
            self.r[i] += push.T @ hidden[i]
            self.s[i] += inward.T @ x
            self.b[i] += inward.sum(axis=0)
        self.handout += self.rate * given.mean(axis=0)


class Stacked:
    """`TeamStack.rehearse` with a single member: what the same team costs as a network."""

    def __init__(self, case: Rehearsals) -> None:
        self.steps = case.rehearsals
        talk, law = case.team().talk, one_or_two_absent(case.presenters)
        self.stack = TeamStack([talk], [law], [1], learning_rate=case.learning_rate)

    def check(self) -> dict[str, FloatArray]:
        self.stack.rehearse(CHECKED_STEPS)
        parts = ("understanding", "delivery", "reliance", "handout")
        return {part: getattr(self.stack, part)[0] for part in parts}

    def run(self) -> None:
        self.stack.rehearse(self.steps)


def reference(case: Rehearsals) -> dict[str, FloatArray]:
    """Return what the checked rehearsals come to, in the plain loop."""
    return Plain(case).check()


OURS = "ours: Mesa team"
PLAIN = "plain NumPy, same loop"

ENTRIES = (
    Entry(OURS, "benchmarks.rehearsal:Mesa", note="draws questions and absences itself"),
    Entry(PLAIN, "benchmarks.rehearsal:Plain"),
    Entry("ours: TeamStack of one", "benchmarks.rehearsal:Stacked",
          note="draws questions and absences itself"),
)  # fmt: skip
