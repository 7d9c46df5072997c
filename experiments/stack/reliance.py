"""Reliance of all members: it follows attendance alone, never what is learned.

The replicate axis is last, because these are many small sums over one axis of presenters.
"""

from __future__ import annotations

import numpy as np

from simulation.arrays import BoolArray, FloatArray


class Reliance:
    """rho_ij of R members, (N, N, R), and how fast each member's follows attendance.

    Parameters
    ----------
    presenters : int
        N.
    trust : (R,) array
    """

    def __init__(self, presenters: int, trust: FloatArray) -> None:
        self.rho: FloatArray = np.ones((presenters, presenters, len(trust)))
        self._trust = trust
        self._moved = np.empty_like(self.rho)

    @property
    def plain(self) -> bool:
        """Whether all count on whoever is there: every error heard is that of the talk given."""
        return bool((self._trust == 1.0).all())

    def note(self, there: FloatArray) -> None:
        """Move the reliance of those who are `there`, (N, R) of 0 and 1, as `Presenter` does."""
        np.subtract(there, self.rho, out=self._moved)
        self._moved *= (self._trust * there)[:, None]
        self.rho += self._moved
        for i in range(len(self.rho)):
            self.rho[i, i] = 1.0

    def catch_up(self, attendance: BoolArray) -> None:
        """Move on by many rehearsals (R, T, N) at once, where trust is 1.

        Each relies on who was there when they last came; who never came, on those of before.
        """
        last = attendance.shape[1] - 1 - attendance[:, ::-1].argmax(axis=1)  # (R, N)
        came = np.take_along_axis(attendance, last[..., None], axis=1)  # (R, N, N)
        ever = np.asarray(attendance.any(axis=1))
        np.copyto(self.rho, came.transpose(1, 2, 0), where=ever.T[:, None])
        for i in range(len(self.rho)):
            self.rho[i, i] = 1.0
