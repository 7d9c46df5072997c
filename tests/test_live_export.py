"""The live page as one file: what is recorded, what stands in it, and what is refused."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import run
from dashboard.live.export import page_with
from dashboard.live.pair import Pair
from dashboard.live.recording import record
from dashboard.live.setup import EPOCHS, Setup
from simulation import InputError
from simulation.coalitions import all_coalitions

pytestmark = pytest.mark.slow

SETUP = {"presenters": 3, "abilities": 2, "head_start": 20}


class Links(HTMLParser):
    """Where a page points to; what stands in its scripts is not markup."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href")]


@pytest.fixture(scope="module")
def recording():
    return record(Setup(**SETUP), rehearsals=30, frames=4)


def test_frames_are_spread_over_the_rehearsals(recording):
    assert [frame["rehearsal"] for frame in recording["frames"]] == [0, 10, 20, 30]
    assert [message["epoch"] for message in recording["network"]] == list(range(EPOCHS + 1))
    pixels = ["pixels" in message["digits"][0] for message in recording["network"]]
    assert pixels == [True] + [False] * EPOCHS


def test_every_sub_team_has_the_value_that_the_live_page_would_show(recording):
    pair = Pair(Setup(**SETUP))
    for _ in pair.practise_alone():
        pass
    for _ in range(20):
        pair.rehearse()
    for side in ("left", "right"):
        team = pair.sides[side].team
        told = recording["values"][side][2]
        assert len(told) == 8
        for present, (quality, _) in zip(all_coalitions(3), told, strict=True):
            there = [name for name, here in zip(pair.names, present, strict=True) if here]
            assert quality == pytest.approx(team.quality(there), rel=1e-3, abs=1e-12)
        everyone = recording["frames"][2]["teams"][side]["quality"]
        assert told[-1] == [everyone["all"], everyone["hard"]]


def test_the_bits_of_a_value_are_its_presenters():
    # The page counts on it: presenter i is there where bit i of the index is set.
    for index, present in enumerate(all_coalitions(3)):
        assert index == sum(1 << i for i in np.flatnonzero(present))


def test_the_page_holds_everything_and_asks_nobody(recording):
    html = page_with(recording)
    links = Links()
    links.feed(html)
    assert links.found == ["data:,", "#teams"]
    assert "connect-src" not in html  # default-src 'none' holds for it
    assert "default-src 'none'" in html
    (packed,) = re.findall(r'id="recording">([^<]+)<', html)
    assert json.loads(gzip.decompress(base64.b64decode(packed))) == json.loads(
        json.dumps(recording)
    )


def test_same_seed_same_bytes(recording):
    again = record(Setup(**SETUP), rehearsals=30, frames=4)
    assert page_with(again) == page_with(recording)


def test_a_recording_that_does_not_fit_is_refused():
    with pytest.raises(InputError, match="presenters of a recording is 9"):
        record(Setup(presenters=9), rehearsals=10, frames=2)
    with pytest.raises(InputError, match="rehearsals is 2, but must be"):
        record(Setup(), rehearsals=2, frames=5)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--presenters", "9"], "presenters is 9, but must be 2 to 8"),
        (["--frames", "1"], "frames is 1"),
        (["--frames", "300", "--rehearsals", "200"], "rehearsals is 200, but must be 300"),
        (["--rehearsals", "20001"], "rehearsals is 20001"),
        (["--left", "rate:1"], "absence rate is 1"),
        (["--right", "without:Z"], "Z"),
        (["--seed", "-1"], "seed is -1"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(tmp_path, capsys, options, line):
    code = run.main(["export", str(tmp_path / "page.html"), *options])
    err = capsys.readouterr().err
    assert code == 2
    assert line in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_no_other_file_is_taken_for_a_page(tmp_path, capsys):
    path = tmp_path / "run.py"
    path.write_text("precious")
    assert run.main(["export", str(path)]) == 2
    assert "must end in .html" in capsys.readouterr().err
    assert path.read_text() == "precious"


def test_a_folder_is_not_a_page(tmp_path, capsys):
    assert run.main(["export", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told_of_the_path(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert run.main(["export", str(tmp_path / "file" / "page.html")]) == 2
    err = capsys.readouterr().err
    assert "cannot be written" in err
    assert err.rstrip().endswith("name another PATH, of an HTML file")
    assert "--out" not in err


def test_a_page_too_large_to_mail_is_not_written(recording, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("commands.export.MOST_BYTES", 1_000)
    monkeypatch.setattr("commands.export.record", lambda *_: recording)
    options = ["--frames", "2", "--rehearsals", "2", "--presenters", "2"]
    assert run.main(["export", str(tmp_path / "page.html"), *options]) == 2
    assert "fewer --frames than 2" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
