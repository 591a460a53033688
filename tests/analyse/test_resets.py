"""A RST ends a connection only if its receiver has to obey it (RFC 9293, section 3.10.7.4; RFC 5961, section 3.2)."""

from __future__ import annotations

import pytest

from reporter.analyse.seen import Analysis
from reporter.model.stream import Closing, Role, State
from tests.notation import Notation

OPEN = """
1 0.000 c>s [S]  seq=0
2 0.001 s>c [SA] seq=0 ack=1
3 0.002 c>s [PA] seq=1 ack=1 len=29
4 0.003 s>c [PA] seq=1 ack=30 len=40
5 0.004 c>s [A]  seq=30 ack=41
"""
GOES_ON = """
7 0.200 c>s [FA] seq=30 ack=41
8 0.201 s>c [FA] seq=41 ack=31
9 0.202 c>s [A]  seq=31 ack=42
"""
ALL = (Closing.THREE_SEGMENT, Role.CLIENT, (7, 8, 9), State.TIME_WAIT, State.CLOSED)
GONE = (Closing.RESET, Role.SERVER, (6,), State.CLOSED, State.CLOSED)


@pytest.mark.parametrize(
    ("seq", "after", "ends"),
    [
        (1, GOES_ON, ALL),
        (40, GOES_ON, ALL),
        (41, "", GONE),
        # Nothing more comes: whether it has been given up cannot be told.
        (1, "", (Closing.DOUBTFUL_RESET, None, (6,), State.ESTABLISHED, State.ESTABLISHED)),
        # The first RST that fits is the one that ends it.
        (1, "7 0.2 s>c [R] seq=41", (Closing.RESET, Role.SERVER, (7,), State.CLOSED, State.CLOSED)),
    ],
)
def test_a_rst_below_what_was_confirmed_does_not_end_the_connection(seq, after, ends):
    analysis = Analysis()
    *_, last = analysis.run(Notation().packets(f"{OPEN.strip()}\n6 0.1 s>c [R] seq={seq}\n{after}"))
    assert last.conversation is not None
    stream = last.conversation.summary()
    assert (stream.closing, stream.closed_first, stream.teardown, stream.ended.client, stream.ended.server) == ends
