"""In a real browser: the site below a path of its own, by a plain server of files and from disk."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

import run
from dashboard.site.site import NO_ICON
from dashboard.texts import load

PLACE = "any/sub/path"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    (root / "out").mkdir()
    report = f"<!DOCTYPE html><html><head>{NO_ICON}<title>R</title></head><body>R</body></html>"
    (root / "out/report.html").write_text(report, "utf-8")
    assert run.main(["site", str(root / PLACE), "--results", str(root / "out")]) == 0
    return root


@pytest.fixture(scope="module")
def home(root):
    handler = partial(Quiet, directory=root)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{PLACE}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def guest(visitor_of, home):
    guest = visitor_of(home)
    yield guest
    guest.leave()  # no complaint, and no request to anywhere but below its path


def test_every_page_opens_and_every_link_of_theirs_leads_to_one(guest, home):
    page = guest.open("index.html", wait=False)
    page.locator("#pair .meter b:text-matches('\\\\d|–')").first.wait_for()
    waiting, seen = [home + "plain.html"], set()
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        if url.endswith((".txt", ".cff")):  # Chromium saves what it does not show
            assert page.request.get(url).ok
            continue
        assert page.goto(url).ok, url
        links = page.locator("a[href]").evaluate_all("all => all.map((one) => one.href)")
        here = {link.partition("#")[0] for link in links if "://127.0.0.1" in link}
        assert all(link.startswith(home) for link in here), (url, here)
        waiting += here - seen
        assert page.locator("img").evaluate_all("all => all.every((one) => one.width > 100)"), url
    assert len(seen) >= 18
    assert {home + "index.html", home + "report.html", home + "LICENSE.txt"} <= seen


def test_from_disk_its_pages_show_their_pictures_and_the_page_runs(visitor_of, root):
    guest = visitor_of((root / PLACE).as_uri() + "/")
    page = guest.open("index.html#at=20", wait=False)
    page.locator("#rehearsals:text-is('20')").wait_for()
    page = guest.open("sweep.html", wait=False)
    picture = page.locator("img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 500
    guest.leave()


def test_whoever_has_no_scripts_reads_plain_words(guest):
    page = guest.open("index.html", wait=False, java_script_enabled=False)
    page.get_by_role("link", name=load("site", "en")["site.plain"]).click()
    expect(page.locator("#en")).to_contain_text(load("page", "en")["sentence.text"])
    page.get_by_role("link", name="日本語").click()
    expect(page.locator("#ja")).to_contain_text(load("page", "ja")["sentence.text"])
    expect(page.locator("#en")).to_be_hidden()
