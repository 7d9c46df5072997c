"""What practice alone says of a talk, by least squares: the talk's linear part, and the noise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulation.arrays import FloatArray
from simulation.talk import Talk

_NO_DIRECTION = 1e-9
"""Practice questions that vary less along a direction, against the largest, say nothing of it."""


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """The linear answers that fit practice best, where its questions are white.

    A question x is told by its coordinates z = (x - centre) @ whiten (d,), in which the practice
    questions have mean 0 and covariance 1. There dropout's loss is that of white questions,
    whatever the questions are.

    Attributes
    ----------
    centre : (D,) array
        Mean of the practice questions.
    whiten : (D, d) array
        d directions, at most P - 1.
    handout : (K,) array
        Mean of the practice answers; the output bias takes it.
    fitted : (K, d) array
        The talk's linear part in these coordinates, and noise.
    residuals : (P, K) array
        What of the practice answers is not linear.
    """

    centre: FloatArray
    whiten: FloatArray
    handout: FloatArray
    fitted: FloatArray
    residuals: FloatArray

    @property
    def spare(self) -> int:
        """Practice questions beyond what the fit takes: degrees of freedom left."""
        return len(self.residuals) - 1 - int(self.fitted.shape[1])

    @property
    def noise(self) -> FloatArray:
        """Covariance of the noise in each column of `fitted`, estimated, (K, K); `spare` > 0.

        Whatever is not linear in the questions counts as noise here.
        """
        return np.asarray(self.residuals.T @ self.residuals / self.spare / len(self.residuals))

    @cached_property
    def parts(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Singular value decomposition of `fitted`: (K, n), (n,), (n, d)."""
        left, values, right = np.linalg.svd(self.fitted, full_matrices=False)
        return left, values, right

    def coordinates(self, questions: FloatArray) -> FloatArray:
        """Return z of questions (M, D), (M, d)."""
        return np.asarray((questions - self.centre) @ self.whiten)


def least_squares(talk: Talk) -> LeastSquares:
    """Fit the practice answers of a talk, by the shortest fit where there are several."""
    questions, answers = talk.practice_questions, talk.practice_answers
    centre, handout = questions.mean(axis=0), answers.mean(axis=0)
    left, spread, right = np.linalg.svd(questions - centre, full_matrices=False)
    there = spread > _NO_DIRECTION * spread[0]
    root = np.sqrt(len(questions))
    white = root * left[:, there]  # (P, d)
    fitted = (answers - handout).T @ white / len(questions)
    return LeastSquares(
        centre=centre,
        whiten=root * right[there].T / spread[there],
        handout=handout,
        fitted=fitted,
        residuals=answers - handout - white @ fitted.T,
    )
