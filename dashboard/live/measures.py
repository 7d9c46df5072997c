"""What a frame says of a talk, all from one table of inner products.

For a squared-error audience every quality of every sub-team depends on the talk through the inner
products of the contributions and of what is wanted, section by section. They are formed once a
frame, in one matrix product; the yardstick's measures are then sums of a few numbers, for twenty
presenters as for five. `simulation.coalitions` computes the same from the answers themselves, and
the tests hold the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from simulation.team import Team

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Products:
    """The inner products of a talk, on the unseen questions.

    Attributes
    ----------
    gram : (K, N + 1, N + 1) array
        Of the N contributions and, last, of what is wanted beyond the handout.
    sums : (K, N) array
        The contributions' sums over the questions.
    total : (K,) array
        Sum of squares of what is wanted, about its mean.
    questions : int
        M.
    """

    gram: FloatArray
    sums: FloatArray
    total: FloatArray
    questions: int

    @classmethod
    def of(cls, team: Team) -> Products:
        """Let a team with a squared-error audience give its talk, and form them."""
        talk, presenters = team.talk, list(team.agents)
        n, h, k, m = len(presenters), team.abilities, talk.n_sections, len(talk.show_questions)
        wanted = talk.show_answers.T  # (K, M)
        understanding = np.concatenate([one.understanding for one in presenters])  # (N H, D)
        bias = np.concatenate([one.understanding_bias for one in presenters])
        delivery = np.array([one.delivery for one in presenters])  # (N, K, H)
        with np.errstate(over="ignore", invalid="ignore"):
            thoughts = understanding @ talk.show_questions.T  # (N H, M)
            thoughts += bias[:, None]
            np.maximum(thoughts, 0.0, out=thoughts)
            vectors = np.empty((n + 1, k, m))
            np.matmul(delivery, thoughts.reshape(n, h, m), out=vectors[:n])
            np.subtract(wanted, team.handout[:, None], out=vectors[n])
            by_section = vectors.transpose(1, 0, 2)  # (K, N + 1, M)
            return cls(
                gram=by_section @ by_section.transpose(0, 2, 1),
                sums=by_section[:, :n].sum(axis=2),
                total=np.square(wanted - wanted.mean(axis=1, keepdims=True)).sum(axis=1),
                questions=m,
            )

    @property
    def n_members(self) -> int:
        """N."""
        return len(self.sums[0])

    def errors(self, masks: BoolArray) -> FloatArray:
        """Sums of squared errors of sub-teams `masks` (C, N), nobody covering, (C, K)."""
        signs = np.concatenate([masks.astype(float), np.full((len(masks), 1), -1.0)], axis=1)
        return np.asarray(np.einsum("kcn,cn->ck", signs @ self.gram, signs))

    def qualities(self, masks: BoolArray, hard_section: int) -> FloatArray:
        """Quality of the whole talk and of the hard section, (C, 2)."""
        errors = self.errors(masks)
        whole = 1.0 - errors.sum(axis=1) / self.total.sum()
        hard = 1.0 - errors[:, hard_section] / self.total[hard_section]
        return np.stack([whole, hard], axis=1)

    def shares(self, section: int) -> FloatArray:
        """Share of each member in the answers on a section, (N,); see `answer_shares`."""
        n, sums = self.n_members, self.sums[section]
        covariances = self.gram[section, :n, :n] - np.outer(sums, sums) / self.questions
        spoken = covariances.sum(axis=1)
        variance = spoken.sum()
        return np.asarray(spoken / variance if variance > 0 else np.zeros(n))

    def co_adaptation(self) -> float:
        """Variance of the answers over half-teams that fill the time, over all of them.

        A mean over all half-teams, where `co_adaptation_score` draws 200: with h of N there, each
        as loud as N/h, it is quadratic in the contributions.
        """
        n = self.n_members
        half = max(1, n // 2)
        products = self.gram[:, :n, :n]
        own = float(np.einsum("kii->", products))
        between = float(products.sum()) - own
        there = half / n
        spread = (n / half) ** 2 * there * (1.0 - there) * (own - between / (n - 1))
        return spread / (self.questions * len(products))


@dataclass(frozen=True, eq=False)
class Measures:
    """The yardstick as a frame shows it.

    Attributes
    ----------
    kept : (6,) array
        Quality with everyone there; with one missing, mean and worst; with two missing, mean and
        worst; that of the hard section with everyone there.
    home : (quality, hard section)
        Without those who were sent home.
    solo : (N, K) array
    synergy : (N, N) array
        Pair synergy.
    shares : (N,) array
        Of the answers on the hard section.
    score : float
        Co-adaptation.
    """

    kept: FloatArray
    home: tuple[float, float]
    solo: FloatArray
    synergy: FloatArray
    shares: FloatArray
    score: float


def measure(products: Products, hard_section: int, home: BoolArray) -> Measures:
    """Hold the yardstick to a talk.

    Parameters
    ----------
    products : Products
        Of at least two presenters.
    hard_section : int
    home : (N,) bool array
        Who is there when some have been sent home.
    """
    n = products.n_members
    masks, first, second = _sub_teams(n)
    errors = products.errors(np.concatenate([masks, home[None]]))  # (C, K)
    values = 1.0 - errors.sum(axis=1) / products.total.sum()  # (C,)
    hard = 1.0 - errors[:, hard_section] / products.total[hard_section]
    without = values[1 : n + 1]
    without_two = values[n + 1 : n + 1 + len(first)]
    alone = errors[n + 1 + len(first) : -1]  # (N, K)
    synergy = np.zeros((n, n))
    pairs = values[0] - without[first] - without[second] + without_two
    synergy[first, second] = synergy[second, first] = pairs
    return Measures(
        kept=np.array(
            [
                values[0],
                without.mean(),
                without.min(),
                without_two.mean(),
                without_two.min(),
                hard[0],
            ]
        ),
        home=(float(values[-1]), float(hard[-1])),
        solo=1.0 - alone / products.total,
        synergy=synergy,
        shares=products.shares(hard_section),
        score=products.co_adaptation(),
    )


@cache
def _sub_teams(n: int) -> tuple[BoolArray, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Everyone, all but one, all but two, one alone: (C, N); and who are the two."""
    everyone, alone = np.ones((1, n), dtype=bool), np.eye(n, dtype=bool)
    first, second = np.triu_indices(n, 1)
    return (
        np.concatenate([everyone, ~alone, ~(alone[first] | alone[second]), alone]),
        first,
        second,
    )
