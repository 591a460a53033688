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
)


def test_the_same_initial_sequence_numbers_are_the_same_connection():
    later = replace(ONE, key="b", capture="b.pcap", stream=3, start="3700.5", client="10.9.9.9:5000")
    found = shared([ONE, later], {})
    assert [(each.one, each.other, len(each.evidence)) for each in found] == [("a", "b", 1)]
    evidence = found[0].evidence[0]
    assert (evidence.same_addresses, evidence.same_ports, evidence.apart) == (False, True, Decimal(3600))


def test_without_its_handshake_a_copy_is_known_by_its_data():
    trimmed = replace(ONE, key="b", isns=None, keys=frozenset((8 << 40, 9 << 40)))
    assert len(shared([ONE, trimmed], {})) == 1
    assert shared([ONE, replace(trimmed, keys=frozenset((5 << 40, 6 << 40)))], {}) == []


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
