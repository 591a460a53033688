"""What is foreseen of a stream, and for how long packets are held back for it."""

from __future__ import annotations

import pytest

from reporter.analyse.foresight import Lookahead
from reporter.analyse.ledger import duplicate_block
from tests.crafted import ACK, FIN, PSH, RST, SYN
from tests.segments import segment_of

CLIENT, SERVER = "192.0.2.1", "192.0.2.2"
WRAP = 1 << 32


@pytest.mark.parametrize(
    ("seq", "ack", "crosses"),
    [
        (100, 100, True),
        (100, 101, False),
        (WRAP - 1, WRAP - 1, True),
        (WRAP - 1, 0, False),
        (WRAP - 2, WRAP - 2, True),
        (WRAP - 2, 5, False),
    ],
)
def test_closes_cross_when_the_second_fin_does_not_confirm_the_first(seq, ack, crosses):
    """Also where the number after the first FIN has passed 2^32."""
    ahead = Lookahead()
    packets = [
        segment_of(1, CLIENT, SYN, 0, 0),
        segment_of(2, CLIENT, FIN | ACK, seq, 1),
        segment_of(3, SERVER, FIN | ACK, 1, ack),
    ]
    assert list(ahead.pass_through(packets)) == packets
    assert ahead.known[0].crosses is crosses


def test_nothing_is_held_back_for_a_stream_that_was_reset():
    """Its client is not known, and no later packet is waited for to tell it."""
    ahead, read = Lookahead(), []

    def packets():
        for packet in (
            segment_of(1, CLIENT, PSH | ACK, 1, 1, 10),
            segment_of(2, CLIENT, RST, 11, 1),
            segment_of(3, CLIENT, PSH | ACK, 11, 1, 10),
        ):
            read.append(packet.frame)
            yield packet

    assert next(ahead.pass_through(packets())).frame == 1
    assert read == [1, 2]


@pytest.mark.parametrize(
    ("blocks", "ack", "twice"),
    [
        ([], 1, False),
        ([(100, 200)], 200, True),
        ([(100, 201)], 200, False),
        ([(300, 400), (300, 500)], 200, True),
        ([(400, 500), (300, 500)], 200, True),
        ([(300, 500), (300, 500)], 200, True),
        ([(299, 400), (300, 500)], 200, False),
        ([(400, 501), (300, 500)], 200, False),
    ],
)
def test_a_block_that_reports_what_came_twice(blocks, ack, twice):
    """RFC 2883, section 4: below the Ack, or inside the second block, whose edges belong to it."""
    assert duplicate_block(blocks, ack) == (blocks[0] if twice else None)


@pytest.mark.parametrize("before", [57, WRAP - 1])
def test_a_fin_recorded_after_its_ack_is_foreseen(before):
    """Also where the number after it is 0; the Ack is held back until the FIN has come."""
    ahead, after = Lookahead(), (before + 1) % WRAP
    packets = [
        segment_of(1, CLIENT, SYN, before - 11, 0),
        segment_of(2, CLIENT, PSH | ACK, before - 10, 1, 10),
        segment_of(3, SERVER, ACK, 1, after),
        segment_of(4, CLIENT, FIN | ACK, before, 1),
    ]
    out = ahead.pass_through(packets)
    assert [next(out).frame for _ in range(3)] == [1, 2, 3]
    late = ahead.known[0].late
    assert list(late.fin.values()) == [4]
    assert not late.more
    assert list(out) == packets[3:]


def test_a_number_that_more_data_follow_is_no_fin():
    """It was a byte that the capture missed."""
    ahead = Lookahead()
    packets = [
        segment_of(1, CLIENT, PSH | ACK, 1, 1, 10),
        segment_of(2, SERVER, ACK, 1, 12),
        segment_of(3, CLIENT, PSH | ACK, 12, 1, 10),
    ]
    assert list(ahead.pass_through(packets)) == packets
    assert [ack for _, ack in ahead.known[0].late.more] == [12]
    assert not ahead.known[0].late.fin


def test_a_late_answer_is_waited_for_only_so_long():
    """After 40 packets of the stream, or a RST, nothing more is held back."""
    for end in (ACK, RST | ACK):
        ahead = Lookahead()
        read: list[int] = []

        def packets(end=end, read=read):
            yield segment_of(1, CLIENT, SYN, 0, 0)
            for frame in range(2, 100):
                read.append(frame)
                yield segment_of(frame, CLIENT, end if frame == 5 else ACK, 1, 1)

        out = ahead.pass_through(packets())
        assert [next(out).frame, next(out).frame] == [1, 2]
        assert read[-1] == (5 if end & RST else 42)


def test_a_syn_ack_recorded_late_is_foreseen():
    """It comes after the segment that answers it."""
    ahead = Lookahead()
    packets = [
        segment_of(1, CLIENT, SYN, 0, 0),
        segment_of(2, CLIENT, ACK, 1, 1),
        segment_of(3, SERVER, SYN | ACK, 0, 1),
    ]
    assert list(ahead.pass_through(packets)) == packets
    assert ahead.known[0].late.syn_ack == 3
