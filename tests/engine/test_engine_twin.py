"""The engine's network twin is its team, and Python's network."""

import numpy as np
import pytest

from dashboard.live.setup import law_of
from experiments.control_team import ControlTeam
from nn_bridge.optimizers import SGD
from nn_bridge.team_layers import OUTPUTS
from nn_bridge.twin import Twin
from simulation import Team, synthetic_talk

TWINS = """
import { lawOf } from "page/engine/laws.js";
import { defaultRng } from "page/engine/random/generator.js";
import { syntheticTalk } from "page/engine/talk.js";
import { Team } from "page/engine/team.js";
import { Twin } from "page/engine/twin.js";

tell(data.map((asked) => {
  const { law, n = 5, seed = 3, talk = {}, options = {}, rehearsals, changes = {} } = asked;
  const about = syntheticTalk(defaultRng([seed, 0]), talk);
  const team = new Team({ talk: about, law: lawOf(law, n), seed, ...options });
  team.practiseAlone(1 % n, 50);
  const twin = Twin.of(team);
  const start = twin.differenceFrom(team);
  let largest = 0;
  for (let rehearsal = 0; rehearsal < rehearsals; rehearsal += 1) {
    const { law: other, ...numbers } = changes[rehearsal] ?? {};
    if (other) team.changeLaw(lawOf(other, n));
    Object.assign(team, numbers);
    team.step();
    twin.rehearse(team);
    largest = Math.max(largest, twin.differenceFrom(team));
  }
  const { hidden, hiddenBias, output, outputBias, reliance } = twin;
  const parameters = [hidden, hiddenBias, output, outputBias].map((each) => Array.from(each));
  const told = { start, largest, loss: twin.loss(), parameters, reliance: Array.from(reliance) };
  output[3] += 0.5;
  const apart = twin.differenceFrom(team);
  reliance[0] = NaN;
  return { ...told, apart, lost: twin.differenceFrom(team) };
}));
"""
CASES = [
    {"law": "one-or-two", "rehearsals": 1_000},
    {"law": "one-or-two", "options": {"trust": 1}},
    {"law": "rate:0.5", "talk": {"audience": "softmax"}, "options": {"learningRate": 0.1}},
    {"law": "rate:0.5", "talk": {"audience": "softmax"}, "options": {"trust": 1}},
    {"law": "without:A", "n": 3, "options": {"abilities": 1, "questions": 3}},
    {"law": "rate:0.3", "n": 1, "options": {"trust": 1, "questions": 1}},
    {"law": "absent:6", "n": 20, "options": {"abilities": 16, "questions": 5}},
    {"law": "couples:0.4", "options": {"outputNoise": True}},
    {"law": "couples:0.4", "options": {"outputNoise": True, "trust": 1, "momentum": 0.5}},
    {
        "law": "everyone",
        "changes": {
            50: {"law": "bursts:0.3", "trust": 1},
            99: {"learningRate": 0.05, "trust": 0.5},
        },
    },
]
REMEMBERING = [
    {"law": law, "talk": {"audience": audience}, "options": {"trust": trust, **remedy}}
    for law, audience, trust, remedy in (
        ("one-or-two", "squared error", 1, {"momentum": 0.9}),
        ("rate:0.5", "softmax", 1, {"momentum": 0.5}),
        ("rate:0.5", "squared error", 0.02, {"momentum": 0.9, "learningRate": 0.01}),
        ("bursts:0.3", "softmax", 0.2, {"momentum": 0.9}),
        ("one-or-two", "squared error", 0.02, {"weightDecay": 0.3}),
        ("one-or-two", "softmax", 1, {"weightDecay": 0.3}),
        ("one-or-two", "softmax", 0.2, {"weightDecay": 0.1, "momentum": 0.8}),
    )
]  # fmt: skip


def with_defaults(case):
    return {"rehearsals": 200, **case}


def test_the_twin_stays_the_team(node):
    cases = [with_defaults(case) for case in CASES + REMEMBERING]
    for case, told in zip(cases, node(TWINS, cases), strict=True):
        assert told["start"] == 0.0, case
        # Two ways to compute it: never the same to the last bit, never further apart than rounding.
        assert 0.0 < told["largest"] < 1e-12, case
        assert told["apart"] == pytest.approx(0.5)
        assert told["lost"] is None  # what is not a number is no small difference


def test_the_twin_is_pythons_network(node):
    """Python's network in the team's place: with momentum, where its presenters have none, too."""
    cases = [with_defaults(case) for case in (CASES[0], CASES[2], *REMEMBERING)]
    for case, told in zip(cases, node(TWINS, cases), strict=True):
        options = case.get("options", {})
        talk = synthetic_talk(np.random.default_rng([3, 0]), **case.get("talk", {}))
        rate = options.get("learningRate", 0.02)
        team = Team(
            talk,
            law_of(case["law"], 5),
            trust=options.get("trust", 0.02),
            learning_rate=rate,
            rng=3,
        )
        team.practise_alone("B", 50)
        twin = Twin.of(team)
        twin.network.compile(
            SGD(rate, options.get("momentum", 0.0)), OUTPUTS[talk.audience_name][1]
        )
        kept = 1.0 - rate * options.get("weightDecay", 0.0)
        for _ in range(case["rehearsals"]):
            team.step()  # it says who came, and what was asked; what it learns is not looked at
            held = team.last_rehearsal
            twin.rehearse(held.questions, held.wanted, held.attendance)
            for skill in twin.layers.parameters[:3]:
                skill *= kept
        assert len(told["parameters"]) == len(twin.layers.parameters)
        for mine, theirs in zip(told["parameters"], twin.layers.parameters, strict=True):
            np.testing.assert_allclose(mine, theirs.ravel(), rtol=0, atol=1e-9, err_msg=str(case))
        np.testing.assert_allclose(told["reliance"], twin.reliance.ravel(), rtol=0, atol=1e-12)
        loss = twin.network.evaluate(talk.practice_questions, talk.practice_answers, verbose=0)
        assert told["loss"] == pytest.approx(float(loss), abs=1e-9)


def test_pythons_decaying_team_is_the_network_that_decays_so():
    """What stands for it above: skills shrink after each rehearsal, the handout does not."""
    talk = synthetic_talk(np.random.default_rng([3, 0]))
    team = ControlTeam(talk, law_of("one-or-two", 5), weight_decay=0.3, rng=3)
    twin = Twin.of(team)
    for _ in range(50):
        team.step()
        held = team.last_rehearsal
        twin.rehearse(held.questions, held.wanted, held.attendance)
        for skill in twin.layers.parameters[:3]:
            skill *= 1.0 - 0.02 * 0.3
    assert twin.difference_from(team) < 1e-12
