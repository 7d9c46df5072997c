"""In a real browser: what goes wrong, and what the page owes to phones, themes and stillness."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect


def test_an_address_with_nonsense_is_told_and_the_rest_is_taken(visitor):
    page = visitor.open(
        "#seed=abc&presenters=99&abilities=2&trust=0&left=rate:1&colour=red&q=%zz&lang=xx"
    )
    line = page.locator("[data-kind=address]")
    for part in ("seed", "“99”", "trust", "“rate:1”", "colour, q, lang"):
        expect(line).to_contain_text(part)
    expect(page.locator("#pair .seat")).to_have_count(10)
    expect(page.locator("#field-abilities")).to_have_value("2")
    line.get_by_role("button", name="Close").click()
    expect(line).to_have_count(0)


def test_a_number_out_of_bounds_is_not_taken(visitor):
    page = visitor.open()
    page.click("#settings summary")
    page.fill("#field-presenters", "21")
    page.press("#field-presenters", "Tab")
    expect(page.locator("[data-kind=field]")).to_contain_text("Presenters cannot be 21")
    expect(page.locator("#field-presenters")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#pair .seat")).to_have_count(10)


def test_an_address_changed_by_hand_is_followed(visitor):
    page = visitor.open("#at=4")
    page.evaluate("location.hash = '#presenters=3&at=9&lang=ja'")
    expect(page.locator("#rehearsals")).to_have_text("9")
    expect(page.locator("#pair .seat")).to_have_count(6)
    expect(page.locator("html")).to_have_attribute("lang", "ja")


def test_the_page_comes_back_with_its_state_when_the_server_does(visitor_of, serving, free_port):
    with serving(free_port):
        visitor = visitor_of(f"http://127.0.0.1:{free_port}/")
        visitor.may_lose_connection = True
        page = visitor.open("#at=25&home_left=B&home_right=B")
        before = page.locator("#pair .meter b").all_inner_texts()
    expect(page.locator("[data-kind=connection]")).to_contain_text("stopped answering")
    page.locator("#teams").evaluate("element => element.dataset.same = 'page'")
    with serving(free_port):
        expect(page.locator("[data-kind=connection]")).to_have_count(0)
        page.click("#step")
        expect(page.locator("#rehearsals")).to_have_text("26")
        expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
        expect(page.locator("#teams")).to_have_attribute("data-same", "page")
        again = visitor.open("#at=25&home_left=B&home_right=B")
        assert again.locator("#pair .meter b").all_inner_texts() == before
        visitor.leave()


def test_a_line_goes_with_what_it_speaks_of_and_never_covers_the_counter(visitor):
    page = visitor.open("#left=without:B&presenters=4")
    page.click("#settings summary")

    def enter(field, value):
        page.fill(f"#field-{field}", value)
        page.press(f"#field-{field}", "Enter")

    enter("trust", "7")
    line = page.locator("[data-kind=field]")
    expect(line).to_be_visible()
    enter("trust", "0.5")
    expect(line).to_have_count(0)
    page.select_option("#law-left", "without")
    page.fill("#argument-left", "Z")
    page.press("#argument-left", "Enter")
    line = page.locator("[data-kind=law]")
    expect(line).to_contain_text("“one always absent” cannot take “Z” in a team of 4.")
    page.fill("#argument-left", "D")
    page.press("#argument-left", "Enter")
    expect(line).to_have_count(0)
    expect(page.locator("[data-kind=changed]")).to_contain_text("Left team: D never comes, from")
    bar = page.locator(".bar").bounding_box()
    for notice in page.locator(".notice").all():
        assert notice.bounding_box()["y"] >= bar["y"] + bar["height"]
    enter("trust", "9")
    enter("presenters", "3")  # which has no D, and takes down what was said before
    expect(page.locator("[data-kind=fit]")).to_contain_text("“D never comes” does not fit 3")
    expect(page.locator(".notice")).to_have_count(2)
    page.click("#reset")
    expect(page.locator(".notice")).to_have_count(0)


def test_a_line_passes_by_itself_but_not_while_it_is_pointed_at(visitor):
    page = visitor.open(prepare=lambda page: page.clock.install())
    page.click("[data-preset=star]")
    line = page.locator("[data-kind=reset]")
    line.hover()
    page.clock.fast_forward(60_000)
    expect(line).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.fast_forward(60_000)
    expect(line).to_have_count(0)


def say(route, message):
    route.send(json.dumps(message))


def test_full_idle_and_refused_are_told_in_friendly_words(visitor):
    """What a server rarely does is played by the test itself, in the server's place."""
    answers = iter(["full", "idle", "open"])

    def answer(route):
        match next(answers):
            case "full":
                route.close(code=4503)
            case "idle":
                say(route, {"type": "hello"})
                route.close(code=4408)
            case _:
                route.connect_to_server()

    page = visitor.open(prepare=lambda page: page.route_web_socket("**/live", answer), wait=False)
    line = page.locator("[data-kind=connection]")
    expect(line).to_contain_text("All seats are taken")
    expect(line.get_by_role("button", name="Go on in this page")).to_be_visible()
    line.get_by_role("button", name="Connect now").click()
    expect(line).to_contain_text("nothing happened for a while")
    expect(line.get_by_role("button", name="Go on in this page")).to_be_visible()
    line.get_by_role("button", name="Connect now").click()
    expect(line).to_have_count(0)
    expect(page.locator("#pair .seat")).to_have_count(10)


def test_an_error_of_the_server_is_a_line_and_the_session_goes_on(visitor):
    def answer(route):
        server = route.connect_to_server()

        def pass_on(message):
            if json.loads(message)["type"] == "step":
                say(route, {"type": "error", "message": "no step today"})
            server.send(message)

        route.on_message(pass_on)

    page = visitor.open(prepare=lambda page: page.route_web_socket("**/live", answer))
    page.click("#step")
    expect(page.locator("[data-kind=error]")).to_contain_text("no step today")
    expect(page.locator("#rehearsals")).to_have_text("1")


def test_a_team_that_diverges_says_so_and_the_other_goes_on(visitor):
    page = visitor.open("#learning_rate=1&left=everyone&head_start=0&speed=50")
    page.click("#play")
    line = page.locator(".team .stopped:visible").first
    expect(line).to_contain_text("A learning rate of 1 is too large for this talk.")
    assert line.inner_text().count("\n") == 0
    expect(page.locator("#play")).to_have_text("▶ Rehearse")  # both have: nothing plays any more
    # Their last numbers were on the way to infinity: there are none.
    facts = "#pair .facts div:not(:first-child) dd:not(.note)"
    figures = page.locator(f"#pair .meter b, {facts}, .heat td")
    assert set(figures.all_inner_texts()) == {"–"}
    assert not re.search(r"NaN|Infinity|null|\de\+", page.inner_text("body"))
    page.get_by_role("button", name="日本語").click()
    expect(line).to_contain_text("学習が発散しました")


def test_a_start_that_cannot_be_leaves_the_page_with_what_it_had(visitor):
    page = visitor.open("#at=3&seed=2&head_start=0&learning_rate=1")
    before = page.locator("#pair .meter b").all_inner_texts()
    page.click("#settings summary")
    page.fill("#field-head_start", "2000")
    page.press("#field-head_start", "Enter")
    expect(page.locator("[data-kind=error]")).to_contain_text("B’s head start diverged")
    expect(page.locator("#rehearsals")).to_have_text("3")
    expect(page).to_have_url(re.compile("head_start=0"))
    expect(page.locator("#pair .meter b")).to_have_text(before)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("presenters", [5, 20])
def test_a_phone_never_scrolls_sideways(visitor, language, presenters):
    page = visitor.open(
        f"#presenters={presenters}&abilities=1&at=2&lang={language}&right=rate:0.3",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    page.click("#settings summary")
    page.click("#guide-hide")
    width = "[document.documentElement.scrollWidth, document.body.scrollWidth]"
    assert page.evaluate(width) == [390, 390]
    seats = [seat.bounding_box() for seat in page.locator(".team.left .seat").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in seats)
    page.locator(".team.left [data-name=B]").tap()
    expect(page.locator("#bet")).to_be_visible()
    assert page.evaluate(width) == [390, 390]


def luminance(colour):
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(page, selector, ground):
    colours = [
        page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{what}")
        for selector, what in ((selector, "color"), (ground, "backgroundColor"))
    ]
    light, dark = sorted(map(luminance, colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read_in_light_and_dark(visitor, theme):
    page = visitor.open(f"#theme={theme}", color_scheme="light" if theme == "dark" else "dark")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.2) == (theme == "dark")
    for words in (".lead", ".team.left .meter b", ".team.right .meter b", "dt", ".words td"):
        assert contrast(page, words, ".panel") >= 4.5, words
    page.select_option("#theme", "light" if theme == "dark" else "dark")
    other = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(other) < 0.2) != (theme == "dark")
    expect(page).to_have_url(re.compile(r"theme=(light|dark)"))


def test_the_system_decides_where_nobody_else_does(visitor):
    page = visitor.open(color_scheme="dark")
    grounds = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert luminance(grounds[0]) < 0.2 < luminance(grounds[1])


def moving(page):
    """Elements that would move or fade, by their computed style."""
    return page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
             const style = getComputedStyle(element);
             const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
             return lasts(style.transitionDuration) || lasts(style.animationDuration);
           }).length"""
    )


def test_nothing_moves_where_the_system_asks_for_stillness(visitor):
    for motion in ("no-preference", "reduce"):
        page = visitor.open("#at=1&home_left=B", reduced_motion=motion)
        assert (moving(page) > 0) == (motion == "no-preference")
        page.click("[data-step=twin]")
        expect(page.locator("#twin")).to_be_in_viewport()
