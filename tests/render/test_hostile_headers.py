"""A thousand hostile header values in one capture: in every output they are text, and nothing of them acts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, sync_playwright

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from reporter.render.pdf import render_pdf
from tests.crafted import ACK, CLIENT, FIN, PSH, SERVER, SYN, segment, write
from tests.faults import command

pytestmark = pytest.mark.tshark
_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
#: C0 without tab and newline, DEL, C1, zero-width and bidirectional controls, line separators.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
KINDS = (
    b"<script>window.hostile=1</script>",
    b"<img src=x onerror=window.hostile=1>",
    b"\"><svg onload='window.hostile=1'>",
    b"</style></script></title><script>window.hostile=1</script>",
    b"<!--<script>window.hostile=1//-->",
    b"javascript:window.hostile=1",
    b"&lt;script&gt;window.hostile=1&lt;/script&gt; &#60;b&#62; &amp;amp;",
    b"{{ 7*7 }}",
    b"{% for x in [1] %}looped{% endfor %}",
    b"{# gone #}${7*7}<%= 7*7 %>#{7*7}",
    b"\x1b[31mred\x1b[0m\x1b]0;title\x07",
    b"\x9b31m\x90\x9d\xc2\x9b31m",
    b"\xe2\x80\xaegnp.exe\xe2\x81\xa6\xe2\x80\x8f\xe2\x80\x8b",
    b"nul\0nul",
    b"\xff\xfe\xc0\xaf\xed\xa0\x80\xf5",
    b"\xe2\x80\xa8line\xe2\x80\xa9paragraph\xc2\x85",
    b"back\x08\x08\x08space\x0b\x0c\x7f",
    b"url(javascript:window.hostile=1);}body{display:none}@import 'http://192.0.2.1/'",
    b"=cmd|' /C calc'!A0",
    b"](javascript:window.hostile=1) ![x](http://192.0.2.1/) `x`",
)
#: Names of fields that have a sentence of ours, or a place in a table, and one that has not.
ASKED = (
    b"Host User-Agent Referer Cookie Accept Accept-Language Accept-Encoding If-None-Match Authorization X-Asked".split()
)
TOLD = b"Server Set-Cookie Content-Type ETag Last-Modified Cache-Control Location Vary Date X-Told".split()
EXCHANGES = 50


def values() -> Iterator[bytes]:
    """Each kind in turn, with a mark of its own."""
    for number in range(EXCHANGES * (len(ASKED) + len(TOLD))):
        yield KINDS[(number + number // len(KINDS)) % len(KINDS)] + b"m%04d" % number


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    client, server = (CLIENT, 50000), (SERVER, 80)
    ours, theirs = 1001, 5001
    frames = [segment(client, server, SYN, 1000), segment(server, client, SYN | ACK, 5000, ours)]
    frames.append(segment(client, server, ACK, ours, theirs))
    hostile = values()
    for number in range(EXCHANGES):
        target = b"/" + KINDS[number % len(KINDS)].replace(b" ", b"+")
        request = (
            b"GET " + target + b" HTTP/1.1\r\n" + b"".join(b"%s: %s\r\n" % (name, next(hostile)) for name in ASKED)
        )
        response = b"HTTP/1.1 200 " + KINDS[number % len(KINDS)] + b"\r\nContent-Length: 0\r\n"
        response += b"".join(b"%s: %s\r\n" % (name, next(hostile)) for name in TOLD)
        if number == EXCHANGES - 1:
            response += b"X-Long: " + b"<script>window.hostile=1</script>" * 32_000 + b"\r\n"
        request += b"\r\n"
        frames.append(segment(client, server, PSH | ACK, ours, theirs, request))
        ours += len(request)
        response += b"\r\n"
        for start in range(0, len(response), 60_000):
            piece = response[start : start + 60_000]
            frames.append(segment(server, client, PSH | ACK, theirs, ours, piece))
            theirs += len(piece)
        frames.append(segment(client, server, ACK, ours, theirs))
    frames.append(segment(client, server, FIN | ACK, ours, theirs))
    assert next(hostile, None) is None
    return write(tmp_path_factory.mktemp("hostile") / "hostile.pcapng", frames)


def test_there_are_a_thousand():
    assert len(set(values())) == 1000


def harmless(text: str) -> None:
    """Nothing in a text steers what shows it, and no template has been run."""
    found = STEERING.search(text)
    assert found is None, ascii(text[max(0, found.start() - 80) : found.end() + 20])
    assert not re.search(r"\b49m\d{4}", text)
    assert "loopedm" not in text


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


def test_comments_in_the_annotated_copy(capture, tmp_path):
    out = tmp_path / "out.pcapng"
    assert command("annotate", capture, "-o", out, "--lang", "en").code == 0
    asked = ["tshark", "-n", "-r", str(out), "-T", "fields", "-e", "frame.comment"]
    told = subprocess.run(asked, capture_output=True, check=True).stdout.decode()
    assert "script>window.hostile=1" in told
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
