"""The page, its files and its pictures as they came over the wire."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from reporter.extract.bodies import bodies
from reporter.model.application import Header, HttpResponse
from reporter.model.stream import Exchange
from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.report.document import Code, Picture, Section, Table
from reporter.report.sections.task import packing
from tests.captures import BUNDLED, ROOT

pytestmark = pytest.mark.tshark
SITE = ROOT / "captures" / "lib" / "site"


def task(name: str, **options: object) -> Section | None:
    document = make_document(
        [BUNDLED / name],
        options=ReportOptions(**{"lang": "en", **options}),  # type: ignore[arg-type]
        progress=lambda what, count: None,
    )
    return next((section for section in document.sections if section.id == "task"), None)


def test_the_page_is_listed_as_the_server_had_it():
    section = task("page-node-browser.pcapng")
    assert section is not None
    page, pictures = section.sections
    (listing,) = [block for block in page.blocks if isinstance(block, Code)]
    assert listing.language == "html"
    assert listing.text == (SITE / "index.html").read_text(encoding="utf-8").rstrip("\n")
    (picture,) = [block for block in pictures.blocks if isinstance(block, Picture)]
    assert picture.media == "image/png"
    assert "240 × 180 pixels" in "".join(span.text for span in picture.caption.text)


def test_the_files_are_named_with_type_size_and_connection():
    section = task("page-node-browser.pcapng")
    assert section is not None
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    rows = [["".join(span.text for span in cell) for cell in row] for row in table.rows]
    kinds = {row[0]: row[1:3] for row in rows}
    assert kinds["style.css"] == ["text/css", "257"]
    assert kinds["photo.png"][0] == "image/png"
    assert not any("favicon" in row[0] for row in rows), "a 404 delivers no file"


@pytest.mark.parametrize(
    ("headers", "chunks", "sizes"),
    [
        ({"Content-Encoding": "gzip", "Content-Length": "8388"}, (), ("gzip", 8388)),
        ({"Content-Encoding": "br"}, (4000, 388), ("br", 4388)),
        ({"Content-Length": "40327"}, (), (None, None)),
        ({"Content-Encoding": "gzip"}, (), (None, None)),
        ({"Content-Encoding": "zstd", "Content-Length": "40327"}, (), (None, None)),
    ],
)
def test_of_a_packed_page_both_sizes_are_told(
    headers: dict[str, str], chunks: tuple[int, ...], sizes: tuple[str | None, int | None]
) -> None:
    lines = tuple(Header(name, value, f"{name}: {value}") for name, value in headers.items())
    answer = HttpResponse("HTTP/1.1", 200, "OK", lines, True, 4, None, None, chunks)
    page = Exchange(stream=0, number=1, response=answer, response_frame=4)
    found = packing(page, 40327)
    assert tuple(fact and fact.value for fact in (found["packed"], found["sent"])) == sizes


def test_without_an_answered_request_there_is_no_such_section():
    for name in ("http-none.pcapng", "udp-only.pcapng", "refused.pcapng"):
        assert task(name) is None


def test_an_anonymous_report_shows_neither_page_nor_pictures():
    section = task("page-node-browser.pcapng", anonymize=True)
    assert section is not None
    assert not section.sections


def test_bodies_are_whole_and_without_their_encodings():
    found = bodies(BUNDLED / "page-node-browser.pcapng", [9, 23, 4]) or {}
    assert found.keys() == {9, 23}
    assert found[9] == (SITE / "index.html").read_bytes()
    assert found[23].startswith(b"\x89PNG")
    encoded = bodies(BUNDLED / "http-encoding.pcapng", [10, 13, 15, 20, 35]) or {}
    assert len({hashlib.sha256(body).digest() for body in encoded.values()}) == 1, "plain, chunked, compressed"
    assert bodies(BUNDLED / "page-node-browser.pcapng", []) == {}
    assert bodies(Path(__file__), [1]) == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_never_came_is_no_file_and_a_part_is_called_one(language: str) -> None:
    section = task("http-variety.pcapng", lang=language)
    assert section is not None
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    rows = ["".join(span.text for span in row[0]) for row in table.rows]
    assert "lines" not in rows, "the answers to HEAD and to a range are not the file"
    part = "lines, a part: bytes 100-299/2652" if language == "en" else "lines（部分：bytes 100-299/2652）"
    assert part in rows
    frames = ["".join(span.text for span in row[-1]) for row in table.rows]
    assert "9" not in frames, "frame 9 answers HEAD"


def test_a_range_that_is_everything_is_the_whole_file():
    section = task("page-nginx-browser.pcapng", lang="en")
    assert section is not None
    table = next(block for block in section.blocks if isinstance(block, Table))
    rows = ["".join(span.text for span in row[0]) for row in table.rows]
    assert "intro.wav" in rows, rows
