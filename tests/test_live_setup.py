"""What a page may ask for: one clear line for everything else."""

import json
from importlib.resources import files
from typing import get_args

import pytest

from dashboard.live.messages import ChangeAtOnce, MalformedError, Network, Start, parse
from dashboard.live.setup import SETTINGS, VIEW, AtOnce, Setup, read
from simulation import InputError


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"presenters": 21}, "presenters is 21, but input should be less than or equal to 20"),
        ({"presenters": 2.5}, "presenters is 2.5"),
        ({"seed": True}, "seed is True"),
        ({"noise": float("nan")}, "noise is nan"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"colour": "red"}, "colour is 'red'"),
        ({"left": "sometimes"}, "attendance 'sometimes' is not one of the forms"),
        ({"left": "absent:6"}, "6 absent of 5 presenters"),
        ({"right": "log:/etc/passwd"}, "the attendance log names '/'"),
        ({"audience": "nobody"}, "audience is 'nobody', not one of: squared error, softmax"),
        ({"left": "rates:" + "0.1," * 250}, "left is 'rates:0.1,"),
        ({"home_left": "Z"}, "'Z' cannot be sent home"),
        ({"home_left": "B,B"}, "B is sent home twice"),
        ({"home_left": "B,"}, "'' cannot be sent home"),
        ({"home_right": "A,B,C,D,E"}, "everybody is sent home"),
        ({"presenters": 2, "home_left": "C"}, "the presenters are A to B"),
        ({"changes": "soon:left=everyone"}, "entries look like 1200:left=one-or-two"),
        ({"changes": "5:seed=3"}, "entries look like"),
        ({"changes": "5:trust=0.1;"}, "changes holds ''"),
        ({"changes": "20001:trust=0.1"}, "entries look like"),
        ({"changes": "5:trust=0_1"}, "trust is '0_1'"),
        ({"changes": "5:trust=much"}, "trust is 'much'"),
        ({"changes": "5:trust=2"}, "trust is 2, but must be a number in (0, 1]"),
        ({"changes": "5:left=without:Z"}, "names 'Z'"),
        ({"changes": ";".join(f"{k}:trust=0.1" for k in range(21))}, "more than 20"),
        ([], "the whole is []"),
    ],
)
def test_a_setup_that_cannot_be_is_told_in_one_line(content, line):
    with pytest.raises(InputError) as raised:
        read(Setup, content)
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 250


def test_changes_come_in_the_order_of_their_rehearsals():
    setup = read(Setup, {"changes": "30:trust=0.5;4:left=rate:0.2;30:learning_rate=1e-3"})
    assert [(at, change.key, change.value) for at, change in setup.replayed()] == [
        (4, "left", "rate:0.2"),
        (30, "trust", 0.5),
        (30, "learning_rate", 0.001),
    ]


def test_messages_are_read():
    start = parse('{"type": "start", "setup": {"seed": 7}}')
    assert isinstance(start, Start)
    assert start.setup == Setup(seed=7)
    network = parse('{"type": "network", "do": "reset", "net_rate": 0}')
    assert isinstance(network, Network)
    assert network.net_rate == 0
    change = parse('{"type": "change", "key": "left", "value": "everyone"}')
    assert isinstance(change, ChangeAtOnce)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"type": "explode"}, "'explode'"),
        ({}, "but unable to extract tag"),
        ({"type": "speed", "value": 51}, "value is 51"),
        ({"type": "speed"}, "field required"),
        ({"type": "play", "loudly": 1}, "loudly is 1"),
        ({"type": "change", "key": "seed", "value": 1}, "key is 'seed'"),
        ({"type": "home", "left": ["A"] * 21, "right": []}, "at most 20 items"),
        ({"type": "home", "left": "AB", "right": []}, "left is 'AB'"),
        ({"type": "network", "do": "explode"}, "do is 'explode'"),
        ({"type": "start", "setup": {"seed": -1}}, "seed is -1"),
    ],
)
def test_a_message_that_cannot_be_is_told_in_one_line(content, line):
    with pytest.raises(InputError) as raised:
        parse(json.dumps(content))
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 250


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "hello",
        "[1]",
        "3",
        "null",
        '{"type":',
        "[" * 4000,
        "9" * 4096,
        '"' + "x" * 5000 + '"',
    ],
    ids=lambda text: None if text is None else text[:8],
)
def test_what_is_no_message_at_all_is_malformed(text):
    with pytest.raises(MalformedError):
        parse(text)


def test_the_setup_has_every_key_of_the_table_with_its_bounds():
    schema = Setup.model_json_schema()["properties"]
    assert schema.keys() == SETTINGS.keys()
    for key, spec in SETTINGS.items():
        said = schema[key]
        assert said["default"] == spec["initial"], key
        least = said.get("exclusiveMinimum" if spec.get("above") else "minimum")
        assert least == spec.get("least"), key
        assert said.get("maximum") == (None if key == "changes" else spec.get("most")), key
        assert said.get("maxLength") == spec.get("longest"), key
    at_once = {key for key, spec in SETTINGS.items() if spec.get("resets") is False}
    assert at_once == set(get_args(AtOnce))
    assert Setup() == read(Setup, {key: spec["initial"] for key, spec in SETTINGS.items()})


def test_every_story_can_be_set_up():
    path = files("dashboard.live").joinpath("page", "presets.json")
    for preset in json.loads(path.read_text()):
        read(Setup, preset["setup"])
        for key, value in preset.get("view", {}).items():
            assert value in VIEW[key]["words"], preset["name"]
