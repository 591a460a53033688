"""A capture whose timestamps go back: it is said where, and no time across such a point is given anywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.report.document import Document
from tests.crafted import exchange, write

pytestmark = pytest.mark.tshark

REQUEST = b"GET /d HTTP/1.1\r\nHost: lab.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000
SECOND = 1_000_000
#: The SYN, SYN-ACK, ACK and request; the clock is set back by three seconds before the server confirms it.
BACK = [3 * SECOND + at for at in (0, 10_000, 20_000, 30_000)] + [40_000 + 1000 * at for at in range(12)]


def made(folder: Path, language: str, times: list[int]) -> Document:
    path = write(folder / "back.pcapng", exchange(REQUEST, RESPONSE, most=1000), times=times)
    options = ReportOptions(lang=language)
    return make_document([path], options=options, progress=lambda what, count: None)


def sections(document: Document) -> dict[str, str]:
    """What each section says, as text."""
    return {section.id: repr(section) for section in document.sections}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_time_across_a_step_back_is_told(tmp_path: Path, language: str) -> None:
    document = made(tmp_path, language, BACK)
    said = sections(document)
    whole = "".join(said.values())
    assert not re.search(r"-\d[\d.]* m?s\b", whole)
    assert ("timestamps go back" if language == "en" else "时间戳有倒退") in said["measures"]
    assert ("timestamps go back" if language == "en" else "时间戳有倒退") in said["answers"]
    assert ("Timestamps that go back" if language == "en" else "时间戳倒退") in said["quality"]
    assert "Waterfall(" not in whole
    assert "SequencePlot(" not in whole


def test_of_a_steady_clock_every_time_is_told(tmp_path: Path) -> None:
    said = sections(made(tmp_path, "en", []))
    whole = "".join(said.values())
    assert "timestamps go back" not in whole
    assert "SequencePlot(" in whole
