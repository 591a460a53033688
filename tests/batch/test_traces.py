"""The sample of a connection's segments: the same for every copy of a part, bounded, without order."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.batch.shared import shared
from reporter.batch.traces import MOST_IN_ALL, Trace, Traces, fingerprint
from reporter.extract.fieldpass import FieldPass
from tests.captures import BUNDLED


@dataclass
class Tcp:
    stream: int
    seq_raw: int
    ack_raw: int
    length: int = 1448
    src_port: int = 40000
    dst_port: int = 80
    syn: bool = False
    has_ack: bool = True


@dataclass
class Packet:
    tcp: Tcp
    source: str = "10.0.0.1"
    destination: str = "10.0.0.2"
    epoch: Decimal = Decimal(0)
    timed: bool = True


def traced(key, packets, **limits):
    traces = Traces(**limits)
    for each in packets:
        traces.see(each)
    traces.settle()
    return [
        Trace(key, "a.pcap", number, "10.0.0.1:40000", "10.0.0.2:80", 1, 2, "0", seen.isns, frozenset(seen.keys))
        for number, seen in traces.streams.items()
    ]


def download(segments, start=3_000_000_000, ack=4_000_000_000, stream=0):
    """A long response: the acknowledgment number stays, the sequence number goes on."""
    return [Packet(Tcp(stream, (start + 1448 * at) & 0xFFFFFFFF, ack)) for at in range(segments)]


LONG = download(60_000)


@pytest.mark.parametrize("first", [0, 128, 20_000, 59_400])
def test_a_late_part_of_a_long_connection_is_known_by_its_data(first):
    whole, part = traced("a", LONG), traced("b", LONG[first : first + 600])
    assert len(shared([*whole, *part], {})) == 1
    assert len(whole[0].keys) == 2048


def test_two_parts_that_overlap_are_known_and_two_that_do_not_are_strangers():
    early, late, last = (traced(key, LONG[a:b]) for key, a, b in (("a", 0, 900), ("b", 850, 2000), ("c", 2000, 3000)))
    assert [(each.one, each.other) for each in shared([*early, *late, *last], {})] == [("a", "b")]


def test_strangers_with_the_same_traffic_share_nothing():
    mine, theirs = traced("a", LONG), traced("b", download(60_000, start=3_000_000_001, ack=4_000_000_100))
    assert not mine[0].keys & theirs[0].keys


def test_what_is_excused_is_excused_in_every_part():
    excused = traced("", LONG, most=1 << 20, in_all=1 << 20)
    parts = [*traced("a", LONG[30_000:30_050]), *traced("b", LONG[30_000:30_050])]
    assert len(shared(parts, {})) == 1
    assert shared(parts, {}, excused) == []


def test_segments_of_a_simulator_prove_nothing_between_other_ends():
    mine = [Packet(Tcp(0, at, 1)) for at in range(1, 6000, 100)]
    theirs = [Packet(Tcp(0, at, 1, src_port=40001)) for at in range(1, 6000, 100)]
    assert shared([*traced("a", mine), *traced("b", theirs)], {}) == []
    assert len(shared([*traced("a", mine), *traced("b", mine)], {})) == 1


def test_the_sample_of_all_connections_together_is_bounded_and_fair():
    many = [each for number in range(40) for each in download(5000, start=number << 20, stream=number)]
    few = download(10, stream=40)
    traces = traced("a", [*many, *few])
    assert sum(len(each.keys) for each in traces) <= MOST_IN_ALL
    assert len({len(each.keys) for each in traces[:40]}) == 1
    assert len(traces[40].keys) == 10


@given(st.randoms(use_true_random=False), st.integers(1, 40), st.integers(1, 100))
def test_the_sample_does_not_depend_on_the_order(dice: random.Random, most, in_all):
    packets = [each for number in range(4) for each in download(30 * number, start=number << 24, stream=number)]
    mixed = packets[:]
    dice.shuffle(mixed)
    found = [
        {each.stream: each.keys for each in traced("a", each, most=most, in_all=in_all)} for each in (packets, mixed)
    ]
    assert found[0] == found[1]


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_fingerprints_of_neighbours_are_far_apart(seq, ack):
    one, other = fingerprint(seq, ack), fingerprint(seq ^ 1, ack)
    assert one != other
    assert 8 <= (one ^ other).bit_count() <= 56


@pytest.mark.tshark
def test_the_end_of_a_real_transfer_is_known_again():
    packets = list(FieldPass(BUNDLED / "loss-sender-side.pcapng"))
    whole, part = traced("a", packets), traced("b", packets[199:301])
    assert [(each.one, each.other) for each in shared([*whole, *part], {})] == [("a", "b")]
