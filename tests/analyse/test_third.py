"""The round trip of a handshake whose third segment carries data: a sample, unless it waited for the application."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reporter.analyse.seen import Analysis
from reporter.model.stream import State, States
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
    assert last.conversation.trip.seconds == rtt


@pytest.mark.parametrize(
    ("ack", "server"),
    [(1, State.ESTABLISHED), (123_448_789, State.SYN_RECEIVED), (4_294_467_296, State.SYN_RECEIVED)],
)
def test_an_ack_that_confirms_nothing_opens_nothing(ack, server):
    """RFC 9293, section 3.10.7.4: in SYN-RECEIVED only an Ack of what was sent leads to ESTABLISHED."""
    analysis = Analysis()
    packets = f"""
1 0.000 c>s [S]  seq=0 complete=7
2 0.010 s>c [SA] seq=0 ack=1 complete=7
3 0.020 c>s [A]  seq=1 ack={ack} complete=7
4 0.100 s>c [SA] seq=0 ack=1 complete=7
"""
    *_, third, again = analysis.run(Notation().packets(packets))
    assert third.step is not None
    assert again.step is not None
    assert third.step.after == States(State.ESTABLISHED, server)
    assert again.step.before == States(State.ESTABLISHED, server)
