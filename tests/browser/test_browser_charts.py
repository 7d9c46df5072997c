"""The charts: their lines are named at their ends, and their figures are those of the teams."""

from itertools import pairwise

from playwright.sync_api import expect


def quality(page):
    """With everyone and with two missing, of the left team and of the right one."""
    bars = page.locator("#bars td:last-child").all_text_contents()
    return [bars[row] for row in (0, 6, 1, 7)]


def test_the_curve_tells_its_figures_where_one_points_and_as_a_table(visitor):
    page = visitor.open("#at=210&right=bursts:0.3,5")
    there = quality(page)
    curve = page.locator("#curve")
    curve.scroll_into_view_if_needed()
    box = curve.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + 50)
    tip = page.locator("#curve .tip")
    expect(tip.locator("b")).to_have_text("rehearsals: 210")
    assert tip.locator("i").all_text_contents() == there
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    table = page.locator("#curve-key + .chart-table")
    assert table.locator("tr").count() == 0
    table.locator("summary").click()
    rows = table.locator("tbody tr")
    assert 6 <= rows.count() <= 12
    assert rows.last.locator("th, td").all_text_contents() == ["210", *there]


def test_lines_are_named_at_their_ends_without_colour(visitor):
    page = visitor.open("#at=300")
    names = page.locator("#curve .names text")
    assert names.all_text_contents() == [
        "■ everyone",
        "■ two missing",
        "● everyone",
        "● two missing",
    ]
    heights = sorted(name.bounding_box()["y"] for name in names.all())
    assert all(lower - upper >= 14 for upper, lower in pairwise(heights))
    place, last = page.locator("#curve").bounding_box(), names.first.bounding_box()
    assert last["x"] + last["width"] <= place["x"] + place["width"]


def painted(canvas):
    return canvas.evaluate("c => c.toDataURL().length") > 5_000  # an empty one takes a fifth of it


def test_paper_is_white_and_has_what_nobody_scrolled_to_and_no_controls(visitor):
    page = visitor.open("#at=40&theme=dark")
    twin = page.locator("#twins canvas").first
    assert not painted(twin)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert painted(twin)
    background = page.locator("body").evaluate("b => getComputedStyle(b).backgroundColor")
    assert background == "rgb(250, 249, 246)"
    controls = page.locator("button:not(.seat, .preview), select, input")
    kept = [one.evaluate("c => c.outerHTML") for one in controls.all() if one.is_visible()]
    assert kept == []
    assert page.locator("#rehearsals").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-theme") == "dark"
