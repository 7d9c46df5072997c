"""What the page achieves without a server: one file, opened from disk or over a slow line."""

from __future__ import annotations

import asyncio
import gzip
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from playwright.async_api import Browser, Page

from benchmarks.achieved import Figure
from dashboard.live.export import live_page

OPENINGS = 5
SECONDS = 10.0
MINUTES = 10
MB = 1e6

# Adds up how far things have moved by themselves (the layout shifts of the Web Vitals).
SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""

# Fast 3G: 1.6 Mbit/s and a round trip of 150 ms, as Lighthouse emulates it.
SLOW_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}


@contextmanager
def static_host(html: str) -> Iterator[str]:
    """Serve one page as static hosts do, compressed, until the block ends; yield its address."""
    body = gzip.compress(html.encode())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


async def opened_at(browser: Browser, address: str, rehearsals: int) -> float:
    """Return the milliseconds from asking for a link until its rehearsal is shown."""
    page = await browser.new_page()
    await page.goto(f"{address}#at={rehearsals}")
    await page.locator(f"#rehearsals:text-is('{rehearsals:,}')").wait_for(timeout=120_000)
    took = float(await page.evaluate("performance.now()"))
    await page.close()
    return took


async def over_a_slow_line(browser: Browser, address: str) -> tuple[float, float]:
    """Return the milliseconds to the first picture, and how far things have moved."""
    page = await browser.new_page()
    line = await page.context.new_cdp_session(page)
    await line.send("Network.emulateNetworkConditions", SLOW_LINE)
    await page.add_init_script(SHIFTS)
    await page.goto(address)
    await page.locator("#pair .meter b:text-matches('\\\\d|–')").first.wait_for()
    await asyncio.sleep(2.0)  # what moves later counts, too
    first, shifted = await page.evaluate("[stats.firstPlotMs, shifted]")
    await page.close()
    return float(first), float(shifted)


async def updates_and_heap(page: Page) -> tuple[float, list[float]]:
    """Return how many updates a second are drawn, and the MB of the heap minute by minute."""
    tools = await page.context.new_cdp_session(page)
    await page.click("#guide-hide")
    await page.click("#play")
    before = await page.evaluate("stats.applied")
    await asyncio.sleep(SECONDS)
    rate = (await page.evaluate("stats.applied") - before) / SECONDS
    heap = []
    for _ in range(MINUTES):
        await asyncio.sleep(60.0)
        await tools.send("HeapProfiler.collectGarbage")
        heap.append((await tools.send("Runtime.getHeapUsage"))["usedSize"] / MB)
        await page.click("#reset")  # 20,000 rehearsals do not last for ten minutes
        await page.click("#play")
    return rate, heap


async def alone(browser: Browser) -> list[Figure]:
    """Measure the exported page."""
    html = live_page()
    size = len(html.encode()) / MB
    with TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(html, encoding="utf-8")
        address = file.as_uri()
        near = [await opened_at(browser, address, 2_000) for _ in range(OPENINGS)]
        far = [await opened_at(browser, address, 20_000) for _ in range(OPENINGS)]
        page = await browser.new_page()
        await page.goto(address)
        rate, heap = await updates_and_heap(page)
        await page.close()
    with static_host(html) as address:
        slow = [await over_a_slow_line(browser, address) for _ in range(OPENINGS)]
    firsts, shifts = zip(*slow, strict=True)
    return [
        Figure("exported: size of the file", "2 MB or less", f"{size:.2f} MB", size <= 2),
        _opening("exported: a link to rehearsal 2,000 is open", near, 1000),
        _opening("exported: a link to rehearsal 20,000 is open", far, 5000),
        Figure(
            "exported: updates drawn while both teams rehearse", "60/s", f"{rate:.1f}/s",
            rate >= 59,
        ),
        Figure(
            f"exported: heap of the page after 1 and {MINUTES} minutes of rehearsing", "flat",
            f"{heap[0]:.1f} and {heap[-1]:.1f} MB", heap[-1] - heap[0] < 1,
        ),
        _opening("exported: first plot over fast 3G (1.6 Mbit/s, 150 ms)", list(firsts), 2000),
        Figure(
            "exported: cumulative layout shift", "below 0.1", f"{max(shifts):.3f}",
            max(shifts) < 0.1,
        ),
    ]  # fmt: skip


def _opening(what: str, times: list[float], most: float) -> Figure:
    typical = statistics.median(times)
    return Figure(
        f"{what}, median of {len(times)} (worst {max(times):.0f} ms)",
        f"{most:,.0f} ms or less", f"{typical:.0f} ms", typical <= most,
    )  # fmt: skip
