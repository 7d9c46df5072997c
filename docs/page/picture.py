"""Take the README's picture of the live page: `python docs/page/picture.py`.

Starts the server, lets both teams rehearse 2,000 times, sends B home, and writes page.png beside
this file. Needs Chromium and Playwright (`pip install -e '.[test]'`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PORT = 8765
STATE = "#at=2000&seed=0&lang=en&theme=light"


def main() -> None:
    """Take the picture."""
    command = [sys.executable, "run.py", "dashboard", "--port", str(PORT), "--no-open"]
    with subprocess.Popen(command, cwd=HERE.parents[1]) as server, sync_playwright() as playwright:
        try:
            address = f"http://127.0.0.1:{PORT}/"
            while server.poll() is None:
                try:
                    urllib.request.urlopen(address, timeout=5).close()
                    break
                except urllib.error.URLError:
                    time.sleep(0.1)
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 1130})
            page.goto(address + STATE)
            page.locator("#rehearsals:text-is('2,000')").wait_for()
            page.click("#guide-next")
            page.click("#guide-do")
            page.fill("#guess-left", "0.2")
            page.fill("#guess-right", "0.2")
            page.click("#bet-go")
            page.locator(".seat.away").first.wait_for()
            page.evaluate("scrollTo(0, 0)")
            page.wait_for_timeout(800)  # the bars move there
            page.screenshot(path=HERE / "page.png")
            browser.close()
        finally:
            server.kill()


if __name__ == "__main__":
    main()
