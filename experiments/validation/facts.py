"""What the article states that cannot fail if the code is right: facts, checked and counted.

They stand beside the claims, which could fail. What the article claims beyond them is asked there:
that many sub-networks matter (C6), and that one scaled pass is as good as their mean (C7).
"""

from __future__ import annotations

from experiments.validation.claims import GROUP_2, KERAS, WHY_2, Claim
from experiments.validation.rules import SMALLEST_RELATIVE_EFFECT, Change, Margin

FACTS = {
    fact.id: fact
    for fact in (
        Claim(
            "F1",
            "Training with absences visits many sub-teams; complete, there is one.",
            WHY_2,
            "distinct sub-teams that rehearsed, of the 15 that can with one or two absent",
            "distinct masks of the hidden layer in 1,000 samples of training",
            (
                Change(
                    "distinct sub-teams",
                    "higher",
                    Margin(SMALLEST_RELATIVE_EFFECT, of="distinct sub-teams"),
                ),
            ),
        ),
        Claim(
            "F2",
            "The full scaled network is their average: the mean where answers are linear, the "
            "normalised geometric mean behind one dropout layer and a softmax.",
            WHY_2,
            "quality of one full talk against that of the averaged answers of sub-teams",
            "",
            (Change("quality", "same", against="quality of the average"),),
            theorems=("T3", "T4"),
        ),
        Claim(
            "F3",
            "Inverted dropout keeps the expectation.",
            KERAS,
            "mean of the rehearsed answers over all sub-teams",
            "mean of a dropout layer's output over all masks",
            theorems=("T3", "T9"),
        ),
        Claim(
            "F4",
            "Absences silence their rate of the members in training, and none at the show.",
            GROUP_2,
            "presenters away in rehearsal against their absence rate; silent at the show",
            "hidden units silenced in training against the rate; at inference",
            (
                Change("silenced in training", "same", against="rate"),
                Change("silenced at the show", "same", against="none"),
            ),
        ),
    )
}
