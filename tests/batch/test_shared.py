"""Who shares connections: copies are found however they were changed, strangers are not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reporter.batch.shared import _candidates, shared
from reporter.batch.traces import Trace

ONE = Trace(
    "a",
    "a.pcap",
    0,
    "10.0.0.1:5000",
    "10.0.0.2:80",
    1,
    20,
    "100.5",
    (3_000_000_000, 4_000_000_000),
    frozenset((7 << 40, 8 << 40, 9 << 40)),
    Decimal("100.6"),
    {7 << 40: 101_000_000_000, 8 << 40: 102_000_000_000, 9 << 40: 103_000_000_000},
)


def test_the_same_initial_sequence_numbers_are_the_same_connection():
    opened = Decimal("3700.6")
    later = replace(ONE, key="b", capture="b.pcap", stream=3, start="9", opened=opened, client="10.9.9.9:5000")
    found = shared([ONE, later], {})
    assert [(each.one, each.other, len(each.evidence)) for each in found] == [("a", "b", 1)]
    evidence = found[0].evidence[0]
    assert (evidence.same_addresses, evidence.same_ports, evidence.apart) == (False, True, Decimal(3600))


def test_without_its_handshake_a_copy_is_known_by_its_data():
    trimmed = replace(ONE, key="b", isns=None, keys=frozenset((8 << 40, 9 << 40)))
    assert len(shared([ONE, trimmed], {})) == 1
    assert shared([ONE, replace(trimmed, keys=frozenset((5 << 40, 6 << 40)))], {}) == []


def test_times_are_compared_of_one_segment_and_not_of_the_first_of_each():
    """A copy that was only trimmed begins later and is not shifted; it may lack what was first sent."""
    trimmed = replace(ONE, key="b", isns=None, opened=None, start="102", keys=frozenset((8 << 40, 9 << 40)))
    assert shared([ONE, trimmed], {})[0].evidence[0].apart == 0
    again = replace(trimmed, keys=ONE.keys, times={**ONE.times, 7 << 40: 101_500_000_000})
    assert shared([ONE, again], {})[0].evidence[0].apart == 0
    shifted = replace(again, times={key: time + 250_000_000 for key, time in ONE.times.items()})
    assert shared([ONE, shifted], {})[0].evidence[0].apart == Decimal("0.25")
    assert shared([ONE, replace(trimmed, times={})], {})[0].evidence[0].apart is None


def test_strangers_share_nothing():
    other = replace(ONE, key="b", isns=(3_000_000_000, 4_000_000_001))
    assert shared([ONE, other], {}) == []


def test_numbers_of_a_textbook_prove_nothing_by_themselves():
    mine = replace(ONE, isns=(0, 0))
    assert shared([mine, replace(mine, key="b", client="10.0.0.7:6000")], {}) == []
    assert len(shared([mine, replace(mine, key="b")], {})) == 1


def test_a_group_and_what_is_excused_are_not_told():
    copy = replace(ONE, key="b")
    assert shared([ONE, copy], {"a": "g1", "b": "g1"}) == []
    assert shared([ONE, copy], {}, [replace(ONE, key="")]) == []


def test_the_same_capture_handed_in_twice_counts_once():
    again = replace(ONE, capture="again.pcap")
    assert len(shared([ONE, again, replace(ONE, key="b")], {})[0].evidence) == 1


@pytest.mark.parametrize("isns", [ONE.isns, None])
def test_what_one_student_handed_in_is_not_compared_with_itself(isns):
    mine = [replace(ONE, stream=number, isns=isns) for number in range(50)]
    assert list(_candidates(mine)) == []
    theirs = replace(ONE, key="b", isns=isns)
    assert len(list(_candidates([*mine, theirs]))) == len(mine)
    assert len(list(_candidates([*mine, replace(theirs, isns=None)]))) == len(mine)
