"""The page that a result is saved as, and what Jupyter shows: whole, quiet, and true to scale."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from pretended import ENGLISH, JAPANESE, NAME, RESULTS, about, compared, measured, part

from nn_bridge.results.parts import Bars, Curve, Heat
from nn_bridge.results.wording import LANGUAGES

WITHOUT_END = {"meta", "link", "br"}


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
