"""In Firefox: the whole guide, every story and a link, in the exported page and the served one."""

import os
import shutil

import pytest
from bidi import firefox

import run
from dashboard.live.messages import Start
from dashboard.live.session import Session
from dashboard.live.setup import Setup, read
from dashboard.texts import LANGUAGES, load

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
LINK = {"seed": 3, "at": 40, "right": "bursts:0.3,5", "learning_rate": 0.05}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not FIREFOX:
        assert os.environ.get("CI_NEEDS_BROWSER") != "1", "there is no Firefox"
        pytest.skip("there is no Firefox on this machine")
    with firefox(FIREFOX, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "page.html"
    assert run.main(["export", str(path)]) == 0
    return path.as_uri()


@pytest.fixture
def page_of(browser):
    return browser.page


def held(page, rehearsals):
    page.wait(f"document.querySelector('#rehearsals')?.textContent === '{rehearsals:,}'")


def bars(page):
    return page.run(
        "[...document.querySelectorAll('#bars td:last-child')].map((cell) => cell.textContent)"
    )


def bars_of_mesa(setup):
    session = Session()
    session.take(Start(type="start", setup=read(Setup, setup)))
    frame = None
    while frame is None or frame["rehearsal"] < setup["at"]:
        told, _ = session.work(0.0)
        frame = next((one for one in told if one["type"] == "frame"), frame)
    keys = ("all", "one_mean", "one_worst", "two_mean", "two_worst")
    sides = [frame["teams"][side]["quality"] for side in ("left", "right")]
    values = [side[key] for key in keys for side in sides]
    return [f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−") for value in values]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_to_its_end_by_mouse(page_of, exported, language):
    texts = load("page", language)

    def at(step):
        title = texts[f"guide.{step}.title"]
        page.wait(f"document.querySelector('#guide-title').textContent === {title!r}")

    with page_of(exported, width=1280, height=900) as page:
        page.open(f"{exported}#at=1900&epochs=10&lang={language}")
        held(page, 1_900)
        at("watch")
        page.click("#guide-do")
        at("bet")
        held(page, 2_000)
        page.click("#guide-do")
        page.click("#guess-left")
        page.click("#guess-right")
        page.click("#bet-go")
        at("home")
        page.wait("document.querySelectorAll('.seat.away[data-name=B]').length === 2")
        page.wait("document.querySelector('#verdict').textContent.includes('0.50')")
        page.click("#guide-next")
        at("twin")
        page.click("#guide-do")
        held(page, 2_001)
        page.click("#guide-next")
        at("digits")
        silence = texts["guide.digits.silence"]
        page.wait(f"document.querySelector('#guide-do').textContent === {silence!r}")
        page.click("#guide-do")
        page.wait("document.querySelector('#silence-text').textContent.includes('128')")
        page.click("#guide-next")
        at("sentence")
        page.click("#guide-do")
        page.wait("document.querySelector('.moral').checkVisibility()")


def test_every_story(page_of, exported):
    with page_of(exported, width=1280, height=900) as page:
        page.open(exported)
        held(page, 0)
        stories = page.run("document.querySelectorAll('#preset-buttons button').length")
        assert stories >= 5
        for story in range(1, stories + 1):
            page.click(f"#preset-buttons button:nth-child({story})")
            held(page, 0)
            page.click("#step")
            held(page, 1)
            assert "–" not in bars(page), story


def test_a_link_opens_at_the_same_figures_from_a_file_and_from_a_server(page_of, exported, server):
    link = "#" + "&".join(f"{key}={value}" for key, value in LINK.items())
    for home in (exported, server):
        with page_of(home) as page:
            page.open(f"{home}{link}")
            held(page, LINK["at"])
            assert bars(page) == bars_of_mesa(LINK), home


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("console.error('no such thing')", "no such thing"),
        ("(globalThis.image = new Image()).src = 'http://127.0.0.1:65000/'", "127.0.0.1:65000"),
    ],
)
def test_what_goes_wrong_is_noticed(page_of, exported, wrong, told):
    def go_wrong():
        with page_of(exported) as page:
            page.open("about:blank")
            page.run(wrong)
            page.wait("globalThis.image?.complete ?? true")

    with pytest.raises(AssertionError, match=told):
        go_wrong()
