"""In a real browser: every control and preset, the link, both languages, the article's network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import dashboard
from dashboard.texts import load

PAGE = Path(dashboard.__file__).parent / "live" / "page"
PRESETS = json.loads((PAGE / "presets.json").read_text())
RESETTING = {
    "seed": "7", "presenters": "4", "abilities": "2", "questions": "3",
    "practice": "20", "noise": "0.1", "head_start": "10",
}  # fmt: skip
LAWS = {
    "absent": "absent:1", "rate": "rate:0.3", "rates": "rates:0,0.5,0,0,0", "rota": "rota:1",
    "couples": "couples:0.3", "bursts": "bursts:0.3,5", "without": "without:B",
    "everyone": "everyone", "one-or-two": "one-or-two",
}  # fmt: skip


def whole(page, selector="#rehearsals"):
    return int(page.inner_text(selector).replace(",", ""))


def settled(page):
    """Count rehearsals once no more of them come: some are on their way when the button changes."""
    before = None
    while (now := whole(page)) != before:
        before = now
        page.wait_for_timeout(500)
    return now


def figures(page):
    """Every figure that the two teams show."""
    return page.locator("#pair .meter b, #pair dd, .heat td, .twin dd").all_inner_texts()


def test_play_pause_step_and_reset(visitor):
    page = visitor.open("#speed=7")
    page.click("#play")
    expect(page.locator("#play")).to_have_text("❚❚ Pause")
    expect(page.locator("#rehearsals")).not_to_have_text("0")
    page.click("#play")
    expect(page.locator("#play")).to_have_text("▶ Rehearse")
    held = settled(page)
    for more in (1, 2):
        page.click("#step")
        expect(page.locator("#rehearsals")).to_have_text(f"{held + more:,}")
    expect(page).to_have_url(re.compile(rf"at={held + 2}\b"))
    page.click("#reset")
    expect(page.locator("#rehearsals")).to_have_text("0")
    expect(page.locator(".here").first).to_have_text("not rehearsed yet")


def test_every_setting_that_resets_says_so_and_stands_in_the_link(visitor):
    page = visitor.open("#at=3")
    page.click("#settings summary")
    for key, value in RESETTING.items():
        page.fill(f"#field-{key}", value)
        page.press(f"#field-{key}", "Tab")
        expect(page.locator("[data-kind=reset]")).to_contain_text(f"is now {value}")
        expect(page).to_have_url(re.compile(rf"[#&]{key}={value}(&|$)"))
        expect(page.locator("#rehearsals")).to_have_text("0")
    expect(page.locator("#pair .seat")).to_have_count(8)
    expect(page.locator(".heat.left tbody tr")).to_have_count(4)


def test_settings_that_hold_at_once_are_kept_as_history(visitor):
    page = visitor.open("#at=12")
    page.click("#settings summary")
    page.fill("#field-learning_rate", "0.05")
    page.press("#field-learning_rate", "Tab")
    expect(page).to_have_url(re.compile(r"changes=12:learning_rate=0.05"))
    page.fill("#field-trust", "1")
    page.press("#field-trust", "Tab")
    expect(page).to_have_url(re.compile(r"changes=12:learning_rate=0.05;12:trust=1"))
    expect(page.locator("#rehearsals")).to_have_text("12")
    page.click("#reset")
    expect(page).to_have_url(
        re.compile(r"learning_rate=0.05&trust=1&at=0|at=0.*learning_rate=0.05")
    )
    expect(page).not_to_have_url(re.compile("changes"))


def test_every_law_can_be_chosen_on_either_side(visitor):
    page = visitor.open()
    for kind, law in LAWS.items():
        page.select_option("#law-right", kind)
        expect(page).to_have_url(re.compile(rf"right={re.escape(law)}(&|$)"))
    page.select_option("#law-left", "rate")
    page.fill("#argument-left", "0.6")
    page.press("#argument-left", "Enter")
    expect(page).to_have_url(re.compile("left=rate:0.6"))
    expect(page.locator(".team.left .facts dd").first).to_have_text("60%")
    page.fill("#argument-left", "1.5")
    page.press("#argument-left", "Enter")
    expect(page.locator("[data-kind=law]")).to_contain_text("cannot take “1.5”")
    expect(page.locator("#argument-left")).to_have_attribute("aria-invalid", "true")
    expect(page).to_have_url(re.compile("left=rate:0.6"))


def test_a_log_is_pasted_and_rehearsed_by(visitor):
    page = visitor.open("#presenters=3&head_start=0")
    page.select_option("#law-left", "log")
    table, wrong = page.locator("#table-left"), page.locator("dialog.log[open] .wrong")
    expect(table).to_be_focused()
    table.fill("A,B\n1,0")
    page.click("dialog[open] [data-text='log.take']")
    expect(wrong).to_contain_text("The first row has 2 names")
    table.fill("C,A,B\n1,1,0\n0,0,1")
    page.click("dialog[open] [data-text='log.take']")
    expect(table).to_be_hidden()
    expect(page).to_have_url(re.compile(r"left=log:AC\.B&"))
    expect(page.locator(".team.left h3")).to_have_text(load("page", "en")["name.log"])
    expect(page.locator(".team.left .facts dd").first).to_have_text("50%")
    for absent in (["B"], ["A", "C"]):
        page.click("#step")
        expect(page.locator(".team.left .seat.absent")).to_have_count(len(absent))
        for name in absent:
            expect(page.locator(f".team.left .seat.absent[data-name={name}]")).to_have_count(1)
    page.click("#log-left")
    expect(table).to_have_value("A,B,C\n1,0,1\n0,1,0")
    page.keyboard.press("Escape")
    page.select_option("#law-right", "log")
    page.click("dialog[open] [data-text='log.cancel']")
    expect(page.locator("#law-right")).to_have_value("one-or-two")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset["name"])
def test_presets_start_and_rehearse(visitor, preset):
    page = visitor.open("#at=5")
    name = preset["name"]
    page.click(f"[data-preset={name}]")
    expect(page.locator(f"[data-preset={name}]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#preset-text")).to_have_text(load("page", "en")[f"preset.{name}.text"])
    expect(page.locator("#rehearsals")).to_have_text("0")
    expect(page.locator("#pair .seat")).to_have_count(2 * preset["setup"].get("presenters", 5))
    page.click("#step")
    expect(page.locator("#rehearsals")).to_have_text("1")
    expect(page).to_have_url(re.compile(f"preset={name}"))
    assert not page.locator("[data-kind=error]").count()


def test_a_link_leads_back_to_the_same_figures(visitor):
    page = visitor.open(
        "#seed=3&presenters=4&at=40", permissions=["clipboard-read", "clipboard-write"]
    )
    page.select_option("#law-right", "rota")
    expect(page).to_have_url(re.compile("changes=40:right=rota:1"))
    for rehearsal in (41, 42):
        page.click("#step")
        expect(page.locator("#rehearsals")).to_have_text(str(rehearsal))
    page.click("#guide-hide")
    page.click(".team.left [data-name=C]")
    page.click("#bet button[value=skip]")
    page.click("[data-arrows=dependence]")
    expect(page.locator(".seat.away")).to_have_count(2)
    page.click("#copy")
    expect(page.locator("[data-kind=copy]")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    again = visitor.open("#" + link.partition("#")[2])
    expect(again.locator("#rehearsals")).to_have_text("42")
    expect(again.locator(".seat.away[data-name=C]")).to_have_count(2)
    expect(again.locator("#law-right")).to_have_value("rota")
    expect(again.locator("[data-arrows=dependence]")).to_have_attribute("aria-pressed", "true")
    assert figures(again) == figures(page)


def test_everything_is_said_in_both_languages(visitor):
    page = visitor.open("#lang=en")
    for language, button in (("ja", "日本語"), ("en", "English")):
        page.get_by_role("button", name=button).click()
        texts = load("page", language)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page).to_have_title(texts["title"])
        expect(page).to_have_url(re.compile(f"lang={language}"))
        for element in page.locator("[data-text]").all():
            expect(element).to_have_text(texts[element.get_attribute("data-text")])
        expect(page.locator("#play")).to_have_text(texts["play"])
        expect(page.locator(".team.left h3")).to_have_text(texts["name.everyone"])
        expect(page.locator("#guide-title")).to_have_text(texts["guide.watch.title"])
        for option in page.locator("#law-left option").all():
            expect(option).to_have_text(texts[f"law.{option.get_attribute('value')}"])


def test_a_japanese_browser_gets_japanese(visitor):
    page = visitor.open(locale="ja-JP")
    expect(page.locator("h1")).to_have_text(load("page", "ja")["title"])


def test_every_small_i_explains_itself(visitor):
    page = visitor.open()
    texts = load("page", "en")
    for button in page.locator("[data-info]").all():
        button.click()
        first = texts[f"info.{button.get_attribute('data-info')}"].split("\n")[0]
        expect(page.locator("#info")).to_contain_text(first)
        page.keyboard.press("Escape")
        expect(page.locator("#info")).to_be_hidden()


def test_the_articles_network_trains_and_its_units_fall_silent(visitor):
    page = visitor.open()
    page.click("#net-play")
    expect(page.locator("#epoch")).to_contain_text(re.compile("epoch [1-9]"))
    page.click("#net-play")
    expect(page.locator("#net-play")).to_have_text("▶ Train both")
    expect(page.locator("#digit-list button")).to_have_count(12)
    accuracies = page.locator(".reader b").all_inner_texts()
    page.fill("#silence", "16")
    expect(page.locator("#silence-text")).to_have_text("256 of 256 hidden units fall silent")
    silent = [float(text.rstrip("%")) for text in page.locator(".reader b").all_inner_texts()]
    assert all(value < 30 for value in silent)  # with no unit left, one digit is guessed for all
    page.fill("#silence", "0")
    assert page.locator(".reader b").all_inner_texts() == accuracies
    page.locator("#digit-list button").nth(5).click()
    expect(page.locator("#digit-list button").nth(5)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".reads").first).to_contain_text(re.compile(r"[✓✗] reads \d, \d+% sure"))
    page.fill("#net_rate", "0.8")
    page.press("#net_rate", "Tab")
    expect(page.locator("#epoch")).to_have_text("epoch 0 of 60")
    expect(page.locator("#ablation-key")).to_contain_text("dropout rate 0.8")
    expect(page).to_have_url(re.compile("net_rate=0.8"))


def test_the_twin_differs_by_rounding_only(visitor):
    page = visitor.open("#at=300")
    for side in ("left", "right"):
        text = page.locator(f".twin.{side} .difference").inner_text()
        assert text == "0" or re.fullmatch(r"\d\.\d × 10⁻¹[⁴-⁹]", text), text
