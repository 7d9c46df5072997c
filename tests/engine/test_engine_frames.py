"""The engine's figures: Mesa's to the last printed digit, Python's unrounded ones within 1e-9."""

import numpy as np
import pytest
from sessions import HEAR, TABLES, engine_tells, frames, python_tells, start

import dashboard.live.session as module
from dashboard.live.frames import QUALITIES, rounded
from simulation import Team, law_from_text, synthetic_talk
from simulation.coalitions import coalition_values
from simulation.scenario import Schedule, article_pair

NEAR = {"rtol": 1e-9, "atol": 1e-9}
EXACT = {"type": "exact"}


@pytest.fixture
def one_slice(monkeypatch):
    monkeypatch.setattr(module, "SLICE", float("inf"))


def shown(number):
    """As the page is sent it."""
    return rounded({"": number})[""]


def figures_of(result):
    """What a frame holds of a team, from what `run.py`'s story says of it."""
    say = result.measures
    names = ("all there", "one missing, mean", "one missing, worst")
    names += ("two missing, mean", "two missing, worst", "hard section, all there")
    return {
        "quality": dict(zip(QUALITIES, [shown(say[name]) for name in names], strict=True)),
        "hard": shown(say["hard section, without B"]),
        "weights": shown(say["squared weights"]),
        "score": shown(say["co-adaptation score"]),
        "solo": shown(result.solo),
        "share": shown(result.hard_shares),
        "reliance": shown(result.reliance),
    }


@pytest.mark.parametrize("seeds", [range(5), range(5, 10)], ids=str)
def test_the_articles_story_has_mesas_figures(node, seeds):
    # The yardstick of the story hears the answers; the engine reads inner products. Their rounding
    # differs by some 1e-14, and none of these figures lies that near to where it is rounded.
    scripts = [[start(seed=seed, at=2_000, home_left="B", home_right="B"), HEAR] for seed in seeds]
    for seed, told in zip(seeds, engine_tells(node, *scripts), strict=True):
        teams = frames(told)[-1]["teams"].values()
        results = article_pair(seed, Schedule(rehearsals=2_000, alone=1_000, show_every=2_000))
        for team, result in zip(teams, results, strict=True):
            got = {key: team[key] for key in ("weights", "score", "solo", "share", "reliance")}
            got |= {"quality": team["quality"], "hard": team["home"]["hard"]}
            assert got == figures_of(result), seed


def compare(engine, python):
    """All numbers of an exact message; returns how many."""
    assert (engine["type"], engine["rehearsal"]) == ("exact", python["rehearsal"])
    count = 0
    for side, team in python["teams"].items():
        assert engine["teams"][side]["diverged"] == team["diverged"]
        for kind in ("weights", "figures"):
            got, expected = engine["teams"][side][kind], team[kind]
            assert got.keys() == expected.keys()
            for name in expected:
                np.testing.assert_allclose(got[name], expected[name], **NEAR, err_msg=name)
                count += len(expected[name])
    return count


@pytest.mark.parametrize(
    "setup",
    [
        {"audience": "softmax", "at": 30, "learning_rate": 0.1, "home_right": "B,C"},
        {"audience": "softmax", "presenters": 6, "at": 20, "trust": 1, "left": "rate:0.5"},
        {"presenters": 2, "abilities": 1, "right": "rota", "at": 60, "home_left": "A"},
        {
            "presenters": 20,
            "abilities": 16,
            "questions": 32,
            "practice": 400,
            "at": 3,
            "head_start": 9,
        },
        {"weight_decay": 0.03, "right": "couples:0.3", "presenters": 6, "at": 60},
        {"output_noise": True, "right": "rates:0,0.5,0.2,0,0.1", "at": 60, "seed": 2**31 - 1},
        {"right": "log:ABCDE.ABD..E", "left": "bursts:0.3,3", "at": 300},
    ],
)
def test_everything_exact_is_pythons(node, one_slice, setup):
    script = [start(**{"head_start": 40} | setup), EXACT, HEAR, {"type": "step"}, EXACT, HEAR]
    (engine,) = engine_tells(node, script)
    python = python_tells(script)
    pairs = [(a, b) for a, b in zip(engine, python, strict=True) if b["type"] == "exact"]
    assert [b["rehearsal"] for _, b in pairs] == [setup["at"], setup["at"] + 1]
    for ours, theirs in pairs:
        assert compare(ours, theirs) > 150


def test_what_mesa_cannot_do_the_engine_does(node, one_slice):
    script = [start(head_start=0, momentum=0.9, learning_rate=0.001, at=5), HEAR]
    (engine,) = engine_tells(node, script)
    assert frames(engine)[-1]["rehearsal"] == 5
    assert [message["code"] for message in python_tells(script)] == ["engine"]


ALL = """
import { Pair } from "page/engine/pair.js";
import { readSetup } from "page/engine/setup.js";
import { READINGS } from "page/engine/coalitions.js";

tell(data.setups.map((given) => {
  const pair = new Pair(readSetup(given, data.table), data.table);
  for (let rehearsal = 0; rehearsal < 30; rehearsal += 1) pair.rehearse();
  return READINGS.map((reading) => pair.sides.right.look().yardstick.allQualities(reading));
}));
"""


def test_all_sub_teams_are_judged_in_both_readings(node):
    setups = [
        {"presenters": 13, "abilities": 2, "right": "rate:0.3"},
        {"presenters": 9, "right": "rate:0.3", "audience": "softmax"},
    ]
    told = node(ALL, {"setups": setups, "table": TABLES["setup"]})
    for setup, both in zip(setups, told, strict=True):
        n, audience = setup["presenters"], setup.get("audience", "squared error")
        talk = synthetic_talk(np.random.default_rng([0, 0]), audience=audience)
        law = law_from_text(setup["right"], n)
        team = Team(talk, law, abilities=setup.get("abilities", 4), rng=0)
        team.rehearse(30)
        for values, reading in zip(both, ("nobody covers", "fill the time"), strict=True):
            assert len(values) == 2**n
            np.testing.assert_allclose(values, coalition_values(team.game(), reading), **NEAR)


def test_numbers_are_rounded_as_python_rounds_them(node):
    rng = np.random.default_rng(4)
    numbers = np.concatenate(
        [
            rng.standard_normal(2_000) * 10.0 ** rng.integers(-20, 9, 2_000),
            rng.integers(-99_999, 99_999, 2_000) / 2 / 10.0 ** rng.integers(0, 5, 2_000),  # ties
            10.0 ** np.arange(-12, 13),
            [0.0, 99_995.0, 0.99995, 0.999949999, -1e-300, 5e-324, 1.7e308],
        ]
    )
    code = 'import { rounded } from "page/engine/rounded.js"; tell(data.map(rounded))'
    got = np.array(node(code, numbers.tolist()))
    expected = np.array(shown(numbers))
    printed = [np.char.mod("%.4e", each) for each in (got, expected)]
    np.testing.assert_array_equal(*printed)


WORK = """
import { Gram } from "page/engine/gram.js";
import { Session } from "page/engine/session.js";
import { Team } from "page/engine/team.js";
import { Twin } from "page/engine/twin.js";

const count = { step: 0, twin: 0, talks: 0 };
const [step, rehearse, give] = [Team.prototype.step, Twin.prototype.rehearse, Gram.prototype.give];
Team.prototype.step = function () {
  count.step += 1;
  if (data.work) step.call(this);
  else this.rehearsals += 1;
};
Twin.prototype.rehearse = function (team) {
  count.twin += 1;
  if (data.work) rehearse.call(this, team);
};
Gram.prototype.give = function (team) {
  count.talks += 1;
  give.call(this, team);
};

const session = new Session({ settings: data.settings });
session.take({ type: "start", setup: { at: data.at, head_start: 0 } });
const told = [];
for (let wait = 0; wait !== null; ) {
  const slice = session.work(0); // on a clock that stands still: one frame of progress
  told.push(...slice.told);
  wait = slice.wait;
}
const { points } = told.find(({ type }) => type === "history");
tell({ ...count, told: told.map(({ type }) => type), points: points.length });
"""


@pytest.mark.parametrize(("at", "work"), [(2_000, True), (20_000, False)])
def test_a_link_costs_its_rehearsals_and_a_look_for_each_point(node, at, work):
    did = node(WORK, {"settings": TABLES, "at": at, "work": work})
    assert did["step"] == did["twin"] == 2 * at
    assert did["points"] == 100
    assert did["told"] == ["started", "frame", "history", "frame"]
    # Before and after the head start, for each point and each hundred rehearsals, a frame of
    # progress and the last one.
    assert did["talks"] <= 2 * (2 + max(100, at // 100) + 2)


HEAP = """
import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { Pair } from "page/engine/pair.js";
import { readSetup } from "page/engine/setup.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const pair = new Pair(readSetup({ head_start: 0 }, data), data);
const rehearse = (times) => { for (let at = 0; at < times; at += 1) pair.rehearse(); };
function held() {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
rehearse(1500); // until everything is compiled
const before = held();
rehearse(3000);
tell(held() - before);
"""


def test_rehearsals_leave_nothing_on_the_heap(node):
    assert (
        node(HEAP, TABLES["setup"]) < 200_000
    )  # bytes: 3,000 numbers kept of each would be 24,000
