"""T5: absences put a penalty on contributions that need each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from experiments.validation.theorems.comparison import Check, Comparison, largest
from experiments.validation.theorems.snapshot import LAWS, Snapshot
from simulation.attendance import Moments

FloatArray = npt.NDArray[np.float64]


def covariance_penalty(contributions: FloatArray, moments: Moments) -> float:
    """Return what absences add to the expected loss 1/2 |t - y|^2 of a rehearsal.

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
    >>> covariance_penalty(said, independent(2, 0.5).moments())
    1.0
    >>> covariance_penalty(said, Couples(2, 0.5).moments())
    2.0
    """
    alike = np.einsum("ibk,jbk->ij", contributions, contributions) / contributions.shape[1]
    return 0.5 * float((moments.covariance_of_scales * alike).sum())


def absences_regularise(seed: int = 0, quick: bool = False) -> Comparison:
    """Compare the mean loss over all sub-teams with that of the full team and the penalty."""
    spoken, computed, penalties = [], [], []
    for number, law in enumerate(LAWS):
        team = Snapshot.of(law, seed, number)
        said = np.array([p.contribution(team.questions) for p in team.presenters])  # (N, B, K)
        missing = team.wanted - team.full_answer()
        penalty = covariance_penalty(said, law.moments())
        predicted = 0.5 * float(np.square(missing).sum(axis=1).mean()) + penalty
        heard = sum(
            p * team.team.talk.audience.loss(team.rehearsal(m).talk_given(), team.wanted)
            for m, p in team.sub_teams()
        )
        mean_loss, _ = team.ensemble.loss_and_gradients(team.questions, team.wanted)
        spoken.append(heard - predicted)
        computed.append(mean_loss - predicted)
        penalties.append(penalty)
    formula = "loss of the full team + 1/2 sum_ij Cov(m_i, m_j)/(q_i q_j) <c_i, c_j>"
    return Comparison(
        id="T5",
        statement="The mean squared-error loss over absences, 1/2 |t - y|^2, is the loss of the "
        "full team plus a penalty on contributions, 1/2 sum_ij Cov(m_i, m_j)/(q_i q_j) <c_i, c_j>, "
        "if everybody comes sometimes.",
        source="Srivastava et al. (2014) section 9.1 and Wager, Wang, Liang (2013) for independent "
        "dropout; for any law, this project",
        checks=(
            Check(
                f"mean loss of the talk given over all sub-teams, and {formula}", largest(spoken)
            ),
            Check(f"mean loss over all sub-networks, and {formula}", largest(computed)),
        ),
        detail=f"{len(LAWS)} laws; penalties from {min(penalties):.3g} to {max(penalties):.3g}",
    )
