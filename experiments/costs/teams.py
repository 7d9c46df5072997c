"""What Mesa's teams cost that rehearse one rehearsal after the other."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.costs.cost import Cost
from simulation.coalitions.game import EXACT_MEMBERS

ONE_LEARNS = 3.5e-5
"""Seconds in which a presenter prepares and learns, whatever the sizes."""

MULTIPLICATION = 1e-10
"""Seconds for each multiplication in it."""

APART = 5e-6
"""Seconds for each question to which a presenter comes or not apart from the others."""

EXACT, DRAWN = 3e-7, 4e-8
"""Seconds for each sub-team where all are judged, and for each N^3 where some are drawn."""

ANSWER = 4e-7
"""Seconds in which one presenter's answer on one section of one question is judged at a show."""

AT_ONCE = 100 * 2**20
"""Bytes that judging takes beside the answers: sub-teams are judged so many at a time."""


@dataclass(frozen=True)
class TeamSize:
    """What the cost of a team depends on: N, H, D, K, B; P and M with the questions to choose on.

    Attributes
    ----------
    presenters, abilities, features, sections, questions, practice, show, choice : int
    apart : bool
        Whether people come anew for each question.
    """

    presenters: int = 5
    abilities: int = 4
    features: int = 16
    sections: int = 5
    questions: int = 8
    practice: int = 40
    show: int = 1_000
    choice: int = 500
    apart: bool = False

    def rehearsals(self, number: int) -> float:
        """Seconds for so many."""
        one = self.questions * self.abilities * (self.features + self.sections)
        heard = self.presenters * self.questions * self.sections
        each = ONE_LEARNS + (3 * one + heard) * MULTIPLICATION
        each += self.apart * self.questions * APART
        return number * self.presenters * each

    def alone(self, number: int) -> float:
        """Seconds for so many that one presenter has alone."""
        return self.rehearsals(number) / self.presenters

    def shows(self, number: int) -> float:
        """Seconds in which so many are judged."""
        of_one = self.abilities * (self.features + self.sections) * 3 * MULTIPLICATION
        return number * self.presenters * self.show * (self.sections * ANSWER + of_one)

    @property
    def dependence(self) -> float:
        """Seconds in which it is measured how much the talk depends on who is there."""
        n = self.presenters
        return 2**n * EXACT if n <= EXACT_MEMBERS else n**3 * DRAWN

    def bytes(self, shows: int = 1) -> int:
        """Memory at the peak, what is collected at so many shows included."""
        n, h, k = self.presenters, self.abilities, self.sections
        asked = self.practice + self.show + self.choice
        talk = 2 * asked * (self.features + k)
        skills = 2 * n * h * (self.features + k + 1) + n * n
        rehearsal = self.questions * (n * (h + 3 * k) + self.features)
        show = self.show * (2 * h + 3 * n * k)
        collected = shows * n * (4 * n + 50)
        return 8 * (talk + skills + rehearsal + show + collected) + (AT_ONCE if n > 10 else 0)

    def cost(self, rehearsals: int, alone: int = 0, shows: int = 1) -> Cost:
        """Say what it costs to rehearse and be judged."""
        seconds = self.rehearsals(rehearsals) + self.alone(alone) + self.shows(shows)
        return Cost(seconds, self.bytes(shows))
