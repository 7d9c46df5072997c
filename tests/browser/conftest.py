"""A live server on a free port of this machine, and pages that must keep quiet and stay at home."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 20_000  # ms; two busy cores
SERVER_STARTS_WITHIN = 60  # s
LOOK = """axe.run({resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(
    ({id, nodes}) => nodes.map(({target}) => `${id}: ${target.join(" ")}`)))"""


def pytest_collection_modifyitems(items):
    """Call these tests slow; skip them where no browser is, unless there must be one."""
    there = CHROMIUM or os.environ.get("CI_NEEDS_BROWSER") == "1"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if not there:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


def find_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(port, *options):
    """Run the dashboard on a port of the loopback; end it with the block."""
    command = [sys.executable, "run.py", "dashboard", "--port", str(port), "--no-open", *options]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as process:
        try:
            await_answer(process, f"http://127.0.0.1:{port}/")
            yield process
        finally:
            process.kill()


def await_answer(process, url):
    deadline = time.monotonic() + SERVER_STARTS_WITHIN
    while True:
        assert process.poll() is None, "the server has ended"
        assert time.monotonic() < deadline, "the server does not answer"
        try:
            with urllib.request.urlopen(url, timeout=SERVER_STARTS_WITHIN):
                return
        except urllib.error.URLError:
            time.sleep(0.05)  # there is no event to wait for before it listens


@pytest.fixture(scope="session")
def server():
    """The address of a server that all tests share."""
    port = find_port()
    with serve(port):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def browser():
    """A browser. While it runs, so does Playwright's event loop: no other can, of other tests."""
    assert CHROMIUM, "CI_NEEDS_BROWSER is set, but there is no Chromium"
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Opens pages; asserts afterwards that none complained or asked anything of another host."""

    def __init__(self, browser, home):
        self.browser, self.home = browser, home
        self.complaints, self.abroad, self.contexts = [], [], []
        self.may_lose_connection = False

    def open(self, address="", *, prepare=None, wait=True, **options):
        """Open the page at a hash like '#at=100'; `options` go to the browser context."""
        options.setdefault("viewport", {"width": 1400, "height": 1000})
        # A page that scrolls by itself moves its buttons, one in forty times between press and
        # release: then nothing is clicked.
        options.setdefault("reduced_motion", "reduce")
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(error.message))
        page.on("request", lambda request: self._note_request(request.url))
        page.on("websocket", lambda ws: self._note_request(ws.url.replace("ws:", "http:", 1)))
        if prepare:
            prepare(page)
        page.goto(self.home + address)
        if wait:
            held = int((re.search(r"[#&]at=(\d+)", address) or [0, 0])[1])
            page.locator("#pair .meter b:text-matches('\\\\d|–')").first.wait_for()
            page.locator(f"#rehearsals:text-is('{held:,}')").wait_for()  # caught up with the link
        return page

    def _note(self, message):
        # Chromium asks for the icon again whenever the address changes.
        of_server = "WebSocket connection" in message.text or "icon" in message.location["url"]
        lost = self.may_lose_connection and of_server
        if message.type in ("error", "warning") and not lost:
            self.complaints.append(message.text)

    def _note_request(self, url):
        if not url.startswith((self.home, "data:", "blob:")):
            self.abroad.append(url)

    def leave(self):
        for context in self.contexts:
            context.close()
        assert not self.complaints
        assert not self.abroad


@pytest.fixture
def visitor(browser, server):
    visitor = Visitor(browser, server)
    yield visitor
    visitor.leave()


@pytest.fixture
def visitor_of(browser):
    """A visitor of a server of the test's own."""
    return lambda home: Visitor(browser, home)


@pytest.fixture(scope="session")
def violations():
    """What axe-core has to say against a page as it stands."""
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

    def look(page):
        page.evaluate(axe)
        return page.evaluate(LOOK)

    return look


@pytest.fixture
def serving():
    return serve


@pytest.fixture
def free_port():
    return find_port()


@pytest.fixture
def reader(visitor_of, exported):
    """Somebody who opens the page that the module's own fixture `exported` has written."""
    visitor = visitor_of(exported.as_uri())
    yield visitor
    visitor.leave()  # no complaint, and no request to anywhere
