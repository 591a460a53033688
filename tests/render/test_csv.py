"""The explanation as CSV."""

from __future__ import annotations

import csv
import io

import pytest

from reporter.explain.words import Words
from reporter.pipeline import Explanation
from reporter.render.csv import COLUMNS, harmless, header, packet_row
from tests.captures import BUNDLED
from tests.cli.run import reporter

pytestmark = pytest.mark.tshark


@pytest.mark.parametrize("name", ["page-nginx-browser.pcapng", "html-in-headers.pcapng", "icmp.pcapng"])
def test_a_row_for_every_packet_says_what_the_json_says(name):
    words = Words("zh")
    explained = list(Explanation(BUNDLED / name))
    text = header() + "".join(packet_row(each.seen, each.findings, words) for each in explained)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [int(row["frame"]) for row in rows] == [each.seen.packet.frame for each in explained]
    for row, each in zip(rows, explained, strict=True):
        assert row["rules"].split() == [found.rule for found in each.findings]
        assert row["stream"] == ("" if each.seen.packet.tcp is None else str(each.seen.packet.tcp.stream))
        assert set(row) == set(COLUMNS)
        for found in each.findings:
            assert words.text(found).splitlines()[0][:40] in row["text"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", "  =cmd|' /C calc'!A0", "%x", "|x", " |calc", "\rx"]
)
def test_no_cell_is_a_formula(text):
    assert harmless(text) == f"'{text}"


def test_the_command_writes_it_and_frames_choose(tmp_path):
    target = tmp_path / "out.csv"
    done = reporter(
        "explain", BUNDLED / "page-node-curl.pcapng", "--format", "csv", "--frame", "1", "--frame", "4", "-o", target
    )
    assert done.returncode == 0, done.stderr.decode()
    assert target.read_bytes().startswith(b"\xef\xbb\xbfframe,time,")
    rows = list(csv.reader(target.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == ["1", "4"]
