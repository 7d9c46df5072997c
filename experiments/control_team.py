"""A control on people: a Mesa team in which something else than absences keeps skills small."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.checks import real
from simulation.talk import Talk
from simulation.team import Team


class ControlTeam(Team):
    """A team whose audience is hard to hear, or whose skills fade.

    Parameters
    ----------
    talk, attendance
        Of `Team`.
    imitated : AttendanceLaw or None
        At each question and section the team hears noise as strong as absences under this law would
        make the answer vary, sum_ij Cov(m_i, m_j) / (q_i q_j) c_i c_j. It tells nobody whom not to
        rely on. None: no noise.
    weight_decay : float
        Each rehearsal shrinks all skills by learning rate times this; the handout, a bias, is left
        alone.
    **options
        Of `Team`.
    """

    def __init__(
        self,
        talk: Talk,
        attendance: AttendanceLaw,
        *,
        imitated: AttendanceLaw | None = None,
        weight_decay: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(talk, attendance, **options)
        self.weight_decay = real("weight decay", weight_decay, least=0)
        self.imitate(imitated)

    def imitate(self, law: AttendanceLaw | None) -> None:
        """Let the noise be as strong as another law's absences from the next rehearsal on."""
        self._covariance = None if law is None else law.moments().covariance_of_scales

    def as_heard(self, wanted: FloatArray, table: FloatArray) -> FloatArray:
        """Return what was wanted, (B, K), with the noise."""
        if self._covariance is None:
            return wanted
        noise = self.streams.noise.standard_normal(wanted.shape)
        return np.asarray(wanted + noise * spread(self._covariance, table))

    @property
    def kept(self) -> float:
        """What part of all skills a rehearsal leaves."""
        return 1.0 - self.learning_rate * self.weight_decay

    def one_step(self) -> None:
        """Hold one rehearsal, and let skills fade."""
        super().one_step()
        if self.weight_decay:
            for each in self.seated:
                for skill in (each.understanding, each.understanding_bias, each.delivery):
                    skill *= self.kept


def spread(covariance: FloatArray, table: FloatArray) -> FloatArray:
    """Standard deviation of the answers if people came by a law, (..., B, K) of (..., N, B, K)."""
    flat = table.reshape(*table.shape[:-2], -1)  # (..., N, B K)
    variance = (flat * (covariance @ flat)).sum(axis=-2)
    # Rounding can leave a variance that should be 0 a little below it.
    variance = np.maximum(variance, 0.0)
    return np.asarray(np.sqrt(variance).reshape(*table.shape[:-3], *table.shape[-2:]))
