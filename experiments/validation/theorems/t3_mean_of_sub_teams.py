"""T3: without a softmax, the full team's answer is the mean over all sub-teams."""

from __future__ import annotations

import numpy as np

from experiments.validation.theorems.comparison import Check, Comparison, largest
from experiments.validation.theorems.snapshot import LAWS, Snapshot


def mean_of_sub_teams(seed: int = 0, quick: bool = False) -> Comparison:
    """Average the answers of all sub-teams, presenters' and network's, without a softmax."""
    spoken, computed, predicted = [], [], []
    for number, law in enumerate(LAWS):
        team = Snapshot.of(law, seed, number)
        full = team.full_answer()
        mean = sum(p * team.rehearsal(m).talk_given() for m, p in team.sub_teams())
        spoken.append(mean - full)
        outputs = team.ensemble.outputs(team.questions)  # (C, B, K)
        computed.append(np.tensordot(team.ensemble.chances, outputs, axes=1) - full)
        predicted.append(team.ensemble.network.predict(team.questions) - full)
    return Comparison(
        id="T3",
        statement="With linear outputs, the answer rehearsed by a random sub-team, each of whom "
        "speaks up by 1/q_i, is on average over any law of absences the answer of the full team, "
        "if q_i = E[m_i] > 0 for everybody.",
        source="Baldi, Sadowski (2013), dropout in linear networks; for any law, this project",
        checks=(
            Check(
                "mean over all sub-teams of the talk given, and the full team's answer worked out "
                "from everybody's skills",
                largest(spoken),
            ),
            Check(
                "mean over all sub-networks of the output in training, and the same answer",
                largest(computed),
            ),
            Check("output of the network at inference, and the same answer", largest(predicted)),
        ),
        detail=f"{len(LAWS)} laws, all sub-teams of five",
    )
