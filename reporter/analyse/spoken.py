"""What the two ends of one connection say to each other above TCP: HTTP/1 messages and HTTP/2 frames."""

from __future__ import annotations

from decimal import Decimal

from reporter.analyse.clock import Clock
from reporter.analyse.exchanges import Pairing
from reporter.analyse.http2 import Http2Pairing
from reporter.analyse.pieces import Sent
from reporter.analyse.step import Answered, Asked
from reporter.model.packet import Packet
from reporter.model.role import Role

#: Content type of TLS records with application data (RFC 8446, section 5.1).
_DATA = 23


class Spoken:
    """The messages of one connection, of which `keep` False forgets those that are answered.

    `pairing` has the exchanges of HTTP/1, `http2` those of HTTP/2; `last_answer` is frame and time of the last
    response of HTTP/1.
    """

    def __init__(self, stream: int, clock: Clock, *, keep: bool = True) -> None:
        self.pairing = Pairing(stream, clock, keep=keep)
        self.http2 = Http2Pairing(stream, clock, keep=keep)
        self.last_answer: tuple[int, Decimal] | None = None
        self._reported: dict[Role, int] = {}

    @property
    def waiting(self) -> bool:
        """Whether a request waits for its response."""
        return bool(self.pairing.waiting) or self.http2.waiting

    def data(self, me: Role, packet: Packet, sent: Sent) -> None:
        """Enter a segment with data, before the messages that it completes."""
        new = bool(sent.fresh or sent.late)
        if new and not _only_tls(packet):
            self.pairing.heard(me, packet.frame, sent.start, gap=bool(sent.gap))
        if sent.gap or (new and (sent.fills or packet.captured < packet.length)):
            self.http2.lost(me)
        if new and packet.http2 is not None:
            self.http2.advance(me, packet, packet.http2)

    def messages(
        self, me: Role, packet: Packet, sent: Sent, *, ack: int | None, start: int, unasked: bool
    ) -> tuple[tuple[Asked, ...], tuple[Answered, ...]]:
        """Enter the HTTP/1 messages that a segment completes, and find the exchanges they belong to.

        `ack` is its Ack and `start` the number at which its message begins, both unwrapped; `unasked` tells that the
        client has sent nothing before.
        """
        if self._is_copy(me, sent):
            return (), ()
        pairing = self.pairing
        asked = tuple(
            Asked(each, pairing.ask(each, packet, ack=ack, start=start, end=sent.end)) for each in packet.requests
        )
        if packet.responses:
            self.last_answer = (packet.frame, packet.time)
        answered = tuple(
            pairing.answer(each, packet, start=start, end=sent.end, unasked=unasked) for each in packet.responses
        )
        return asked, answered

    def _is_copy(self, me: Role, sent: Sent) -> bool:
        """Whether the messages of this segment have been reported before: a retransmission dissected again."""
        before = self._reported.get(me)
        self._reported[me] = sent.end if before is None else max(before, sent.end)
        return before is not None and sent.end <= before


def _only_tls(packet: Packet) -> bool:
    """Whether a segment holds records of TLS, but none with application data: no message can be in it."""
    return packet.tls is not None and bool(packet.tls.content_types) and _DATA not in packet.tls.content_types
