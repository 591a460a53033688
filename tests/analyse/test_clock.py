"""Which times between frames may be told when timestamps go back."""

from __future__ import annotations

from decimal import Decimal

from reporter.analyse.clock import Clock
from reporter.analyse.seen import Analysis
from tests.notation import Notation


def clock(*times: str) -> Clock:
    found = Clock()
    for packet in Notation().packets("".join(f"{n} {time} c>s [A] seq=1 ack=1\n" for n, time in enumerate(times, 1))):
        found.enter(packet)
    return found


def test_every_time_is_told_while_the_clock_goes_on():
    steady = clock("0.000", "0.000", "0.010", "5.000")
    assert steady.between(1, Decimal("0"), 4, Decimal("5")) == 5
    assert steady.between(1, Decimal("0"), 2, Decimal("0")) == 0


def test_a_time_across_a_step_back_is_not_told_even_if_it_is_positive():
    back = clock("3.000", "3.010", "0.500", "9.000", "9.500")
    assert back.between(2, Decimal("3.01"), 3, Decimal("0.5")) is None
    assert back.between(1, Decimal("3"), 4, Decimal("9")) is None
    assert back.between(1, Decimal("3"), 2, Decimal("3.01")) == Decimal("0.01")
    assert back.between(3, Decimal("0.5"), 5, Decimal("9.5")) == 9


def test_a_step_that_is_small_against_the_time_does_not_matter():
    slightly = clock("0.000", "1.0000", "0.9999", "2.000")
    assert slightly.between(1, Decimal("0"), 4, Decimal("2")) == 2
    assert slightly.between(2, Decimal("1"), 3, Decimal("0.9999")) is None


def test_a_time_towards_an_earlier_frame_is_not_told():
    assert clock("0", "1", "2").between(3, Decimal("2"), 2, Decimal("1")) is None
    assert clock("0", "1", "2").between(3, Decimal("1"), 2, Decimal("2")) is None


def test_streams_and_exchanges_have_no_time_across_a_step_back():
    packets = """
1 3.000 c>s [PA] seq=1 ack=1 len=37 get=/ h="Host: lab.example"
2 0.020 s>c [PA] seq=1 ack=38 len=43 status=200 h="Content-Length: 0"
3 0.030 c>s [PA] seq=38 ack=44 len=37 get=/b h="Host: lab.example"
4 0.050 s>c [PA] seq=44 ack=75 len=43 status=200 h="Content-Length: 0"
"""
    analysis = Analysis()
    list(analysis.run(Notation().packets(packets)))
    (stream,) = analysis.streams()
    assert stream.seconds is None
    assert [each.time for each in stream.exchanges] == [None, Decimal("0.020")]
