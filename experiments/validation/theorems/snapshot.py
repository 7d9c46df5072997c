"""A team in the middle of its rehearsals: what T2, T3, T5 and T8 look at, under many laws.

Means over absences are not sampled: all 2^N sub-teams are gone through, each with its chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from experiments.validation.theorems.ensemble import Ensemble, possible_sub_teams
from nn_bridge.twin import Twin
from simulation.arrays import BoolArray, FloatArray
from simulation.attendance import AttendanceLaw
from simulation.attendance_log import Recorded
from simulation.laws import (
    Bursts,
    Couples,
    Everyone,
    Independent,
    Rota,
    independent,
    one_or_two_absent,
)
from simulation.presenter import Presenter, Rehearsal
from simulation.talk import synthetic_talk
from simulation.team import Team

LAWS: tuple[AttendanceLaw, ...] = (
    Everyone(5),
    one_or_two_absent(5),
    Independent(5, (0.1, 0.2, 0.3, 0.4, 0.6)),
    independent(5, 0.5),
    Couples(5, 0.4),
    Rota(5, 2),
    Bursts(5, 0.3, 4.0),
    Recorded(5, ((1, 1, 0, 1, 0), (0, 1, 1, 1, 1), (1, 0, 1, 0, 1), (1, 0, 1, 0, 1))),
)
"""Laws of five people, all of whom come sometimes; T2 and T8 need not even that."""

SKILLS = ("understanding", "understanding_bias", "delivery", "reliance")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A team in the middle of its rehearsals, its network, and eight questions."""

    law: AttendanceLaw
    team: Team
    ensemble: Ensemble
    questions: FloatArray  # (B, D)
    wanted: FloatArray  # (B, K)

    @classmethod
    def of(cls, law: AttendanceLaw, seed: int, number: int) -> Snapshot:
        """Let a team of five rehearse thirty times, so that handout and biases are not 0."""
        talk = synthetic_talk(np.random.default_rng([seed, number, 0]), show=60)
        start = np.random.default_rng([seed, number, 1])
        team = Team(talk, law, abilities=3, learning_rate=0.05, rng=start)
        team.rehearse(30)
        ensemble = Ensemble.of(Twin.of(team).network)
        return cls(law, team, ensemble, talk.practice_questions[:8], talk.practice_answers[:8])

    @property
    def presenters(self) -> list[Presenter]:
        """The team's, by seat."""
        return list(self.team.agents)

    def sub_teams(self) -> Iterator[tuple[BoolArray, float]]:
        """Go through the sub-teams that ever come, each with its chance."""
        return zip(*possible_sub_teams(self.law), strict=True)

    def rehearsal(self, attendance: BoolArray) -> Rehearsal:
        """Prepare the eight questions, with these people there."""
        return Rehearsal(
            questions=self.questions,
            wanted=self.wanted,
            attendance=attendance,
            table=np.array([presenter.prepare(self.questions) for presenter in self.presenters]),
            handout=self.team.handout,
            audience=self.team.talk.audience,
            learning_rate=1.0,
        )

    def full_answer(self) -> FloatArray:
        """Work out the answers of the full team from everybody's skills, (B, K)."""
        answer = np.tile(self.team.handout, (len(self.questions), 1))
        for one in self.presenters:
            understood = self.questions @ one.understanding.T + one.understanding_bias
            answer += np.where(understood > 0, understood, 0.0) @ one.delivery.T
        return answer

    def presence(self) -> tuple[FloatArray, FloatArray]:
        """Count q_i, (N,), and E[m_j | m_i = 1], (N, N), over all sub-teams."""
        masks, chances = possible_sub_teams(self.law)
        joint = np.einsum("c,ci,cj->ij", chances, masks, masks)
        rates = joint.diagonal()
        return rates, joint / np.where(rates > 0, rates, 1.0)[:, None]

    def mean_learning(
        self, reliance: FloatArray, trust: float
    ) -> tuple[list[FloatArray], FloatArray]:
        """Let every sub-team rehearse once from the same start; return the mean changes.

        Returns
        -------
        skills : list of arrays
            In the order and shapes of the network's parameters.
        reliance : (N, N) array
        """
        for presenter in self.presenters:
            presenter.reliance[...] = reliance[presenter.seat]
            presenter.trust = trust
        saved = [[getattr(p, name).copy() for name in SKILLS] for p in self.presenters]
        before = [*Twin.of(self.team).network.parameters(), self.team.reliance]
        changes = [np.zeros(part.shape) for part in before]
        for attendance, chance in self.sub_teams():
            rehearsal = self.rehearsal(attendance)
            for presenter in self.presenters:
                presenter.learn(rehearsal)
            after = [*Twin.of(self.team).network.parameters(), self.team.reliance]
            for change, new, old in zip(changes, after, before, strict=True):
                change += chance * (new - old)
            for presenter, parts in zip(self.presenters, saved, strict=True):
                for name, part in zip(SKILLS, parts, strict=True):
                    getattr(presenter, name)[...] = part
        return changes[:-1], changes[-1]
