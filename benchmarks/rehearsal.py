"""What one rehearsal costs: the Mesa team beside the same rule in plain NumPy, without Mesa.

Run it: python benchmarks/rehearsal.py. Both take the same questions and attendance, are checked to
end with the same weights, and are timed in alternation on one thread; the ratio is what counts.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from simulation import Team, one_or_two_absent, synthetic_talk

FloatArray = npt.NDArray[np.float64]

BATCH, ROUNDS = 500, 16


class PlainTeam:
    """The presenters' rule in NumPy, in the same loop over presenters, and nothing else."""

    def __init__(self, team: Team) -> None:
        self.team = team
        agents = list(team.agents)
        self.s = [agent.understanding.copy() for agent in agents]
        self.b = [agent.understanding_bias.copy() for agent in agents]
        self.r = [agent.delivery.copy() for agent in agents]
        self.reliance = [agent.reliance.copy() for agent in agents]
        self.handout = team.handout.copy()
        self.loud = team.attendance.moments().speak_up

    def rehearse(self, x: FloatArray, wanted: FloatArray, present: npt.NDArray[np.bool_]) -> None:
        """Hold one rehearsal."""
        a, eta = self.team.trust, self.team.learning_rate
        n, batch = len(self.s), len(x)
        hidden = [np.maximum(x @ s.T + b, 0.0) for s, b in zip(self.s, self.b, strict=True)]
        table = np.array([(h @ r.T) * q for h, r, q in zip(hidden, self.r, self.loud, strict=True)])
        flat = table.reshape(n, -1)
        given = wanted - self.handout - (present @ flat).reshape(wanted.shape)
        for i in np.flatnonzero(present):
            self.reliance[i] += a * (present - self.reliance[i])
            self.reliance[i][i] = 1.0
            error = wanted - self.handout - (self.reliance[i] @ flat).reshape(wanted.shape)
            push = error * (eta * self.loud[i] / batch)
            inward = (push @ self.r[i]) * (hidden[i] > 0)
            self.r[i] += push.T @ hidden[i]
            self.s[i] += inward.T @ x
            self.b[i] += inward.sum(axis=0)
        self.handout += eta * given.mean(axis=0)


def microseconds(action: object) -> float:
    """Time one call of `action`, per rehearsal of the batch it holds."""
    assert callable(action)
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) / BATCH * 1e6


def main() -> None:
    """Check that both agree, time them in alternation, print medians and the ratio."""
    talk = synthetic_talk(np.random.default_rng(0))
    team, shadow = (Team(talk, one_or_two_absent(5), rng=1) for _ in range(2))
    plain = PlainTeam(team)
    questions = []
    for _ in range(BATCH):
        shadow.step()
        held = shadow.last_rehearsal
        assert held is not None
        questions.append((held.questions, held.wanted, held.attendance))
        plain.rehearse(*questions[-1])
    team.rehearse(BATCH)
    largest = max(
        float(np.abs(agent.understanding - plain.s[agent.seat]).max()) for agent in team.agents
    )
    assert largest < 1e-12, f"the two do not compute the same: {largest}"

    def run_plain() -> None:
        for rehearsal in questions:
            plain.rehearse(*rehearsal)

    times = [(microseconds(lambda: team.rehearse(BATCH)), microseconds(run_plain))
             for _ in range(ROUNDS)]  # fmt: skip
    ratios = sorted(mesa / alone for mesa, alone in times)
    table = Table("one rehearsal of 5 presenters, 8 questions", "median microseconds")
    table.add_row("Mesa team", f"{statistics.median(mesa for mesa, _ in times):.0f}")
    table.add_row("plain NumPy, same loop", f"{statistics.median(alone for _, alone in times):.0f}")
    table.add_row(
        "ratio, median (quartiles)",
        f"{statistics.median(ratios):.2f} ({ratios[ROUNDS // 4]:.2f} to {ratios[-4]:.2f})",
    )
    Console().print(table)
    print(f"largest difference in understanding after {BATCH} rehearsals: {largest:.1e}")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
