"""What a packet is known by in another capture, and where the situations of a capture were found.

A packet is known by what stays when a capture is cut, renamed, shifted in time or saved anew: its raw TCP numbers;
with numbers that nobody chose at random, and without TCP, by its time too.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from reporter.batch.traces import RANDOM
from reporter.model.packet import Packet

#: A packet of which nothing tells that it is another one's copy.
UNKNOWN = 0
_MASK = (1 << 64) - 1


@dataclass(slots=True)
class Watch:
    """Of one capture the fingerprint of each packet by its frame, from 1, and the frames of each situation.

    Situations of streams and of the capture have the stream (None) and their frames. Alive in one process only.
    """

    prints: array[int] = field(default_factory=lambda: array("Q"))
    frames: dict[str, array[int]] = field(default_factory=dict)
    endings: dict[str, list[tuple[int | None, tuple[int, ...]]]] = field(default_factory=dict)

    def see(self, packet: Packet, rules: Iterable[tuple[str, int]]) -> None:
        """Enter the next packet, and the situations found in it with their frames."""
        self.prints.append(print_of(packet))
        for rule, frame in rules:
            self.frames.setdefault(rule, array("I")).append(frame)

    def of(self, frame: int) -> int:
        """The fingerprint of a frame."""
        return self.prints[frame - 1] if 0 < frame <= len(self.prints) else UNKNOWN


def print_of(packet: Packet) -> int:
    """What a packet is known by, within this process; UNKNOWN when there is too little of it."""
    tcp, ip = packet.tcp, packet.ip
    ident = ip.ident if ip is not None else ""
    who: tuple[Hashable, ...] = ()
    if tcp is None or max(tcp.seq_raw, tcp.ack_raw) < RANDOM:
        if not packet.timed:
            return UNKNOWN
        # To the microsecond: pcap holds no more of what pcapng may.
        who = (int(packet.epoch * 1_000_000), packet.length, packet.source, packet.destination)
    if tcp is not None:
        options = tcp.options
        stamps = (options.ts_value, options.ts_echo, options.sack)
        who += (tcp.seq_raw, tcp.ack_raw, tcp.flag_bits, tcp.length, tcp.window_value, ident, stamps)
    elif packet.udp is not None:
        who += (packet.udp.src_port, packet.udp.dst_port, ident)
    return hash(who) & _MASK or 1
