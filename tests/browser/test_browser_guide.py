"""In a real browser: the guide, which says one thing at a time and covers nothing it speaks of."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboard.texts import LANGUAGES, load

SCREENS = {
    1400: {"viewport": {"width": 1400, "height": 900}},
    390: {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
FIGURE = re.compile(r"−?\d")
# Buttons that are as dark as ink: what the page says is to be done next.
PRIMARY = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.background = "var(--ink)";
  const ink = getComputedStyle(probe).backgroundColor;
  probe.remove();
  const dark = (button) => getComputedStyle(button).backgroundColor === ink;
  return [...document.querySelectorAll("button")]
    .filter((button) => button.checkVisibility() && dark(button))
    .map((button) => button.id).join();
}"""


def box(page, selector):
    return page.locator(selector).bounding_box()


def apart(one, other):
    """Whether two boxes have no point in common."""
    return (
        one["x"] + one["width"] <= other["x"]
        or other["x"] + other["width"] <= one["x"]
        or one["y"] + one["height"] <= other["y"]
        or other["y"] + other["height"] <= one["y"]
    )


def place_bet(page):
    page.fill("#guess-left", "0.4")
    page.fill("#guess-right", "0.3")
    page.click("#bet-go")


def at_step(page, number):
    expect(page.locator(f"#guide-steps button:nth-child({number})")).to_have_attribute(
        "aria-current", "step"
    )


def test_it_leads_from_watching_to_the_sentence(visitor):
    page = visitor.open("#at=2000")
    do, title, text = (page.locator(f"#guide-{part}") for part in ("do", "title", "text"))
    page.click("#guide-next")
    expect(title).to_have_text("Place your bet")
    expect(text).to_contain_text("After 2,000 rehearsals B carries")
    do.click()
    place_bet(page)
    expect(title).to_have_text("B stays at home")
    expect(text).to_contain_text(re.compile(r"loses 0\.\d\d .* only 0\.\d\d"))
    expect(do).to_be_hidden()  # B is at home already
    page.click("#bring-back")
    expect(do).to_have_text("Send B home")
    do.click()
    expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
    page.click("#guide-next")
    expect(page.locator("#twin")).to_be_focused()
    do.click()
    expect(page.locator("#rehearsals")).to_have_text("2,001")
    page.click("#guide-next")
    do.click()
    # Once both are trained, which takes the engine a quarter of a second an epoch.
    expect(do).to_have_text("Silence half of the units", timeout=90_000)
    do.click()
    expect(page.locator("#silence-text")).to_have_text("128 of 256 hidden units fall silent")
    expect(text).to_contain_text(re.compile(r"With 128 of 256 .* \d+%"))
    do.click()
    expect(page.locator("#silence-text")).to_have_text("0 of 256 hidden units fall silent")
    page.click("#guide-next")
    expect(page.locator("#guide-next")).to_be_hidden()
    expect(page.locator(".moral")).to_be_hidden()  # first in one's own words
    do.click()
    expect(page.locator(".moral")).to_be_in_viewport()
    do.click()
    expect(page.locator("#guide")).to_be_hidden()
    page.click("#guide-show")
    expect(page.locator("#guide")).to_be_in_viewport()


def test_its_bet_is_on_both_teams_whoever_is_clicked_for_one(visitor):
    page = visitor.open("#at=20&home_left=C&head_start=0")
    page.click("[data-sides=one]")
    page.click("[data-step=bet]")
    page.click("#guide-do")
    place_bet(page)
    expect(page.locator("#away")).to_have_text("Sent home for the talk: B")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", SCREENS)
def test_it_never_covers_what_it_speaks_of_and_one_thing_is_to_be_done(visitor, width, language):
    page = visitor.open(f"#lang={language}&speed=50&abilities=1&practice=10", **SCREENS[width])
    height = SCREENS[width]["viewport"]["height"]

    def look(number, targets, primary):
        at_step(page, number)
        assert page.evaluate(PRIMARY) == primary
        guide = box(page, "#guide")
        assert apart(guide, box(page, ".bar"))
        assert guide["y"] >= 0
        assert guide["y"] + guide["height"] <= height
        for target in targets:
            there = box(page, target)
            assert apart(guide, there), (number, target)
            assert there["y"] < height, (number, target)

    teams = ("#pair", ".team.left .meter:first-child", ".team.right .meter:first-child")
    tables = (".team.left .seats", ".team.right .seats")
    look(1, ("#pair",), "guide-do")
    page.click("#guide-do")
    look(2, (*teams, *tables), "guide-do")
    page.click("#guide-do")
    assert page.evaluate(PRIMARY) == "bet-go"
    place_bet(page)
    look(3, (*teams, *tables, "#verdict"), "guide-next")
    page.click("#guide-next")
    look(4, ("#twins", ".twin.left canvas"), "guide-next")
    page.click("#guide-next")
    look(5, (".digit-controls", ".silence", "#ablation"), "guide-do")
    page.click("#guide-next")
    look(6, ("#answer",), "guide-do")
    page.click("#guide-do")
    look(6, (".moral",), "guide-do")
    page.click("#guide-do")
    expect(page.locator("#guide")).to_be_hidden()
    assert page.evaluate(PRIMARY) == "play"


def test_a_step_opens_only_when_the_one_before_is_done(visitor):
    page = visitor.open("#at=1392")
    do, later = page.locator("#guide-do"), page.locator("#guide-next")
    dots = page.locator("#guide-steps button")

    def open_steps():
        return [dot.is_enabled() for dot in dots.all()]

    expect(do).to_have_text("Rehearse 608 more times")
    expect(later).to_be_hidden()
    assert open_steps() == [True] + [False] * 5
    page.click(".team.left [data-name=B]")
    expect(page.locator("[data-kind=home]")).to_contain_text("First let them rehearse 2,000 times")
    expect(page.locator("#bet")).to_be_hidden()
    page.click("#step")
    expect(do).to_have_text("Rehearse 607 more times")
    do.click()
    at_step(page, 2)
    expect(later).to_be_hidden()
    assert open_steps() == [True, True] + [False] * 4
    do.click()
    page.click("#bet button[value=skip]")
    at_step(page, 3)
    assert all(open_steps())
    dots.nth(4).click()
    expect(page.locator("#digits #guide")).to_be_visible()
    page.click("#reset")  # nothing of it has been done by the new teams
    at_step(page, 1)
    expect(page.locator("#teams #guide")).to_be_visible()
    expect(do).to_have_text("Rehearse 2,000 times")
    assert open_steps() == [True] + [False] * 5


def test_hints_agree_with_the_step(visitor):
    page = visitor.open()
    hint, bar = page.locator("#away"), page.locator("#show-bar")
    expect(bar).to_be_hidden()
    page.click("#guide-hide")
    expect(hint).to_have_text("Let them rehearse first. Then you can send somebody home.")
    page.click(".team.left [data-name=B]")
    expect(page.locator("[data-kind=home]")).to_contain_text("Let them rehearse first.")
    expect(page.locator(".seat.away")).to_have_count(0)
    page.click("#step")
    expect(hint).to_have_text("Click a presenter to send them home on the day of the show.")
    page.click("#guide-show")
    expect(bar).to_be_hidden()
    again = visitor.open("#at=2000")
    again.click("#guide-next")
    expect(again.locator("#show-bar")).to_be_hidden()
    again.click("#guide-do")
    place_bet(again)
    expect(again.locator("#away")).to_have_text("Sent home for the talk: B")
    again.click("#bring-back")
    expect(again.locator("#away")).to_contain_text("Click a presenter")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_shown_before_it_means_something(visitor, language):
    texts = load("page", language)
    page = visitor.open(f"#lang={language}", wait=False)
    expect(page.locator("#pair .meter p small")).to_have_text([texts["not_yet"]] * 4)
    expect(page.locator("#digit-list button")).to_have_count(12)
    figures = "#pair .meter b, .heat td, .twin dd:not(.note), .reader b"
    assert set(page.locator(figures).all_inner_texts()) == {"–"}
    expect(page.locator("#curve-empty")).to_have_text(texts["rehearse_first"])
    for place in ("#curve-empty", "#bars-empty", "#ablation-empty"):
        expect(page.locator(place)).to_be_visible()
    expect(page.locator("#solo-note")).to_have_text(texts["rehearse_first"])
    expect(page.locator(".reads")).to_have_text([texts["digits.untrained"]] * 2)
    assert not re.search("[✓✗]", page.inner_text("main"))
    expect(page.locator("#silence")).to_be_disabled()
    assert texts["sentence.text"] not in page.inner_text("body")
    page.click("#step")
    expect(page.locator("#pair .meter b").first).to_have_text(FIGURE)
    # After one rehearsal all of it is still below 0, and that is explained where it stands.
    assert all(text.startswith("−") for text in page.locator("#pair .meter b").all_inner_texts())
    expect(page.locator("#pair .below")).to_have_text([texts["below"]] * 4)
    expect(page.locator("#bars-below")).to_be_visible()
    expect(page.locator("#solo-note")).to_have_text(texts["below"])
    page.locator("#curve").scroll_into_view_if_needed()
    expect(page.locator("#curve-empty")).to_be_hidden()
    expect(page.locator("#bars-empty")).to_be_hidden()
    page.click("#net-play")
    expect(page.locator(".reads").first).to_have_text(re.compile("[✓✗]"))
    expect(page.locator("#ablation-empty")).to_be_hidden()


def test_the_answer_comes_after_the_reveal_and_folded(visitor):
    page = visitor.open("#at=2000")
    answer = load("page", "en")["sentence.text"]
    expect(page.locator("#sentence")).to_be_hidden()
    page.click("#guide-next")
    page.click("#guide-do")
    expect(page.locator("#sentence")).to_be_hidden()
    place_bet(page)
    expect(page.locator("#sentence")).to_be_visible()
    assert answer not in page.inner_text("body")
    page.click("#answer summary")
    expect(page.locator(".moral")).to_have_text(answer)
    assert answer in page.inner_text("body")


def test_the_page_ends_with_its_footer(visitor):
    for options in SCREENS.values():
        page = visitor.open(**options)
        end = page.evaluate(
            "document.documentElement.scrollHeight - scrollY"
            " - document.querySelector('footer').getBoundingClientRect().bottom"
        )
        assert end <= 60


def test_a_legend_says_what_is_drawn(visitor):
    page = visitor.open()
    texts = load("page", "en")
    legend = page.locator(".legend")
    for key in ("share", "reliance", "absent", "away", "scale"):
        expect(legend).to_contain_text(texts[f"legend.{key}"])
    page.click("[data-arrows=dependence]")
    expect(legend).to_contain_text(texts["legend.dependence"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_at_the_top_of_a_phone_stands_in_one_line(visitor, language):
    page = visitor.open(f"#lang={language}", **SCREENS[390])
    tops = {round(box(page, tool)["y"]) for tool in (".tools .switch", "#theme", "#copy")}
    assert max(tops) - min(tops) <= 3
    assert box(page, "#copy")["height"] < 45
