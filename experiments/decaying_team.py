"""A team with weight decay: the remedy against overfitting that lets everybody come."""

from __future__ import annotations

from typing import Any

from simulation.attendance import AttendanceLaw
from simulation.checks import real
from simulation.talk import Talk
from simulation.team import Team


class DecayingTeam(Team):
    """Shrinks all its skills a little at each rehearsal: weight decay, L2's counterpart.

    What L2 regularisation adds to the gradient of plain SGD (Krogh & Hertz 1991, A simple weight
    decay can improve generalization); the handout, a bias, is left alone.

    Parameters
    ----------
    talk, attendance, **options
        Of `Team`.
    weight_decay : float
        Each rehearsal shrinks skills by learning rate times this.
    """

    def __init__(
        self, talk: Talk, attendance: AttendanceLaw, *, weight_decay: float, **options: Any
    ) -> None:
        super().__init__(talk, attendance, **options)
        self.weight_decay = real("weight decay", weight_decay, least=0)

    def step(self) -> None:
        """Hold one rehearsal, and shrink all skills a little."""
        super().step()
        kept = 1.0 - self.learning_rate * self.weight_decay
        for presenter in self.agents:
            for skill in (
                presenter.understanding,
                presenter.understanding_bias,
                presenter.delivery,
            ):
                skill *= kept
