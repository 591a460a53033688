"""A report of as many packets as somebody may look through, made of nothing but its commentary or its list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reporter.explain.words import Span
from reporter.report.document import Commentary, Document, PacketList, Remark, Section
from reporter.report.prose import Element, Prose
from tests.render.sample_document import sample

PACKETS = 2000


def long_document(packets: int = PACKETS) -> Document:
    """One remark for each packet; every hundredth says `needle`."""
    document = sample("en")
    whole = [block for section in document.sections for block in _blocks(section) if isinstance(block, Commentary)]
    first = whole[0].remarks[0]
    remarks = tuple(_remark(first, number) for number in range(1, packets + 1))
    section = Section("long", "1", "Packets", (Commentary(remarks),))
    return replace(document, sections=(section,), notices=())


#: A table as a person writes one: more columns than a page is wide, numbers, addresses, one column of text.
OWN = (
    ("序号", "时间", "源地址", "目的地址", "协议", "长度", "源端口", "目的端口", "Seq", "Ack", "标志", "窗口", "说明"),
    ("1", "0.000000", "192.168.100.101", "192.168.100.200", "TCP", "74", "50000", "8080", "0", "0", "SYN", "64240",
     "客户端请求建立连接，携带 MSS、窗口扩大因子、SACK 允许与时间戳选项"),
    ("2", "0.000123", "2001:db8:85a3::8a2e:370:7334", "2001:db8:85a3::8a2e:370:7335", "TCP", "74", "8080", "50000",
     "0", "1", "SYN, ACK", "65160", "服务器同意"),
)  # fmt: skip


def own_table(rows: Sequence[Sequence[str]] = OWN) -> Element:
    """A table in a person's own words, the first row its head."""
    head, *body = [
        Element("tr", tuple(Element("th" if row is rows[0] else "td", (text,)) for text in row)) for row in rows
    ]
    return Element("table", (Element("thead", (head,)), Element("tbody", tuple(body))))


def listed_document(packets: int = 200) -> Document:
    """A packet list whose packets are explained nowhere, and a table in a person's own words."""
    document = sample("zh")
    whole = [block for section in document.sections for block in _blocks(section) if isinstance(block, PacketList)]
    row = replace(whole[0].rows[0], info="a line that is long enough to be broken on a narrow screen " * 2)
    rows = tuple(replace(row, frame=number) for number in range(1, packets + 1))
    listed = replace(whole[0], rows=rows, selected=(), paper=None)
    section = Section("long", "1", "Packets", (Prose((own_table(),)), listed))
    return replace(document, sections=(section,), notices=())


def _blocks(section: Section) -> list:
    return [*section.blocks, *(block for inner in section.sections for block in _blocks(inner))]


def _remark(first: Remark, number: int) -> Remark:
    word = "needle" if number % 100 == 0 else "hay"
    said = replace(first.said[0], text=(Span(f"Packet {number} is {word}. "), *first.said[0].text))
    return replace(first, row=replace(first.row, frame=number, stream=number // 100 % 2), said=(said, *first.said[1:]))
