"""What the page of a long report costs a browser: 2,000 packets opened, filtered, shown again, folded.

    python -m benchmarks.page

Long tasks are those of the browser's main thread of 50 ms and more, in which it answers nobody.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from reporter.render.html import render_html
from tests.render.long_document import PACKETS, long_document

_WATCH = """window.long = [];
new PerformanceObserver((all) => { for (const each of all.getEntries()) long.push(Math.round(each.duration)); })
  .observe({ type: "longtask", buffered: true });"""
_LOADED = "Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"


def main() -> None:
    """Measure and print."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("there is no Chromium here")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "long.html"
        file.write_text(render_html(long_document()), encoding="utf-8")
        launched = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = launched.new_page()
        page.add_init_script(_WATCH)
        page.goto(file.as_uri())
        print(f"{PACKETS} packets, {file.stat().st_size} bytes: loaded after {page.evaluate(_LOADED)} ms", end="")
        _tell(page, "")
        part = page.locator(".commentary")
        part.get_by_label("Text").fill("needle")
        expect(part.locator("output")).to_have_text(f"20 of {PACKETS} packets shown")
        _tell(page, "filtered")
        part.get_by_role("button", name="Clear").click()
        expect(part.locator("output")).to_have_text(f"{PACKETS} of {PACKETS} packets shown")
        _tell(page, "all shown again")
        part.get_by_role("button", name="Fold all", exact=True).click()
        expect(part.locator("details[open]")).to_have_count(0)
        _tell(page, "all folded")
        launched.close()


def _tell(page: Page, what: str) -> None:
    print(f"{what}: long tasks {page.evaluate('long.splice(0)')} ms")


if __name__ == "__main__":
    main()
