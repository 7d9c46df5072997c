"""The report in a real browser, from disk: quiet, whole, one language at a time, on any screen."""

from __future__ import annotations

import pytest

from dashboard.story_report.page import story_page
from dashboard.texts import LANGUAGES, load
from experiments.story import StoryPlan, run_story
from simulation.scenario import Schedule

SHOWN = (
    "[...document.querySelectorAll('article')].filter(one => one.offsetParent).map(one => one.id)"
)
OVERFLOWING = """
[document.documentElement, ...document.querySelectorAll('.scroll')]
    .filter(one => one.scrollWidth > one.clientWidth).map(one => one.className)
"""
# A drawn letter, and the figure that it stands on.
COLOURS = """
article => [
    getComputedStyle(article.querySelector('svg g[style*="var(--ink)"] use')).fill,
    getComputedStyle(article.querySelector('figure')).backgroundColor,
]
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    plan = StoryPlan(3, 2, Schedule(rehearsals=60, alone=20, show_every=30), 5, 1)
    story = run_story(plan, 1, lambda *_: None)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(story_page(story, "python run.py story --seed 3"), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def reader(address, visitor_of):
    reader = visitor_of(address)
    yield reader
    reader.leave()


@pytest.mark.parametrize("width", [1400, 360])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_the_screen_in_each_language_with_every_figure_seen(reader, language, width):
    screen = {"viewport": {"width": width, "height": 900}, "is_mobile": width < 500}
    page = reader.open(f"#{language}", wait=False, **screen)
    assert page.evaluate("innerWidth") == width
    assert page.evaluate(SHOWN) == [language]
    assert page.evaluate(OVERFLOWING) == []
    boxes = [figure.bounding_box() for figure in page.locator(f"#{language} svg").all()]
    assert len(boxes) == 11
    assert all(box["width"] > 0.75 * min(width, 500) and box["height"] > 150 for box in boxes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_complain_of(reader, violations, scheme):
    for language in LANGUAGES:
        page = reader.open(f"#{language}", wait=False, color_scheme=scheme)
        assert violations(page) == []


def test_the_address_says_the_language_and_links_within_keep_it(reader):
    page = reader.open("", wait=False)
    assert page.evaluate(SHOWN) == ["en"]
    page.locator("#en .languages [hreflang=ja]").click()
    assert page.evaluate(SHOWN) == ["ja"]
    page.get_by_role("link", name=load("report", "ja")["read.title"]).click()
    assert page.evaluate(SHOWN) == ["ja"]
    assert page.evaluate("scrollY") > 1_000
    page.go_back()
    page.go_back()
    assert page.evaluate(SHOWN) == ["en"]


def test_the_keyboard_reaches_the_other_language(reader):
    page = reader.open("", wait=False)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(SHOWN) == ["ja"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_drawings_are_light_at_night_but_never_on_paper(reader, scheme):
    def brightness(colour: str) -> float:
        return sum(map(float, colour.strip("rgb()").split(","))) / 3

    page = reader.open("#en", wait=False, color_scheme=scheme)
    letter, ground = map(brightness, page.locator("#en").evaluate(COLOURS))
    assert (letter > ground) == (scheme == "dark")
    page.emulate_media(media="print")
    letter, ground = map(brightness, page.locator("#en").evaluate(COLOURS))
    assert letter < 120 < 240 < ground


def test_figures_and_tables_have_names_for_those_who_do_not_see_them(reader):
    page = reader.open("#en", wait=False, viewport={"width": 390, "height": 900})
    text = load("report", "en")
    page.get_by_role("img", name=text["caption.missing"], exact=True).wait_for()
    table = page.get_by_role("table", name=text["team.caption"], exact=True)
    row = table.get_by_role("row", name=text["measure.agreement"])
    assert row.get_by_role("cell").count() == 4
    assert table.get_by_role("columnheader").count() == 5
