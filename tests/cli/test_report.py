"""`reporter report` from end to end: what it makes of good captures, odd ones and bad ones.

What is judged before tshark runs stands in test_errors.py. Most runs here are in this process and write HTML,
which is quick; what must hold for a process of its own, and the PDF, is tried once.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import sys
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest

from reporter.cli.main import app, ending
from reporter.explain.visible import UNSAFE
from tests.captures import BUNDLED
from tests.cli.run import reporter

pytestmark = pytest.mark.tshark
CAPTURE = BUNDLED / "keepalive-full.pcapng"
COVER = ("--student", "示例同学", "--id", "20990001", "--major", "网络工程", "--date", "2025-03-01")
CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Section:
    """A section of the report as its reader sees it: its heading and all text in it."""

    title: str = ""
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The HTML report, taken apart."""

    markup: str
    text: str = ""
    sections: list[Section] = field(default_factory=list)
    notices: str = ""
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _open: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        named = {name: value or "" for name, value in attrs}
        self.tags.append((tag, named))
        if tag not in VOID:
            self._open.append((tag, named))
        if tag == "h2" and "main" in [each for each, _ in self._open]:
            self.sections.append(Section())

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        names = [tag for tag, _ in self._open]
        if "style" in names or "script" in names:
            return
        self.text += data
        if "main" not in names:
            return
        if self.sections:
            self.sections[-1].text += data
            if "h2" in names:
                self.sections[-1].title += data
        else:
            self.notices += data

    def section(self, word):
        """The one section whose heading has this word."""
        (found,) = [section for section in self.sections if word in section.title]
        return found.text


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Runs `reporter report` in this process, in an empty folder: the exit code and the message."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["reporter", "report", *map(str, arguments)])
        capsys.readouterr()
        code = ending(app)
        out, message = capsys.readouterr()
        assert not out
        assert "Traceback" not in message
        return code, message

    return call


@pytest.fixture
def made(run):
    """Makes an HTML report and takes it apart."""

    def make(*arguments):
        code, message = run(*arguments, "-o", "report.html")
        assert (code, message) == (0, "")
        assert [path.name for path in Path().iterdir()] == ["report.html"]
        return Page(Path("report.html").read_text(encoding="utf-8"))

    return make


# ---------------------------------------------------------------- bad input


def refused(run, code, says, *arguments, where=""):
    """The run fails with this code, in a message of one screen, and leaves nothing behind."""
    before = sorted(Path().iterdir())
    got, message = run(*arguments)
    assert got == code, message
    assert message.startswith("reporter: ")
    assert says in message
    assert where in message
    assert "to do:" in message
    assert message.count("\n") <= 8
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"This is no capture. " * 20, "not a capture"),
        (b"hi\n", "not a capture"),
        (CAPTURE.read_bytes()[:40], "cut off before"),
        (bytes.fromhex("d4c3b2a1 02000400 00000000 00000000 ffff0000 01000000"), "no packets"),
    ],
    ids=["text", "short", "stub", "no packets"],
)
def test_a_file_that_is_no_capture(run, tmp_path, content, says):
    (tmp_path / "bad.pcapng").write_bytes(content)
    refused(run, 1, says, tmp_path / "bad.pcapng", "-o", "a.html", "-o", "a.pdf", where="bad.pcapng")


def test_one_bad_capture_among_good_ones(run):
    refused(run, 1, "does not exist", CAPTURE, "none.pcapng", "-o", "a.html", where="none.pcapng")


def test_an_unknown_stream(run):
    refused(run, 1, "no TCP stream 7", CAPTURE, "-o", "a.html", "--stream", "7", where=CAPTURE.name)
    refused(run, 1, "no TCP", BUNDLED / "udp-only.pcapng", "-o", "a.html", "--stream", "0")


def test_a_filter_that_no_packet_passes(run):
    refused(run, 1, "no packet passes", CAPTURE, "-o", "a.html", "--filter", "udp", where=CAPTURE.name)


@pytest.mark.parametrize("text", ["tcp.port ==", "no.such.field", "http and (", "tcp.flags.syn = = 1"])
def test_a_bad_filter(run, text):
    refused(run, 2, "filter", CAPTURE, "-o", "a.html", "--filter", text, where="--filter")


def test_a_bad_decode_as(run):
    refused(run, 2, "--decode-as", CAPTURE, "-o", "a.html", "--decode-as", "tcp.port==80,htp")


def test_outputs_that_cannot_be(run, tmp_path):
    (tmp_path / "folder.html").mkdir()
    refused(run, 1, "a folder", CAPTURE, "-o", tmp_path / "folder.html")
    refused(run, 1, "does not exist", CAPTURE, "-o", "none/a.html")
    for name in ("a.docx", "a", "a.html.gz"):
        refused(run, 2, "let it end in .pdf or .html", CAPTURE, "-o", name, where=name)
    # One bad output among two: the good one is not written either.
    refused(run, 1, "a folder", CAPTURE, "-o", "good.html", "-o", tmp_path / "folder.html")


def test_an_output_that_fails_at_the_end(run):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    Path("full.html").symlink_to("/dev/full")
    refused(run, 1, "No space left", CAPTURE, "-o", "full.html", where="full.html")


def test_the_capture_is_never_overwritten(run):
    Path("lab.html").write_bytes(CAPTURE.read_bytes())
    refused(run, 2, "the capture itself", "lab.html", "-o", "lab.html")
    assert Path("lab.html").read_bytes() == CAPTURE.read_bytes()


def test_a_wrong_key_in_report_toml(run):
    Path("report.toml").write_text('lang = "en"\n[cover]\nstudnet = "Sample Student"\n')
    refused(
        run,
        2,
        "did you mean 'student'",
        CAPTURE,
        "-o",
        "a.html",
        "--config",
        "report.toml",
        where="report.toml, line 3",
    )


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(run, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    refused(run, 1, "no permission", CAPTURE, "-o", locked / "a.html")


# ---------------------------------------------------------------- a machine that lacks something

#: What a machine without Pango does when WeasyPrint asks for it.
NO_PANGO = """
import cffi

ours = cffi.FFI.dlopen

def dlopen(self, name, flags=0):
    if name and "pango" in str(name):
        raise OSError(f"cannot load library {name!r}: no such file.  Additionally, nothing helped")
    return ours(self, name, flags)

cffi.FFI.dlopen = dlopen
"""


def without(folder, says, *arguments, **environment):
    """A process of its own fails, with our message and no other."""
    done = reporter("report", CAPTURE, *arguments, **environment)
    message = done.stderr.decode()
    assert done.returncode == 1, message
    assert done.stdout == b""
    assert message.startswith("reporter: " + says)
    assert message.count("\n") <= 3
    assert "apt install" in message
    assert list(folder.iterdir()) == []


def test_a_machine_without_pango_writes_html_only(tmp_path):
    (tmp_path / "machine").mkdir()
    (tmp_path / "machine" / "sitecustomize.py").write_text(NO_PANGO)
    out = tmp_path / "out"
    out.mkdir()
    machine = {"PYTHONPATH": str(tmp_path / "machine")}
    without(out, "a library that WeasyPrint needs", "-o", out / "a.html", "-o", out / "a.pdf", **machine)
    done = reporter("report", CAPTURE, "-o", out / "a.html", **machine)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (out / "a.html").exists()


@pytest.mark.parametrize(("lang", "says"), [("zh", "no font for Chinese"), ("en", "no font is installed")])
def test_a_machine_without_fonts(tmp_path, lang, says):
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    out = tmp_path / "out"
    out.mkdir()
    without(out, says, "--lang", lang, "-o", out / "a.pdf", FONTCONFIG_FILE=str(tmp_path / "fonts.conf"))


# ---------------------------------------------------------------- captures that lack something


def test_a_truncated_capture_says_so_first(made):
    page = made(BUNDLED / "truncated.pcapng", "--lang", "en")
    assert "truncated.pcapng is cut off" in page.notices
    assert "11 complete packets" in page.notices
    assert "truncated.pcapng is cut off" in page.section("does not show")


def test_a_whole_capture_has_no_notice(made):
    assert not made(CAPTURE, "--lang", "en").notices.strip()


def test_without_tcp(made):
    page = made(BUNDLED / "udp-only.pcapng", "--lang", "en")
    assert "No TCP connection" in page.section("does not show")
    assert "DNS query" in page.section("Packet by packet")


@pytest.mark.parametrize(("name", "says"), [("http-none", "No HTTP request"), ("tls-only", "encrypted with TLS")])
def test_without_http(made, name, says):
    page = made(BUNDLED / f"{name}.pcapng", "--lang", "en")
    assert says in page.section("Request and response")
    assert "stream 0" in page.section("does not show")
    assert "three-way handshake" in page.section("Opening")


# ---------------------------------------------------------------- what a report holds


def test_the_cover_from_the_command_line_and_from_a_file(made, tmp_path):
    config = tmp_path / "report.toml"
    config.write_text('lang = "en"\n[cover]\ntitle = "Lab 1"\nstudent = "Nobody"\nschool = "Sample School"\n')
    page = made(CAPTURE, "--config", config, *COVER)
    for text in ("Lab 1", "示例同学", "20990001", "网络工程", "Sample School", "2025-03-01"):
        assert text in page.text
    assert "Nobody" not in page.text


def test_the_times_are_in_the_zone_asked_for(made):
    page = made(CAPTURE, "--timezone", "Asia/Shanghai", "--lang", "en")
    assert "2026-11-21 10:36:44 Asia/Shanghai (UTC+08:00)" in page.section("method")
    assert "--timezone Asia/Shanghai" in page.section("Sources")


def test_english_has_no_chinese_of_its_own(made):
    page = made(CAPTURE, "--lang", "en")
    assert not CHINESE.search(page.markup)
    assert ("html", "en") in [(tag, named.get("lang")) for tag, named in page.tags]


def test_every_frame_of_the_story_is_explained(made):
    page = made(CAPTURE, "--lang", "en")
    ids = {named.get("id") for _, named in page.tags}
    assert {f"frame-{number}" for number in range(1, 20)} <= ids


def test_every_reference_inside_the_page_leads_somewhere(made):
    page = made(BUNDLED / "page-node-browser.pcapng")
    ids = [named["id"] for _, named in page.tags if "id" in named]
    assert len(ids) == len(set(ids))
    targets = {named["href"] for tag, named in page.tags if tag == "a"}
    assert {target[1:] for target in targets if target.startswith("#")} <= set(ids)
    assert not [target for target in targets if not target.startswith("#")]
    assert not [named for _, named in page.tags if "style" in named]
    sources = [named["src"] for _, named in page.tags if "src" in named]
    assert all(source.startswith("data:image/png;base64,") for source in sources)


def test_markup_in_headers_stays_text(made):
    page = made(BUNDLED / "html-in-headers.pcapng")
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not [name for _, named in page.tags for name in named if name.startswith("on")]
    assert "<script>alert" not in page.markup
    assert "<script>alert(1)</script>" in page.text
    assert not [tag for tag, named in page.tags if tag == "img" and not named.get("src", "").startswith("data:")]
    assert "{{ 7*7 }}" in page.text
    assert "${7*7}" in page.text
    assert "<%= 7*7 %>" in page.text
    # No control or direction mark as itself, in text or attribute; they are spelled out.
    assert not UNSAFE.search(page.markup.replace("\n", ""))
    assert re.search(r"photo\S+gnp\.exe", page.text)
    assert "\\x1b[31mred" in page.text


def test_a_title_with_markup_stays_text(made):
    page = made(CAPTURE, "--title", "<b>{{ 7*7 }}</b>", "--student", "<i>x</i>\u202e")
    assert "<b>{{ 7*7 }}</b>" in page.text
    assert "<i>x</i>" in page.text


def test_two_captures_make_one_report(made):
    opening, closing = BUNDLED / "truncated.pcapng", BUNDLED / "mid-connection.pcapng"
    page = made(opening, closing, "--lang", "en")
    for word, name, other in (
        ("handshake", opening.name, closing.name),
        ("Request and response", opening.name, closing.name),
        ("Closing", closing.name, opening.name),
    ):
        assert name in page.section(word), word
        assert other not in page.section(word), word
    for capture in (opening, closing):
        assert hashlib.sha256(capture.read_bytes()).hexdigest() in page.section("Sources")
    assert "is cut off" in page.notices


def test_the_summary_of_two_captures_names_the_file_of_each_part(made):
    page = made(BUNDLED / "truncated.pcapng", BUNDLED / "mid-connection.pcapng", "--lang", "en")
    summary = page.section("Summary")
    assert "stream 0 (truncated.pcapng) (frames 1, 2, 3)" in summary
    assert "closed stream 0 (mid-connection.pcapng) first" in summary
    limits = page.section("do not show")
    assert "it was not captured. The closing shown is that of stream 0 (mid-connection.pcapng)" in limits
    assert "had not been seen when the capture was stopped" not in limits


def test_a_reference_to_a_frame_leads_to_its_own_file(made):
    """Frame 12 is in the second file only, frames 10 and 11 are in both."""
    page = made(BUNDLED / "truncated.pcapng", BUNDLED / "mid-connection.pcapng", "--lang", "en")
    (first,) = [named for tag, named in page.tags if named.get("id") == "frame-10"]
    closing = page.markup[page.markup.index('id="teardown"') :]
    assert f'href="#{first["id"]}"' not in closing[: closing.index('id="ledger"')]
    assert re.search(r'data-ev="from tcp.seq of frame \d+(; [^"]*)?, mid-connection.pcapng', closing)
    linked = re.findall(r'href="#(frame-2-\d+)"', closing)
    ids = [named.get("id") for _, named in page.tags]
    assert linked
    assert set(linked) <= set(ids)
    assert len(ids) - ids.count(None) == len({each for each in ids if each})


def test_every_capture_has_its_packets_explained_and_each_section_says_why(made):
    page = made(BUNDLED / "truncated.pcapng", BUNDLED / "mid-connection.pcapng", "--lang", "en")
    ids = {named.get("id") for _, named in page.tags}
    assert {f"frame-{number}" for number in range(1, 12)} <= ids
    assert {f"frame-2-{number}" for number in range(1, 13)} <= ids
    closing = page.section("Closing the connection")
    assert "mid-connection.pcapng, TCP stream 0 (the capture of the connection that" in closing
    opening = page.section("three-way")
    assert "truncated.pcapng, TCP stream 0 (the connection that this report tells of)" in opening
    assert "“Closing the connection”: mid-connection.pcapng, TCP stream 0 (the capture" in page.section("method")


def test_a_section_shows_the_capture_named_for_it(made):
    name = BUNDLED / "keepalive-full.pcapng"
    page = made(BUNDLED / "page-node-curl.pcapng", name, "--section", f"handshake={name.name}:0", "--lang", "en")
    assert "keepalive-full.pcapng, TCP stream 0 (as asked for this section)" in page.section("three-way")
    assert "page-node-curl.pcapng" in page.section("Closing the connection")
    assert f"--section handshake={name.name}:0" in page.section("Sources")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("handshak=truncated.pcapng", "the section 'handshak' does not exist; did you mean 'handshake'?"),
        ("summary=truncated.pcapng", "the section 'summary' tells of all captures"),
        ("handshake=truncatd.pcapng", "no capture 'truncatd.pcapng'; did you mean 'truncated.pcapng'?"),
        ("handshake", "does not say which capture"),
        ("handshake=", "does not say which capture"),
    ],
)
def test_a_wrong_section(run, value, says):
    captures = (BUNDLED / "truncated.pcapng", BUNDLED / "mid-connection.pcapng")
    refused(run, 2, says, *captures, "--section", value, "-o", "a.html", where=f"--section {value}")


def test_a_stream_that_the_section_does_not_have(run):
    captures = (BUNDLED / "truncated.pcapng", BUNDLED / "mid-connection.pcapng")
    refused(run, 1, "no TCP stream 7", *captures, "--section", "teardown=truncated.pcapng:7", "-o", "a.html")


def test_a_capture_named_twice(run):
    refused(run, 2, "named twice", CAPTURE, CAPTURE, "-o", "a.html")


def test_the_same_input_gives_the_same_bytes(tmp_path):
    """HTML from processes whose dictionaries and sets are seeded differently, at different times and places."""
    written = []
    for seed, name in (("1", "one"), ("2", "two")):
        folder = tmp_path / name
        folder.mkdir()
        done = reporter("report", CAPTURE, "-o", folder / f"{name}.html", *COVER, PYTHONHASHSEED=seed, TZ=f"UTC-{seed}")
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout == done.stderr == b""
        written.append((folder / f"{name}.html").read_bytes())
    assert written[0] == written[1]
    assert str(BUNDLED).encode() not in written[0]


@pytest.mark.slow
def test_the_pdf(tmp_path):
    """The same bytes twice, with bookmarks, page numbers and what it says of itself; nothing left behind."""
    (tmp_path / "temporary").mkdir()
    for seed in ("1", "2"):
        done = reporter(
            "report",
            BUNDLED / "refused.pcapng",
            "-o",
            tmp_path / f"{seed}.pdf",
            *COVER,
            PYTHONHASHSEED=seed,
            TMPDIR=str(tmp_path / "temporary"),
        )
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout == done.stderr == b""
    assert {path.name for path in tmp_path.iterdir()} == {"1.pdf", "2.pdf", "temporary"}
    assert not list((tmp_path / "temporary").iterdir())
    written = (tmp_path / "1.pdf").read_bytes()
    assert written == (tmp_path / "2.pdf").read_bytes()

    reader = pypdf.PdfReader(io.BytesIO(written))
    assert reader.metadata is not None
    assert reader.metadata.title == "HTTP 与 TCP 抓包分析实验报告"
    assert reader.metadata.author == "示例同学"
    assert "Wireshark" in (reader.metadata.subject or "")
    assert reader.metadata.creation_date is None
    bookmarks = [str(item.title) for item in reader.outline if not isinstance(item, list)]
    assert bookmarks[0] == "目录"
    assert bookmarks[1].startswith("1 ")
    assert any("建立连接" in title for title in bookmarks)
    texts = [page.extract_text() for page in reader.pages]
    assert "示例同学" in texts[0]
    for number, text in enumerate(texts[1:], 2):
        assert f"{number} / {len(texts)}" in text
        assert not [character for character in text if unicodedata.category(character) == "Cf"]
