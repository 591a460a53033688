"""A short look ahead, where a packet can only be understood by later ones.

Who is the client of a connection whose opening was not captured, and whether its first segment was a keep-alive,
shows only later; so does whether the first FIN was met by the other end's own, or the first SYN, and what was recorded
after its answer. Packets are held back, in order and
bounded in number, until that is seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reporter.analyse.crossing import Crossed, Crossings
from reporter.analyse.late import Late, Lateness
from reporter.analyse.padding import may_be_padding
from reporter.model.numbers import Numbers
from reporter.model.packet import Packet
from reporter.model.stream import Endpoint, RoleBasis
from reporter.model.tcp import Tcp

#: How many packets may be held back at most, and how many of one stream are looked at.
HELD = 2000
_LOOKED_AT = 40
_WRAP = 1 << 32


@dataclass(slots=True)
class Foresight:
    """What is known of a stream before its first packet is explained.

    `first_peer_ack` is the Ack (relative) of the first segment from the end that did not send first, in
    `first_peer_frame`; `reached` is the highest number that the first sender's own segments reached before.
    `crosses` tells that both FINs were under way at once: the second does not acknowledge the first. `still_open` tells
    that the other end had not closed when the first FIN was sent: its next numbers, with data or a FIN, come after it.
    `late` are segments recorded after what answers them; `crossed` is what became of a SYN of each end.
    """

    client: Endpoint | None = None
    basis: RoleBasis | None = None
    first_sender: Endpoint | None = None
    first_peer_ack: int | None = None
    first_peer_frame: int | None = None
    reached: int = 0
    looked_at: int = 0
    closes: bool = False
    crosses: bool = False
    still_open: bool = False
    late: Late = field(default_factory=Late)
    crossed: Crossed = field(default_factory=Crossed)

    @property
    def settled(self) -> bool:
        """Whether nothing more is hoped for."""
        return (self.client is not None and self.first_peer_ack is not None) or self.looked_at >= _LOOKED_AT


def ends(packet: Packet) -> tuple[Endpoint, Endpoint]:
    """Sender and receiver of a TCP packet."""
    tcp = packet.tcp
    assert tcp is not None
    return Endpoint(packet.source, tcp.src_port), Endpoint(packet.destination, tcp.dst_port)


@dataclass(slots=True)
class _Close:
    """A first FIN: who sent it, the number after it, and its Ack; whether the other end may have closed `unclear`ly
    before, and whether it has answered. Up to `left` packets are waited for to see that it had not.
    """

    closer: Endpoint
    after: int
    acked: int
    unclear: bool
    met: bool = False
    left: int = _LOOKED_AT


class Lookahead:
    """Holds packets until the beginnings of their streams are understood."""

    def __init__(self, held: int = HELD) -> None:
        self._limit = held
        self.known: dict[int, Foresight] = {}
        self._forgotten = Numbers()
        #: Streams of which the first FIN has not been answered, or not so that it is known for the first.
        self._closing: dict[int, _Close] = {}
        self._lateness = Lateness()
        self._crossings = Crossings()

    def pass_through(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """The same packets in the same order; before a packet comes out, `known` holds what was foreseen."""
        held: deque[Packet] = deque()
        open_streams: dict[int, Foresight] = {}
        for packet in packets:
            if packet.tcp is not None and packet.tcp.stream not in self._forgotten:
                self._look(packet, packet.tcp, open_streams)
                if (packet.tcp.fin and packet.tcp.has_ack) or packet.tcp.stream in self._closing:
                    self._watch_close(packet, packet.tcp)
                self._lateness.enter(packet, packet.tcp, self.known[packet.tcp.stream].late)
                if packet.tcp.stream in self._crossings.waiting:
                    self._crossings.enter(packet, packet.tcp)
                elif packet.tcp.syn and not packet.tcp.has_ack:
                    self._ask(packet, packet.tcp)
            held.append(packet)
            if len(held) >= self._limit:
                open_streams.clear()
                self._closing.clear()
                self._lateness.stop()
                self._crossings.stop()
            if not (open_streams or self._closing or self._lateness.waiting or self._crossings.waiting):
                yield from held
                held.clear()
        yield from held

    def forget(self, stream: int) -> None:
        """Of this stream nothing more is asked."""
        self.known.pop(stream, None)
        self._lateness.forget(stream)
        self._crossings.waiting.pop(stream, None)
        self._forgotten.add(stream)

    def _look(self, packet: Packet, tcp: Tcp, open_streams: dict[int, Foresight]) -> None:
        foresight = self.known.get(tcp.stream)
        if foresight is None:
            foresight = self.known[tcp.stream] = Foresight()
            sender, receiver = ends(packet)
            foresight.first_sender = sender
            if tcp.syn:
                foresight.client = receiver if tcp.has_ack else sender
                foresight.basis = RoleBasis.SYN_ACK if tcp.has_ack else RoleBasis.SYN
                return
            open_streams[tcp.stream] = foresight
        elif tcp.stream not in open_streams:
            return
        foresight.looked_at += 1
        sender, receiver = ends(packet)
        if sender == foresight.first_sender and foresight.first_peer_ack is None:
            foresight.reached = max(foresight.reached, tcp.next_seq)
        if foresight.client is None:
            if packet.requests:
                foresight.client, foresight.basis = sender, RoleBasis.REQUEST
            elif packet.responses:
                foresight.client, foresight.basis = receiver, RoleBasis.REQUEST
        if sender != foresight.first_sender and foresight.first_peer_ack is None and tcp.has_ack:
            foresight.first_peer_ack, foresight.first_peer_frame = tcp.ack, packet.frame
        if foresight.settled or tcp.rst:
            open_streams.pop(tcp.stream, None)

    def _ask(self, packet: Packet, tcp: Tcp) -> None:
        foresight = self.known[tcp.stream]
        first = foresight.client if foresight.basis is RoleBasis.SYN else None
        told = foresight.closes or foresight.crossed.both or foresight.crossed.split is not None
        if first is not None and first != ends(packet)[0] and not told:
            self._crossings.begin(tcp.stream, first, foresight.crossed)

    def _watch_close(self, packet: Packet, tcp: Tcp) -> None:
        foresight, close = self.known[tcp.stream], self._closing.get(tcp.stream)
        sender, receiver = ends(packet)
        if close is None:
            if not foresight.closes and not tcp.rst:
                foresight.closes = True
                unclear = self._lateness.unclear(tcp.stream, receiver)
                after = tcp.seq + 1 if may_be_padding(packet) else tcp.next_seq
                self._closing[tcp.stream] = _Close(sender, after, tcp.ack, unclear)
            return
        other = sender != close.closer
        close.left -= 1
        if other and (tcp.length or tcp.fin) and (tcp.seq - close.acked) % _WRAP < _WRAP // 2:
            foresight.still_open = True
        unmet = tcp.has_ack and 0 < (close.after - tcp.ack) % _WRAP < _WRAP // 2
        if other and tcp.fin and unmet and not close.met:
            # What the first FIN already confirms was under way before it, though it was recorded later.
            foresight.crosses = 0 < (tcp.next_seq - close.acked) % _WRAP < _WRAP // 2
        close.met = close.met or (other and not unmet)
        answered = close.met and (foresight.still_open or not close.unclear or close.left <= 0)
        if tcp.rst or tcp.syn or answered or (other and tcp.fin):
            del self._closing[tcp.stream]


def client_of(foresight: Foresight, sender: Endpoint, receiver: Endpoint) -> tuple[Endpoint, RoleBasis]:
    """The client and how it was told; without better knowledge the end with the higher port, which is assumed."""
    if foresight.client is not None and foresight.basis is not None:
        return foresight.client, foresight.basis
    return (sender if sender.port > receiver.port else receiver), RoleBasis.PORT
