"""What is read of one packet has an end, whatever the capture holds; and it is said what was cut."""

from __future__ import annotations

import gzip
import io
import resource
import sys
import time
from dataclasses import dataclass

import pytest

from reporter.extract import fieldpass
from reporter.extract.bounds import LONGEST_VALUE, MOST_TEXT, MOST_VALUES, bounded
from reporter.extract.fieldpass import FieldPass, lines_of_output
from reporter.extract.fields import AT, FIELDS, VALUE_SEPARATOR
from reporter.extract.tshark import Limits, running
from reporter.options import ReportOptions
from reporter.pipeline.report import make_document
from reporter.render.html import render_html
from tests.crafted import exchange, write
from tests.faults import command, stand_in

LINES = AT["http.request.line"]


def row(place, text):
    made = [""] * len(FIELDS)
    made[place] = text
    return made


def test_a_value_too_long_ends_in_a_mark():
    made = row(LINES, "X: " + "a" * (LONGEST_VALUE * 2) + "\\r\\n")
    assert bounded(made)
    assert made[LINES].endswith("…\\r\\n")
    assert len(made[LINES]) < LONGEST_VALUE + 10


@pytest.mark.parametrize(
    "value", ["X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "X" * 60_000]
)
def test_values_that_are_too_many_are_left_out_from_the_end(value):
    made = row(LINES, VALUE_SEPARATOR.join([value] * (2 * MOST_VALUES)))
    assert bounded(made)
    kept = made[LINES].split(VALUE_SEPARATOR)
    assert len(kept) == min(MOST_VALUES, MOST_TEXT // len(value))
    assert set(kept) == {value}


def test_what_is_short_and_lists_of_segments_are_read_whole():
    segments = VALUE_SEPARATOR.join(map(str, range(100_000)))
    for made in (row(AT["tcp.segment"], segments), row(LINES, VALUE_SEPARATOR.join(["X-A: 1\\r\\n"] * 999))):
        before = list(made)
        assert not bounded(made)
        assert made == before


@dataclass
class Printed:
    stdout: io.BytesIO


def test_a_line_without_end_is_cut_and_the_next_one_is_whole(monkeypatch):
    monkeypatch.setattr(fieldpass, "LONGEST_ROW", 100)
    monkeypatch.setattr(fieldpass, "_CHUNK", 64)
    text = b"a" * 70 + b"\n" + b"b" * 1000 + b"\n" + b"c\n\nd"
    lines = list(lines_of_output(Printed(io.BytesIO(text))))  # type: ignore[arg-type]
    assert lines == ["a" * 70, "b" * 100, "c", "", "d"]


@pytest.mark.tshark
def test_headers_of_a_hundred_kilobytes_and_thousands_of_headers(tmp_path):
    lines = b"".join(b"X-%d: a\r\n" % number for number in range(3 * MOST_VALUES))
    request = b"GET / HTTP/1.1\r\nHost: a.example\r\nX-Long: " + b"a" * 100_000 + b"\r\n" + lines + b"\r\n" + lines
    capture = write(tmp_path / "a.pcapng", exchange(request, b"HTTP/1.1 204 No Content\r\n\r\n"))
    source = FieldPass(capture)
    packets = list(source)
    (asked,) = [each for packet in packets for each in packet.requests]
    assert len(asked.headers) == MOST_VALUES
    assert not asked.headers_known
    assert asked.headers[1].value == "a" * (LONGEST_VALUE - len("X-Long: ")) + "…"
    assert source.cut == 1
    done = command("explain", capture, "--format", "jsonl")
    assert f"too long to be taken in: 1, first frame {source.first_cut}" in done.said


@pytest.mark.tshark
def test_a_body_that_unpacks_to_a_hundred_megabytes_costs_little(tmp_path):
    body = gzip.compress(bytes(100 << 20), 9)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(
        body
    )
    capture = write(tmp_path / "a.pcapng", exchange(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", head + body))
    begun = time.monotonic()
    packets = list(FieldPass(capture))
    assert time.monotonic() - begun < 15
    (answer,) = [each for packet in packets for each in packet.responses]
    assert answer.code == 200


@pytest.mark.tshark
def test_the_report_says_what_was_cut(tmp_path):
    request = b"GET / HTTP/1.1\r\nHost: a.example\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n"
    capture = write(tmp_path / "a.pcapng", exchange(request, b"HTTP/1.1 204 No Content\r\n\r\n"))
    document = make_document([capture], options=ReportOptions(lang="en"), progress=lambda *_: None)
    page = render_html(document)
    assert "a value of more than 65536 characters ends here in …" in page
    assert len(page) < 2_000_000


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits are set on Linux only")
def test_tshark_runs_within_its_limits(tmp_path):
    asked = "print(*(r.getrlimit(each)[0] for each in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)))"
    script = f'exec {sys.executable} -c "import resource as r; {asked}"'
    program = stand_in(tmp_path, f"sleep 0.2; {script}")
    limits = Limits(seconds=10, memory=1 << 30, file=1 << 20)
    with running([], limits, tshark=program) as run:  # type: ignore[arg-type]
        said = run.stdout.read().split()
    assert [int(each) for each in said] == [1 << 30, 40, 1 << 20, 0]
