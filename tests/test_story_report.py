"""The report: one file that asks nobody, in both languages whole, with every figure, and honest."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest
from rich.console import Console

import run
from dashboard.panels import PANELS
from dashboard.story_report import page as page_module
from dashboard.story_report import wording
from dashboard.story_report.alternatives import alternatives
from dashboard.story_report.page import SECTIONS, story_page
from dashboard.tables import story_tables
from dashboard.texts import LANGUAGES, load
from experiments.crossing import Crossing
from experiments.other_conditions import CONDITIONS
from experiments.other_remedies import REMEDIES
from experiments.story import LABEL_NOISES, SEEDS, Story, StoryPlan, run_story
from nn_bridge.results.numbers import Said, hundredths, minus, part, power, small
from simulation import InputError
from simulation.scenario import Schedule
from simulation.statistics import Effect

pytestmark = pytest.mark.slow

TOLD_IN = ("remedies", "conditions", "network")
COMMAND = "python run.py story --seed 3 --lang <&>"
MOST_BYTES = 2_000_000
# What an HTML element would fetch, follow or run.
FETCHING = {"src", "srcset", "data", "action", "formaction", "poster", "background", "ping", "cite"}


@cache
def tiny() -> Story:
    plan = StoryPlan(3, 2, Schedule(rehearsals=60, alone=20, show_every=30), 5, 1)
    return run_story(plan, 1, lambda *_: None)


def effects_of(story: Story) -> list[dict[str, Effect]]:
    """Every group of effects that is told, in the order of `to_json`."""
    return [
        story.team_effects(),
        *(story.remedy_effects(remedy) for remedy in REMEDIES),
        *(story.condition_effects(condition) for condition in CONDITIONS),
        *(story.network_effects(noise) for noise in LABEL_NOISES),
    ]


@cache
def page(language: str = "en") -> str:
    return story_page(tiny(), COMMAND, language)


def every_verdict() -> Story:
    """Take the tiny story, and make some of it higher, some lower, some neither, and one apart."""
    pairs, times = [], 3  # two seeds would be too few to say anything
    for seed, (complete, absent) in enumerate(tiny().pairs * times):
        changes = {
            "all there": 0.5 + 0.001 * seed,
            "one missing, mean": -0.5 - 0.001 * seed,
            "one missing, worst": (-1) ** seed,
        }
        measures = {name: value + changes.get(name, 0) for name, value in complete.measures.items()}
        pairs.append((complete, replace(absent, measures=measures)))
    apart = Crossing(tiny().crossings[0].name, np.array([0.0, 0.1]))
    remedies = {
        remedy: {name: np.tile(values, times) for name, values in figures.items()}
        for remedy, figures in tiny().remedies.items()
    }
    crossings = [apart, *tiny().crossings[1:]]
    return replace(tiny(), pairs=pairs, remedies=remedies, crossings=crossings)


class Elements(HTMLParser):
    """Every start tag with its attributes, and what is written, article by article."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.written: Counter[str] = Counter()
        self.words: dict[str, str] = {}
        self.article = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "article":
            self.article = dict(attributes)["id"]

    def handle_data(self, data):
        if self.article:
            self.words[self.article] = self.words.get(self.article, "") + data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@cache
def elements(language: str = "en") -> Elements:
    return Elements(page(language))


def spaced(text: str) -> str:
    return " ".join(text.split())


def test_nothing_is_asked_of_anyone():
    assert not re.search(r"https?:|//\w|@import|@font-face", page())
    assert set(re.findall(r"url\((.)", page())) == {"#"}
    for tag, attributes in elements().tags:
        assert tag not in {"script", "iframe", "object", "embed", "form", "img", "base"}
        assert not FETCHING & (attributes.keys() - ({"data"} if tag == "path" else set()))
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,"))


def test_the_page_itself_forbids_every_request():
    (policy,) = [
        meta["content"]
        for meta in elements().all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert not {"script-src", "connect-src", "font-src", "frame-src"} & rules.keys()


def test_names_are_unique_and_every_link_has_its_place():
    names = [attributes["id"] for _, attributes in elements().tags if "id" in attributes]
    assert [name for name, times in Counter(names).items() if times > 1] == []
    wanted = set(re.findall(r"url\(#([^)]+)\)", page()))
    for _, attributes in elements().tags:
        wanted.update(
            link[1:]
            for key in ("href", "xlink:href")
            if (link := attributes.get(key) or "")[:1] == "#"
        )
        for key in ("aria-labelledby", "aria-describedby"):
            wanted.update((attributes.get(key) or "").split())
    assert wanted <= set(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_are_inside_and_the_chosen_one_comes_first(language):
    articles = elements(language).all("article")
    assert [article["lang"] for article in articles] == sorted(
        LANGUAGES, key=lambda name: name != language
    )
    assert [article["id"] for article in articles] == [article["lang"] for article in articles]
    assert elements(language).all("html")[0]["lang"] == language
    links = [link["href"] for link in elements(language).all("a") if "hreflang" in link]
    assert Counter(links) == {"#en": 2, "#ja": 2}
    for name in LANGUAGES:
        for section in SECTIONS:
            assert load("report", name)[f"{section}.title"] in elements(language).words[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_panel_is_drawn_and_told_in_words(language):
    drawings = [div for div in elements().all("div") if div.get("role") == "img"]
    assert len(drawings) == len(elements().all("svg")) == len(LANGUAGES) * len(PANELS)
    told = spaced(elements().words[language])
    for name in PANELS:
        assert spaced(load("report", language)[f"caption.{name}"]) in told
        label = f"{language}-figure-{name.replace(' ', '-')}"
        assert {"aria-labelledby": label, "aria-describedby": f"{label}-seen"}.items() <= next(
            div.items() for div in drawings if div["aria-labelledby"] == label
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_beside_drawings_give_their_figures(language):
    told = alternatives(tiny(), wording.Wording(language))
    assert told.keys() == PANELS.keys()
    without = tiny().team_effects()["hard section, without B"]
    text = load("report", language)
    said = text["alt.bar"].format(
        what=text["measure.hard section, without B"],
        before=hundredths(without.before),
        after=hundredths(without.after),
    )
    assert said in told["hard"]
    solo = np.mean([absent.solo for _, absent in tiny().pairs], axis=0)
    assert all(hundredths(value) in told["solo 1"] for value in solo.ravel())
    dropout = tiny().networks[LABEL_NOISES[1], 0.5].ablation.mean(axis=0)
    assert f"{dropout[-1]:.2f}" in told["ablation 1"]


def test_drawings_wear_the_colours_of_the_page():
    drawn = "".join(re.findall(r"<svg.*?</svg>", page(), re.DOTALL))
    for variable in ("ink", "soft", "pale", "paper", "complete", "absent"):
        assert f"var(--{variable})" in drawn
        assert page().count(f"--{variable}: ") >= 2  # by day and by night
    # Black would be left unseen at night, and so would what names no colour.
    assert not re.search("#000000|#222222|#d55e00|#0072b2", drawn)
    for group in re.findall(r"<g [^>]*transform=\"translate[^>]*scale[^>]*>", drawn):
        assert "fill:" in group


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_results_is_in_the_page(language):
    told = spaced(elements().words[language])
    results = tiny().to_json()
    effects = effects_of(tiny())
    assert [set(found) for found in effects] == [
        set(results["teams"]),
        *(set(found) for part in TOLD_IN for found in results[part].values()),
    ]
    for found in effects:
        for name, effect in found.items():
            said = Said.of(effect)
            row = (
                f"{load('report', language)[f'gloss.{name}']}{minus(said.before)}"
                f"{minus(said.after)} {minus(said.difference)} "
                f"[{minus(said.low)}, {minus(said.high)}]"
            )
            assert spaced(row).replace(" ", "") in told.replace(" ", "")
    decay = next(iter(REMEDIES))
    for name in (*page_module.KEPT, *page_module.OWN):
        assert minus(part(results["part of what absences change"][decay][name])) in told
    for case in results["bridge"]:
        assert load("report", language)[f"case.{case['case']}"] in told
        assert power(case["largest difference"]) in told
    for apart in results["beside dropout SGD"]["difference after rehearsal"].values():
        assert small(apart) in told
    for package, version in results["versions"].items():
        assert f"{package} {version}" in told
    assert COMMAND in told
    assert "--lang &lt;&amp;&gt;" in page()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "No difference was shown in: {measure} (team)"),
        ("ja", "差が見られなかったもの: {measure}（チーム）"),
    ],
)
def test_what_shows_no_difference_is_called_so(language, said):
    found = Elements(story_page(every_verdict(), COMMAND))
    text = load("report", language)
    assert said.format(measure=text["measure.one missing, worst"]) in found.words[language]
    undecided = sum(
        effect.verdict == "no difference shown"
        for effects in (
            every_verdict().team_effects(),
            *(every_verdict().network_effects(noise) for noise in LABEL_NOISES),
        )
        for effect in effects.values()
    )
    marked = [
        span for span in found.all("span") if span.get("class") == "verdict no-difference-shown"
    ]
    assert len(marked) >= len(LANGUAGES) * undecided > 0
    assert text["verdict.no difference shown"] in found.words[language]
    assert text["bridge.no"] in found.words[language]


def test_few_seeds_are_called_few():
    few = load("report", "en")["few"].format(seeds=2)
    assert few in elements().words["en"]
    enough = replace(tiny(), plan=replace(tiny().plan, seeds=SEEDS))
    told = Elements(story_page(enough, COMMAND)).words["en"]
    assert load("report", "en")["few"].format(seeds=SEEDS) not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_report_is_used(language, monkeypatch):
    used = set()

    class Watched(dict):
        def __getitem__(self, key):
            used.add(key)
            return super().__getitem__(key)

    monkeypatch.setattr(wording, "load", lambda part, name: Watched(load(part, name)))
    say = wording.Wording(language)
    monkeypatch.setattr(page_module, "LANGUAGES", (language,))
    for story in (tiny(), every_verdict()):
        page_module.story_page(story, COMMAND, language)
    assert say("title")
    assert used == load("report", language).keys()


def test_no_text_stands_in_the_template():
    template = "".join(
        files(where).joinpath(name).read_text("utf-8")
        for where, name in (
            ("nn_bridge.results", "frame.html"),
            ("dashboard.story_report", "page.html"),
        )
    )
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.DOTALL)
    heard = Elements(bare)
    assert re.findall(r"\w+", re.sub(r"<[^>]*>", " ", bare)) == []
    assert not [a for _, a in heard.tags if {"alt", "title", "placeholder"} & a.keys()]


def test_tables_have_headers_and_captions():
    assert len(elements().all("caption")) == len(elements().all("table")) == 2 * 9
    assert all(header.get("scope") in {"col", "row"} for header in elements().all("th"))
    # Some browsers forget that rows laid out as a grid are rows, unless they are told.
    told = [table for table in elements().all("table") if table.get("role") == "table"]
    assert {table["class"] for table in told} == {"measures", "cases"}
    assert len(told) == 2 * 8
    rows = [row for row in elements().all("tr") if row.get("role") == "row"]
    effects = sum(map(len, effects_of(tiny())))
    assert len(rows) == 2 * (effects + len(tiny().crossings) + 2 + 8)
    headers = [th for th in elements().all("th") if th.get("role") == "rowheader"]
    assert len(headers) == len(rows) - 2 * 8


def test_the_same_story_is_the_same_page_and_small():
    assert story_page(tiny(), COMMAND) == page()
    assert len(page().encode()) < MOST_BYTES
    assert page("ja") != page()


def test_terminal_tables_fit_80_columns_with_every_figure_whole():
    screen = Console(width=80, file=io.StringIO())
    for story in (tiny(), every_verdict()):
        for table in story_tables(story):
            screen.print(table)
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "…" not in text
    for effects in effects_of(every_verdict()):
        for effect in effects.values():
            said = Said.of(effect)
            assert f"{said.before}  {said.after}".replace(" ", "") in text.replace(" ", "")
            assert said.change in text


def test_another_language_is_refused():
    with pytest.raises(InputError, match="language is 'fr'"):
        story_page(tiny(), COMMAND, "fr")


def test_the_story_writes_it_and_says_how_to_get_it_again(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(StoryPlan, "quick", classmethod(lambda cls, seed: tiny().plan))
    monkeypatch.setattr("commands.story.run_story", lambda *_: tiny())
    options = ("--quick", "--seed", "3", "--lang", "ja", "--out", str(tmp_path))
    assert run.main(["story", *options, "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == json.loads((tmp_path / "results.json").read_text())
    assert err == ""
    expected = story_page(tiny(), "python run.py story --seed 3 --quick --lang ja", "ja")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == expected


def test_the_font_of_the_other_language_is_asked_for_before_any_work(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("dashboard.style.FONT_PACKAGE", "no_such_package")
    assert run.main(["story", "--out", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "pip install matplotlib-fontja" in err
    assert not (tmp_path / "out").exists()
