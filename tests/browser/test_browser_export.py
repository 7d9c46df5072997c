"""In a real browser: where the exported page opens, one panel of it, and it on a projector."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import run


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "page.html"
    assert run.main(["export", str(path), "--rehearsals", "100"]) == 0
    return path


def figure(page, side):
    return float(page.locator(f".team.{side} .meter b").first.inner_text().replace("−", "-"))


def test_it_opens_where_it_was_exported_and_rehearses_on(reader):
    page = reader.open(wait=False)
    expect(page.locator("#rehearsals")).to_have_text("100")
    page.click("#step")
    expect(page.locator("#rehearsals")).to_have_text("101")
    expect(page).to_have_url(re.compile("at=101"))
    page.click("#reset")
    expect(page.locator("#rehearsals")).to_have_text("0")


def test_everybody_can_be_sent_home(reader):
    page = reader.open("#at=2000&seed=7")
    complete = {side: figure(page, side) for side in ("left", "right")}
    page.click(".team.left [data-name=B]")
    page.click("#bet button[value=skip]")
    expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
    expect(page.locator("#away")).to_contain_text("B")
    assert complete["left"] - figure(page, "left") > complete["right"] - figure(page, "right")
    page.click("#bring-back")
    expect(page.locator(".seat.away")).to_have_count(0)
    assert {side: figure(page, side) for side in ("left", "right")} == complete


@pytest.mark.parametrize("panel", ["teams", "network", "curve", "ensemble"])
def test_one_panel_stands_alone(reader, panel):
    page = reader.open(f"?embed={panel}#at=20", wait=False)
    page.locator("#rehearsals:text-is('20')").wait_for()
    expect(page.locator("main > .panel:visible, .columns > .panel:visible")).to_have_count(1)
    expect(page.locator("#guide, h1")).to_have_count(2)
    expect(page.locator("#guide")).to_be_hidden()
    page.locator("#whole").focus()
    whole = re.compile(r"page\.html#seed=0.*at=20")
    expect(page.locator("#whole")).to_have_attribute("href", whole)
    page.click("#step")
    expect(page.locator("#rehearsals")).to_have_text("21")


def test_a_frame_of_somebody_elses_may_show_it(reader, tmp_path, exported):
    (tmp_path / "blog.html").write_text(f'<iframe src="{exported.as_uri()}?embed=teams"></iframe>')
    reader.home = "file:"  # two files
    page = reader.open((tmp_path / "blog.html").as_uri().removeprefix("file:"), wait=False)
    frame = page.frame_locator("iframe")
    frame.locator("#rehearsals:text-is('100')").wait_for()


def test_a_panel_that_is_none_is_told_and_all_is_shown(reader):
    page = reader.open("?embed=nonsense", wait=False)
    expect(page.locator("[data-kind=embed]")).to_contain_text("nonsense")
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("width", [1024, 1920, 3840])
def test_on_a_projector_it_is_as_wide_as_the_screen(reader, width):
    page = reader.open(
        "?present#at=20", wait=False, viewport={"width": width, "height": width * 9 // 16}
    )
    page.locator("#rehearsals:text-is('20')").wait_for()
    main = page.locator("main").bounding_box()
    assert main["width"] > 0.95 * width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wanted = 16 * max(1, width / 1320)
    large = page.locator(".lead").evaluate(
        "e => parseFloat(getComputedStyle(e).fontSize) * (e.currentCSSZoom ?? 1)"
    )
    assert large == pytest.approx(wanted, rel=0.1)
