"""Bodies that unpack to hundreds of megabytes: every command ends as ever, and what is not shown is said."""

from __future__ import annotations

import zlib

import pytest

from reporter.extract.filter import unpacking
from reporter.extract.tshark import Limits
from tests.crafted import exchange, write
from tests.faults import command

pytestmark = pytest.mark.tshark


def packed(size: int) -> bytes:
    """So many zeros, packed with gzip."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    return b"".join([*(pack.compress(block) for _ in range(size >> 20)), pack.flush()])


@pytest.fixture(scope="module")
def bomb(tmp_path_factory):
    """A response of 0.3 MB that unpacks to 300 MB."""
    body = packed(300 << 20)
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    head += f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    capture = tmp_path_factory.mktemp("bomb") / "bomb.pcapng"
    return write(capture, exchange(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", head.encode() + body))


def test_the_report_shows_the_rest_and_says_what_it_does_not_show(bomb, tmp_path, monkeypatch):
    monkeypatch.setattr(
        Limits, "for_details", staticmethod(lambda size: Limits(seconds=60, memory=2 << 30, processor=3))
    )
    out = tmp_path / "out.html"
    done = command("report", bomb, "-o", out, "--lang", "en")
    assert done.code == 0, done.said
    page = out.read_text(encoding="utf-8")
    assert "compressed bodies unpacked cost more time or memory than is allowed" in page
    assert "Content-Encoding" in page
    assert len(page) < 1_000_000


@pytest.mark.parametrize("options", [("explain",), ("explain", "--filter", "http.response"), ("annotate",)])
def test_nothing_else_unpacks_it(bomb, options, tmp_path):
    """Measured in processor time of all that was started: unpacking alone takes longer."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = command(options[0], bomb, *options[1:], "-o", tmp_path / "out.pcapng")
    assert done.code == 0, done.said
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 3


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
