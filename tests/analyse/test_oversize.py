"""ICMP messages of a segment too large for a link, as a real capture has them."""

from __future__ import annotations

import pytest

from reporter.extract.fieldpass import FieldPass
from tests.captures import BUNDLED

pytestmark = pytest.mark.tshark


def test_a_quoted_header_tells_the_raw_number_of_the_segment_it_is_about() -> None:
    with FieldPass(BUNDLED / "partial-ack.pcapng") as packets:
        frames = {packet.frame: packet for packet in packets}
    quoted = {frame: packet.icmp.quoted for frame, packet in frames.items() if packet.icmp is not None}
    assert list(quoted) == [9, 10, 11, 12]
    told = {frame: quote.seq_raw for frame, quote in quoted.items() if quote is not None}
    sent = [frames[number].tcp for number in (4, 5, 6, 7)]
    assert list(told.values()) == [segment.seq_raw for segment in sent if segment is not None]
