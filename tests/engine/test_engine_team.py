"""The engine's teams are Mesa's: the same start, questions and absences, the same learning."""

import numpy as np
import pytest

from dashboard.live.setup import law_of
from experiments.control_team import ControlTeam
from simulation import DivergedError, Everyone, Team, synthetic_talk

TEAMS = """
import { lawOf } from "page/engine/laws.js";
import { defaultRng } from "page/engine/random/generator.js";
import { syntheticTalk } from "page/engine/talk.js";
import { Team } from "page/engine/team.js";

function rehearsed({ law, n, seed, talk = {}, options = {}, alone = 0, rehearsals, changes = {} }) {
  const about = syntheticTalk(defaultRng([seed, 0]), talk);
  const team = new Team({ talk: about, law: lawOf(law, n), seed, ...options });
  team.practiseAlone(1 % n, alone);
  for (let rehearsal = 0; rehearsal < rehearsals; rehearsal += 1) {
    const { law: other, ...numbers } = changes[rehearsal] ?? {};
    if (other) team.changeLaw(lawOf(other, n));
    Object.assign(team, numbers);
    team.step();
  }
  return team;
}

function told(asked) {
  try {
    const team = rehearsed(asked);
    const { understanding, understandingBias, delivery, handout, reliance } = team;
    const { lastQuestions, lastAttendance, squaredWeights, rehearsals } = team;
    return { understanding, understandingBias, delivery, handout, reliance,
      lastQuestions, lastAttendance, squaredWeights, rehearsals };
  } catch (error) {
    const { name, message, rehearsal, learningRate } = error;
    return { name, message, rehearsal, learningRate };
  }
}

tell(data.map(told));
"""
LAWS = (
    "everyone",
    "one-or-two",
    "absent:2",
    "rate:0.3",
    "rates:0,0.25,0.5,0.75,0.9",
    "rota:2",
    "couples:0.4",
    "bursts:0.3,5",
    "without:B",
    "log:ABCDE.ABDE..AC",
)
ARTICLE = {"n": 5, "seed": 7, "alone": 100}
NAMES = {"learningRate": "learning_rate", "weightDecay": "weight_decay"}


def asked(law, **more):
    return {**ARTICLE, "law": law, "rehearsals": 200, **more}


LONG = [
    *[asked(law, rehearsals=2_000, alone=1_000) for law in LAWS],
    asked("rate:0.3", n=20, options={"abilities": 2}, alone=1_000, rehearsals=2_000),
    asked("absent:4", rehearsals=2_000),
    asked("one-or-two", rehearsals=2_000, options={"trust": 1}),
    asked("one-or-two", rehearsals=2_000, talk={"audience": "softmax"}, options={"trust": 0.2}),
]
CASES = [
    *[asked(law) for law in LAWS],
    asked("one-or-two", talk={"audience": "softmax"}, options={"learningRate": 0.1}),
    asked("rate:0.5", talk={"audience": "softmax"}, options={"trust": 1}),
    asked("bursts:0.4", options={"trust": 1, "learningRate": 0.05}),
    asked("log:AB.BC.CDE", options={"trust": 1}),
    asked("rate:0.2", n=1, alone=10),
    asked("everyone", n=1, options={"trust": 1}),
    asked(
        "absent:1", n=2, options={"abilities": 1, "questions": 1}, talk={"practice": 10, "noise": 0}
    ),
    asked(
        "couples:0.3",
        n=7,
        options={"abilities": 3, "questions": 7},
        talk={"practice": 41, "noise": 1},
    ),
    asked("absent:6", n=20, options={"abilities": 16, "questions": 32}, rehearsals=60),
    asked("rota:3", n=20, talk={"audience": "softmax"}, rehearsals=60),
    asked(
        "everyone",
        changes={
            50: {"law": "bursts:0.3,4"},
            90: {"learningRate": 0.05},
            120: {"trust": 1},
            150: {"law": "log:ABCD.E", "trust": 0.5},
        },
    ),
    asked("one-or-two", seed=2**31 - 1, options={"weightDecay": 0.03}),
    asked("rate:0.3", options={"weightDecay": 1, "trust": 1}, talk={"audience": "softmax"}),
    asked("one-or-two", options={"outputNoise": True}),
    asked(
        "couples:0.5", options={"outputNoise": True, "trust": 1}, changes={150: {"law": "rate:0.6"}}
    ),
]
DIVERGING = [
    asked("one-or-two", options={"learningRate": rate}, talk={"noise": noise})
    for rate, noise in ((0.4, 2), (0.6, 0.3), (1, 0.3))
]


def built(law, n, seed, talk=None, options=None, **_):
    about = synthetic_talk(np.random.default_rng([seed, 0]), **talk or {})
    named = {NAMES.get(name, name): value for name, value in (options or {}).items()}
    comes = law_of(law, n)
    if named.pop("outputNoise", False):
        return ControlTeam(about, Everyone(n), imitated=comes, rng=seed, **named)
    kind = ControlTeam if "weight_decay" in named else Team
    return kind(about, comes, rng=seed, **named)


def change(team, options, law=None, learningRate=None, trust=None):
    """Make a change at once; the noise of a team is that of the law that it imitates."""
    if law is not None and "outputNoise" in options:
        team.imitate(law_of(law, team.n_presenters))
    elif law is not None:
        team.change_attendance(law_of(law, team.n_presenters))
    if learningRate is not None:
        team.learning_rate = learningRate
    if trust is not None:
        team.trust = trust
        team.agents.set("trust", float(trust))


def rehearsed(case):
    team = built(**case)
    team.practise_alone(team.names[1 % case["n"]], case["alone"])
    for rehearsal in range(case["rehearsals"]):
        change(team, case.get("options", {}), **case.get("changes", {}).get(rehearsal, {}))
        team.step()
    return team


def in_a_row(team):
    """What a team knows, as the engine lays it out."""
    people = team.seated
    return {
        "understanding": np.ravel([one.understanding for one in people]),
        "understandingBias": np.ravel([one.understanding_bias for one in people]),
        "delivery": np.ravel([one.delivery for one in people]),
        "handout": team.handout,
        "reliance": team.reliance.ravel(),
    }


@pytest.mark.parametrize("cases", [CASES, pytest.param(LONG, marks=pytest.mark.slow)])
def test_teams_are_mesas(node, cases):
    for case, told in zip(cases, node(TEAMS, cases), strict=True):
        assert "message" not in told, (told, case)
        team = rehearsed(case)
        held = team.last_rehearsal
        drawn = team.talk.practice_questions[told["lastQuestions"]]
        np.testing.assert_array_equal(drawn, held.questions)
        np.testing.assert_array_equal(np.array(told["lastAttendance"], dtype=bool), held.attendance)
        for name, expected in in_a_row(team).items():
            np.testing.assert_allclose(
                told[name], expected, rtol=0, atol=1e-9, err_msg=f"{name} of {case}"
            )
        assert told["squaredWeights"] == pytest.approx(team.squared_weights, abs=1e-9)
        assert told["rehearsals"] == team.rehearsals


def test_a_team_diverges_when_mesas_does(node):
    alone = {**asked("everyone"), "alone": 1000, "options": {"learningRate": 5}}
    for case, told in zip([*DIVERGING, alone], node(TEAMS, [*DIVERGING, alone]), strict=True):
        with pytest.raises(DivergedError) as raised:
            rehearsed(case)
        assert told["name"] == "Diverged"
        assert told["message"] == str(raised.value)
        assert told["learningRate"] == case["options"]["learningRate"]
        if case["alone"] < 1000:
            assert f"at rehearsal {told['rehearsal']}:" in told["message"]
