"""The Gram matrices of a talk, from which the yardstick follows under squared error.

With the contributions c_1 .. c_N of the members and, last, handout - wanted, every error of every
sub-team is a quadratic form in their inner products, however many questions there are. One game, a
stack of them and a frame of the live page are all measured by what stands here; `AdditiveGame`
measures the same from the answers themselves, for any audience.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.attendance import Moments
from simulation.coalitions.additive import AdditiveGame
from simulation.coalitions.game import Reading, scale_of_size


@dataclass(frozen=True, eq=False)
class Gram:
    """The inner products of one talk, or of R talks side by side, over the questions of the show.

    Leading axes `...` are replicates: none for one game, (R,) for a stack.

    Attributes
    ----------
    products : (..., K, N + 1, N + 1) array
        Section by section, of the N contributions and, last, of handout - wanted.
    sums : (..., K, N) array
        Each contribution's sum over the questions.
    total : (..., K) array
        Sum of squares of what is wanted, about its mean; 1 in place of R where all share it.
    questions : int
        M.
    """

    products: FloatArray
    sums: FloatArray
    total: FloatArray
    questions: int

    @classmethod
    def of(cls, game: AdditiveGame) -> Gram:
        """Form the Gram matrices of one game."""
        vectors = np.concatenate([game.contributions, (game.handout - game.wanted)[None]])
        by_section = np.ascontiguousarray(vectors.transpose(2, 0, 1))  # (K, N + 1, M)
        return cls.of_vectors(by_section, game.wanted.T)

    @classmethod
    def of_vectors(cls, vectors: FloatArray, wanted: FloatArray) -> Gram:
        """Form them from `vectors` (..., K, N + 1, M), last of which is handout - `wanted`.

        `wanted` is (..., K, M); 1 in place of R where all share it.
        """
        about_mean = wanted - wanted.mean(axis=-1, keepdims=True)
        return cls(
            products=vectors @ vectors.swapaxes(-1, -2),
            sums=vectors[..., :-1, :].sum(axis=-1),
            total=np.square(about_mean).sum(axis=-1),
            questions=vectors.shape[-1],
        )

    @property
    def n_members(self) -> int:
        """N."""
        return int(self.sums.shape[-1])

    def qualities(
        self, masks: BoolArray, reading: Reading = "nobody covers"
    ) -> tuple[FloatArray, FloatArray]:
        """1 - SSE/SST of sub-teams `masks` (C, N): of the talk (..., C), by section (..., C, K)."""
        scale = scale_of_size(self.n_members, reading)[masks.sum(axis=1), None]
        there = np.column_stack([masks * scale, np.ones(len(masks))])  # (C, N + 1)
        error = np.einsum("...kcn,cn->...ck", there @ self.products, there)
        of_talk = 1.0 - error.sum(axis=-1) / self.total.sum(axis=-1)[..., None]
        return np.asarray(of_talk), np.asarray(1.0 - error / self.total[..., None, :])

    def answer_shares(self) -> FloatArray:
        """Each member's share of the whole team's answers, (..., N, K); see `answer_shares`."""
        n, together = self.n_members, self.sums.sum(axis=-1, keepdims=True)
        covariance = self.products[..., :n, :n].sum(axis=-1)  # (..., K, N)
        covariance -= self.sums * together / self.questions
        variance = covariance.sum(axis=-1, keepdims=True)  # (..., K, 1)
        shares = covariance / np.where(variance > 0, variance, np.nan)
        return np.asarray(shares.swapaxes(-1, -2))

    def agreement(self) -> FloatArray:
        """Mean cosine between the contributions of two members, (...,); see `agreement`."""
        n = self.n_members
        products = self.products[..., :n, :n].sum(axis=-3)  # (..., N, N)
        squares = np.diagonal(products, axis1=-2, axis2=-1)  # (..., N)
        speak = squares > 0
        inverse = np.where(speak, 1.0 / np.sqrt(np.where(speak, squares, 1.0)), 0.0)
        cosines = np.einsum("...i,...ij,...j->...", inverse, products, inverse)
        speaking = speak.sum(axis=-1)
        pairs = speaking * (speaking - 1)
        return np.asarray(np.where(pairs > 0, (cosines - speaking) / np.maximum(pairs, 1), np.nan))

    def co_adaptation_score(self) -> FloatArray:
        """Variance of the answers over all half-teams that fill the time, (...,).

        Mean over questions and sections. With h = max(1, floor(N/2)) of N there, drawn without
        replacement and scaled by N/h, it is N (N - h)/h times the contributions' variance over the
        members (divisor N - 1): sampling theory's variance of a total, finite population included.

        References
        ----------
        Cochran (1977), Sampling Techniques, section 2.5.
        """
        n, sections = self.n_members, self.total.shape[-1]
        half = max(1, n // 2)
        products = self.products[..., :n, :n]
        squares = np.einsum("...kii->...", products)
        about_mean = np.maximum(squares - products.sum(axis=(-3, -2, -1)) / n, 0.0)  # but rounding
        factor = (n - half) / half * n / max(1, n - 1)
        return np.asarray(factor * about_mean / (self.questions * sections))


def absence_penalty(contributions: FloatArray, moments: Moments) -> float:
    """Return what absences add to the expected loss 1/2 |t - y|^2 of a rehearsal (T5).

    It is 1/2 sum_ij Cov(m_i, m_j) / (q_i q_j) <c_i, c_j>, the mean over questions. Independent
    absences shrink every contribution by itself; where absences are dependent, agreement between
    those who are missed together costs, and agreement between those who stand in for one another
    is rewarded.

    Parameters
    ----------
    contributions : (N, B, K) array
        c_i(x) of each member, not scaled by 1/q.
    moments : Moments
        Of the attendance law. For members who are never there the factor is 0.

    References
    ----------
    Srivastava et al. (2014) section 9.1 and Wager, Wang, Liang (2013), for independent dropout.

    Examples
    --------
    Two who say 1 each: absent by halves independently, or always together.

    >>> from simulation.laws import Couples, independent
    >>> said = np.ones((2, 1, 1))
    >>> absence_penalty(said, independent(2, 0.5).moments())
    1.0
    >>> absence_penalty(said, Couples(2, 0.5).moments())
    2.0
    """
    flat = contributions.reshape(len(contributions), -1)
    products = flat @ flat.T / contributions.shape[1]  # (N, N)
    return 0.5 * float((moments.covariance_of_scales * products).sum())
