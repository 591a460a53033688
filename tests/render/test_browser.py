"""The page in a real browser: nothing fails, nothing leaves it, its controls work, everybody can read and print it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from tests.captures import BUNDLED
from tests.render.long_document import PACKETS, listed_document, long_document

_FOUND = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.tshark,
    pytest.mark.skipif(_FOUND is None, reason="no Chromium here: on Debian, scripts/setup.sh --dev installs it"),
    # One worker opens the one browser.
    pytest.mark.xdist_group("browser"),
]
CAPTURE = BUNDLED / "page-nginx-browser.pcapng"
COUNT_CHANGES = """() => {
  window.changes = 0;
  new MutationObserver((all) => { window.changes += all.length; })
    .observe(document.querySelector(".commentary"), { subtree: true, attributes: true, childList: true });
}"""
VISIBILITY = "each => getComputedStyle(each).contentVisibility"
#: What waits to be scrolled to is not laid out, and axe would not judge its colours.
LAY_OUT = "document.querySelectorAll('.remark').forEach((each) => { each.style.contentVisibility = 'visible'; })"
TOO_WIDE = """() => [...document.querySelectorAll("main *")]
  .filter((each) => !each.closest(".scroll, pre, .drawing, svg") && each.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map((each) => each.outerHTML.slice(0, 120))"""
#: Words and numbers of tables that are parted between two lines.
TORN = """() => {
  const torn = [], walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    if (!node.parentElement.closest(".ruled td:not(.mono), .ruled th, .pairs.several td, .pairs th, .own :is(td, th)"))
      continue;
    for (const word of node.data.matchAll(/[A-Za-z0-9]+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((each) => each.top)).size > 1) torn.push(word[0]);
    }
  }
  return torn;
}"""
#: Chinese words that stand alone in a cell of a table, one character below the other.
UPRIGHT = """() => [...document.querySelectorAll(".ruled td, .own :is(th, td)")]
  .filter((each) => /^[\u4e00-\u9fff]{2,4}$/.test(each.innerText.trim()))
  .filter((each) => {
    const range = document.createRange();
    range.selectNodeContents(each);
    return new Set([...range.getClientRects()].map((rect) => Math.round(rect.bottom))).size > 1;
  }).map((each) => each.innerText)"""
#: Buttons that stand in a line of their own below the heading that they fold.
ALONE = """() => [...document.querySelectorAll("h2 .fold")].filter((each) => {
  const range = document.createRange();
  range.setStart(each.parentElement, 0);
  range.setEndBefore(each);
  return Math.max(...[...range.getClientRects()].map((rect) => rect.bottom)) < each.getBoundingClientRect().top;
}).map((each) => each.parentElement.innerText)"""
#: Where the bar with the filter ends, if it is on the screen.
BAR = "Math.max(0, ...[...document.querySelectorAll('.filter')].map((each) => each.getBoundingClientRect().bottom))"
#: The first values that go on in the next line.
BROKEN = """[...document.querySelectorAll("main .remark .ev")]
  .map((each, index) => [index, each.getClientRects().length]).filter(([, lines]) => lines > 1)
  .map(([index]) => index).slice(0, 4)"""
LEVELS = "all => all.map((each) => +each.tagName[1])"
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=_FOUND, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for lang in ("zh", "en"):
        document = make_document([CAPTURE], options=ReportOptions(lang=lang), progress=lambda *_: None)
        made[lang] = folder / f"{lang}.html"
        made[lang].write_text(render_html(document), encoding="utf-8")
    made["long"] = folder / "long.html"
    made["long"].write_text(render_html(long_document()), encoding="utf-8")
    made["listed"] = folder / "listed.html"
    made["listed"].write_text(render_html(listed_document()), encoding="utf-8")
    return made


class Opened:
    """A page, what it complained of, and what it asked for."""

    def __init__(self, browser: Browser, file: Path, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(**{"viewport": WIDE, **options})
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.file = file
        self.page.goto(file.as_uri())

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        complaints, requests = list(self.complaints), set(self.requests)
        self.context.close()
        assert not complaints
        assert {url.partition("#")[0] for url in requests} == {self.file.as_uri()}, "something left the page"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_barrier_that_axe_knows(browser: Browser, files: dict[str, Path], lang: str, scheme: str) -> None:
    with Opened(browser, files[lang], color_scheme=scheme) as opened:
        opened.page.evaluate(LAY_OUT)
        found = Axe().run(opened.page, options={"resultTypes": ["violations"]}).response["violations"]
        told = [
            (each["id"], node["html"][:160], node["failureSummary"])
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
        assert not told


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headings_and_landmarks_are_in_order(browser: Browser, files: dict[str, Path], lang: str) -> None:
    with Opened(browser, files[lang]) as opened:
        levels = opened.page.eval_on_selector_all("h1, h2, h3, h4, h5", LEVELS)
        assert levels.count(1) == 1
        inside = opened.page.eval_on_selector_all("main :is(h2, h3, h4, h5)", LEVELS)
        assert all(later - earlier <= 1 for earlier, later in zip([1, *inside], inside, strict=False))
        for role in ("main", "navigation", "banner"):
            assert opened.page.get_by_role(role).count() >= 1, role
        opened.page.keyboard.press("Tab")
        assert opened.page.evaluate("document.activeElement.className") == "skip"
        opened.page.keyboard.press("Enter")
        assert opened.page.evaluate("document.activeElement.id") == "text"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en", "listed"])
def test_a_phone_never_scrolls_sideways(browser: Browser, files: dict[str, Path], lang: str, scheme: str) -> None:
    with Opened(browser, files[lang], viewport=PHONE, color_scheme=scheme) as opened:
        assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
        assert opened.page.evaluate(TOO_WIDE) == []
        assert opened.page.evaluate(TORN) == []
        assert opened.page.evaluate(UPRIGHT) == []
        assert opened.page.evaluate(ALONE) == []


def test_the_filter_counts_aloud_and_clears(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["en"]) as opened:
        part = opened.page.locator(".commentary").last
        said, remarks = part.locator("output"), part.locator(".remark")
        total = remarks.count()
        assert said.get_attribute("aria-live") == "polite"
        everything = f"{total} of {total} packets shown"
        expect(said).to_have_text(everything)
        part.get_by_label("Text").fill("syn established")
        expect(said).not_to_have_text(everything)
        shown = part.locator(".remark:visible").count()
        assert 0 < shown < total
        expect(said).to_have_text(f"{shown} of {total} packets shown")
        part.get_by_role("button", name="Clear").click()
        expect(said).to_have_text(everything)
        part.get_by_label("Situation").select_option("H01")
        expect(said).not_to_have_text(everything)
        for remark in part.locator(".remark:visible").all():
            assert "H01" in remark.locator(".rule").all_inner_texts()


def test_a_packet_list_can_be_filtered(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["en"]) as opened:
        part = opened.page.locator(".packets [data-shown]").first
        total = part.locator("tbody tr").count()
        assert total > 8
        part.get_by_label("Text").fill("no such packet anywhere")
        part.locator(".nothing").wait_for(state="visible")
        assert part.locator("tbody tr:visible").count() == 0
        assert part.locator("output").inner_text() == f"0 of {total} packets shown"


def test_folded_and_filtered_places_open_when_gone_to(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["en"]) as opened:
        page = opened.page
        remark = page.locator(".commentary").last.locator("details.remark").nth(3)
        frame = str(remark.get_attribute("id")).removeprefix("frame-")
        section = page.locator("main > section", has=page.locator(f"#frame-{frame}"))
        page.get_by_role("button", name="Fold all", exact=True).last.click()
        toggle = section.locator("> h2 .fold")
        toggle.focus()
        page.keyboard.press("Enter")
        assert toggle.get_attribute("aria-expanded") == "false"
        assert not remark.is_visible()
        page.get_by_label("Go to frame").fill(frame)
        page.keyboard.press("Enter")
        assert page.url.endswith(f"#frame-{frame}")
        assert remark.locator(".said").first.is_visible()
        assert page.evaluate("document.activeElement.parentElement.id") == f"frame-{frame}"
        assert toggle.get_attribute("aria-expanded") == "true"
        page.get_by_label("Go to frame").fill("99999")
        page.keyboard.press("Enter")
        assert page.locator(".jump output").inner_text() == "This frame is not in the report"


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_jump_ends_with_its_packet_below_the_bar(
    browser: Browser, files: dict[str, Path], viewport: dict[str, int], script: bool
) -> None:
    with Opened(browser, files["zh"], viewport=viewport, java_script_enabled=script) as opened:
        page = opened.page
        for frame in (249, 14):
            page.locator(f".packets a[href='#frame-{frame}']").first.click()
            page.wait_for_timeout(300)  # a slow scroll would be under way
            bar = page.evaluate(BAR)
            assert bar <= page.locator(f"#frame-{frame}").evaluate("each => each.getBoundingClientRect().top") < 150
        if script and viewport is WIDE:
            here = page.locator(".toc a[aria-current]").get_attribute("href")
            assert page.locator(f"main > section{here} #frame-14").count() == 1
        page.goto(f"{files['zh'].as_uri()}#frame-256")
        expect(page.locator("#frame-256")).to_be_in_viewport()


@pytest.mark.parametrize("script", [True, False])
def test_a_jump_to_a_packet_of_a_list_ends_below_the_head_of_the_list(
    browser: Browser, files: dict[str, Path], script: bool
) -> None:
    with Opened(browser, files["listed"], viewport=PHONE, java_script_enabled=script) as opened:
        opened.page.goto(f"{files['listed'].as_uri()}#frame-150")
        row, head = opened.page.locator("#frame-150"), opened.page.locator(".list th").first
        expect(row).to_be_in_viewport()
        assert head.bounding_box()["y"] >= 0  # type: ignore[index]
        assert row.evaluate("each => each.getBoundingClientRect().top") >= head.evaluate(
            "each => each.getBoundingClientRect().bottom"
        )


def test_a_frame_that_is_not_there_is_said_where_it_is_seen(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["en"], viewport={"width": 1280, "height": 600}) as opened:
        opened.page.get_by_label("Go to frame").fill("99999")
        opened.page.keyboard.press("Enter")
        expect(opened.page.locator(".jump output")).to_be_in_viewport(ratio=0.9)


def test_evidence_of_a_value_that_is_broken_stays_on_the_screen(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["zh"], viewport={"width": 1280, "height": 800}) as opened:
        page = opened.page
        page.evaluate(LAY_OUT)
        broken = page.evaluate(BROKEN)
        assert broken, "no value goes on in the next line: the test needs another width"
        for index in broken:
            value = page.locator("main .remark .ev").nth(index)
            value.hover()
            assert value.evaluate("each => getComputedStyle(each, '::after').position") == "fixed"
    with Opened(browser, files["zh"], viewport=PHONE) as opened:
        value = opened.page.locator("main .said .ev").first
        value.evaluate("each => each.classList.add('leftwards')")
        value.hover()
        place = "each => ['left', 'right'].map((side) => getComputedStyle(each, '::after')[side])"
        assert len(set(value.evaluate(place))) == 1


def test_evidence_is_told_to_the_mouse_and_to_the_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["en"]) as opened:
        value = opened.page.locator("main a.ev").first
        told = value.get_attribute("data-ev")
        assert told is not None
        assert told.startswith("from ")
        assert value.evaluate("each => getComputedStyle(each, '::after').content") == "none"
        value.hover()
        assert told[:20] in value.evaluate("each => getComputedStyle(each, '::after').content")
        opened.page.mouse.move(0, 0)
        value.focus()
        assert told[:20] in value.evaluate("each => getComputedStyle(each, '::after').content")
        assert value.get_attribute("aria-description") == told
        opened.page.keyboard.press("Enter")
        target = str(value.get_attribute("href"))
        assert opened.page.url.endswith(target)
        assert opened.page.locator(target).is_visible()


def test_the_colours_can_be_chosen(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["en"], color_scheme="light") as opened:
        paper = "getComputedStyle(document.querySelector('main')).backgroundColor"
        light = opened.page.evaluate(paper)
        opened.page.get_by_label("Colours").select_option("dark")
        assert opened.page.evaluate(paper) != light
        opened.page.reload()
        assert opened.page.evaluate(paper) != light, "the choice is kept"
        opened.page.get_by_label("Colours").select_option("light")
        assert opened.page.evaluate(paper) == light


def test_without_script_everything_is_there(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["en"], java_script_enabled=False) as opened:
        page = opened.page
        assert page.locator("form:visible").count() == 0
        assert page.locator(".remark .said").first.is_visible()
        assert page.locator("details:not([open])").count() == 0
        assert page.locator("details.remark:visible").count() == page.locator("details.remark").count()


def test_print_cuts_nothing(browser: Browser, files: dict[str, Path], tmp_path: Path) -> None:
    with Opened(browser, files["en"], viewport=PHONE) as opened:
        page = opened.page
        words = page.locator(".remark .said").all_inner_texts()
        part = page.locator(".commentary").first
        part.get_by_label("Text").fill("no such packet anywhere")
        part.locator(".nothing").wait_for(state="visible")
        page.locator("main > section > h2 .fold").first.click()
        page.locator("details.pane").first.evaluate("each => { each.open = false; }")
        page.pdf(path=tmp_path / "print.pdf", format="A4")
        page.emulate_media(media="print")
        cut = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter((each) => !each.closest('svg')
                 && (each.scrollWidth > each.clientWidth + 2 || each.scrollHeight > each.clientHeight + 2)
                 && getComputedStyle(each).overflow !== 'visible').map((each) => each.outerHTML.slice(0, 120))"""
        )
        assert cut == []
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "print.pdf").pages)
    bare = "".join(text.split())
    missing = [each for each in words if "".join(each.split())[:40] not in bare]
    assert len(missing) <= len(words) // 50, missing[:3]  # a page may end within the first words


def test_two_thousand_packets_are_filtered_with_little_work(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["long"]) as opened:
        page = opened.page
        part = page.locator(".commentary")
        assert part.locator("details.remark").count() == PACKETS
        page.evaluate(COUNT_CHANGES)
        part.get_by_label("Text").press_sequentially("needle")
        expect(part.locator("output")).to_have_text(f"20 of {PACKETS} packets shown")
        # Each packet is touched once for the whole word, and what is off the screen is not laid out.
        assert page.evaluate("changes") <= PACKETS + 5
        assert part.locator("details.remark").first.evaluate(VISIBILITY) == "auto"
        part.get_by_label("Stream").select_option("1")
        expect(part.locator("output")).to_have_text(f"10 of {PACKETS} packets shown")
        assert {each.get_attribute("data-stream") for each in part.locator(".remark:visible").all()} == {"1"}
