"""In a real browser: a link holds all that one sees, and Back takes back what one did."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from dashboard.live.export import live_page

FIGURES = "#pair .meter b, #pair dd, .heat td, .twin dd, .reader b, #verdict, #away, #guide-text"
REFUSING = """
  for (const how of ["pushState", "replaceState"]) {
    history[how] = () => { throw new DOMException("not in this frame", "SecurityError"); };
  }
  Object.defineProperty(navigator, "clipboard", { value: undefined });
"""

COUNTING = """
  window.told = [];
  window.starts = 0;
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => told.push([data.type, data.points?.length]));
    }
    postMessage(message) {
      starts += message.type === "start";
      super.postMessage(message);
    }
  };
"""


def figures(page):
    """Every figure that the page shows."""
    return page.locator(FIGURES).all_inner_texts()


def held(page, rehearsals):
    expect(page.locator("#rehearsals")).to_have_text(f"{rehearsals:,}")
    expect(page.locator("#busy")).to_be_empty()


def at_step(page, step):
    expect(page.locator(f"[data-step={step}]")).to_have_attribute("aria-current", "step")


def bet_on_b(page):
    page.click("#guide-do")
    page.fill("#guess-left", "0.4")
    page.fill("#guess-right", "0.3")
    page.click("#bet-go")


def test_a_reload_loses_nothing(visitor):
    page = visitor.open("#at=2000&epochs=1&lang=en")
    page.click("#guide-next")
    bet_on_b(page)
    at_step(page, "home")
    for button in ("[data-arrows=dependence]", "[data-sides=one]", "#settings summary"):
        page.click(button)
    page.select_option("#theme", "dark")
    page.click("[data-step=digits]")
    expect(page.locator("#epoch")).to_have_text("epoch 1 of 60")
    page.fill("#silence", "8")
    page.locator("#digit-list button").nth(5).click()
    page.locator("#answer summary").click()
    for told in ("verdict", "silence-text"):
        expect(page.locator(f"#{told}")).to_contain_text(re.compile(r"0\.40 and 0\.30|128 of 256"))
    expect(page).to_have_url(re.compile("answer=true"))
    before, address = figures(page), page.url
    page.reload()
    held(page, 2000)
    expect(page.locator("#epoch")).to_have_text("epoch 1 of 60")
    at_step(page, "digits")
    expect(page.locator(".seat.away")).to_have_count(2)
    expect(page.locator("[data-sides=one]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-arrows=dependence]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#digit-list button").nth(5)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".bet-mark:visible")).to_have_count(2)
    expect(page.locator(".moral")).to_be_visible()
    expect(page.locator("#field-seed")).to_be_visible()
    assert figures(page) == before
    assert page.url == address


def test_back_and_forward_walk_through_what_one_did(visitor):
    page = visitor.open("#at=5&head_start=10&seed=3&lang=en")
    walk = [figures(page)]

    def done(*checks):
        for selector, attribute, value in checks:
            expect(page.locator(selector)).to_have_attribute(attribute, value)
        walk.append(figures(page))

    page.click("#guide-hide")  # 1
    expect(page.locator("#guide")).to_be_hidden()
    done()
    page.click(".team.left [data-name=C]")  # 2
    page.click("#bet button[value=skip]")
    expect(page.locator(".seat.away")).to_have_count(2)
    expect(page.locator("#verdict")).not_to_be_empty()
    done()
    page.click("[data-preset=couples]")  # 3
    held(page, 0)
    done(("[data-preset=couples]", "aria-pressed", "true"))
    page.click("#step")
    held(page, 1)
    page.click("#settings summary")
    page.fill("#field-abilities", "2")  # 4
    page.press("#field-abilities", "Tab")
    held(page, 0)
    page.click("#step")
    held(page, 1)
    page.select_option("#law-left", "rota")  # 5
    expect(page).to_have_url(re.compile("changes=1:left=rota:1"))
    page.get_by_role("button", name="日本語").click()

    page.go_back()  # the law as it was
    expect(page.locator("#law-left")).to_have_value("rate")
    held(page, 1)
    expect(page.locator("html")).to_have_attribute("lang", "ja")  # whose language it is
    page.get_by_role("button", name="English").click()
    page.go_back()
    expect(page.locator("#field-abilities")).to_have_value("4")
    held(page, 1)
    page.go_back()
    expect(page.locator("#pair .seat")).to_have_count(10)
    held(page, 5)
    expect(page.locator(".seat.away[data-name=C]")).to_have_count(2)
    assert figures(page) == walk[2]
    page.locator("#teams").evaluate("element => element.dataset.same = 'teams'")
    page.go_back()
    expect(page.locator(".seat.away")).to_have_count(0)
    assert figures(page) == walk[1]
    page.go_back()
    expect(page.locator("#guide")).to_be_visible()
    assert figures(page) == walk[0]

    for _ in range(2):
        page.go_forward()
    expect(page.locator(".seat.away[data-name=C]")).to_have_count(2)
    page.go_forward()
    expect(page.locator("[data-preset=couples]")).to_have_attribute("aria-pressed", "true")
    held(page, 1)
    for _ in range(2):
        page.go_forward()
    expect(page.locator("#law-left")).to_have_value("rota")
    held(page, 1)


def test_back_walks_through_the_guide_and_the_teams_stay(visitor):
    page = visitor.open(
        "#at=2000&source=engine", prepare=lambda page: page.add_init_script(COUNTING)
    )
    page.click("#guide-next")
    at_step(page, "bet")
    bet_on_b(page)
    at_step(page, "home")
    page.click("#guide-next")
    at_step(page, "twin")
    page.go_back()
    at_step(page, "home")
    expect(page.locator("#verdict")).to_contain_text("You bet on 0.40 and 0.30.")
    page.go_back()
    at_step(page, "bet")
    expect(page.locator(".seat.away")).to_have_count(0)
    expect(page.locator("[data-step=home]")).to_be_disabled()  # the bet is not placed yet
    page.go_forward()
    at_step(page, "home")
    expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
    expect(page.locator("#verdict")).to_contain_text("You bet on 0.40 and 0.30.")
    assert page.evaluate("starts") == 1


def test_the_skip_link_keeps_the_state(visitor):
    page = visitor.open("#at=3&seed=8")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#teams")).to_be_focused()
    expect(page).to_have_url(re.compile("seed=8.*at=3"))
    held(page, 3)


def test_a_frame_that_refuses_history_and_clipboard_works_all_the_same(visitor):
    page = visitor.open("#at=3", prepare=lambda page: page.add_init_script(REFUSING))
    page.click("#step")
    held(page, 4)
    page.click("[data-preset=star]")
    held(page, 0)
    page.click("#copy")
    line = page.locator("[data-kind=copy]")
    expect(line).to_contain_text("The browser did not let the page copy.")
    expect(line).to_contain_text("preset=star")  # the link is told, not the address that stayed


def test_inside_another_page_it_works_without_an_address(browser):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.set_content('<iframe sandbox="allow-scripts" width="1000" height="800"></iframe>')
    page.locator("iframe").evaluate("(frame, text) => (frame.srcdoc = text)", live_page())
    inside = page.frame_locator("iframe")
    held(inside, 0)
    inside.locator("#step").click()
    held(inside, 1)
    inside.locator("[data-preset=star]").click()
    held(inside, 0)
    inside.locator("#copy").click()
    expect(inside.locator("[data-kind=copy]")).to_contain_text("no address of its own")
    page.close()
    assert not errors


def test_two_servers_show_the_same_figures(visitor, visitor_of, serving, free_port):
    link = "#seed=7&at=200&epochs=1&right=bursts:0.3,5&changes=90:trust=1&home_left=B&home_right=B"
    with serving(free_port):
        other = visitor_of(f"http://localhost:{free_port}/")
        pages = [visitor.open(link), other.open(link)]
        for page in pages:
            held(page, 200)
            expect(page.locator("#epoch")).to_have_text("epoch 1 of 60")
        one, two = map(figures, pages)
        assert len(one) > 40
        assert one == two
        other.leave()


def test_a_far_link_is_caught_up_with_in_few_messages(visitor):
    """How long it takes is for `benchmarks.live`; what the page has to do is counted here."""
    page = visitor.open(
        "#at=2000&source=engine", prepare=lambda page: page.add_init_script(COUNTING)
    )
    held(page, 2000)
    told = page.evaluate("told")
    assert [points for kind, points in told if kind == "history"] == [100]
    # Each tells how far it is, a few times a second; not each so many rehearsals.
    assert 1 <= sum(kind == "frame" for kind, _ in told) < 100
