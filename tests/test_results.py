"""What one sees of a result: the plain sentence first, all of it, and names are but text."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from pretended import NAME, about, checked, compared, measured

from nn_bridge.checking.findings import KINDS, Finding
from nn_bridge.measuring.comparison import Comparison
from nn_bridge.measuring.measured import NOUNS
from nn_bridge.measuring.metrics import METRICS
from nn_bridge.measuring.silencing import Ablation
from nn_bridge.measuring.told import NOTES
from nn_bridge.results import wording
from nn_bridge.results.parts import Bars, Curve, Heat, Notes
from nn_bridge.results.wording import LANGUAGES, Wording, read_texts
from simulation import InputError
from simulation.audience import AUDIENCES
from simulation.coalitions import AdditiveGame, Reading, estimates
from simulation.coalitions.estimates import WARNINGS, Estimate

ENGLISH, JAPANESE = map(Wording, LANGUAGES)
RESULTS = {
    "measured": measured, "few": lambda **changed: measured(6, **changed), "checked": checked,
    "compared": compared,
}  # fmt: skip
WITHOUT_END = {"meta", "link", "br"}
VERDICTS = "higher", "lower", "no difference shown", "too few seeds to say"
EFFECTS = (
    "quality complete", "quality, half silenced", "ablation area", "quality alone, mean",
    "effective carriers", "silent at worth", "co-adaptation score",
)  # fmt: skip
MASKS = (
    "per value", "per channel", "per position", "per sample", "shared by the batch", "one for all",
)  # fmt: skip


class Elements(HTMLParser):
    """Opens and closes elements; notes them all, and what is told in them."""

    def __init__(self, page):
        super().__init__()
        self.open, self.all, self.told = [], [], ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.all.append((tag, dict(attributes)))
        if tag not in WITHOUT_END:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.all.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.told += data


def saved(result, folder, language="en"):
    path = folder / "page.html"
    result.save(path, language)
    return path.read_text("utf-8")


def part(result, kind, say=ENGLISH):
    return next(each for each in result.told(say).parts if isinstance(each, kind))


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (
            measured(),
            "Half of fc1, drawn at random, may fall silent at a mean cost of 0.0052 [0.0031, "
            "0.0072]; one of 128 units carries half of it; 2 never fire.",
        ),
        (
            measured(silent=30, shapley=(about(0.2),) * 128, never_fire=None),
            "30 of the 128 units of fc1, drawn at random, may fall silent at a mean cost of 0.0052 "
            "[0.0031, 0.0072]; 2 of 128 units carry half of it.",
        ),
        (
            measured(silent=0, carriers=about(math.nan), never_fire=("fc1[3]",)),
            "Not one of the 128 units of fc1, drawn at random, may fall silent at a mean cost of "
            "at most 0.01; one never fires.",
        ),
        (
            compared(),
            "With half of fc1 silenced the quality is 0.700 without and 0.800 with: +0.100 "
            "[+0.050, +0.150], higher.",
        ),
        (checked(), "features.3 (rate 0.5) was called in no forward pass."),
        (
            checked(findings=False),
            "Nothing is wrong with the chance in this network: 1 of 1 places do as they are asked.",
        ),
        (
            checked(findings=False, sites=()),
            "No place was found where chance enters this network.",
        ),
        (
            checked(found=checked().findings * 4),
            "features.3 (rate 0.5) was called in no forward pass. features.3 (rate 0.5) was called "
            "in no forward pass. And 2 more findings, below.",
        ),
    ],
)
def test_the_plain_sentence_says_what_was_measured(result, sentence):
    assert result.told(ENGLISH).sentence == sentence
    printed = str(result).split("\n\n")[0]
    assert " ".join(printed.split("\n")[1:]) == sentence
    assert sentence in repr(result)


def test_what_an_adapter_has_to_say_is_said():
    notes = {
        "evaluations differ": "evaluations differ: outputs were up to 0.1 apart",
        "something else": "something else: as it is",
    }
    printed = " ".join(str(replace(measured(), warnings=notes)).split())
    assert "Evaluations differ: outputs were up to 0.1 apart." in printed
    assert "something else: as it is" in printed
    assert part(replace(measured(), warnings=notes), Notes, JAPANESE).lines[0] == (
        "同じデータを評価するたびに出力が変わります（outputs were up to 0.1 apart）。"
    )


def test_the_sentence_in_japanese():
    assert measured().told(JAPANESE).sentence == (
        "fc1 のランダムに選んだ半分を黙らせても、失うのは平均 0.0052 [0.0031, 0.0072] です。"
        "128 個のユニットのうち一つが、全体の半分を支えています。2 個は一度も発火しません。"
    )
    assert checked().told(JAPANESE).sentence == (
        "features.3（率 0.5）は、どの順伝播でも呼ばれませんでした。"
    )


@pytest.mark.parametrize("kind", RESULTS)
def test_a_printed_result_is_as_wide_as_the_terminal_and_its_names_are_text(kind, monkeypatch):
    for width in ("60", "120"):
        monkeypatch.setenv("COLUMNS", width)
        printed = str(RESULTS[kind](where=NAME))
        widths = [len(line) for line in printed.splitlines()]
        assert max(widths) <= int(width)
        assert "\x1b" not in printed
        assert r"<b>fc[red]1[/red]\x1b[2J" in printed
    assert max(widths) > 60
    assert "\x1b" not in repr(RESULTS[kind](where=NAME))


def test_a_long_path_is_folded_and_never_cut(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    path = "encoder.layers.11.attention.output.dropout"
    for result in (checked(path), measured(3, path)):
        printed = str(result)
        assert "…" not in printed
        assert path in "".join(line.split("  ")[0] for line in printed.splitlines()[3:])


def test_what_a_check_up_prints():
    printed = str(checked())
    rows = [" ".join(line.split()) for line in printed.splitlines()]
    assert "head.drop Dropout 0.3 0.3010 [0.2920, 0.3101] x 1.43 on off on 1 per value" in rows
    assert "features.3 Dropout 0.5 - - off off off 0 -" in rows
    assert "What to change: In forward: x = self.drop(x), or take the layer out." in printed
    assert re.search(r"\ndropout's own part +0\.100 \[0\.080, 0\.120\] ", printed)
    told = " ".join(printed.split())
    assert "the average of 3 passes with chance on has a loss as low" in told
    assert "left, in training mode" in told


@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_both_languages_asks_nobody_and_its_names_are_text(
    kind, language, tmp_path
):
    page = saved(RESULTS[kind](where=NAME), tmp_path, language)
    elements = Elements(page)
    articles = [given["lang"] for tag, given in elements.all if tag == "article"]
    assert articles == sorted(LANGUAGES, key=lambda one: one != language)
    for say in (ENGLISH, JAPANESE):
        assert (
            RESULTS[kind]()
            .told(say)
            .sentence.replace("fc1", r"<b>fc[red]1[/red]\x1b[2J")
            .replace("features.3", r"<b>fc[red]1[/red]\x1b[2J")
            in elements.told
        )
    assert "<b>" not in page
    assert "\x1b" not in page
    assert not re.search(r"https?:|url\(|@import|<script", page)
    policy = next(given["content"] for _, given in elements.all if "http-equiv" in given)
    assert policy.startswith("default-src 'none'")
    assert {given["href"] for tag, given in elements.all if tag == "a"} == {"#en", "#ja"}


@pytest.mark.parametrize("kind", RESULTS)
def test_jupyter_shows_the_same_parts_within_one_element(kind, tmp_path):
    shown = RESULTS[kind](where=NAME)._repr_html_()
    elements = Elements(shown)
    assert elements.all[0] == ("style", {})
    assert elements.all[1] == ("div", {"class": "nn-bridge-result"})
    style = shown[: shown.index("</style>")]
    assert style.count("{") == style.count("}")
    assert style.startswith("<style>.nn-bridge-result {")
    assert "<b>" not in shown
    page = Elements(saved(RESULTS[kind](where=NAME), tmp_path))
    for tag in ("svg", "table", "caption", "figcaption", "li"):
        of_page = [given for name, given in page.all if name == tag]
        assert 2 * len([1 for name, _ in elements.all if name == tag]) == len(of_page)


def test_many_members_have_twenty_bars_and_one_line():
    assert part(measured(20), Bars).rest == ""
    carried = (about(0.3),) * 20 + (about(0.001),) * 108
    many = part(measured(shapley=carried[::-1]), Bars)
    assert many.rest == "The other 108: 0.001 to 0.001 each, together 0.108."
    drawn = Elements(measured()._repr_html_()).all
    assert len([1 for tag, given in drawn if (tag, given.get("class")) == ("rect", "bar")]) == 20


def test_bars_and_whiskers_are_as_long_as_what_they_stand_for():
    values = np.array([0.4, -0.1, 0.2])
    result = measured(3, shapley=tuple(about(each, 0.05) for each in values), never_fire=None)
    drawn = [given for tag, given in Elements(result._repr_html_()).all if tag in ("rect", "path")]
    bars = [given for given in drawn if given["class"] == "bar"]
    unit = 200 / 0.6  # from -.15 to .45
    np.testing.assert_allclose(
        [float(bar["width"]) for bar in bars], unit * np.array([0.4, 0.2, 0.1]), atol=0.06
    )
    np.testing.assert_allclose(
        [float(bar["x"]) for bar in bars], unit * np.array([0.15, 0.15, 0.05]), atol=0.06
    )
    whisker = next(given["d"] for given in drawn if given["class"] == "whisker")
    begin, end = map(float, re.match(r"M([\d.]+) [\d.]+H([\d.]+)", whisker).groups())
    np.testing.assert_allclose([begin, end], unit * np.array([0.5, 0.6]), atol=0.06)


def test_the_curve_has_its_band_where_it_is_known():
    curve = part(measured(4), Curve)
    assert curve.at.tolist() == [0, 0.25, 0.5, 0.75, 1]
    drawn = {
        given["class"]: np.array([xy.split(",") for xy in given["points"].split()], dtype=float)
        for tag, given in Elements(measured(4)._repr_html_()).all
        if tag in ("polyline", "polygon")
    }
    line, band = drawn["line"], drawn["band"]
    assert (np.diff(line[:, 0]) > 0).all()
    assert (np.diff(line[:, 1]) > 0).all()  # quality falls: y grows downwards
    low, high = band[:5, 1], band[:4:-1, 1]
    assert (high < line[:, 1]).all()
    assert (line[:, 1] < low).all()
    two = Elements(compared()._repr_html_())
    assert sum(tag == "polyline" for tag, _ in two.all) == 2


def test_pairs_are_shown_where_they_were_measured():
    told = measured(6)
    assert part(told, Heat).values.tolist() == [[-0.25] * 6] * 6
    cells = [given for tag, given in Elements(told._repr_html_()).all if tag == "td"]
    shaded = [given for given in cells if given.get("class") == "figure stands-in"]
    assert [given["style"] for given in shaded] == ["--shade: 100%"] * 30
    assert not any(isinstance(each, Heat) for each in measured().told(ENGLISH).parts)


@pytest.mark.parametrize("kind", RESULTS)
def test_plain_data_are_json_with_versions_and_settings(kind, tmp_path):
    result = RESULTS[kind]()
    held = result.to_dict()
    text = json.dumps(held, allow_nan=False)
    result.save(tmp_path / "result.json")
    assert json.loads((tmp_path / "result.json").read_text("utf-8")) == json.loads(text)
    assert {"python", "numpy"} <= held["versions"].keys()


def test_what_can_be_compared_has_a_name():
    rng = np.random.default_rng(0)
    wanted = rng.normal(size=(20, 2))
    games = [
        AdditiveGame(rng.normal(size=(3, 20, 2)), np.zeros(2), wanted, AUDIENCES["squared error"])
        for _ in range(4)
    ]
    found = Comparison.of(estimates.compared(games[:2], games[2:], 0), "talk")
    assert {*found.effects} == {*EFFECTS}
    assert "quality alone, mean" in str(found)
    assert found.to_dataframe().loc["ablation area", "verdict"] == "too few seeds to say"


def test_plain_data_hold_every_figure():
    held = measured().to_dict()
    assert held["settings"] == {"seed": 0}
    assert held["at_random"]["cost"]["low"] == 0.0031
    assert held["shapley"][1]["value"] == pytest.approx(0.2)
    assert measured(6).to_dict()["synergy"]["values"][0] == [-0.25] * 6
    checks = checked().to_dict()
    assert checks["findings"][0]["kind"] == "never called"
    assert checks["findings"][0]["seen"] == checked().told(ENGLISH).sentence
    assert checks["sites"][1]["rate"]["value"] == 0.301
    assert checks["gap"]["evaluation"] == {"value": 0.4, "low": None, "high": None}


def test_data_frames_have_a_row_a_member_or_a_site():
    members = measured(6).to_dataframe()
    assert members.index.tolist() == [f"fc1[{at}]" for at in range(6)]
    assert members.loc["fc1[0]", ["shapley", "shapley_low"]].tolist() == pytest.approx([0.4, 0.398])
    assert members["never_fires"].tolist() == [False] * 3 + [True] * 2 + [False]
    sites = checked().to_dataframe()
    assert sites.index.tolist() == ["features.3", "head.drop"]
    assert sites.loc["head.drop", "rate"] == 0.301
    assert pd.isna(sites.loc["features.3", "rate"])
    assert sites["findings"].tolist() == ["never called", ""]
    assert len(checked(sites=()).to_dataframe()) == 0


@pytest.mark.parametrize("name", ["page.pdf", "page", "page.HTML.txt"])
def test_other_files_than_pages_and_json_are_refused(name, tmp_path):
    with pytest.raises(InputError, match=r"is saved as \.html \(a page\) or \.json"):
        measured().save(tmp_path / name)
    with pytest.raises(InputError, match="language is 'fr'"):
        measured().save(tmp_path / "page.html", "fr")
    assert list(tmp_path.iterdir()) == []


def test_every_text_is_used(monkeypatch, tmp_path):
    used = set()

    class Watched(dict):
        def __getitem__(self, key):
            used.add(key)
            return super().__getitem__(key)

        def get(self, key, default):
            used.add(key)
            return super().get(key, default)

    monkeypatch.setattr(
        wording, "read_texts", lambda package, name: Watched(read_texts(package, name))
    )
    seldom = {
        "never_fire": ("a",) * 9, "complete": Estimate(0.9), "half": Estimate(0.5),
        "least_carrying": measured().at_random, "additive": True,
    }  # fmt: skip
    gap = checked().gap
    every = [
        *(measured(silent=silent) for silent in (0, 1, 9, 64, 128)),
        measured(6, shapley=(about(0.2),) * 6, never_fire=("a",)),
        measured(**seldom),
        measured(
            warnings=(),
            area=Estimate(0.5),
            carriers=Estimate(2.0),
            complete=Estimate(0.9),
            half=Estimate(0.5),
        ),
        measured(area=about(math.nan), bus_factor=Estimate(3.0, exact=True)),
        measured(bus_factor=Estimate(129.0, exact=True)),
        checked(gap=replace(gap, matches=1)),
        compared(),
        Comparison.of(replace(compared(), effects={}), "a", framework="PyTorch"),
        checked(),
        checked(findings=False),
        checked(findings=False, sites=()),
        checked(found=checked().findings * 3),
        checked(gap=replace(gap, matches=None, validation=gap.own, gap=gap.own, without=gap.own)),
    ]
    for result in every:
        result.save(tmp_path / "page.html")
    named = {
        "noun": NOUNS, "metric": METRICS, "warning": WARNINGS, "reading": get_args(Reading),
        "ablation": get_args(Ablation), "over": ("examples", "calls", "masks", "starts"),
        "effect": EFFECTS, "verdict": VERDICTS, "mode": ("training", "mixed"),
        "unit": ("examples", "batches"), "mask": MASKS, "note": NOTES,
    }  # fmt: skip
    of_names = {f"{kind}.{name}" for kind, names in named.items() for name in names}
    assert used | of_names == read_texts("nn_bridge.results", "texts/results.en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_finding_has_its_sentences(language):
    texts = read_texts("nn_bridge.results", f"texts/findings.{language}")
    for kind in KINDS:
        for one in ("seen", "why", "line"):
            assert any(key.startswith(f"{kind}.{one}") for key in texts), (kind, one)
    assert (
        Finding("never called", "a", {"rate": 0.5, "framework": "nn_bridge"}).told("line", language)
        == texts["never called.line"]
    )
