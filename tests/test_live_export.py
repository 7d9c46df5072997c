"""The live page as one file: what stands in it, at what it opens, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

import run
from dashboard.live.export import live_page, sizes
from dashboard.live.links import checked_link
from dashboard.texts import load
from simulation import InputError


class Page(HTMLParser):
    """A page's tags, where they point to, and its words."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.words = [], [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.links += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.words.add(data.strip())

    def meta(self, name):
        return next(
            attrs["content"]
            for tag, attrs in self.tags
            if tag == "meta" and name in (attrs.get("name"), attrs.get("http-equiv"))
        )


@pytest.fixture(scope="module")
def html():
    return live_page()


def test_it_asks_nobody_for_anything(html):
    page = Page(html)
    assert {link.partition(";")[0] for link in page.links} == {"data:image/svg+xml", "#teams"}
    assert not re.search(r"importmap|<link rel=.stylesheet|\bsrc=", re.sub(r"<script.*", "", html))
    assert "engine" in [attrs.get("id") for tag, attrs in page.tags if tag == "script"]


def test_its_policy_allows_what_stands_in_it_and_nothing_else(html):
    policy = dict(
        part.split(" ", 1) for part in Page(html).meta("Content-Security-Policy").split("; ")
    )
    assert policy.keys() == {
        "default-src", "script-src", "style-src", "img-src", "worker-src", "base-uri", "form-action"
    }  # fmt: skip
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["worker-src"] == "blob:"
    for kind in ("script", "style"):
        texts = re.findall(rf"<{kind}>(.*?)</{kind}>", html, re.S)
        assert policy[f"{kind}-src"].split() == [
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in texts
        ]
    assert html.index("Content-Security-Policy") < html.index("<title>")


def test_it_holds_both_languages_and_shows_english_before_its_script_runs(html):
    texts = json.loads(re.search(r"^const TEXTS = (.*);$", html, re.M)[1])
    assert texts == {language: load("page", language) for language in ("en", "ja")}
    assert {texts["en"][key] for key in ("title", "lead", "teams", "reset")} <= Page(html).words


def test_it_is_small_and_its_parts_are_told(html):
    parts = sizes(html)
    assert sum(parts.values()) == len(html.encode()) <= 2_000_000
    assert min(parts.values()) > 1_000


def test_the_same_page_has_the_same_bytes(html):
    assert live_page() == html


def test_it_opens_at_a_link(html):
    assert 'name="opens-at"' not in html
    link = checked_link("https://a.example/x/#seed=7&right=rates:0,0.5,0,0,0&lang=ja", at=2000)
    assert link == "seed=7&right=rates:0,0.5,0,0,0&lang=ja&at=2000"
    assert Page(live_page(link)).meta("opens-at") == f"#{link}"
    assert Page(live_page('"><b>')).meta("opens-at") == '#"><b>'


@pytest.mark.parametrize(
    ("link", "line"),
    [
        ("#colour=red", "key of a link is 'colour'"),
        ("#lang=fr", "lang is 'fr', but must be one of: en, ja"),
        ("#seed=x", "seed"),
        ("#seed=-1", "seed is -1"),
        ("#at=20001", "at is 20001"),
        ("#noise=nan", "noise"),
        ("#presenters=3&left=rates:0,0.5", "rates"),
        ("#left=without:Z", "Z"),
        ("#home_left=A,A", "twice"),
        ("#output_noise=perhaps", "output_noise"),
        ("#seed=" + "9" * 5000, "seed"),
        ("nonsense", "key of a link is 'nonsense'"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(link, line):
    with pytest.raises(InputError, match=re.escape(line)) as error:
        checked_link(link)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--presenters", "21"], "presenters is 21"),
        (["--rehearsals", "20001"], "at is 20001"),
        (["--left", "rate:1"], "absence rate is 1"),
        (["--right", "without:Z"], "Z"),
        (["--seed", "-1"], "seed is -1"),
        (["--link", "#seed=1&lang=fr"], "lang is 'fr'"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(tmp_path, capsys, options, line):
    code = run.main(["export", str(tmp_path / "page.html"), *options])
    err = capsys.readouterr().err
    assert code == 2
    assert line in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_it(html, tmp_path, capsys):
    path = tmp_path / "page.html"
    assert run.main(["export", str(path), "--seed", "7", "--rehearsals", "100"]) == 0
    assert Page(path.read_text("utf-8")).meta("opens-at") == "#at=100&seed=7"
    assert re.search(r"page\.html, 0\.\d\d MB \(engine \d+ kB, ", capsys.readouterr().out)


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
