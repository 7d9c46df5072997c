"""What the page takes of a link is what the server takes of a setup, and nothing else."""

from __future__ import annotations

import json
import random

import pytest

from dashboard.live.setup import SETTINGS, Setup, read
from dashboard.texts import LANGUAGES, load
from simulation.checks import InputError

# Values by kind: what holds, what holds only at a bound, and garbage.
GARBAGE = [
    *("", " ", "-", "NaN", "Infinity", "0x10", "1_0", "٣", "1,5", "\x00", "%zz", "null"),
    "é" * 30,
]
WHOLES = "0 1 2 10 60 61 400 20000 20001 2147483648 1e2 -1 2.5 007"
REALS = "0 1 0.02 .5 1e-3 2 1.0001 -0.1 -0 0.9 0.99 1. 1e400"
LAWS = """
    everyone everyone:1 one-or-two absent:0 absent:5 absent:6 absent:1.5 absent:2.0 absent absent:
    absent:-1 absent:1,2 absent:٣ absent:0_1 rate:0.3 rate:1 rate:-0.1 rate:.5 rate:1e-2 rate:0x1
    rate:0_1 rate:٠.٣ rate:nan rate:inf rates:0,0.5,0,0,0 rates:0,0.5 rates:0,0.5,0,0,1 rota rota:2
    rota:6 rota: couples:0.3 couples:1 bursts:0.3 bursts:0.3,5 bursts:0.3,0.5 bursts:0.9,1
    bursts:0.5,1 bursts:0.3,5,1 without:B without:F without:b without: log:ABCDE.ABDE.AC log:A..B
    log: log:AA log:F log:a log:/etc/passwd sometimes EVERYONE __proto__
"""
CHANGES = """
    5:trust=0.1 5:trust=0.1; ; 5:trust=0 5:trust=1 5:trust=2 5:trust=0_1 5:trust=much
    0:left=everyone 20000:left=rota:2 20001:left=rota:2 5:left=absent:6 5:seed=3 5:at=3
    30:trust=0.5;4:left=rate:0.2;30:learning_rate=1e-3 5:left= 5:left :left=rota -1:trust=0.1
    00005:trust=0.1 000005:trust=0.1 ٣:trust=0.1 5:toString=1 5:left=log:AB.C;9:right=log:
"""
VALUES = {
    "whole": WHOLES.split(),
    "real": REALS.split(),
    "word": ["softmax", "squared error", "Softmax", "nobody"],
    "flag": ["true", "false", "1", "on"],
    "law": [*LAWS.split(), "rate: 0.3", "log:" + "AB." * 400],
    "names": ["A", "B,D", "D,B", "B,B", "B,", ",", "F", "A,B,C,D,E", "A,B,C,D", "a", "A B"],
    "changes": [
        *CHANGES.split(),
        ";".join(f"{k}:trust=0.1" for k in range(20)),
        ";".join(f"{k}:trust=0.1" for k in range(21)),
        ";".join(f"{k}:left=log:{'ABCDE.' * 30}A" for k in range(12)),
    ],
}

READ = """
import { readAddress, useSettings, writeAddress } from "page/address.js";
useSettings(data.settings);
const state = ({ wrong, setup, view }) => JSON.stringify([wrong, setup, view]);
tell(data.links.map((link) => {
  const found = readAddress(link, data.presets);
  const again = readAddress(writeAddress(found.setup, found.view), data.presets);
  return { ...found, again: state(again) === state({ ...found, wrong: [] }) };
}));
"""


@pytest.fixture
def address(node, page_package):
    """Read links as the page does."""
    settings = json.loads((page_package / "settings.json").read_text("utf-8"))
    presets = [preset["name"] for preset in json.loads((page_package / "presets.json").read_text())]
    return lambda links: node(READ, {"settings": settings, "presets": presets, "links": links})


def quoted(text):
    return "".join(f"%{byte:02X}" for byte in text.encode())


def number_in(text):
    """What a text means where a number is asked for: the page's own reading, by Python."""
    try:
        return float(text) if text.isascii() and "_" not in text and text == text.strip() else text
    except ValueError:
        return text


def as_asked(kind, text):
    """A link's value as a message would carry it, whoever wrote it."""
    number = number_in(text)
    if kind == "whole" and text.isascii() and text.isdigit():
        return int(text)
    if kind == "real" and isinstance(number, float):
        return number
    return {"true": True, "false": False}.get(text, text) if kind == "flag" else text


def takes(values):
    """Return the setup that the server makes of it; None where it refuses."""
    try:
        return read(Setup, values)
    except InputError:
        return None


def test_the_page_and_the_server_take_the_same(address):
    cases = [
        (key, text) for key, spec in SETTINGS.items() for text in [*VALUES[spec["kind"]], *GARBAGE]
    ]
    links = [f"#{key}={quoted(text)}" for key, text in cases]
    for (key, text), found in zip(cases, address(links), strict=True):
        kind = SETTINGS[key]["kind"]
        taken = takes({key: as_asked(kind, text)})
        assert (not found["wrong"]) == (taken is not None), (key, text, found["wrong"])
        if taken is not None:
            # -0 and 0 are one number, but two texts.
            assert found["setup"][key] == getattr(taken, key), (key, text)
        else:
            assert found["wrong"] == [{"key": key, "text": text, "why": kind}]
            assert found["setup"][key] == SETTINGS[key]["initial"]
        assert found["again"], (key, text)


def test_the_rest_of_a_link_holds_whatever_is_wrong_with_a_part(address):
    rng = random.Random(16)
    keys, links, asked = list(SETTINGS), [], []
    for _ in range(300):
        chosen = {
            key: rng.choice([*VALUES[SETTINGS[key]["kind"]], *rng.sample(GARBAGE, 2)])
            for key in rng.sample(keys, rng.randint(1, 8))
        }
        asked.append(chosen)
        links.append("#" + "&".join(f"{key}={quoted(text)}" for key, text in chosen.items()))
    for link, chosen, found in zip(links, asked, address(links), strict=True):
        wrong = {one["key"] for one in found["wrong"]}
        assert wrong <= chosen.keys(), link
        # What is left is a setup that the server takes, with every value that was taken.
        assert takes(found["setup"]) is not None, link
        for key, text in chosen.items():
            if key not in wrong:
                assert found["setup"][key] == as_asked(SETTINGS[key]["kind"], text), link
        # One wrong value costs no other: each holds alone with the team's size, or does not.
        size = {"presenters": found["setup"]["presenters"]}
        for key, text in chosen.items():
            alone = takes(size | {key: as_asked(SETTINGS[key]["kind"], text)})
            if key != "presenters":
                assert (key in wrong) == (alone is None), (link, key)
        assert found["again"], link


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("#colour=red", [("colour", "unknown")]),
        ("#__proto__=1&constructor=2", [("__proto__", "unknown"), ("constructor", "unknown")]),
        ("#seed=1&seed=2&seed=x", [("seed", "twice"), ("seed", "twice")]),
        ("#%zz=%zz&%E0%A4=1", [("%zz", "unknown"), ("\ufffd", "unknown")]),
        ("#seed", [("seed", "whole")]),
        ("#&&=&", [("", "unknown")]),
        ("#presenters=2&right=one-or-two&home_left=A&left=absent:3", [("left", "law")]),
        ("#left=rates:0,0,0&presenters=3", []),  # in whatever order they come
        ("#home_left=A,B,C,D,E", [("home_left", "names")]),
        ("#lang=xx&speed=51&preset=none&arrows=", [
            ("lang", "word"), ("speed", "whole"), ("preset", "preset"), ("arrows", "word"),
        ]),
        ("#bet=B:0.8,0.2&step=home&silent=8&digit=11&sides=one&guide=away&revealed=true", []),
        ("#bet=B", []),
        ("#bet=Z&silent=17&revealed=yes&step=7", [
            ("bet", "bet"), ("silent", "whole"), ("revealed", "flag"), ("step", "word"),
        ]),
        ("#bet=B:0.8", [("bet", "bet")]),
        ("#bet=B:0.8,2", [("bet", "bet")]),
        ("#bet=B:,", [("bet", "bet")]),
        ("#bet=B:0.8,0.2:C", [("bet", "bet")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_link_is_known_by_its_reason(address, link, wrong):
    (found,) = address([link])
    assert [(one["key"], one["why"]) for one in found["wrong"]] == wrong
    assert found["again"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language, page_package):
    settings = json.loads((page_package / "settings.json").read_text("utf-8"))
    kinds = {spec["kind"] for table in settings.values() for spec in table.values()}
    texts = load("page", language)
    assert {f"address.must.{kind}" for kind in [*kinds, "above"]} <= texts.keys()
    assert {"address.unknown", "address.twice"} <= texts.keys()
