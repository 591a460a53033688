"""Frames of which the file holds no time: it is said, and no time is told that nobody has recorded."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.analyse.clock import Clock
from reporter.extract.fieldpass import FieldPass
from reporter.model.packet import Packet
from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from tests.cli.run import reporter
from tests.crafted import exchange
from tests.pcapng import Maker

REQUEST = b"GET /d HTTP/1.1\r\nHost: lab.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000
START = 1_700_000_000_000_000


def without_times(folder: Path) -> Path:
    make, path = Maker(), folder / "simple.pcapng"
    frames = exchange(REQUEST, RESPONSE, most=1000)
    path.write_bytes(make.section() + make.interface() + b"".join(make.simple(each) for each in frames))
    return path


def behind_a_custom_block(folder: Path) -> Path:
    make, path = Maker(), folder / "custom.pcapng"
    frames = exchange(REQUEST, RESPONSE, most=1000)
    packets = b"".join(make.packet(data=each, ticks=START + 1000 * at) for at, each in enumerate(frames))
    path.write_bytes(make.section() + make.interface() + make.custom() + packets)
    return path


def said(path: Path, language: str) -> dict[str, str]:
    options = ReportOptions(lang=language)
    document = make_document([path], options=options, progress=lambda what, count: None)
    return {section.id: repr(section) for section in document.sections}


@pytest.mark.tshark
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_tells_no_time_that_the_file_does_not_hold(tmp_path: Path, language: str) -> None:
    sections = said(without_times(tmp_path), language)
    whole = "".join(sections.values())
    assert "1970" not in whole
    assert not re.search(r"\d m?s\b", re.sub(r"\\\\?r|evidence=.*?\)", "", whole))
    assert ("not recorded in the file" if language == "en" else "文件中没有记录") in sections["method"]
    assert ("Frames without a time" if language == "en" else "没有时间的帧") in sections["quality"]
    assert ("timestamps go back" if language == "en" else "时间戳有倒退") not in whole
    assert "Time since request" not in whole
    assert "Waterfall(" not in whole
    assert "SequencePlot(" not in whole
    assert "time='—'" in sections["overview"]


@pytest.mark.tshark
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_explanation_tells_none_either(tmp_path: Path, language: str) -> None:
    path = without_times(tmp_path)
    text = reporter("explain", path, "--lang", language).stdout.decode()
    assert not re.search(r"\d m?s\b", text)
    assert ("the file holds no time of any" if language == "en" else "文件没有记录任何时间") in text
    whole = json.loads(reporter("explain", path, "--lang", language, "--format", "json").stdout)
    assert (whole["capture"]["start"], whole["capture"]["duration"]) == (None, None)
    assert {packet["time"] for packet in whole["packets"]} == {None}
    [row, *_] = reporter("explain", path, "--format", "csv").stdout.decode().splitlines()[1:]
    assert row.split(",")[1] == ""


@pytest.mark.tshark
def test_a_block_without_a_time_does_not_set_the_start(tmp_path: Path) -> None:
    path = behind_a_custom_block(tmp_path)
    packets = list(FieldPass(path))
    assert [packet.timed for packet in packets[:2]] == [False, True]
    assert [packet.time for packet in packets[:3]] == [0, 0, Decimal("0.001")]
    sections = said(path, "en")
    assert "2023-11-14 22:13:20 UTC" in sections["method"]
    assert "1970" not in "".join(sections.values())
    assert reporter("explain", path, "--lang", "en").stdout.decode().rstrip().endswith(" packets in 0.012 s")
    commented = tmp_path / "out.pcapng"
    assert reporter("annotate", path, "-o", commented).returncode == 0
    assert "历时 0.012 s" in commented.read_bytes().decode("utf-8", "replace")


def packet(frame: int, *, timed: bool) -> Packet:
    return Packet(frame, Decimal(0), Decimal(frame), 60, 60, ("eth",), "", "", timed=timed)


@given(st.lists(st.booleans(), min_size=2, max_size=30))
def test_a_clock_tells_the_time_between_two_frames_that_have_one(timed: list[bool]) -> None:
    clock = Clock()
    for frame, each in enumerate(timed, 1):
        clock.enter(packet(frame, timed=each))
    for first, one in enumerate(timed, 1):
        for last, other in enumerate(timed[first:], first + 1):
            told = clock.between(first, Decimal(first), last, Decimal(last))
            assert told == (last - first if one and other else None)


def test_of_a_clock_that_changes_too_often_nothing_is_told_and_little_remembered() -> None:
    clock = Clock()
    for frame in range(1, 20_000):
        clock.enter(packet(frame, timed=frame % 2 == 0))
    assert clock.between(2, Decimal(2), 4, Decimal(4)) is None
    assert len(clock._runs) <= 4096
