"""What the live page achieves in a real browser: `python -m benchmarks.live --out docs/page`.

It starts the server as a user does, opens the page in headless Chromium, and plays the other
visitors itself, over sockets. Needs Chromium, Playwright and Linux's /proc.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from playwright.async_api import Browser, Page, async_playwright
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.achieved import Figure
from benchmarks.alone import alone
from benchmarks.engine import ROUNDS, rehearsals
from benchmarks.report import machine
from simulation.outputs import outputs

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WHOLE_PAGE = {"width": 1400, "height": 4200}
SECONDS = 10.0
CLICKS = 40
OPENINGS = 10
FAR = {2_000: 1_000, 20_000: 5_000}  # rehearsals that a link leads to, and milliseconds it may take
SESSIONS = 20
CYCLES = 200

# Milliseconds from a click on B to the frame after the one in which B's disc has changed.
CLICK = """() => new Promise((done) => {
  const seat = document.querySelector(".team.left [data-name=B]");
  const begun = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
  }).observe(seat, { attributes: true, attributeFilter: ["aria-pressed"] });
  seat.click();
})"""


@dataclass(frozen=True)
class Server:
    """A server that listens, and its process."""

    port: int
    pid: int

    @property
    def page(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.port}/"

    def memory(self) -> float:
        """Resident memory in MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def served() -> Iterator[Server]:
    """Run the dashboard on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "run.py", "dashboard", "--port", str(port), "--no-open"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            server = Server(port, process.pid)
            for _ in range(600):
                try:
                    urllib.request.urlopen(server.page, timeout=60).close()
                    break
                except urllib.error.URLError:
                    time.sleep(0.05)
            yield server
        finally:
            process.kill()


class Visitor:
    """Somebody else's page: starts a session over a socket, plays, and counts frames."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames = 0

    async def say(self, kind: str, **content: Any) -> None:
        """Send a message."""
        await self.connection.send(json.dumps({"type": kind} | content))

    async def hear(self, kind: str) -> None:
        """Wait for a message of a kind."""
        while json.loads(await self.connection.recv())["type"] != kind:
            pass

    async def count(self) -> None:
        """Read whatever comes; count frames."""
        async for text in self.connection:
            self.frames += '"type":"frame"' in str(text[:20])

    async def begin(self, seed: int) -> None:
        """Start a session and wait until all of it has been shown once."""
        await self.say("start", setup={"seed": seed})
        await self.hear("frame")
        await self.hear("network")


async def visitor(stack: AsyncExitStack, server: Server, seed: int) -> Visitor:
    """Come in and start."""
    connection = await stack.enter_async_context(
        connect(
            f"ws://127.0.0.1:{server.port}/live",
            origin=server.page.rstrip("/"),  # type: ignore[arg-type]
            compression=None,
            max_size=None,
        )
    )
    one = Visitor(connection)
    await one.begin(seed)
    return one


async def opened(browser: Browser, server: Server) -> Page:
    """Open the page with all of it in view, and wait for its first picture."""
    context = await browser.new_context(viewport=WHOLE_PAGE)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(server.page)
    await page.locator("#pair .meter b:text-matches('\\\\d|–')").first.wait_for()
    await page.click("#guide-hide")  # it asks for its own steps first
    return page


async def applied_a_second(page: Page) -> float:
    """Updates that the page draws a second, while it plays."""
    applied = "[stats.applied, performance.now()]"
    before, then = await page.evaluate(applied)
    await asyncio.sleep(SECONDS)
    after, now = await page.evaluate(applied)
    return float(1000 * (after - before) / (now - then))


async def in_the_browser(browser: Browser, server: Server) -> list[Figure]:
    """Measure one visitor: the first picture, updates, and the way from a click to its effect."""
    firsts = []
    for _ in range(OPENINGS):
        page = await opened(browser, server)
        firsts.append(float(await page.evaluate("stats.firstPlotMs")))
        await page.context.close()
    page = await opened(browser, server)
    await page.click("#play")
    rate = await applied_a_second(page)
    await page.click(".team.left [data-name=B]")
    await page.click("#bet button[value=skip]")
    await page.locator(".seat.away").first.wait_for()
    clicks = []
    for _ in range(CLICKS):
        clicks.append(float(await page.evaluate(CLICK)))
        await asyncio.sleep(0.1)
    await page.context.close()
    page = await opened(browser, server)
    costs = await rehearsals(page)
    await page.context.close()
    first, click = statistics.median(firsts), statistics.median(clicks)
    return [
        Figure(
            f"first plot after opening, median of {OPENINGS} (worst {max(firsts):.0f} ms)",
            "1,000 ms or less", f"{first:.0f} ms", first <= 1000,
        ),
        Figure(
            "updates drawn in the page, everything visible", "25/s or more",
            f"{rate:.1f}/s", rate >= 25,
        ),
        Figure(
            f"from 'send home' to its picture while both teams rehearse, median of {CLICKS} "
            f"(worst {max(clicks):.0f} ms)",
            "150 ms or less", f"{click:.0f} ms", click <= 150,
        ),
        Figure(
            f"a rehearsal in the page's engine, five presenters, median of {ROUNDS} runs",
            "20 µs or less", str(costs), costs.microseconds <= 20,
        ),
    ]  # fmt: skip


async def far_links(browser: Browser, server: Server) -> list[Figure]:
    """Open links that lead far, and wait until the page shows where they lead."""
    figures = []
    for at, most in FAR.items():
        times = []
        for seed in range(3):
            page = await (await browser.new_context()).new_page()
            begun = time.perf_counter()
            await page.goto(f"{server.page}#seed={seed}&at={at}")
            await page.locator(f"#rehearsals:text-is('{at:,}')").wait_for(timeout=300_000)
            times.append(1000 * (time.perf_counter() - begun))
            await page.context.close()
        took = statistics.median(times)
        figures.append(
            Figure(
                f"a link to rehearsal {at:,} opened and caught up with, median of {len(times)} "
                f"(worst {max(times):,.0f} ms)",
                f"{most:,} ms or less", f"{took:,.0f} ms", took <= most,
            )
        )  # fmt: skip
    return figures


async def with_many(browser: Browser, server: Server) -> list[Figure]:
    """Measure twenty sessions that play at once: a page in the browser, the others over sockets."""
    async with AsyncExitStack() as stack:
        others = [await visitor(stack, server, seed) for seed in range(1, SESSIONS)]
        page = await opened(browser, server)
        await page.click("#play")
        for other in others:
            await other.say("play")
        counting = [asyncio.create_task(other.count()) for other in others]
        await asyncio.sleep(2.0)
        before = [other.frames for other in others]
        then = time.perf_counter()
        drawn = await applied_a_second(page)
        seconds = time.perf_counter() - then
        rates = [(o.frames - b) / seconds for o, b in zip(others, before, strict=True)]
        for task in counting:
            task.cancel()
        await page.context.close()
    slowest = min(rates)
    return [
        Figure(
            f"{SESSIONS} sessions at once: frames to the slowest of {len(rates)} sockets",
            "15/s or more", f"{slowest:.1f}/s", slowest >= 15,
        ),
        Figure(
            f"{SESSIONS} sessions at once: updates drawn in the page", "15/s or more",
            f"{drawn:.1f}/s", drawn >= 15,
        ),
    ]  # fmt: skip


async def full_house(server: Server, first_seed: int) -> float:
    """Let twenty in, play a second, and return the memory with all of them there."""
    async with AsyncExitStack() as stack:
        all_of_them = [await visitor(stack, server, first_seed + k) for k in range(SESSIONS)]
        for one in all_of_them:
            await one.say("play")
        counting = [asyncio.create_task(one.count()) for one in all_of_them]
        await asyncio.sleep(1.0)
        for task in counting:
            task.cancel()
        return server.memory()


async def memory(server: Server) -> list[Figure]:
    """Measure what a session costs, and what is left of two hundred."""
    empty = server.memory()
    there = await full_house(server, 0)
    await asyncio.sleep(1.0)
    start = server.memory()  # whatever is made once is there: shared questions and digits
    for cycle in range(1, CYCLES // SESSIONS + 1):
        await full_house(server, SESSIONS * cycle)
    await asyncio.sleep(1.0)
    end = server.memory()
    each = (there - empty) / SESSIONS
    return [
        Figure(
            f"memory of a session, of {SESSIONS} at once, with all that they share",
            "under 10 MB", f"{each:.1f} MB", each < 10,
        ),
        Figure(
            f"memory of the server before and after {CYCLES} sessions", "back to the start",
            f"{start:.0f} and {end:.0f} MB", end - start < 5,
        ),
    ]  # fmt: skip


async def measure() -> list[Figure]:
    """Measure everything."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        with served() as server:
            figures = await in_the_browser(browser, server)
            figures += await far_links(browser, server)
            figures += await with_many(browser, server)
        figures += await alone(browser)
        await browser.close()
    with served() as server:
        return figures + await memory(server)


def markdown(figures: list[Figure], where: str) -> str:
    """Write the figures as a table."""
    lines = [
        "# What the live page achieves",
        "",
        f"{date.today().isoformat()}, {where}; headless Chromium on the same machine. "
        "Written by `python -m benchmarks.live --out docs/page`.",
        "",
        "| | target | measured | |",
        "|---|---|---|---|",
        *(f"| {f.what} | {f.target} | {f.measured} | {'met' if f.met else 'missed'} |"
          for f in figures),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def live(
    out: Annotated[Path, typer.Option(help="Folder for numbers.md and numbers.json.")] = Path(
        "out/page"
    ),
) -> None:
    """Measure the live page in headless Chromium, and write its figures."""
    with outputs(out) as files:
        figures = asyncio.run(measure())
        about = machine()
        where = f"{about['processor']}, {about['cores']} cores, Python {about['python']}"
        text = markdown(figures, where)
        print(text)
        files.write_text("numbers.md", text)
        content = {"date": date.today().isoformat(), "machine": about}
        rows = [vars(figure) for figure in figures]
        files.write_json("numbers.json", content | {"figures": rows})


if __name__ == "__main__":
    typer.run(live)
