"""Who sent which SYN and SYN-ACK of an opening: by role, for frames may be recorded in another order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reporter.explain.evidence import Fact, derived, field, frame_of
from reporter.model.packet import Packet
from reporter.model.stream import BOTH_ASK, Role
from reporter.report.material import Story

_WRAP = 1 << 32
#: Option kinds of TCP Fast Open (RFC 7413): its own and the experimental one.


@dataclass(frozen=True, slots=True)
class Answer:
    """A SYN-ACK that confirms the other end's SYN; `data` are the bytes of that SYN that its Ack confirms as well."""

    packet: Packet
    data: int


@dataclass(frozen=True, slots=True)
class Syns:
    """The first segment with SYN of each end, and by sender the SYN-ACKs that answer them (RFC 9293, section 3.5).

    Of the server that is its SYN-ACK, in a simultaneous open or a split handshake its own SYN.
    """

    sent: Mapping[Role, Packet]
    answers: Mapping[Role, Answer]
    simultaneous: bool

    @property
    def both(self) -> tuple[Packet, Packet] | None:
        """The SYN of the client and that of the server, where both were captured."""
        client, server = self.sent.get(Role.CLIENT), self.sent.get(Role.SERVER)
        return None if client is None or server is None else (client, server)

    @property
    def late(self) -> bool:
        """Whether the client's SYN was recorded after the server's answer to it."""
        return self.both is not None and not self.simultaneous and self.both[0].frame > self.both[1].frame

    def carrying(self) -> dict[str, Any] | None:
        """Of a SYN of the client with data (RFC 7413) its frame, its numbers and, where captured, the Ack of it."""
        syn, answer = self.sent.get(Role.CLIENT), self.answers.get(Role.SERVER)
        if syn is None or syn.tcp is None or not syn.tcp.length:
            return None
        return {
            "frame": frame_of(syn.frame),
            "length": field(syn, "tcp.len"),
            "fast_open": bool(syn.tcp.options.fast_open),
            "confirmed": confirmed(syn, answer) if answer is not None else None,
        }


def confirmed(syn: Packet, answer: Answer) -> dict[str, Any]:
    """Facts of the Ack that answers a SYN: raw numbers, the bytes of data confirmed, whether it passes 2^32."""
    assert syn.tcp is not None
    assert answer.packet.tcp is not None
    length = field(syn, "tcp.len")
    whole = answer.data == syn.tcp.length
    data: Fact | None = None
    if answer.data:
        data = length if whole else derived(answer.data, field(answer.packet, "tcp.ack_raw"), field(syn, "tcp.seq_raw"))
    return {
        "frame": frame_of(answer.packet.frame),
        "ack_raw": field(answer.packet, "tcp.ack_raw"),
        "seq_raw": field(syn, "tcp.seq_raw"),
        "data": data,
        "left": length if not whole else None,
        "wrapped": answer.packet.tcp.ack_raw < syn.tcp.seq_raw,
    }


def syns_of(story: Story | None) -> Syns:
    """The SYNs of the connection's opening, and what answers them, as far as they were captured."""
    sent: dict[Role, Packet] = {}
    accepting: list[tuple[Role, Packet]] = []
    for frame in story.stream.handshake if story is not None else ():
        told = story.at(frame) if story is not None else None
        if told is None or told.seen.step is None or told.packet.tcp is None or not told.packet.tcp.syn:
            continue
        role = told.seen.step.sender
        sent.setdefault(role, told.packet)
        if told.packet.tcp.has_ack:
            accepting.append((role, told.packet))
    answers: dict[Role, Answer] = {}
    for role, packet in accepting:
        answer = _answer(sent.get(role.other), packet)
        if answer is not None:
            answers.setdefault(role, answer)
    return Syns(sent, answers, story is not None and story.stream.opening in BOTH_ASK)


def _answer(syn: Packet | None, packet: Packet) -> Answer | None:
    """The SYN-ACK as an answer to this SYN; None where its Ack is that of another."""
    if syn is None or syn.tcp is None or packet.tcp is None:
        return None
    beyond = (packet.tcp.ack_raw - syn.tcp.seq_raw - 1) % _WRAP
    return Answer(packet, beyond) if beyond <= syn.tcp.length else None
