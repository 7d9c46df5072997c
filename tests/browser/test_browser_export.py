"""In a real browser: the exported page from file://, with nobody to ask."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import run
from dashboard.texts import load


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "page.html"
    assert run.main(["export", str(path), "--rehearsals", "2000", "--frames", "41"]) == 0
    assert path.stat().st_size < 4_000_000
    return path


@pytest.fixture
def reader(visitor_of, exported):
    visitor = visitor_of(exported.as_uri())
    yield visitor
    visitor.leave()  # no complaint, and no request to anywhere


def figure(page, side):
    return float(page.locator(f".team.{side} .meter b").first.inner_text().replace("−", "-"))


def test_it_plays_and_is_scrubbed(reader):
    page = reader.open()
    expect(page.locator("[data-preset]").first).to_be_hidden()
    expect(page.locator("#law-left")).to_be_disabled()
    page.click("#play")
    expect(page.locator("#rehearsals")).to_have_text(re.compile("[1-9]"))
    page.click("#play")
    expect(page.locator("#play")).to_have_text("▶ Rehearse")
    page.fill("#scrub", "30")
    expect(page.locator("#rehearsals")).to_have_text("1,500")
    expect(page).to_have_url(re.compile("at=1500"))
    page.click("#reset")
    expect(page.locator("#rehearsals")).to_have_text("0")


def test_everybody_can_be_sent_home(reader):
    page = reader.open("#at=2000")
    complete = {side: figure(page, side) for side in ("left", "right")}
    page.click(".team.left [data-name=B]")
    page.click("#bet button[value=skip]")
    expect(page.locator(".seat.away[data-name=B]")).to_have_count(2)
    assert complete["left"] - figure(page, "left") > 0.25
    assert complete["right"] - figure(page, "right") < complete["left"] - figure(page, "left")
    page.click(".team.left [data-name=D]")
    page.click(".team.left [data-name=A]")
    expect(page.locator("#away")).to_have_text("Sent home for the talk: B, D, A")
    page.click("#bring-back")
    expect(page.locator(".seat.away")).to_have_count(0)
    assert {side: figure(page, side) for side in ("left", "right")} == complete


def test_its_link_opens_it_as_it_was(reader):
    page = reader.open("#at=1000&home_left=C&home_right=C&lang=ja&arrows=dependence")
    expect(page.locator(".seat.away[data-name=C]")).to_have_count(2)
    expect(page.locator("h1")).to_have_text(load("page", "ja")["title"])
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text(load("page", "en")["title"])
    expect(page.locator("[data-arrows=dependence]")).to_have_attribute("aria-pressed", "true")


def test_what_an_address_asks_for_beyond_the_recording_is_told(reader):
    page = reader.open(
        "#at=2000&seed=7&left=everyone&trust=0.5&presenters=9&home_left=I&home_right=B&colour=red",
        wait=False,
    )
    line = page.locator("[data-kind=address]")
    for part in (
        "There is no “colour”.",
        "This page is a recording",
        "seed is 0 here, not 7.",
        "trust is 0.02 here, not 0.5.",
        "presenters is 5 here, not 9.",
        "home_left is – here, not I.",
    ):
        expect(line).to_contain_text(part)
    expect(line).not_to_contain_text("everyone")  # the recording has it
    expect(page.locator("#rehearsals")).to_have_text("2,000")
    expect(page.locator(".team.left .seat.away")).to_have_count(0)
    expect(page.locator(".team.right .seat.away[data-name=B]")).to_have_count(1)
    expect(page).to_have_url(re.compile("seed=0"))
    page.evaluate("location.hash = '#at=9999&lang=ja'")
    expect(line).to_contain_text("at は 9999 ではなく 2000 です。")
    expect(page.locator("#busy")).to_be_empty()


def test_an_address_that_asks_for_what_was_recorded_is_told_nothing(reader):
    page = reader.open("#at=1234&seed=0&left=everyone&right=one-or-two&lang=en", wait=False)
    expect(page.locator("#rehearsals")).to_have_text("1,200")  # the frame before it
    expect(page.locator("#busy")).to_be_empty()
    expect(page.locator("[data-kind=address]")).to_have_count(0)


def test_a_link_to_trained_networks_shows_their_digits(reader):
    page = reader.open("#at=2000&epochs=3")
    expect(page.locator("#epoch")).to_have_text("epoch 3 of 60")
    expect(page.locator("#digit-list button")).to_have_count(12)
    expect(page.locator(".reads").first).to_contain_text(re.compile("[✓✗]"))


def test_both_networks_train_and_units_fall_silent(reader):
    page = reader.open("#at=2000")
    page.click("#net-play")
    expect(page.locator("#epoch")).to_have_text("epoch 60 of 60")
    page.fill("#silence", "8")
    accuracies = [float(text.rstrip("%")) for text in page.locator(".reader b").all_inner_texts()]
    assert accuracies[1] > accuracies[0] > 50
    expect(page.locator("#twin .difference").first).to_have_text(re.compile("^0$|10⁻"))


def test_the_guide_leads_through_a_recording(reader):
    page = reader.open()
    page.click("#guide-do")
    expect(page.locator("#guide-title")).to_have_text("Place your bet")
    expect(page.locator("#rehearsals")).to_have_text("2,000")
    page.click("#guide-do")
    page.fill("#guess-left", "0.1")
    page.fill("#guess-right", "0.2")
    page.click("#bet-go")
    expect(page.locator("#guide-title")).to_have_text("B stays at home")
