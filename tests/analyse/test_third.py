"""The round trip of a handshake whose third segment carries data: a sample, unless it waited for the application."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reporter.analyse.seen import Analysis
from tests.notation import Notation

OPENING = """
1 0.000 c>s [S]  seq=0
2 0.010 s>c [SA] seq=0 ack=1 rtt={time}
3 {time} c>s [{flags}] seq=1 ack=1 rtt={time} len={length}
"""


@pytest.mark.parametrize(
    ("time", "flags", "length", "rtt"),
    [
        ("3.010", "PA", 55, None),
        ("0.030", "PA", 55, Decimal("0.030")),
        ("3.010", "A", 0, Decimal("3.010")),
    ],
)
def test_the_round_trip_of_the_handshake(time, flags, length, rtt):
    analysis = Analysis()
    *_, last = analysis.run(Notation().packets(OPENING.format(time=time, flags=flags, length=length)))
    assert last.conversation is not None
    assert last.conversation.summary().initial_rtt == rtt
