"""Segments that were recorded after the one that answers them: a SYN-ACK after the third ACK, a FIN after its ACK.

Cards with several queues and merged files do that. What an Ack tells of is then not missing, but comes a little later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from reporter.model.packet import Packet
from reporter.model.stream import Endpoint
from reporter.model.tcp import Tcp

#: How many packets of a stream are looked at.
_LOOKED_AT = 40
_WRAP = 1 << 32
#: A timer that sends again waits no less; the order of a record is not wrong by so many seconds.
_SENT_AGAIN = Decimal("0.2")


@dataclass(slots=True)
class Late:
    """What of a stream comes later than its answer: the frame of a SYN-ACK (and its time), and of each end's FIN.

    `more` are ends and Acks (relative) beyond which that end's numbers go on: the last number below is no FIN;
    `ends` those of which the last number below is that FIN.
    """

    syn_ack: int | None = None
    syn_ack_time: Decimal | None = None
    fin: dict[Endpoint, int] = field(default_factory=dict)
    more: set[tuple[Endpoint, int]] = field(default_factory=set)
    ends: set[tuple[Endpoint, int]] = field(default_factory=set)

    def sent_again(self, told: Decimal) -> bool:
        """Whether the SYN-ACK comes so long after `told`, the time of the segment that answers one, that it is not that
        one recorded late but the same sent again (RFC 6298, section 5)."""
        return self.syn_ack_time is not None and self.syn_ack_time - told >= _SENT_AGAIN


@dataclass(slots=True)
class _Followed:
    late: Late
    asked: Endpoint | None = None
    answer_due: bool = False
    #: The number after the last one that each end's segments used.
    reached: dict[Endpoint, int] = field(default_factory=dict)
    #: Each end of which numbers are confirmed that are not captured so far, with that Ack.
    due: dict[Endpoint, int] = field(default_factory=dict)
    heard: set[Endpoint] = field(default_factory=set)
    #: Each end of which the last numbers known were confirmed, but not captured.
    open: set[Endpoint] = field(default_factory=set)
    #: Each end that was waited for in vain and has not been heard since.
    silent: set[Endpoint] = field(default_factory=set)
    looked_at: int = 0


class Lateness:
    """Watches streams for it; `waiting` are those of which an answer came before what it answers."""

    def __init__(self) -> None:
        self.waiting: set[int] = set()
        self._followed: dict[int, _Followed] = {}

    def enter(self, packet: Packet, tcp: Tcp, late: Late) -> None:
        """The next packet of a stream, whose `late` is completed."""
        known = self._followed.get(tcp.stream)
        if known is None:
            known = self._followed[tcp.stream] = _Followed(late)
        sender = Endpoint(packet.source, tcp.src_port)
        known.silent.discard(sender)
        known.heard.add(sender)
        if tcp.stream in self.waiting:
            self._look(known, sender, packet.frame, tcp)
            if late.syn_ack == packet.frame:
                late.syn_ack_time = packet.time
        if tcp.rst:
            known.asked = None
        elif tcp.syn:
            known.asked = None if tcp.has_ack else sender
            known.reached[sender] = tcp.next_seq
        else:
            self._answer(known, sender, Endpoint(packet.destination, tcp.dst_port), tcp)

    def unclear(self, stream: int, end: Endpoint) -> bool:
        """Whether this end may have closed unseen: none of its segments, or not its last numbers, were captured."""
        known = self._followed.get(stream)
        return known is None or end not in known.heard or end in known.open

    def forget(self, stream: int) -> None:
        """Of this stream nothing more is asked."""
        self._followed.pop(stream, None)
        self.waiting.discard(stream)

    def stop(self) -> None:
        """No packet can be held back any longer."""
        for stream in self.waiting:
            self._followed[stream].due.clear()
            self._followed[stream].asked = None
        self.waiting.clear()

    def _answer(self, known: _Followed, sender: Endpoint, receiver: Endpoint, tcp: Tcp) -> None:
        before = known.reached.get(sender)
        if tcp.length or tcp.fin or before is not None:
            ahead = before is None or (tcp.next_seq - before) % _WRAP < _WRAP // 2
            known.reached[sender] = tcp.next_seq if ahead or before is None else before
            if ahead and tcp.next_seq != before:
                known.open.discard(sender)
        if not tcp.has_ack:
            return
        due = known.asked is not None and not known.answer_due
        theirs = known.reached.get(receiver)
        if due:
            known.answer_due = True
        beyond = (tcp.ack - theirs) % _WRAP if theirs is not None else 0
        if beyond == 1 or (1 < beyond < _WRAP // 2 and receiver not in known.silent):
            # Passed on, so that the same numbers are waited for once only.
            known.reached[receiver] = known.due[receiver] = tcp.ack
            known.open.add(receiver)
            due = True
        if due:
            known.looked_at = 0
            self.waiting.add(tcp.stream)

    def _look(self, known: _Followed, sender: Endpoint, frame: int, tcp: Tcp) -> None:
        known.looked_at += 1
        if tcp.syn and tcp.has_ack and known.answer_due and sender != known.asked:
            known.late.syn_ack, known.asked, known.answer_due = frame, None, False
        ack = known.due.get(sender)
        if ack is not None and (tcp.length or tcp.fin):
            if (tcp.seq - ack) % _WRAP < _WRAP // 2:
                known.late.more.add((sender, ack))
                del known.due[sender]
            elif (tcp.next_seq - ack) % _WRAP == 0:
                if tcp.fin:
                    known.late.fin[sender] = frame
                    known.late.ends.add((sender, ack))
                del known.due[sender]
        if known.looked_at >= _LOOKED_AT:
            known.silent.update(known.due)
        answer_due = known.answer_due and known.asked is not None
        if tcp.rst or known.looked_at >= _LOOKED_AT or not (known.due or answer_due):
            known.due.clear()
            known.asked = None
            self.waiting.discard(tcp.stream)
