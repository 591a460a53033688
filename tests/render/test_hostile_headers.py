"""A thousand hostile header values in one capture: in every output they are text, and nothing of them acts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, sync_playwright

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from reporter.render.pdf import render_pdf
from tests.faults import command
from tests.hostile import comments_of, harmless, values, write_hostile

pytestmark = pytest.mark.tshark
_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hostile(tmp_path_factory.mktemp("hostile") / "hostile.pcapng")


def test_there_are_a_thousand():
    assert len(set(values())) == 1000


@pytest.mark.parametrize(
    ("form", "more"),
    [("text", ()), ("json", ()), ("jsonl", ("--no-redact",)), ("text", ("--anonymize",))],
)
def test_explain_on_a_terminal_and_for_machines(capture, form, more):
    done = command("explain", capture, "--lang", "en", "--format", form, *more)
    assert done.code == 0, done.said
    harmless(done.printed)
    harmless(done.said)
    assert "{{ 7*7 }}" in done.printed
    assert "<script>window.hostile=1</script>" in done.printed
    if form != "text":
        # Machines get what was there, escaped: no byte that is printed steers anything.
        for line in [done.printed] if form == "json" else done.printed.splitlines():
            assert isinstance(json.loads(line), dict)


@pytest.mark.parametrize("languages", ["en", "zh,en"])
def test_comments_in_the_annotated_copy(capture, languages, tmp_path):
    out = tmp_path / "out.pcapng"
    assert command("annotate", capture, "-o", out, "--lang", languages).code == 0
    told = comments_of(out)
    assert "script>window.hostile=1" in told
    assert ("请求" in told) is ("zh" in languages)
    harmless(told)


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_page_in_a_browser(capture, tmp_path):
    document = make_document([capture], options=ReportOptions(lang="en"), progress=lambda *_: None)
    page = render_html(document)
    harmless(page)
    assert "{{ 7*7 }}" in page
    assert "&amp;lt;script" in page
    assert page.count("<script") == 1
    file = tmp_path / "page.html"
    file.write_text(page, encoding="utf-8")
    if _CHROMIUM is not None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
            in_browser(browser.new_page(), file)
            browser.close()


def in_browser(page: Page, file: Path) -> None:
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(file.as_uri())
    assert page.evaluate("window.hostile") is None
    acting = "[onerror], [onload], img, iframe, object, a[href^=javascript]"
    assert page.locator(acting).count() == 0
    assert page.evaluate("getComputedStyle(document.body).display") != "none"
    text = page.evaluate("document.body.textContent")
    assert "<script>window.hostile=1</script>" in text
    assert "&lt;script&gt;window.hostile=1" in text
    harmless(text)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert troubles == []


def test_the_pdf(capture, tmp_path):
    document = make_document([capture], options=ReportOptions(lang="en", theme="brief"), progress=lambda *_: None)
    data = render_pdf(document)
    for word in (b"/JavaScript", b"/JS ", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"/SubmitForm"):
        assert word not in data
    file = tmp_path / "a.pdf"
    file.write_bytes(data)
    reader = pypdf.PdfReader(file)
    links = [
        note.get_object().get("/A", {}).get("/URI", "") for page in reader.pages for note in page.get("/Annots") or ()
    ]
    assert not [link for link in links if "hostile" in link or "192.0.2.1" in link]
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "window.hostile" in text
    harmless(text)
