"""The analogy validation tests: the article's claims and the controls, for the presenters.

Three tens of seeds: two of the effects are only 4.7 standard errors large in ten.
"""

from __future__ import annotations

import pytest
from claims import joined, judged, measured

from experiments.validation.claims import CLAIMS
from experiments.validation.conditions import TEAM, World
from experiments.validation.controls import CONDITIONS as CONTROLS
from experiments.validation.controls import judge_team_controls

pytestmark = pytest.mark.slow

CONDITIONS = [each for each in CONTROLS if each.world == "team"]


@pytest.fixture(scope="module")
def team() -> World:
    tens = [measured(CONDITIONS, ten) for ten in range(3)]
    return {each: joined([ten[each] for ten in tens]) for each in CONDITIONS}


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_holds(team, claim):
    assert judged(claim, team[TEAM.without], team[TEAM.absences]).verdict == "holds"


def test_the_controls_come_out_as_predicted(team):
    assert {control.name: control.verdict for control in judge_team_controls(team)} == {
        "one fixed person always absent": "holds",
        "couples are absent together": "holds",
        "output noise of the same variance": "holds",
    }
