"""A report of as many packets as somebody may look through, made of nothing but its commentary."""

from __future__ import annotations

from dataclasses import replace

from reporter.explain.words import Span
from reporter.report.document import Commentary, Document, Remark, Section
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


def _blocks(section: Section) -> list:
    return [*section.blocks, *(block for inner in section.sections for block in _blocks(inner))]


def _remark(first: Remark, number: int) -> Remark:
    word = "needle" if number % 100 == 0 else "hay"
    said = replace(first.said[0], text=(Span(f"Packet {number} is {word}. "), *first.said[0].text))
    return replace(first, row=replace(first.row, frame=number, stream=number // 100 % 2), said=(said, *first.said[1:]))
