"""The site: its pages lead to one another and nowhere else, and say what they are."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

import run
from dashboard.site.documents import document, reached
from dashboard.site.site import NO_ICON, SOURCES, Site, checked_base_url, citation
from dashboard.texts import load
from nn_bridge.results.templates import POLICY
from simulation import InputError
from simulation.outputs import outputs

REPORT = f"<!DOCTYPE html>\n<html><head>\n{NO_ICON}\n<title>x</title></head><body></body></html>"
BASE = "https://a.example:8443/any/path/"


class Page(HTMLParser):
    """What a page says of itself, where it leads, and the places that can be led to."""

    def __init__(self, html):
        super().__init__()
        self.html, self.tags = html, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def links(self):
        return [a[name] for _, a in self.tags for name in ("href", "src") if a.get(name)]

    def places(self):
        return {attrs["id"] for _, attrs in self.tags if "id" in attrs}

    def meta(self, name):
        return [
            a["content"]
            for tag, a in self.tags
            if tag == "meta" and name in (a.get("name"), a.get("property"), a.get("http-equiv"))
        ]

    def canonical(self):
        return [a["href"] for tag, a in self.tags if tag == "link" and a["rel"] == "canonical"]


def written(folder, base_url="", results=Path("no/where")):
    with outputs(folder) as files:
        Site(REPORT, results, base_url).write(files)
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return written(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def pages(site):
    return {
        name: Page(path.read_text("utf-8")) for name, path in site.items() if name.endswith(".html")
    }


def test_it_has_what_a_static_host_needs(site):
    assert {
        "index.html", "report.html", "sweep.html", "sweep-ja.html", "sweep-prediction.html",
        "validation.html", "validation-coverage.html", "validation-published-figure-9.html",
        "plain.html", "icon.svg", "card.png", "LICENSE.txt", "CITATION.cff",
    } <= site.keys()  # fmt: skip
    data = site["card.png"].read_bytes()
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (1200, 630)


def test_every_link_leads_to_what_is_there(site, pages):
    of_the_page = re.compile(r"index\.html(\?embed=\w+|\?present)?(#lang=(en|ja))?")
    followed = set()
    for name, page in pages.items():
        for link in page.links():
            if re.match(r"https?:|data:", link) or of_the_page.fullmatch(link):
                continue
            there, _, place = link.partition("#")
            assert not there or there in site, (name, link)
            followed.add(there)
            if place:
                assert place in pages[there or name].places(), (name, link)
    assert {*site} - followed <= {"index.html", "card.png"}


def test_no_page_asks_anybody_else_or_knows_where_it_is(pages):
    for name, page in pages.items():
        for tag, attrs in page.tags:
            asked = [attrs.get("src"), attrs.get("href") if tag == "link" else None]
            assert not [each for each in asked if each and re.match(r"\w+://|/", each)], name
            assert not attrs.get("href", "").startswith("/"), name
        assert not page.canonical() + page.meta("og:url") + page.meta("og:image"), name


def test_every_page_has_a_strict_policy(pages):
    for name, page in pages.items():
        if name == "report.html":
            continue  # `story` writes it with one of its own
        (policy,) = page.meta("Content-Security-Policy")
        assert policy.startswith("default-src 'none'; "), name
        assert "unsafe" not in policy
        assert ("worker-src blob:" in policy) == (name == "index.html")
        assert not [attrs for _, attrs in page.tags if "style" in attrs or "onclick" in attrs], name
    assert "script-src" not in POLICY


def test_pages_say_what_they_are_in_both_languages(pages):
    titles = [load("page", language)["title"] for language in ("en", "ja")]
    for name in ("index.html", "plain.html", "report.html"):
        (title,) = pages[name].meta("og:title")
        (description,) = pages[name].meta("description")
        assert all(each in title for each in titles), name
        assert all(
            load("site", language)["site.description"] in description for language in ("en", "ja")
        )
        assert pages[name].meta("og:locale") == ["en_US"]
        assert pages[name].meta("og:locale:alternate") == ["ja_JP"]
    assert f"<title>{' · '.join(titles)}</title>" in pages["index.html"].html
    assert pages["sweep-ja.html"].meta("og:locale") == ["ja_JP"]
    assert '<html lang="ja">' in pages["sweep-ja.html"].html


def test_canonical_addresses_are_those_of_where_it_will_stand(tmp_path):
    for name, path in written(tmp_path / "site", BASE).items():
        if name.endswith(".html"):
            page = Page(path.read_text("utf-8"))
            assert page.canonical() == page.meta("og:url") == [BASE + name]
            assert page.meta("og:image") == [f"{BASE}card.png"]


def test_without_scripts_the_page_leads_to_plain_words(pages):
    inside = re.search("<noscript>(.*?)</noscript>", pages["index.html"].html, re.S)[1]
    assert 'href="plain.html"' in inside
    assert 'href="plain.html#ja"' in inside
    assert load("page", "en")["sentence.text"] in pages["plain.html"].html


def test_reports_of_ones_own_are_taken_where_they_are(tmp_path):
    results = tmp_path / "out"
    (results / "sweep").mkdir(parents=True)
    (results / "sweep/report.md").write_text("# Mine <b>x</b>\n\nSo it came out.\n", "utf-8")
    files = written(tmp_path / "site", results=results)
    assert "So it came out." in files["sweep.html"].read_text("utf-8")
    assert "sweep-ja.html" not in files
    assert "sweep-ja.html" not in files["plain.html"].read_text("utf-8")
    assert "validation.html" in files


def test_what_a_report_holds_is_text_and_stays_in_its_folder(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"x")
    folder = tmp_path / "sweep"
    folder.mkdir()
    (folder / "report.md").write_text(
        '# T <script>x</script>\n\n<b onclick="x">A</b><br><a id="p1"></a>\n\n'
        "[a](javascript:x) [b](../secret.png) ![c](../secret.png) [d](https://a.example/) "
        "[e](other.md#there) [f](#p1) [g](missing.md)\n\n| n |\n| ---: |\n| 1 |\n",
        "utf-8",
    )
    (folder / "other.md").write_text("# There\n\nHere.\n", "utf-8")
    found = reached({"sweep": folder}, ["sweep/report.md", "sweep/none.md"])
    assert [*found] == ["sweep/report.md", "sweep/other.md"]
    made = document("sweep/report.md", found)
    page = Page(made.body)
    assert (made.title, made.language) == ("T x", "en")
    tags = {tag for tag, _ in page.tags}
    assert tags == {"h1", "p", "br", "a", "div", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.links() == ["https://a.example/", "sweep-other.html#there", "#p1"]
    assert {"t-xscript", "p1"} & page.places() == {"p1"}
    assert not [attrs for _, attrs in page.tags if "style" in attrs]


def test_how_to_cite_is_what_the_project_says_of_itself():
    project = tomllib.loads((SOURCES / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"version = {{{project['version']}}}" in citation(
        (SOURCES / "CITATION.cff").read_text("utf-8")
    )


def test_where_a_site_stands_is_a_folder_on_the_web():
    assert checked_base_url("https://a.example") == "https://a.example/"
    assert checked_base_url("http://127.0.0.1:8000/x//") == "http://127.0.0.1:8000/x/"


@pytest.mark.parametrize(
    "text",
    [
        "", "/x", "a.example", "ftp://a.example/", "https://", "https:///x", "https://a.example/?x",
        "https://a.example/#x", "https://me:pw@a.example/", "https://a.example:99999/",
        'https://a.example/"><script>', "https://a.example/\n", "https://a b/", "javascript:x",
    ],
)  # fmt: skip
def test_another_address_is_refused_in_one_line(text, tmp_path, capsys):
    with pytest.raises(InputError, match="base-url is"):
        checked_base_url(text)
    folder = tmp_path / "site"
    assert run.main(["site", str(folder), "--base-url", text]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert not folder.exists()


def test_the_command_takes_the_report_that_was_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/report.html").write_text(REPORT, "utf-8")
    assert run.main(["site", "public"]) == 0
    assert "out/report.html" in capsys.readouterr().out
    assert "report.html" in {path.name for path in (tmp_path / "public").iterdir()}


@pytest.mark.parametrize("content", [b"<html>not ours</html>", b"\xff\xfe"])
def test_another_file_is_not_taken_for_a_report(content, tmp_path, capsys):
    (tmp_path / "report.html").write_bytes(content)
    words = ["site", str(tmp_path / "public"), "--results", str(tmp_path)]
    assert run.main(words) == 2
    assert "report.html" in capsys.readouterr().err
    assert not (tmp_path / "public").exists()
