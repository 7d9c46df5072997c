"""The engine's session beside Python's: the same script, the same messages, number for number."""

import json

import pytest
from sessions import HEAR, PAGE, engine_tells, frames, python_tells, start

import dashboard.live.session as module

PRESETS = json.loads((PAGE / "presets.json").read_text(encoding="utf-8"))
ROUNDING = 1e-12
"""Between team and twin nothing but rounding differs, and each world rounds in its own way."""


@pytest.fixture(autouse=True)
def _one_slice(monkeypatch):
    """Slices end by the clock; without an end the frames are those of the ticks alone."""
    monkeypatch.setattr(module, "SLICE", float("inf"))


def play(until, speed=7):
    return [{"type": "speed", "value": speed}, {"type": "play", "until": until}, HEAR]


def change(key, value):
    return {"type": "change", "key": key, "value": value}


def home(left=(), right=()):
    return {"type": "home", "left": [*left], "right": [*right]}


def plain(told, rounding):
    """Messages without what is rounding alone, bounded here, and without the refusals' lines."""
    for message in told:
        if message["type"] == "error":
            assert "\n" not in message.pop("message")
        if message["type"] == "frame":
            for team in message["teams"].values():
                for figure in ("difference", "largest"):
                    assert 0.0 <= team["twin"].pop(figure) < rounding
    return told


def both(node, script, rounding=ROUNDING, **most):
    (engine,) = engine_tells(node, script, **most)
    python = python_tells(script)
    assert plain(engine, rounding) == plain(python, rounding)
    return engine


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset["name"])
def test_every_story_is_told_alike(node, preset):
    script = [start(**preset["setup"], seed=7, at=33), HEAR, *play(61, speed=13)]
    told = both(node, script)
    assert [frame["rehearsal"] for frame in frames(told)] == [1, 33, 46, 59, 61]


@pytest.mark.parametrize("trust", [0.02, 1])
def test_changes_at_once_and_people_sent_home_are_told_alike(node, trust):
    script = [
        start(seed=2, head_start=150, trust=trust, home_left="B", noise=0.5),
        home(["C"], ["B"]),  # said while it is being built
        change("right", "bursts:0.3,4"),
        HEAR,
        *play(20),
        home(["A", "D"], ["B"]),
        HEAR,
        change("learning_rate", 0.05),
        change("left", "couples:0.4"),
        {"type": "step"},
        {"type": "step"},
        HEAR,
        change("trust", 0.3),
        change("right", "rates:0,0.5,0.1,0,0.2"),
        *play(300, speed=50),  # another block of draws
        change("trust", 1),
        change("left", "rota:2"),
        *play(330),
    ]
    told = both(node, script)
    assert told[-1]["rehearsal"] == 330
    assert [message["rehearsal"] for message in told if message["type"] == "changed"] == [
        0, 20, 20, 22, 22, 300, 300
    ]  # fmt: skip


def test_a_link_with_changes_is_caught_up_with_alike(node):
    changes = "0:learning_rate=0.05;0:right=rate:0.4;1:trust=0.5"
    changes += ";17:right=absent:2;40:trust=1;40:left=without:B"
    told = both(node, [start(seed=5, presenters=4, abilities=3, at=450, changes=changes), HEAR])
    (history,) = (message for message in told if message["type"] == "history")
    assert [point[0] for point in history["points"]] == list(range(0, 450, 5))


def test_the_past_of_a_far_link_is_told_alike(node):
    told = both(node, [start(at=2_000), HEAR])
    (history,) = (message for message in told if message["type"] == "history")
    assert len(history["points"]) == 100


@pytest.mark.parametrize(
    "setup",
    [
        {"learning_rate": 1.0, "head_start": 0},
        {"learning_rate": 0.3, "head_start": 0, "noise": 2.0, "questions": 1},
        {"learning_rate": 0.3, "seed": 0, "head_start": 0},
    ],
)
def test_teams_that_diverge_are_told_alike_in_figures_that_can_be_read(node, setup):
    # What blows up blows rounding up with it: still far below the digits shown.
    told = both(node, [start(**setup), HEAR, *play(400, speed=9)], rounding=1e-6)
    last = frames(told)[-1]
    right = last["teams"]["right"]["diverged"]
    assert right["learning_rate"] == setup["learning_rate"]
    assert 1 <= right["rehearsal"] <= last["rehearsal"]
    for frame in frames(told):
        for team in frame["teams"].values():
            assert all(abs(quality) < 1e6 for quality in team["quality"].values())


def test_the_last_rehearsal_stops_both(node, monkeypatch):
    monkeypatch.setattr(module, "MOST_REHEARSALS", 10)
    script = [
        start(head_start=20),
        {"type": "play"},
        HEAR,
        {"type": "step"},
        {"type": "play"},
        HEAR,
    ]
    told = both(node, script, most=10)
    errors = [message for message in told if message["type"] == "error"]
    assert errors == [{"type": "error", "code": "last", "rehearsal": 10}] * 2
    assert (told[-1]["rehearsal"], told[-1]["playing"]) == (10, False)


def test_play_stops_at_exactly_the_rehearsal_asked_for(node):
    script = [start(head_start=0), HEAR, *play(10, speed=4), *play(3), {"type": "pause"}, HEAR]
    told = both(node, script)
    assert [(frame["rehearsal"], frame["playing"]) for frame in frames(told)] == [
        (0, False), (4, True), (8, True), (10, False), (10, False), (10, False)
    ]  # fmt: skip


def test_what_failed_leaves_what_was_there(node):
    failing = start(learning_rate=1.0, head_start=2_000, seed=2)
    told = both(
        node,
        [
            failing,
            {"type": "step"},
            HEAR,
            start(head_start=20),
            HEAR,
            failing,
            {"type": "step"},
            HEAR,
        ],
    )
    codes = [message["code"] for message in told if message["type"] == "error"]
    assert codes == ["head_start", "not_started", "head_start"]
    assert told[-1]["rehearsal"] == 1


REFUSED = [
    {"type": "stop"},
    {"type": "start"},
    {"type": "start", "setup": None},
    {"type": "play", "until": -1},
    {"type": "play", "until": 20_001},
    {"type": "play", "more": 1},
    {"type": "speed", "value": 51},
    {"type": "speed", "value": 1.5},
    {"type": "speed"},
    home(["Z"]),
    home(["A", "A"]),
    home("ABCDE"),
    {"type": "home", "left": ["A"]},
    {"type": "home", "left": "A", "right": []},
    change("seed", 3),
    change("learning_rate", 0),
    change("learning_rate", "0.1"),
    change("trust", 1.01),
    change("left", "sometimes"),
    change("left", "absent:6"),
    change("right", 3),
    {"type": "network", "do": "train"},
    {"type": "network", "do": "reset", "net_rate": 0.95},
    *(
        start(**{key: value})
        for key, value in [
            ("seed", -1), ("seed", 2**31), ("seed", 0.5), ("seed", "many"), ("seed", True),
            ("presenters", 1), ("presenters", 21), ("noise", 2.5), ("noise", None), ("trust", 0),
            ("left", ""), ("left", "rate:1"), ("right", "rates:0,0.5"), ("left", "x" * 1_001),
            ("home_left", "Z"), ("home_left", "B,B"), ("home_right", "A,B,C,D,E"),
            ("home_left", ","), ("at", 20_001), ("epochs", 61), ("colour", "red"),
            ("audience", "boos"), ("output_noise", 1), ("momentum", 1), ("weight_decay", -0.1),
            ("changes", "soon:trust=1"), ("changes", "3:seed=1"), ("changes", "3:trust=2"),
            ("changes", "3:left=never"), ("changes", ";"), ("changes", "20001:trust=1"),
            ("changes", ";".join(["3:trust=1"] * 21)),
        ]
    ),
]  # fmt: skip


def test_what_cannot_be_is_refused_by_the_same_codes(node):
    told = both(node, [start(head_start=0), HEAR, *REFUSED, HEAR, {"type": "step"}, HEAR])
    codes = [message["code"] for message in told if message["type"] == "error"]
    assert codes == ["refused"] * len(REFUSED)


def test_nothing_can_be_asked_before_a_start(node):
    asked = [{"type": "step"}, {"type": "exact"}, change("trust", 1), home()]
    told = both(node, [*asked, HEAR])
    assert [message["code"] for message in told] == ["not_started"] * 4
