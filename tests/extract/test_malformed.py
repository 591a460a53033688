"""What tshark calls malformed need not be the protocol it is named after, so nothing is told of its content."""

from __future__ import annotations

import pytest

from reporter.extract.build import Builder
from reporter.extract.fields import AT, FIELDS, VALUE_SEPARATOR


@pytest.mark.parametrize(
    ("mark", "answers"), [("", 48), (f"[Malformed Packet: DNS]{VALUE_SEPARATOR}_ws.malformed", None)]
)
def test_a_malformed_message_is_no_dns(mark, answers):
    """SOME/IP on UDP port 30490, read as DNS: a header that announces 48 records in 56 bytes."""
    row = [""] * len(FIELDS)
    told = {
        "frame.number": "1",
        "frame.protocols": "eth:ethertype:ip:udp:dns",
        "dns.id": "0xffff",
        "dns.flags.response": "1",
        "dns.count.answers": "48",
        "_ws.malformed": mark,
    }
    for name, text in told.items():
        row[AT[name]] = text
    dns = Builder().packet(row).dns
    assert (dns.answers if dns is not None else None) == answers
