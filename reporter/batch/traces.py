"""What makes the TCP connections of one capture known again: initial sequence numbers, and a sample of the segments.

The sample of a connection is chosen by content and not by place: of its segments with data, those with the smallest
fingerprints. Two copies of a connection, however long it is and whatever was cut away from either, choose the same
segments of the part they have in common (bottom-k sketches: Cohen and Kaplan, "Summarizing data using bottom-k
sketches", PODC 2007). Up to `MOST_KEYS` segments it is all of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reporter.model.packet import Packet

#: How many connections of one capture are remembered, segments of one connection, and segments of all of them.
MOST_STREAMS, MOST_KEYS, MOST_IN_ALL = 5000, 2048, 65536
#: Below this, sequence numbers are those of a simulator or a textbook, and prove nothing by themselves.
RANDOM = 1 << 16
_MASK = (1 << 64) - 1
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Trace:
    """A connection of somebody, as far as it can be known again.

    `start` is the time of its first frame, `opened` that of its SYN/ACK (`frame.time_epoch`), None where there is none;
    `times` are those of segments in `keys`, in nanoseconds since 1970.
    """

    key: str
    capture: str
    stream: int
    client: str
    server: str
    first: int
    last: int
    start: str
    isns: tuple[int, int] | None
    keys: frozenset[int]
    opened: Decimal | None = None
    times: Mapping[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Seen:
    """One connection so far: fingerprints with the times at which they were first seen, in nanoseconds since 1970.

    `below` is where fingerprints are no longer among the smallest.
    """

    heard: dict[tuple[str, int], int] = field(default_factory=dict)
    isns: tuple[int, int] | None = None
    keys: dict[int, int] = field(default_factory=dict)
    start: Decimal = Decimal(0)
    opened: Decimal | None = None
    below: int = _MASK + 1

    def keep(self, most: int) -> None:
        """Keep so many fingerprints, the smallest."""
        if len(self.keys) > most:
            smallest = sorted(self.keys)[:most]
            self.keys, self.below = {key: self.keys[key] for key in smallest}, smallest[-1]


class Traces:
    """Watches the packets of one capture go by. `cut` tells that there are more connections than are remembered.

    `most` are the segments of one connection that are kept, `in_all` those of all connections.
    """

    def __init__(self, *, most: int = MOST_KEYS, in_all: int = MOST_IN_ALL, streams: int = MOST_STREAMS) -> None:
        self.streams: dict[int, Seen] = {}
        self.cut = False
        self._most, self._in_all, self._streams = most, in_all, streams
        self._kept = 0

    def see(self, packet: Packet) -> None:
        """Enter the next packet of the capture; what is not TCP is passed over."""
        tcp = packet.tcp
        if tcp is None:
            return
        seen = self.streams.get(tcp.stream)
        if seen is None:
            if len(self.streams) >= self._streams:
                self.cut = True
                return
            seen = self.streams[tcp.stream] = Seen(start=packet.epoch)
        sender = (packet.source, tcp.src_port)
        seen.heard[sender] = seen.heard.get(sender, 0) + 1
        if tcp.syn and tcp.has_ack and seen.isns is None:
            seen.isns = ((tcp.ack_raw - 1) & 0xFFFFFFFF, tcp.seq_raw)
            seen.opened = packet.epoch if packet.timed else None
        elif tcp.length:
            key = fingerprint(tcp.seq_raw, tcp.ack_raw)
            if min(tcp.seq_raw, tcp.ack_raw) < RANDOM:
                # Numbers that nobody chose at random are the same only between the same ends.
                ends = f"{packet.source} {tcp.src_port} {packet.destination} {tcp.dst_port}"
                key = fingerprint(key >> 32, key & 0xFFFFFFFF ^ zlib.crc32(ends.encode()))
            self._enter(seen, key, packet)

    def _enter(self, seen: Seen, key: int, packet: Packet) -> None:
        if key >= seen.below or key in seen.keys:
            return
        seen.keys[key] = int(packet.epoch * _NANOSECONDS) if packet.timed else 0
        self._kept += 1
        if len(seen.keys) > 2 * self._most or self._kept > 2 * self._in_all:
            self.settle()

    def settle(self) -> None:
        """Keep no more than is allowed: of every connection equally many at most."""
        sizes = [len(seen.keys) for seen in self.streams.values()]
        while self._most > 1 and sum(min(size, self._most) for size in sizes) > self._in_all:
            self._most //= 2
        for seen in self.streams.values():
            seen.keep(self._most)
        self._kept = sum(len(seen.keys) for seen in self.streams.values())


def fingerprint(one: int, other: int) -> int:
    """A pair of 32-bit numbers as one of 64 bits, another for every pair, its size without pattern (SplitMix64)."""
    mixed = one << 32 | other
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
    return mixed ^ mixed >> 31
