"""A SYN without ACK of each end: whether the two crossed (a simultaneous open), which only the segments behind show."""

from __future__ import annotations

from dataclasses import dataclass, field

from reporter.model.packet import Packet
from reporter.model.stream import Endpoint
from reporter.model.tcp import Tcp

#: How many packets of a stream are looked at.
_LOOKED_AT = 40


@dataclass(slots=True)
class Crossed:
    """What became of two SYNs that do not confirm each other.

    `both` tells that each end sent a SYN-ACK, as it does on a SYN that comes while it waits for an answer to its own
    (RFC 9293, figure 7). `split` is the frame of the SYN-ACK of the end that asked first and that of the other end's
    ACK of it, where the latter sent no SYN-ACK before: its SYN then answers the first, in a handshake of four segments.
    """

    both: bool = False
    split: tuple[int, int] | None = None


@dataclass(slots=True)
class _Two:
    crossed: Crossed
    first: Endpoint
    answers: dict[Endpoint, int] = field(default_factory=dict)
    left: int = _LOOKED_AT


class Crossings:
    """Watches streams of which both ends have sent a SYN without ACK; `waiting` are those that are not told yet."""

    def __init__(self) -> None:
        self.waiting: dict[int, _Two] = {}

    def begin(self, stream: int, first: Endpoint, crossed: Crossed) -> None:
        """A second SYN without ACK on a stream of which `first` has sent one; `crossed` is completed."""
        self.waiting[stream] = _Two(crossed, first)

    def enter(self, packet: Packet, tcp: Tcp) -> None:
        """The next packet of a stream that waits."""
        two = self.waiting[tcp.stream]
        sender = Endpoint(packet.source, tcp.src_port)
        two.left -= 1
        if tcp.syn:
            if tcp.has_ack:
                two.answers.setdefault(sender, packet.frame)
                two.crossed.both = len(two.answers) == 2
        elif sender != two.first and tcp.has_ack and not tcp.rst and two.first in two.answers:
            two.crossed.split = two.answers[two.first], packet.frame
        if tcp.rst or two.left <= 0 or two.crossed.both or two.crossed.split is not None:
            del self.waiting[tcp.stream]

    def stop(self) -> None:
        """No packet can be held back any longer."""
        self.waiting.clear()
