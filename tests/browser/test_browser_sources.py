"""In a real browser: Mesa's teams on the server, or the engine in the page, and who computes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import dashboard
from dashboard.live.bundle import bundle

PAGE = Path(dashboard.__file__).parent / "live" / "page"

BROKEN_WORKER = """
  onmessage = ({ data }) => {
    if (data.type === "resources") postMessage({ type: "hello" });
    if (data.type === "start") throw new Error("one and one is three");
  };
"""


def figures(page):
    """Every figure of both teams and their twins but the rounding between the two."""
    of_twins = ".twin dd:not(.difference, .note)"
    shown = page.locator(f"#pair .meter b, #pair dd:not(.note), .heat td, {of_twins}")
    return shown.all_inner_texts()


def switch(page, to):
    """Go over to a source, and wait until it has started."""
    page.click("#computing-switch")
    says = {"engine": "This page computes it itself.", "mesa": "Mesa’s teams on the server"}[to]
    expect(page.locator("#computing-line")).to_contain_text(says)
    expect(page.locator("#check")).to_be_enabled()


def at(page, rehearsal):
    expect(page.locator("#rehearsals")).to_have_text(f"{rehearsal:,}")


def test_one_goes_over_to_the_engine_and_back_at_the_same_figures(visitor):
    page = visitor.open("#seed=7&at=30&home_left=B&changes=10:trust=0.1")
    expect(page.locator("#computing-line")).to_have_text("Mesa’s teams on the server compute it.")
    of_mesa = figures(page)
    switch(page, "engine")
    at(page, 30)
    expect(page.locator("#pair dd").first).to_have_text(of_mesa[2])
    assert figures(page) == of_mesa
    expect(page).to_have_url(re.compile("source=engine"))
    page.click("#step")
    at(page, 31)
    of_engine = figures(page)
    switch(page, "mesa")
    at(page, 31)
    assert figures(page) == of_engine
    expect(page.locator(".team.left .seat.away")).to_have_count(1)


@pytest.mark.parametrize("source", ["mesa", "engine"])
def test_each_is_checked_against_the_other(visitor, source):
    page = visitor.open(f"#at=60&source={source}&changes=20:right=rate:0.3")
    page.click("#check")
    line = page.locator("#check-line")
    expect(line).to_contain_text("Checked: after the same 60 rehearsals", timeout=40_000)
    text = line.inner_text()
    assert re.search(r"\d{3} numbers|all \d,?\d{3} numbers", text)
    found = re.findall(r"([\d.]+) × 10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    powers = [int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))) for _, power in found]
    assert all(power >= 10 for power in powers)
    page.click("#reset")  # other teams than were checked
    expect(line).to_be_empty()


def test_a_difference_that_is_no_rounding_is_told(visitor):
    """The server's answer is bent a little on its way."""

    def answer(route):
        server = route.connect_to_server()

        def bend(text):
            message = json.loads(text)
            if message["type"] == "exact":
                message["teams"]["left"]["weights"]["handout"][0] += 1e-6
            route.send(json.dumps(message))

        server.on_message(bend)

    page = visitor.open(
        "#at=3&source=engine", prepare=lambda page: page.route_web_socket("**/live", answer)
    )
    page.click("#check")
    expect(page.locator("#check-line")).to_contain_text("the weights by up to 1.0 × 10⁻⁶")


def test_a_far_link_is_caught_up_with_by_the_engine_which_goes_on(visitor):
    page = visitor.open("#at=400")
    line = page.locator("#computing-line")
    expect(line).to_contain_text("would take a while to rehearsal 400")
    page.click("#step")
    at(page, 401)
    page.click("#reset")
    expect(line).to_have_text("This page computes it itself.")
    asked = visitor.open("#at=250&source=mesa")  # whoever asks for them gets them
    expect(asked.locator("#computing-line")).to_contain_text("Mesa’s teams")


def engine_files():
    """What the engine's worker loads, by its paths in the page's folder."""
    files = set()

    def read(name):
        files.add(name)
        return (PAGE / name).read_text(encoding="utf-8")

    bundle("engine/worker.js", read)
    return files


def note(page, loaded):
    page.on("requestfinished", lambda request: loaded.add(request.url.partition("/page/")[2]))


def test_a_lost_server_while_it_plays_is_gone_on_without(visitor_of, serving, free_port):
    with serving(free_port):
        visitor = visitor_of(f"http://127.0.0.1:{free_port}/")
        visitor.may_lose_connection = True
        loaded = set()
        page = visitor.open("#at=40&speed=1&home_right=C", prepare=lambda page: note(page, loaded))
        while not loaded >= engine_files():  # it is there, should the server not be
            page.wait_for_timeout(50)
        page.click("#play")
        expect(page.locator("#rehearsals")).not_to_have_text("40")
    line = page.locator("[data-kind=connection]")
    expect(line).to_contain_text("stopped answering")
    held = int(page.inner_text("#rehearsals"))
    line.get_by_role("button", name="Go on in this page").click()
    expect(line).to_have_count(0)
    expect(page.locator("#play")).to_have_text("❚❚ Pause")
    while int(page.inner_text("#rehearsals")) <= held:  # it catches up, and goes on
        page.wait_for_timeout(50)
    page.click("#play")
    expect(page.locator(".team.right .seat.away[data-name=C]")).to_have_count(1)
    visitor.leave()


def test_what_mesa_does_not_do_the_engine_does(visitor):
    page = visitor.open("#at=5&momentum=0.5")
    line = page.locator("#computing-line")
    expect(line).to_contain_text("as Mesa’s teams on the server do not: momentum")
    expect(page.locator(".notice")).to_have_count(0)
    page.click("#check")
    expect(page.locator("#check-line")).to_contain_text("nothing was checked: momentum")


def without_workers(page):
    page.add_init_script(
        "window.Worker = class { constructor() { throw new Error('no workers in here'); } };"
    )


def with_broken_workers(page):
    page.route(
        "**/engine/worker.js",
        lambda route: route.fulfill(body=BROKEN_WORKER, content_type="text/javascript"),
    )


@pytest.mark.parametrize(
    ("prepare", "says", "in_japanese"),
    [
        (without_workers, "did not let the page start its own computing", "no workers in here"),
        (with_broken_workers, "one and one is three", "こちらの誤り"),
    ],
)
def test_a_worker_that_fails_is_one_line_and_mesa_can_take_over(
    visitor, prepare, says, in_japanese
):
    page = visitor.open("#at=4&source=engine", prepare=prepare, wait=False)
    line = page.locator("[data-kind=connection]")
    expect(line).to_contain_text(says)
    assert line.bounding_box()["height"] < 130
    line.get_by_role("button", name="Start it again").click()
    expect(line).to_contain_text(says)
    page.get_by_role("button", name="日本語").click()
    expect(line).to_contain_text(in_japanese)
    line.get_by_role("button", name="Mesa のチームに計算させる").click()
    expect(line).to_have_count(0)
    at(page, 4)


@pytest.mark.parametrize("source", ["mesa", "engine"])
def test_the_guide_has_them_rehearse_2000_times_and_not_once_more(visitor, source):
    page = visitor.open(f"#at=0&speed=37&presenters=3&practice=10&abilities=1&source={source}")
    page.click("#guide-do")
    expect(page.locator("#guide-title")).to_have_text("Place your bet", timeout=60_000)
    expect(page.locator("#play")).to_have_text("▶ Rehearse")
    page.wait_for_timeout(300)
    at(page, 2000)
