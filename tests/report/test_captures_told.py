"""What the report says of its captures: what lies outside the connection, filters, limits, bytes behind the layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.extract.filter import matching_frames
from reporter.options import Source
from reporter.report.document import ByteMap, PacketList
from tests.captures import BUNDLED
from tests.crafted import exchange, write
from tests.reports import document, said, section

pytestmark = pytest.mark.tshark
languages = pytest.mark.parametrize("language", ["en", "zh"])
PAGE, LOOKUPS = BUNDLED / "page-node-browser.pcapng", BUNDLED / "dns-arp-curl.pcapng"


@languages
def test_lookups_of_another_capture_are_shown(language: str) -> None:
    found = document(PAGE, LOOKUPS, language=language)
    text = said(found, "before")
    assert ("are from dns-arp-curl.pcapng" if language == "en" else "取自 dns-arp-curl.pcapng") in text
    assert ("not all were captured before" if language == "en" else "并非都在连接的第一个报文段之前") in text
    (rows,) = [block for block in section(found, "before").blocks if isinstance(block, PacketList)]
    assert len(rows.rows) == 8


@languages
def test_a_capture_named_for_lookups_that_holds_none_is_said_to(language: str) -> None:
    named = (Source("before", PAGE.name),)
    text = said(document(LOOKUPS, PAGE, language=language, sources=named), "before")
    assert ("No packet of address resolution" if language == "en" else "这里没有地址解析或域名查询的报文") in text


@pytest.mark.parametrize("name", ["port-reuse.pcapng", "page-nginx-browser.pcapng", "parallel-browser.pcapng"])
@languages
def test_the_filter_by_addresses_passes_the_streams_that_its_label_names(name: str, language: str) -> None:
    lines = said(document(BUNDLED / name, language=language), "method").splitlines()
    by_ends = next(line for line in lines if "tcp.port == " in line)
    label, _, text = by_ends.partition(": ")
    by_stream = next(line for line in lines if ": tcp.stream eq " in line).partition(": ")[2]
    if label in ("The same in words of addresses", "等价写法"):
        streams = by_stream
    else:
        assert name == "port-reuse.pcapng"
        assert "0, 1, 2" in label or "0、1、2" in label
        streams = "tcp.stream in {0, 1, 2}"
    assert matching_frames(BUNDLED / name, text) == matching_frames(BUNDLED / name, streams)


@languages
def test_longer_data_than_the_mss_is_explained(language: str) -> None:
    def mss(name: str, stream: int) -> str:
        lines = said(document(BUNDLED / name, language=language, stream=stream), "options").splitlines()
        return next(line for line in lines if line.startswith("MSS"))

    word = "offloading" if language == "en" else "分段卸载"
    assert word not in mss("loss-sender-side.pcapng", 0)
    longer = mss("page-python-curl.pcap", 2)
    assert ("should carry more than 1460" if language == "en" else "不应超过 1460") in longer
    assert word in longer


@languages
def test_the_layers_reach_to_the_end_of_the_frame(tmp_path: Path, language: str) -> None:
    frames = exchange(b"GET / HTTP/1.1\r\nHost: lab.example\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    path = write(tmp_path / "fcs.pcapng", [frame + b"\x01\x02\x03\x04" for frame in frames])
    parts = section(document(path, language=language), "method").sections
    (layers,) = [block for part in parts for block in part.blocks if isinstance(block, ByteMap)]
    ends = [layer.start + layer.length for layer in layers.layers]
    assert ends[-1] == layers.size
    assert [layer.start for layer in layers.layers] == [0, *ends[:-1]]
    behind = "".join(span.text for span in layers.layers[-1].text)
    assert ("checksum of Ethernet" in behind or "no layer above" in behind) if language == "en" else "以太网" in behind
