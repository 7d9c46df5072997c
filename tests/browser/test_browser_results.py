"""A saved result in a real browser, from disk: quiet, whole, one language at a time, any screen."""

from __future__ import annotations

import pytest
from pretended import NAME, checked, compared, measured

from nn_bridge.results.wording import LANGUAGES, Wording

SHOWN = """
[...document.querySelectorAll("h1")].filter(one => one.offsetParent).map(one => one.textContent)
"""
RESULTS = {
    "measured": measured(10, NAME),
    "many": measured(128, NAME),
    "compared": compared(NAME),
    "checked": checked(NAME),
}


@pytest.fixture(params=RESULTS)
def result(request):
    return RESULTS[request.param]


@pytest.fixture
def reader(result, tmp_path, visitor_of):
    result.save(tmp_path / "mine.html")
    reader = visitor_of((tmp_path / "mine.html").as_uri())
    yield reader
    reader.leave()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 375])
def test_it_fits_the_screen_and_its_switch_leads_to_the_other_language(
    result, reader, width, scheme
):
    screen = {"viewport": {"width": width, "height": 800}, "is_mobile": width < 500}
    page = reader.open(wait=False, color_scheme=scheme, **screen)
    for language in LANGUAGES:
        told = result.told(Wording(language))
        if language == "ja":
            page.locator("#en .languages [hreflang=ja]").click()
        assert page.evaluate(SHOWN) == [told.title.replace("\x1b", r"\x1b")]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        lead = page.locator(f"#{language} .lead")
        assert lead.is_visible()
        assert lead.bounding_box()["y"] < 500
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 27)"
    assert dark == (scheme == "dark")


def test_on_a_phone_each_row_of_a_table_says_what_its_figures_are(result, reader):
    page = reader.open(wait=False, viewport={"width": 375, "height": 800}, is_mobile=True)
    cell = page.locator("#en .rows td").first
    assert cell.evaluate("one => getComputedStyle(one, '::before').content") != "none"
    assert cell.evaluate("one => getComputedStyle(one).display") == "block"
    assert page.locator("#en .rows tr").nth(1).get_attribute("role") == "row"


def test_each_of_two_curves_has_the_colour_of_its_name(tmp_path, visitor_of):
    RESULTS["compared"].save(tmp_path / "two.html")
    visitor = visitor_of((tmp_path / "two.html").as_uri())
    page = visitor.open(wait=False)
    colours = [
        page.locator(f"#en {one}").evaluate_all(
            f"all => all.map(one => getComputedStyle(one).{look})"
        )
        for one, look in (("polyline.line", "stroke"), (".key", "backgroundColor"))
    ]
    assert colours[0] == colours[1]
    assert len({*colours[0]}) == 2
    visitor.leave()
