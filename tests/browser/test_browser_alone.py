"""In a real browser: the exported page from file://, which computes all of it itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import run
from dashboard.texts import load

FIGURES = "#pair .meter b, #pair dd:not(.note), .heat td, .twin dd:not(.difference, .note), #epoch"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "page.html"
    assert run.main(["export", str(path)]) == 0
    return path


def test_it_computes_itself_whatever_is_set(reader):
    page = reader.open()
    expect(page.locator("#computing-line")).to_have_text("This page computes it itself.")
    for button in ("#computing-switch", "#check"):
        expect(page.locator(button)).to_be_hidden()
    page.click("[data-preset=couples]")
    expect(page.locator("#pair .seat")).to_have_count(12)
    page.select_option("#law-left", "bursts")
    page.click("#step")
    expect(page.locator("#rehearsals")).to_have_text("1")
    expect(page).to_have_url(re.compile("left=bursts:0.3,5"))
    page.click("#reset")
    page.fill("#speed", "50")
    page.click("#play")
    expect(page.locator("#rehearsals")).to_have_text(re.compile(r"^\d,\d{3}$"))
    page.click("#play")
    expect(page.locator("#play")).to_have_text("▶ Rehearse")


def test_its_link_opens_on_a_server_at_the_same_figures(reader, visitor):
    link = "#seed=3&at=60&home_left=C&changes=20:right=rota:2;30:learning_rate=0.05&epochs=1"
    here = reader.open(link)
    there = visitor.open(f"{link}&source=mesa")
    for page in (here, there):
        expect(page.locator("#epoch")).to_have_text("epoch 1 of 60")
        expect(page.locator(".seat.away[data-name=C]")).to_have_count(1)
    assert here.locator(FIGURES).all_inner_texts() == there.locator(FIGURES).all_inner_texts()


def test_a_far_link_is_opened_and_all_its_past_is_drawn(reader):
    page = reader.open("#at=20000&lang=ja&arrows=dependence", wait=False)
    expect(page.locator("#rehearsals")).to_have_text("20,000", timeout=60_000)
    expect(page.locator("h1")).to_have_text(load("page", "ja")["title"])
    expect(page.locator("#busy")).to_be_empty()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text(load("page", "en")["title"])
    page.click("#play")
    expect(page.locator("[data-kind=error]")).to_contain_text("Rehearsal 20,000 is the last")


def test_a_link_to_what_mesa_does_says_nothing_of_a_server(reader):
    page = reader.open("#at=300&source=mesa")
    expect(page.locator("#computing-line")).to_have_text("This page computes it itself.")


def test_its_networks_train_and_units_fall_silent(reader):
    page = reader.open("#at=2000")
    page.click("#net-play")
    expect(page.locator("#epoch")).to_have_text(re.compile(r"epoch \d\d of"))
    page.click("#net-play")
    page.fill("#silence", "8")
    accuracies = [float(text.rstrip("%")) for text in page.locator(".reader b").all_inner_texts()]
    assert accuracies[1] > accuracies[0] > 50
    expect(page.locator("#twin .difference").first).to_have_text(re.compile("^0$|10⁻"))


def test_the_guide_leads_through_it(reader):
    page = reader.open()
    page.click("#guide-do")
    expect(page.locator("#guide-title")).to_have_text("Place your bet")
    expect(page.locator("#rehearsals")).to_have_text("2,000")
    page.click("#guide-do")
    page.fill("#guess-left", "0.1")
    page.fill("#guess-right", "0.2")
    page.click("#bet-go")
    expect(page.locator("#guide-title")).to_have_text("B stays at home")


def test_a_worker_that_cannot_start_is_one_line(reader):
    no_worker = "window.Worker = class { constructor() { throw new Error('none here'); } };"
    page = reader.open(prepare=lambda page: page.add_init_script(no_worker), wait=False)
    line = page.locator("[data-kind=connection]")
    expect(line).to_contain_text("did not let the page start its own computing, in a Web Worker")
    expect(line.get_by_role("button")).to_have_count(2)  # again, and close: there is no server
