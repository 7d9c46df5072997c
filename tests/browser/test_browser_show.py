"""In a real browser: the bet, sending somebody home, the keyboard, two tabs."""

from __future__ import annotations

from playwright.sync_api import expect


def figure(page, side, which=0):
    """A meter's figure: 0 the hard section, 1 the whole talk."""
    text = page.locator(f".team.{side} .meter b").nth(which).inner_text()
    return float(text.replace("−", "-"))


def free(visitor, address):
    """Open the page and put the guide away."""
    page = visitor.open(address)
    page.click("#guide-hide")
    return page


def test_a_bet_comes_before_the_first_reveal_and_both_talks_are_judged_without_b(visitor):
    page = free(visitor, "#at=1500")
    complete = {side: figure(page, side) for side in ("left", "right")}
    page.click(".team.left [data-name=B]")
    expect(page.locator("#bet")).to_be_visible()
    expect(page.locator("html")).to_have_css("overflow-y", "hidden")  # the talk stays where it is
    expect(page.locator(".seat.away")).to_have_count(0)
    page.fill("#guess-left", "0.8")
    page.fill("#guess-right", "0.2")
    page.click("#bet-go")
    expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
    expect(page.locator("#verdict")).to_contain_text("You bet on 0.80 and 0.20.")
    expect(page.locator(".team.left .meter").first).to_contain_text("Hard section without B")
    expect(page.locator(".bet-mark:visible")).to_have_count(2)
    # The tables show the talk now, not who was absent from the last rehearsal.
    expect(page.locator(".here")).to_have_text(["4 of 5 at the talk"] * 2)
    expect(page.locator(".seat.absent")).to_have_count(0)
    # The article's claim, on this seed: with B the complete team loses its hard section.
    assert complete["left"] - figure(page, "left") > 0.25
    assert complete["right"] - figure(page, "right") < complete["left"] - figure(page, "left")
    # Nobody is asked twice.
    page.click(".team.left [data-name=C]")
    expect(page.locator(".seat.away")).to_have_count(4)
    expect(page.locator("#bet")).to_be_hidden()
    expect(page.locator(".bet-mark:visible")).to_have_count(0)  # it was no bet on two
    page.click("#bring-back")
    expect(page.locator(".seat.away")).to_have_count(0)
    assert {side: figure(page, side) for side in ("left", "right")} == complete


def test_a_bet_cannot_be_placed_before_both_sliders_have_been_set(visitor):
    page = free(visitor, "#at=1500")
    go, outputs = page.locator("#bet-go"), page.locator("#bet output")

    def ask():
        page.click(".team.left [data-name=B]")
        expect(outputs).to_have_text(["?", "?"])
        assert [page.input_value(f"#guess-{side}") for side in ("left", "right")] == ["0.5", "0.5"]
        expect(go).to_be_disabled()
        expect(page.locator("#bet-unset")).to_be_visible()

    ask()
    page.keyboard.press("Enter")
    expect(page.locator("#bet")).to_be_visible()
    page.fill("#guess-left", "0.2")
    expect(outputs).to_have_text(["0.20", "?"])
    expect(go).to_be_disabled()
    page.locator("#guess-right").click()  # in the middle, where it stands: set, too
    expect(outputs).to_have_text(["0.20", "0.50"])
    expect(go).to_be_enabled()
    expect(page.locator("#bet-unset")).to_be_hidden()
    page.click("#bet button[value=cancel]")
    ask()  # anew
    go.evaluate("button => button.form.requestSubmit()")  # by no button: it is no bet
    expect(page.locator("#bet")).to_be_hidden()
    expect(page.locator(".seat.away")).to_have_count(0)


def test_a_bet_can_be_put_off_or_left_out(visitor):
    page = free(visitor, "#at=20")
    page.click(".team.right [data-name=D]")
    page.click("#bet button[value=cancel]")
    expect(page.locator(".seat.away")).to_have_count(0)
    page.click(".team.right [data-name=D]")
    page.click("#bet button[value=skip]")
    expect(page.locator(".seat.away[data-name=D]")).to_have_count(2)
    expect(page.locator("#verdict")).not_to_contain_text("You bet")


def test_one_side_alone_and_somebody_must_stay(visitor):
    page = free(visitor, "#at=20&presenters=2&head_start=0")
    page.click("[data-sides=one]")
    page.click(".team.left [data-name=A]")
    page.click("#bet button[value=skip]")
    expect(page.locator(".team.left .seat.away")).to_have_count(1)
    expect(page.locator(".team.right .seat.away")).to_have_count(0)
    expect(page.locator("#away")).to_have_text("Sent home for the talk: left A, right nobody")
    page.click(".team.left [data-name=B]")
    expect(page.locator("#notices")).to_contain_text("Somebody must be there")
    expect(page.locator(".team.left .seat.away")).to_have_count(1)


def test_all_of_it_can_be_done_with_the_keyboard(visitor):
    page = visitor.open("#at=2000")
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
    expect(page.locator("#rehearsals")).to_have_text("2,001")
    tab_to("#speed")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#speed-value")).to_have_text("up to 300/s")  # the engine's ticks
    tab_to("[data-info=teams]")
    page.keyboard.press("Enter")
    expect(page.locator("#info")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#info")).to_be_hidden()
    tab_to(".team.left [data-name=B]")
    page.keyboard.press("Enter")
    expect(page.locator("#guess-left")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    expect(page.locator("#guess-right")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
    expect(page.locator("#verdict")).to_contain_text("You bet on 0.55 and 0.45.")


def test_two_tabs_do_not_touch_each_other(visitor):
    first, second = free(visitor, "#at=30"), free(visitor, "#at=30&seed=4")
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
