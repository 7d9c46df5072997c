"""Firefox, driven over WebDriver BiDi: a page at a time, what it complains of, and whom it asks."""

import json
import re
import subprocess
import time
from contextlib import contextmanager
from itertools import count

from websockets.sync.client import connect

PREFERENCES = """
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("intl.accept_languages", "en");
user_pref("ui.prefersReducedMotion", 1);
"""
# Where an element can be pressed; null while it cannot.
POINT = """(one) => {
  if (!one?.checkVisibility() || one.disabled || one.ariaDisabled === "true") return null;
  one.scrollIntoView({block: "center"});
  const {left, top, width, height} = one.getBoundingClientRect();
  const at = [left + width / 2, top + height / 2];
  return one.contains(document.elementFromPoint(...at)) ? at : null;
}"""
PATIENCE = 60  # s; two busy cores


class Firefox:
    """A browser at the other end of a socket."""

    def __init__(self, socket):
        self.socket = socket
        self.numbers, self.events = count(), []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def ask(self, method, **params):
        """Call a command, and return its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self.socket.recv(timeout=PATIENCE))
            if told["type"] == "event":
                self.events.append(told)
            elif told["id"] == number:
                assert told["type"] == "success", f"{method}: {told.get('message')}"
                return told["result"]

    @contextmanager
    def page(self, home, **size):
        """A page of a tab of its own, which may ask `home` alone and must not complain."""
        self.events.clear()
        tab = self.ask("browsingContext.create", type="tab")["context"]
        page = Page(self, tab)
        if size:
            self.ask("browsingContext.setViewport", context=tab, viewport=size)
        yield page
        page.run("0")  # what was said before has come in then
        told = [event["params"] for event in self.events]
        complaints = [one["text"] for one in told if one.get("level") in ("error", "warn")]
        assert not complaints, complaints
        asked = [one["request"]["url"] for one in told if "request" in one]
        allowed = (home, home.replace("http:", "ws:"), "data:", "blob:", "about:")
        abroad = [url for url in asked if not url.startswith(allowed)]
        assert not abroad, abroad
        self.ask("browsingContext.close", context=tab)


class Page:
    """What a visitor does with a page. Selectors are CSS."""

    def __init__(self, firefox, tab):
        self.firefox, self.tab = firefox, tab

    def open(self, url):
        self.firefox.ask("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def run(self, expression):
        """The value of an expression of JavaScript, as JSON can hold it."""
        result = self.firefox.ask(
            "script.evaluate",
            expression=f"JSON.stringify(({expression}) ?? null)",
            target={"context": self.tab},
            awaitPromise=False,
        )
        assert result["type"] == "success", result["exceptionDetails"]["text"]
        return json.loads(result["result"]["value"])

    def wait(self, expression, within=PATIENCE):
        """Wait until an expression is true; return its value."""
        deadline = time.monotonic() + within
        while not (value := self.run(expression)):
            assert time.monotonic() < deadline, f"never: {expression}"
            time.sleep(0.05)  # there is no event for whatever one may wait for
        return value

    def text(self, selector):
        return self.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def click(self, selector):
        """Press the mouse on an element, once it can be pressed and nothing covers it."""
        x, y = self.wait(f"({POINT})(document.querySelector({json.dumps(selector)}))")
        moves = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": moves}
        self.firefox.ask("input.performActions", context=self.tab, actions=[mouse])


@contextmanager
def firefox(command, profile):
    """Run a Firefox without a window, with a profile in an empty folder."""
    (profile / "user.js").write_text(PREFERENCES)
    options = ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(profile)]
    with subprocess.Popen(
        [command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stderr:
                if said := re.search(r"BiDi listening on (ws://\S+)", line):
                    with connect(f"{said[1]}/session", max_size=None) as socket:
                        yield Firefox(socket)
                    return
            raise AssertionError("Firefox ended before it listened")
        finally:
            process.kill()
