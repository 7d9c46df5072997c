"""In a real browser: the bet, sending somebody home, the guide, the keyboard, two tabs."""

from __future__ import annotations

import re

from playwright.sync_api import expect

FIGURE = re.compile(r"−?\d")


def figure(page, side, which=0):
    """A meter's figure: 0 the hard section, 1 the whole talk."""
    text = page.locator(f".team.{side} .meter b").nth(which).inner_text()
    return float(text.replace("−", "-"))


def test_a_bet_comes_before_the_first_reveal_and_both_talks_are_judged_without_b(visitor):
    page = visitor.open("#at=1500")
    complete = {side: figure(page, side) for side in ("left", "right")}
    page.click(".team.left [data-name=B]")
    expect(page.locator("#bet")).to_be_visible()
    expect(page.locator(".seat.away")).to_have_count(0)
    page.fill("#guess-left", "0.8")
    page.fill("#guess-right", "0.2")
    page.click("#bet-go")
    expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
    expect(page.locator("#verdict")).to_contain_text("You bet on 0.80 and 0.20.")
    expect(page.locator(".team.left .meter").first).to_contain_text("Hard section without B")
    expect(page.locator(".bet-mark:visible")).to_have_count(2)
    # The article's claim, on this seed: with B the complete team loses its hard section.
    assert complete["left"] - figure(page, "left") > 0.25
    assert complete["right"] - figure(page, "right") < complete["left"] - figure(page, "left")
    # Nobody is asked twice.
    page.click(".team.left [data-name=C]")
    expect(page.locator(".seat.away")).to_have_count(4)
    expect(page.locator("#bet")).to_be_hidden()
    page.click("#bring-back")
    expect(page.locator(".seat.away")).to_have_count(0)
    assert {side: figure(page, side) for side in ("left", "right")} == complete


def test_a_bet_can_be_put_off_or_left_out(visitor):
    page = visitor.open("#at=20")
    page.click(".team.right [data-name=D]")
    page.click("#bet button[value=cancel]")
    expect(page.locator(".seat.away")).to_have_count(0)
    page.click(".team.right [data-name=D]")
    page.click("#bet button[value=skip]")
    expect(page.locator(".seat.away[data-name=D]")).to_have_count(2)
    expect(page.locator("#verdict")).not_to_contain_text("You bet")


def test_one_side_alone_and_somebody_must_stay(visitor):
    page = visitor.open("#at=20&presenters=2&head_start=0")
    page.click("[data-sides=one]")
    page.click(".team.left [data-name=A]")
    page.click("#bet button[value=skip]")
    expect(page.locator(".team.left .seat.away")).to_have_count(1)
    expect(page.locator(".team.right .seat.away")).to_have_count(0)
    expect(page.locator("#away")).to_have_text("At home on the day: left A, right nobody")
    page.click(".team.left [data-name=B]")
    expect(page.locator("#notices")).to_contain_text("Somebody must be there")
    expect(page.locator(".team.left .seat.away")).to_have_count(1)


def test_the_guide_leads_from_watching_to_the_sentence(visitor):
    page = visitor.open("#at=1500")
    do, title = page.locator("#guide-do"), page.locator("#guide-title")
    page.click("#guide-next")
    expect(title).to_have_text("Place your bet")
    do.click()
    page.click("#bet-go")
    expect(title).to_have_text("B stays at home")
    expect(page.locator("#guide-text")).to_contain_text(FIGURE)
    page.click("#guide-next")
    expect(page.locator("#twin")).to_be_focused()
    do.click()
    expect(page.locator("#rehearsals")).to_have_text("1,501")
    page.click("#guide-next")
    do.click()
    expect(do).to_have_text("Silence half of the units")  # once both are trained
    do.click()
    expect(page.locator("#silence-text")).to_have_text("128 of 256 hidden units fall silent")
    expect(page.locator("#guide-text")).to_contain_text(re.compile(r"With 128 of 256 .* \d+%"))
    do.click()
    expect(page.locator("#silence-text")).to_have_text("0 of 256 hidden units fall silent")
    page.click("#guide-next")
    expect(page.locator(".moral")).to_be_in_viewport()
    expect(page.locator("#guide-next")).to_be_hidden()
    do.click()
    expect(page.locator("#guide")).to_be_hidden()
    page.click("#guide-show")
    expect(page.locator("#guide")).to_be_visible()


def test_the_guide_stops_the_rehearsals_and_goes_on_to_the_bet(visitor):
    page = visitor.open("#at=0&speed=50&presenters=3&practice=10&abilities=1")
    page.click("#guide-do")
    expect(page.locator("#guide-title")).to_have_text("Place your bet")
    expect(page.locator("#play")).to_have_text("▶ Rehearse")
    assert int(page.inner_text("#rehearsals").replace(",", "")) >= 2000


def test_all_of_it_can_be_done_with_the_keyboard(visitor):
    page = visitor.open()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()

    def tab_to(selector):
        target = page.locator(selector)
        for _ in range(80):
            page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{selector} cannot be reached with the Tab key")

    tab_to("#step")
    page.keyboard.press("Enter")
    expect(page.locator("#rehearsals")).to_have_text("1")
    tab_to("#speed")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#speed-value")).to_have_text("5 a tick")
    tab_to("[data-info=teams]")
    page.keyboard.press("Enter")
    expect(page.locator("#info")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#info")).to_be_hidden()
    tab_to(".team.left [data-name=B]")
    page.keyboard.press("Enter")
    expect(page.locator("#guess-left")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
    expect(page.locator("#verdict")).to_contain_text("You bet on 0.05 and 0.00.")


def test_two_tabs_do_not_touch_each_other(visitor):
    first, second = visitor.open("#at=30"), visitor.open("#at=30&seed=4")
    figures = [figure(second, "left", 1), figure(second, "right", 1)]
    first.click(".team.left [data-name=A]")
    first.click("#bet button[value=skip]")
    first.click("#step")
    expect(first.locator("#rehearsals")).to_have_text("31")
    expect(first.locator(".seat.away")).to_have_count(2)
    second.click("[data-arrows=dependence]")
    expect(second.locator(".seat.away")).to_have_count(0)
    expect(second.locator("#rehearsals")).to_have_text("30")
    assert [figure(second, "left", 1), figure(second, "right", 1)] == figures
