"""What the work must hold, case by case, on captures whose story is known packet by packet."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from reporter.explain.engine import FALLBACK, Finding
from reporter.explain.words import Words
from reporter.model.stream import Closing, Role, Stream
from reporter.options import LANGUAGES, ReportOptions
from reporter.pipeline import Explained, Explanation
from reporter.pipeline.report import make_document, make_reports
from reporter.report.document import Commentary, Section
from tests.captures import BUNDLED, SHARED

pytestmark = pytest.mark.tshark
WORDS = {language: Words(language) for language in LANGUAGES}
SEEDS = SHARED / "seeds"
SEEDED = sorted(SEEDS.glob("*.pcapng"))
needs_seeds = pytest.mark.skipif(not SEEDED, reason="the seeds are not here")
LABELS = {"L01", "L02", "L03", "L04", "L05", "L08", "C05"}


@cache
def explained(path: Path) -> tuple[dict[int, Explained], tuple[Stream, ...]]:
    explanation = Explanation(path, strict=True)
    packets = {each.seen.packet.frame: each for each in explanation}
    return packets, explanation.streams()


def finding(path: Path, frame: int, code: str) -> Finding:
    return next(each for each in explained(path)[0][frame].findings if each.rule == code)


def codes(path: Path, frame: int) -> set[str]:
    return {each.rule for each in explained(path)[0][frame].findings}


def said(path: Path, frame: int, code: str) -> tuple[str, str]:
    found = finding(path, frame, code)
    return WORDS["zh"].text(found), WORDS["en"].text(found)


@needs_seeds
def test_the_404_sent_twice_was_needless() -> None:
    """Port 81: the 404 is sent again, and the client's SLE=228 SRE=707 says that it had it already."""
    path = SEEDS / "000_http_port81.pcapng"
    packets, _ = explained(path)
    reports = [frame for frame in packets if "L06" in codes(path, frame)]
    assert len(reports) == 1
    facts = finding(path, reports[0], "L06").facts
    assert [facts[name] == value for name, value in (("left", 228), ("right", 707))] == [True, True]
    zh, en = said(path, reports[0], "L06")
    assert "SLE=228" in zh
    assert "SRE=707" in zh
    assert "不必要" in zh or "多余" in zh
    assert "needless" in en
    assert not codes(path, reports[0]) & {"L01", "L07"}
    resent = [frame for frame in packets if codes(path, frame) & {"L04", "L05"}]
    assert len(resent) == 1
    named = finding(path, reports[0], "L06").facts["frames"]
    assert named is not None
    assert resent[0] in [fact.value for fact in named.value]


def test_data_sent_twice_was_needless() -> None:
    path = BUNDLED / "loss-ack-dsack.pcapng"
    assert "L05" in codes(path, 16)
    assert "L06" in codes(path, 17)
    zh, en = said(path, 17, "L06")
    assert "不必要" in zh or "多余" in zh
    assert "needless" in en
    assert "L01" not in codes(path, 17)


@needs_seeds
def test_three_segments_close_a_connection() -> None:
    """curl: the client closes first with Seq=80 Ack=650; ACK and FIN of the server travel together."""
    path = SEEDS / "002_curl_httpbin.pcapng"
    packets, (stream,) = explained(path)
    assert stream.closing is Closing.THREE_SEGMENT
    assert stream.closed_first is Role.CLIENT
    first, merged, last = stream.teardown
    assert [next(iter(codes(path, frame) & {"T01", "T06", "T05"})) for frame in (first, merged, last)] == [
        "T01",
        "T06",
        "T05",
    ]
    tcp = packets[first].seen.packet.tcp
    assert tcp is not None
    assert (tcp.seq, tcp.ack) == (80, 650)
    zh, en = said(path, merged, "T06")
    assert "81 = 80 + 1" in zh
    assert "81 = 80 + 1" in en
    assert "three segments" in en
    assert "651 = 650 + 1" in said(path, last, "T05")[0]


@pytest.mark.parametrize("name", ["merged-close.pcapng", "page-node-curl.pcapng", "data-fin.pcapng"])
def test_a_merged_close_is_called_so(name: str) -> None:
    path = BUNDLED / name
    (stream,) = explained(path)[1]
    assert stream.closing is Closing.THREE_SEGMENT
    assert len(stream.teardown) == 3
    assert "T06" in codes(path, stream.teardown[1])
    assert "T02" not in codes(path, stream.teardown[1])


@needs_seeds
def test_keep_alives_of_an_open_connection_are_no_losses() -> None:
    """tshark labels them Dup ACK and unseen segment; by their numbers they are keep-alives."""
    path = SEEDS / "001_handshake.pcapng"
    packets, _ = explained(path)
    alive = [frame for frame in packets if codes(path, frame) & {"F06", "F07"}]
    assert alive
    for frame in alive:
        assert not codes(path, frame) & LABELS
    labelled = [frame for frame in alive if "[TCP" in packets[frame].seen.packet.info]
    guesses = [frame for frame in labelled if "Keep-Alive" not in packets[frame].seen.packet.info]
    assert guesses
    for frame in guesses:
        assert "F08" in codes(path, frame)


def test_keep_alives_in_the_middle_are_no_losses() -> None:
    path = BUNDLED / "mid-connection.pcapng"
    assert [frame for frame in explained(path)[0] if "F06" in codes(path, frame)] == [1, 3, 8]
    assert [frame for frame in explained(path)[0] if "F07" in codes(path, frame)] == [2, 4, 9]
    for frame in range(1, 10):
        assert not codes(path, frame) & LABELS
    for frame in (2, 3, 4):
        assert "F08" in codes(path, frame)


CLOSING = [*SEEDED, *(BUNDLED / name for name in ("page-nginx-browser.pcapng", "page-node-browser.pcapng"))]


@pytest.mark.parametrize("path", CLOSING, ids=lambda path: path.name)
def test_a_teardown_is_that_of_one_stream(path: Path) -> None:
    """What document B got wrong: its four steps came from two connections."""
    packets, streams = explained(path)
    for stream in streams:
        for frame in stream.teardown:
            tcp = packets[frame].seen.packet.tcp
            assert tcp is not None
            assert tcp.stream == stream.number
    for language in LANGUAGES:
        document = make_document([path], options=ReportOptions(lang=language), progress=lambda what, count: None)
        for section in sections(document.sections):
            told = {
                remark.row.stream
                for block in section.blocks
                if isinstance(block, Commentary)
                for remark in block.remarks
                if any(each.rule[0] in "HT" for each in remark.said)
            }
            assert len(told) <= 1, section.title


def sections(found: tuple[Section, ...]) -> list[Section]:
    return [each for section in found for each in (section, *sections(section.sections))]


def test_loopback_is_told_apart_by_port() -> None:
    """Both addresses are the same: only the ports tell client from server, and one connection from the other."""
    path = BUNDLED / "page-node-browser.pcapng"
    packets, streams = explained(path)
    assert len(streams) == 3
    assert len({stream.client.address for stream in streams} | {stream.server.address for stream in streams}) == 1
    assert len({stream.client.port for stream in streams}) == 3
    assert len({stream.server.port for stream in streams}) == 1
    for each in packets.values():
        tcp, step = each.seen.packet.tcp, each.seen.step
        assert tcp is not None
        assert step is not None
        stream = streams[tcp.stream]
        sent = tcp.src_port == stream.client.port
        assert step.sender is (Role.CLIENT if sent else Role.SERVER)
    for stream in streams:
        assert "C07" in codes(path, stream.first_frame)
        zh, en = said(path, stream.first_frame, "C07")
        for port in (stream.client.port, stream.server.port):
            assert str(port) in zh
            assert str(port) in en


@needs_seeds
@pytest.mark.parametrize("path", SEEDED, ids=lambda path: path.name)
def test_each_seed_gives_a_report_with_every_packet_explained(path: Path, tmp_path: Path) -> None:
    packets, _ = explained(path)
    for each in packets.values():
        assert each.findings
        assert FALLBACK not in {one.rule for one in each.findings}
    output = tmp_path / "report.html"
    make_reports([path], [output], options=ReportOptions(lang="zh"), progress=lambda what, count: None)
    html = output.read_text(encoding="utf-8")
    assert html.lower().startswith("<!doctype html>")
    document = make_document([path], options=ReportOptions(lang="zh"), progress=lambda what, count: None)
    remarks = [
        remark
        for section in sections(document.sections)
        for block in section.blocks
        if isinstance(block, Commentary)
        for remark in block.remarks
    ]
    assert all(remark.said for remark in remarks)
    assert not any(remark.folded for remark in remarks)
    shown = {remark.row.frame for remark in remarks}
    streams = {remark.row.stream for remark in remarks}
    for frame, each in packets.items():
        tcp = each.seen.packet.tcp
        if tcp is not None and tcp.stream in streams:
            assert frame in shown
            assert f"frame-{frame}" in html
