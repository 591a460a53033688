"""The ledger against a plain account of every number, over random ways of sending the same bytes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.analyse.ledger import Direction, unwrap
from reporter.analyse.pieces import Confirmation
from reporter.model.tcp import NO_LABELS, NO_OPTIONS, Tcp

WRAP = 1 << 32
FIN, SYN, ACK = 1, 2, 16


def segment(seq: int, length: int, flags: int = ACK) -> Tcp:
    return Tcp(
        stream=0,
        src_port=1,
        dst_port=2,
        seq=seq % WRAP,
        seq_raw=seq % WRAP,
        ack=0,
        ack_raw=0,
        length=length,
        header_length=20,
        flag_bits=flags,
        window_value=0,
        window=0,
        scale_factor=None,
        urgent_pointer=0,
        completeness=None,
        options=NO_OPTIONS,
        labels=NO_LABELS,
        initial_rtt=None,
        reassembled_in=None,
        segments=(),
        reassembled_length=None,
    )


@dataclass(frozen=True)
class Event:
    """A segment [start, end) with its flags, or an Ack of `start`."""

    start: int
    end: int
    flags: int
    ack: bool = False


@st.composite
def conversations(draw: st.DrawFn) -> tuple[int, list[Event]]:
    """The first number, and segments of one direction in any order, cut and repeated anyhow, with Acks between."""
    dice = random.Random(draw(st.integers(0, 1 << 30)))
    first = dice.choice((0, WRAP - 1, WRAP - 700, 1 << 31, dice.randrange(WRAP)))
    size = draw(st.integers(0, 6000))
    cuts = sorted({0, size, *(dice.randrange(size + 1) for _ in range(draw(st.integers(0, 12))))})
    pieces = list(pairwise(cuts))
    begin, end = first + 1, first + 1 + size
    events = [Event(begin + left, begin + right, ACK) for left, right in pieces]
    for _ in range(draw(st.integers(0, 5)) if size else 0):
        left = dice.randrange(size)
        events.append(Event(begin + left, begin + dice.randrange(left + 1, size + 1), ACK))
    if draw(st.booleans()):
        dice.shuffle(events)
    fin = Event(end, end + 1, FIN | ACK)
    if pieces and dice.random() < 0.5:
        # FIN with the last data.
        fin = Event(begin + pieces[-1][0], end + 1, FIN | ACK)
    # SYN with data (TCP Fast Open) carries the first bytes.
    carried = dice.randrange(size + 1) if draw(st.booleans()) else 0
    events = [Event(first, begin + carried, SYN), *events, fin]
    told: list[Event] = []
    for each in events:
        told.append(each)
        if dice.random() < 0.4:
            told.append(Event(dice.randrange(first, max(e.end for e in told) + 1), 0, ACK, ack=True))
    told.append(Event(end + 1, 0, ACK, ack=True))
    return first, told


@given(conversations())
@settings(max_examples=150)
def test_every_number_is_counted_once(conversation: tuple[int, list[Event]]) -> None:
    first, events = conversation
    direction = Direction()
    seen: set[int] = set()
    confirmed_below = first
    confirmed: list[Confirmation] = []
    for frame, each in enumerate(events, 1):
        if each.ack:
            found = direction.acknowledge(each.start % WRAP)
            if found is None:
                assert each.start <= confirmed_below
                continue
            assert found.ack - found.before == found.payload + found.syn + found.fin + found.unseen
            assert found.ack % WRAP == each.start % WRAP
            below = range(confirmed_below, each.start)
            assert found.unseen == sum(number not in seen for number in below)
            assert found.ack - found.before == len(below)
            confirmed_below = each.start
            confirmed.append(found)
            continue
        syn, fin = bool(each.flags & SYN), bool(each.flags & FIN)
        length = each.end - each.start - syn - fin
        sent = direction.send(frame, Decimal(frame), segment(each.start, length, each.flags))
        numbers = set(range(each.start, each.end))
        fresh = {number for number in numbers - seen if number >= confirmed_below}
        signs = ({each.start} if syn else set()) | ({each.end - 1} if fin else set())
        assert sent.end - sent.start == each.end - each.start
        assert sent.fresh == len(fresh - signs)
        assert sent.repeated == len(numbers) - len(fresh)
        seen |= numbers
    assert sum(each.syn for each in confirmed) == 1
    assert sum(each.fin for each in confirmed) <= 1
    assert sum(each.ack - each.before for each in confirmed) == events[-1].start - first
    assert not direction.outstanding


@given(st.integers(0, WRAP * 8), st.integers(-(WRAP // 2) + 1, WRAP // 2 - 1))
def test_numbers_come_out_of_their_wrap(near: int, distance: int) -> None:
    assert unwrap((near + distance) % WRAP, near) == near + distance


@pytest.mark.parametrize("first", [0, WRAP - 1, 12345])
def test_five_gigabytes_in_few_segments(first: int) -> None:
    """Most of it was not captured: Acks alone carry the numbers on, past the wrap."""
    direction = Direction()
    direction.send(1, Decimal(0), segment(first, 0, SYN))
    direction.acknowledge((first + 1) % WRAP)
    at, unseen, payload = first + 1, 0, 0
    total = 5 * 10**9
    for frame in range(2, 2000):
        if at >= first + 1 + total:
            break
        gap = 10**7 - 1000
        sent = direction.send(frame, Decimal(frame), segment(at + gap, 1000))
        assert (sent.gap, sent.fresh) == (gap, 1000)
        at += gap + 1000
        found = direction.acknowledge(at % WRAP)
        assert found is not None
        assert (found.unseen, found.payload) == (gap, 1000)
        unseen, payload = unseen + found.unseen, payload + found.payload
    assert unseen + payload == total
    sent = direction.send(9999, Decimal(9999), segment(at, 0, FIN | ACK))
    done = direction.acknowledge((at + 1) % WRAP)
    assert done is not None
    assert done.fin == 1
    assert sent.start == at == first + 1 + total
