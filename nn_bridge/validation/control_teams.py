"""Two controls on people: a team whose audience is noisy, and a team that forgets."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.attendance import AttendanceLaw
from simulation.checks import real
from simulation.talk import Talk
from simulation.team import Team

FloatArray = npt.NDArray[np.float64]


class DistractedTeam(Team):
    """Hears noise as strong as absences under a law would make it, while nobody is absent.

    At each question and section the noise has the variance that the answer would have if people
    came as `imitated` says: sum_ij Cov(m_i, m_j) / (q_i q_j) c_i c_j. But it tells nobody whom not
    to rely on.

    Parameters
    ----------
    talk, attendance, **options
        Of `Team`.
    imitated : AttendanceLaw
    """

    def __init__(
        self, talk: Talk, attendance: AttendanceLaw, *, imitated: AttendanceLaw, **options: Any
    ) -> None:
        super().__init__(talk, attendance, **options)
        moments = imitated.moments()
        both = np.outer(moments.rates, moments.rates)
        self._covariance = (moments.joint - both) / both  # (N, N)
        (self._noise_rng,) = self.rng.spawn(1)

    def as_heard(self, wanted: FloatArray, table: FloatArray) -> FloatArray:
        """Return what was wanted, with the noise on it, (B, K)."""
        variance = np.einsum("ij,ibk,jbk->bk", self._covariance, table, table)
        # Rounding can leave a variance that should be 0 a little below it.
        noise = self._noise_rng.standard_normal(variance.shape) * np.sqrt(np.maximum(variance, 0))
        return np.asarray(wanted + noise)


class ForgetfulTeam(Team):
    """Forgets a little of everything at each rehearsal: weight decay, L2's counterpart.

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
        """Hold one rehearsal, and forget a little."""
        super().step()
        kept = 1.0 - self.learning_rate * self.weight_decay
        for presenter in self.agents:
            for skill in (
                presenter.understanding,
                presenter.understanding_bias,
                presenter.delivery,
            ):
                skill *= kept
