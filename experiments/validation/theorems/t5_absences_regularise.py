"""T5: absences put a penalty on contributions that need each other."""

from __future__ import annotations

import numpy as np

from experiments.validation.theorems.comparison import Check, Comparison, largest
from experiments.validation.theorems.snapshot import LAWS, Snapshot
from simulation.coalitions.gram import absence_penalty


def absences_regularise(seed: int = 0, quick: bool = False) -> Comparison:
    """Compare the mean loss over all sub-teams with that of the full team and the penalty."""
    spoken, computed, penalties = [], [], []
    for number, law in enumerate(LAWS):
        team = Snapshot.of(law, seed, number)
        said = np.array([p.contribution(team.questions) for p in team.presenters])  # (N, B, K)
        missing = team.wanted - team.full_answer()
        penalty = absence_penalty(said, law.moments())
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
        statement="With linear outputs and squared error, the mean loss 1/2 |t - y|^2 over any law "
        "of absences is the loss of the full team plus a penalty on contributions, "
        "1/2 sum_ij Cov(m_i, m_j)/(q_i q_j) <c_i, c_j>, if q_i > 0 for everybody.",
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
