"""A short look ahead at connections whose opening was not captured.

Who is the client of such a connection, and whether its first segment was a keep-alive, shows only in later
packets. Packets are held back, in order and bounded in number, until those are seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reporter.model.packet import Packet
from reporter.model.stream import Endpoint, RoleBasis
from reporter.model.tcp import Tcp

#: How many packets may be held back at most, and how many of one stream are looked at.
HELD = 2000
_LOOKED_AT = 40


@dataclass(slots=True)
class Foresight:
    """What is known of a stream before its first packet is explained.

    `first_peer_ack` is the Ack (relative) of the first segment from the end that did not send first, in
    `first_peer_frame`; `reached` is the highest number that the first sender's own segments reached before.
    """

    client: Endpoint | None = None
    basis: RoleBasis | None = None
    first_sender: Endpoint | None = None
    first_peer_ack: int | None = None
    first_peer_frame: int | None = None
    reached: int = 0
    looked_at: int = 0

    @property
    def settled(self) -> bool:
        """Whether nothing more is hoped for."""
        return (self.client is not None and self.first_peer_ack is not None) or self.looked_at >= _LOOKED_AT


def ends(packet: Packet) -> tuple[Endpoint, Endpoint]:
    """Sender and receiver of a TCP packet."""
    tcp = packet.tcp
    assert tcp is not None
    return Endpoint(packet.source, tcp.src_port), Endpoint(packet.destination, tcp.dst_port)


class Lookahead:
    """Holds packets until the beginnings of their streams are understood."""

    def __init__(self, held: int = HELD) -> None:
        self._limit = held
        self.known: dict[int, Foresight] = {}

    def pass_through(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """The same packets in the same order; before a packet comes out, `known` holds what was foreseen."""
        held: deque[Packet] = deque()
        open_streams: dict[int, Foresight] = {}
        for packet in packets:
            if packet.tcp is not None:
                self._look(packet, packet.tcp, open_streams)
            held.append(packet)
            if len(held) >= self._limit:
                open_streams.clear()
            if not open_streams:
                yield from held
                held.clear()
        yield from held

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


def client_of(foresight: Foresight, sender: Endpoint, receiver: Endpoint) -> tuple[Endpoint, RoleBasis]:
    """The client and how it was told; without better knowledge the end with the higher port, which is assumed."""
    if foresight.client is not None and foresight.basis is not None:
        return foresight.client, foresight.basis
    return (sender if sender.port > receiver.port else receiver), RoleBasis.PORT
