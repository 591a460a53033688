"""Bodies that unpack to hundreds of megabytes: every command ends as ever, and what is not shown is said."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zlib

import pypdf
import pytest

from reporter.extract import bodies, detail
from reporter.extract.filter import unpacking
from reporter.extract.tshark import PACKED_BODIES, Limits
from tests.captures import BUNDLED
from tests.cli.run import reporter
from tests.crafted import exchange, write
from tests.faults import TSHARK, command, stand_in

pytestmark = pytest.mark.tshark
SENT = BUNDLED / "http-encoding.pcapng"


def packed(size: int) -> bytes:
    """So many zeros, packed with gzip."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    return b"".join([*(pack.compress(block) for _ in range(size >> 20)), pack.flush()])


def bomb_of(path, encoding, body):
    """One exchange whose response has this body."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    head += f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return write(path, exchange(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", head.encode() + body))


@pytest.fixture(scope="module")
def bomb(tmp_path_factory):
    """A response of 0.3 MB that unpacks to 300 MB."""
    return bomb_of(tmp_path_factory.mktemp("bomb") / "bomb.pcapng", "gzip", packed(300 << 20))


@pytest.fixture(scope="module")
def small_bomb(tmp_path_factory):
    """A response of 481 bytes that unpacks to 300 MB."""
    brotli = pytest.importorskip("brotli")
    body = brotli.compress(bytes(300 << 20), quality=5)
    return bomb_of(tmp_path_factory.mktemp("bomb") / "small.pcapng", "br", body)


SAID = "compressed bodies unpacked cost more time or memory than is allowed"


@pytest.fixture
def short(monkeypatch):
    """Less time for the details than unpacking takes, and more than the rest takes."""
    limits = Limits(seconds=60, memory=2 << 30, processor=2)
    monkeypatch.setattr(Limits, "for_details", staticmethod(lambda size: limits))


@pytest.mark.usefixtures("short")
def test_the_report_shows_the_rest_and_says_what_it_does_not_show(bomb, tmp_path):
    html, pdf = tmp_path / "out.html", tmp_path / "out.pdf"
    done = command("report", bomb, "-o", html, "-o", pdf, "--lang", "en")
    assert done.code == 0, done.said
    page = html.read_text(encoding="utf-8")
    printed = " ".join(" ".join(each.extract_text() for each in pypdf.PdfReader(pdf).pages).split())
    for text in (page, printed):
        assert SAID in text
        assert "Content-Encoding" in text
    assert len(page) < 1_000_000
    assert pdf.stat().st_size < 2_000_000


def unpacks_brotli():
    """Whether this tshark can."""
    said = subprocess.run([TSHARK, "--version"], capture_output=True, check=False).stdout
    return b"with brotli" in said.replace(b"\n", b" ")


@pytest.mark.slow  # a class is worked on
@pytest.mark.skipif(not unpacks_brotli(), reason="this tshark does not unpack brotli")
def test_a_class_with_a_bomb_in_brotli(small_bomb, tmp_path):
    """In a worker, with the limits as they are."""
    for number, capture in enumerate((small_bomb, SENT)):
        folder = tmp_path / "submissions" / f"2026000{number}-示例"
        folder.mkdir(parents=True)
        shutil.copy(capture, folder)
    out = tmp_path / "out"
    done = reporter("batch", tmp_path / "submissions", "-o", out, "--formats", "html", "--lang", "en", "--json")
    assert done.returncode == 0, done.stderr.decode()
    rows = json.loads(done.stdout)["submissions"]
    assert [row["status"] for row in rows] == ["ok", "ok"]
    pages = [(out / row["outputs"][0]).read_text(encoding="utf-8") for row in rows]
    assert [SAID in page for page in pages] == [True, False]


@pytest.mark.parametrize("options", [("explain",), ("explain", "--filter", "http.response"), ("annotate",)])
def test_nothing_else_unpacks_it(bomb, options, tmp_path, monkeypatch):
    """Every call of tshark that reads the capture asks for bodies as they were sent."""
    calls = tmp_path / "calls"
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, f'echo "$*" >> "{calls}"; exec "$TSHARK" "$@"'))
    done = command(options[0], bomb, *options[1:], "-o", tmp_path / "out.pcapng")
    assert done.code == 0, done.said
    reading = [line for line in calls.read_text(encoding="utf-8").splitlines() if str(bomb) in line]
    assert reading
    assert [line for line in reading if PACKED_BODIES not in line] == []


def page_of(tmp_path):
    out = tmp_path / "out.html"
    done = command("report", SENT, "-o", out, "--lang", "en")
    assert done.code == 0, done.said
    return out.read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["kill -9 $$", "exit 1", "ulimit -v 60000"])
def test_tshark_that_ends_while_it_unpacks_for_the_details(ending, tmp_path, monkeypatch):
    """Out of memory, by its own exit code, or by a signal: the packets are shown packed, and it is said."""
    script = f'case "$*" in *{PACKED_BODIES}*|*version*) ;; *pdml*|*json*) {ending};; esac; exec "$TSHARK" "$@"'
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, script))
    page = page_of(tmp_path)
    assert SAID in page
    assert page.count('class="hex"') > 3


def test_bodies_alone_that_cost_too_much_are_said(tmp_path, monkeypatch):
    """The details are had, the bodies, of a capture too large to guess, are not."""
    monkeypatch.setattr(detail.Details, "bodies", lambda *_: {})
    plain = page_of(tmp_path)
    assert "The bodies of HTTP messages in" not in plain
    script = 'case "$*" in *"-T json "*) kill -9 $$;; esac; exec "$TSHARK" "$@"'
    monkeypatch.setenv("REPORTER_TSHARK", stand_in(tmp_path, script))
    assert "fetching them cost more time or memory than is allowed" in page_of(tmp_path)
    monkeypatch.delenv("REPORTER_TSHARK")
    monkeypatch.setattr(bodies, "_MOST", 1000)
    assert "or they are too large together" in page_of(tmp_path)


@pytest.mark.usefixtures("short")
def test_without_pyshark_a_line_without_end_is_given_up(bomb, monkeypatch):
    """tshark's line for the unpacked body is read up to its limit, and then the frame as it was sent."""
    monkeypatch.setitem(sys.modules, "reporter.extract.pysharkpass", None)
    monkeypatch.setattr(detail, "_LONGEST_LINE", 1 << 20)
    with detail.Details(bomb) as found:
        completing = max(found.get(range(1, 20)))
        assert completing >= 12
        assert found.packed


@pytest.mark.parametrize(
    "plain", ["http", "tcp.stream == 0 && http.request", 'http.host contains "a"', "ip.addr == 192.0.2.1 or arp"]
)
def test_a_filter_that_asks_nothing_of_bodies(plain):
    assert unpacking([plain])
    assert not unpacking([plain, "json"])


@pytest.mark.parametrize(
    "deep",
    [
        'http contains "x"',
        "frame contains 00:01",
        'http.file_data matches "x"',
        "json",
        "xml.tag",
        "data-text-lines",
        "http[0:4] == 00:01:02:03",
        "tcp && image-jfif",
        "(" * 5000 + "tcp" + ")" * 5000 + " && json",
    ],
)
def test_a_filter_that_may_ask_of_bodies(deep):
    assert not unpacking([deep])
