"""The analogy validation tests: the article's claims and the controls, for the presenters.

Three tens of seeds: two of the effects are only 4.7 standard errors large in ten.
"""

from __future__ import annotations

import pytest
from claims import joined, judged, measured

from experiments.validation.claims import CLAIMS
from experiments.validation.judgements import judge_team_controls
from experiments.validation.rules import Figures

CONDITIONS = (
    "without",
    "absences",
    "fixed",
    "noise",
    "six without",
    "six couples",
    "slow without",
    "slow absences",
    "slow noise",
)


@pytest.fixture(scope="module")
def team() -> dict[str, Figures]:
    tens = [measured("team", CONDITIONS, ten) for ten in range(3)]
    return {name: joined([ten[name] for ten in tens]) for name in CONDITIONS}


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_holds(team, claim):
    assert judged(claim, team["without"], team["absences"]).verdict == "holds"


def test_the_controls_come_out_as_predicted(team):
    assert {control.name: control.verdict for control in judge_team_controls(team)} == {
        "one fixed person always absent": "holds",
        "couples are absent together": "holds",
        "output noise of the same variance": "holds",
    }
