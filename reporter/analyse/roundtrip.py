"""The round trip of a handshake, or why the capture cannot tell it: what rules and reports measure other waits by."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum

from reporter.analyse.clock import Clock
from reporter.model.packet import Packet
from reporter.model.value import value

#: A SYN-ACK is confirmed at once: after so many seconds it is the application that has made the client speak.
LATE = Decimal("0.2")
#: A handshake of more segments than this has no round trip that is worth the memory.
_MOST = 64


class Kind(Enum):
    """What a segment does in an opening; `REFUSAL` is a RST that refuses the SYN before it."""

    SYN = "syn"
    SYN_ACK = "syn-ack"
    REFUSAL = "refusal"
    OTHER = "other"


@value
class Segment:
    """One segment of an opening; `time` in seconds from the capture's first frame, `length` of its data in bytes."""

    frame: int
    time: Decimal
    timed: bool
    kind: Kind
    length: int


def segment(packet: Packet, *, refusal: bool) -> Segment:
    """What a packet is in an opening; `refusal` tells that it is a RST that refuses a SYN."""
    tcp = packet.tcp
    assert tcp is not None
    kind = Kind.REFUSAL if refusal else Kind.OTHER
    if tcp.syn:
        kind = Kind.SYN_ACK if tcp.has_ack else Kind.SYN
    return Segment(packet.frame, packet.time, packet.timed, kind, tcp.length)


def attempts(segments: Sequence[Segment]) -> tuple[Sequence[Segment], Sequence[Segment]]:
    """The attempts that were refused before the last, each a SYN and the RST that refused it; and what is left.

    Where one of those before the last RST is not such a pair, nothing is set apart.
    """
    kinds = [each.kind for each in segments]
    refused = max((place + 1 for place, kind in enumerate(kinds) if kind is Kind.REFUSAL), default=0)
    if kinds[:refused] != [Kind.SYN, Kind.REFUSAL] * (refused // 2):
        refused = 0
    return segments[:refused], segments[refused:]


def untold(segments: Sequence[Segment]) -> str:
    """Why the segments from the SYN to the third, copies and refused attempts aside, give no round trip.

    `untimed` (a frame has no time), `repeats` and `answers` (a SYN, a SYN-ACK was sent more than once: which of them
    was answered is open, RFC 6298, section 3), `order` (not recorded in the order of the handshake), `clock` (the
    timestamps go back), `between` (others of the connection lie among them), `data` (the third carries data, and so
    late that it waited for the application); an empty text where they give one.
    """
    kinds = [each.kind for each in segments]
    if not all(each.timed for each in segments):
        return "untimed"
    for kind, why in ((Kind.SYN, "repeats"), (Kind.SYN_ACK, "answers")):
        if kinds.count(kind) > 1:
            return why
    if kinds[:1] != [Kind.SYN] or kinds[-1:] != [Kind.OTHER] or Kind.SYN_ACK not in kinds:
        return "order"
    times = [each.time for each in segments]
    if times != sorted(times):
        return "clock"
    if len(segments) > 3:
        return "between"
    return "data" if segments[2].length and times[2] - times[1] >= LATE else ""


class RoundTrip:
    """Follows the opening of one connection up to its third segment.

    `waits` tells that it has not come yet, `seconds` is the time from the SYN to it, `to_answer` the part of that up to
    the SYN-ACK: of an ordinary handshake only (`untold`), None for every other.
    """

    def __init__(self) -> None:
        self.waits = True
        self.seconds: Decimal | None = None
        self.to_answer: Decimal | None = None
        self._segments: list[Segment] = []

    def enter(self, packet: Packet, clock: Clock, *, refusal: bool, third: bool, three_way: bool) -> None:
        """Enter the next segment that is no copy; `third` completes the handshake, `three_way` as it should."""
        new = segment(packet, refusal=refusal)
        self._segments.append(new)
        if third and three_way:
            _, last = attempts(self._segments)
            if not untold(last):
                # A time of 0 is that of a clock too coarse to tell.
                self.seconds = clock.between(last[0].frame, last[0].time, new.frame, new.time) or None
                self.to_answer = last[1].time - last[0].time
        begun = self._segments[0].kind is Kind.SYN
        if third or not begun or len(self._segments) == _MOST:
            self.waits = False
            self._segments = []
