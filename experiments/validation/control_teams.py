"""A control on people: teams whose audience is noisy."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from experiments.control_team import spread
from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.streams import TeamStreams

AHEAD = 64
"""Rehearsals whose noise is drawn at a time, for a stack."""


class TargetNoise:
    """Noise in what members of a stack hear, as strong as absences under a law would make it.

    At each question and section it has the variance that the answer would have if people came as
    `imitated` says: sum_ij Cov(m_i, m_j) / (q_i q_j) c_i c_j. But nobody is absent, and it tells
    nobody whom not to rely on.

    Parameters
    ----------
    imitated : AttendanceLaw
    seeds : sequence of R int
    """

    def __init__(self, imitated: AttendanceLaw, seeds: Sequence[int]) -> None:
        self._covariance = imitated.moments().covariance_of_scales
        self._rngs = [TeamStreams.of(np.random.default_rng(seed)).noise for seed in seeds]
        self._noise: deque[FloatArray] = deque()

    def __call__(self, wanted: FloatArray, table: FloatArray) -> None:
        """Put the noise on what was wanted, (R, B, K); table is (R, N, B, K)."""
        if not self._noise:
            shape = (AHEAD, *wanted.shape[1:])
            drawn = np.stack([rng.standard_normal(shape) for rng in self._rngs], axis=1)
            self._noise.extend(drawn)  # AHEAD times (R, B, K)
        wanted += self._noise.popleft() * spread(self._covariance, table)
