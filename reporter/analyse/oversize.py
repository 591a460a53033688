"""Segments that were too large for a link on the path: what ICMP told of them (RFC 1191, RFC 8201)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reporter.analyse.ledger import Direction, unwrap
from reporter.analyse.pieces import Piece, Sent
from reporter.model.link import Icmp
from reporter.model.tcp import Tcp
from reporter.model.value import value

#: So many messages of one connection are remembered, and so many are listed.
MOST = 64
_LISTED = 4


@value
class TooLarge:
    """An ICMP message that a segment was too large: its frame and relative time, the raw number that it quotes."""

    frame: int
    time: Decimal
    seq_raw: int | None


@value
class Refusal:
    """`count` messages that came since the last copy of a segment that is sent again.

    With `quotes` they are those that quote a copy of it, or of a part of it, else those about other segments.
    `smaller` tells that the segment is shorter than every copy quoted. `shown` are their frames, of many only the
    first and the last.
    """

    quotes: bool
    smaller: bool
    count: int
    shown: tuple[int, ...]


def tells_size(icmp: Icmp) -> bool:
    """Whether a message says that a packet was too large: fragmentation needed (ICMP), packet too big (ICMPv6)."""
    return (icmp.version, icmp.type, icmp.code) in ((4, 3, 4), (6, 2, 0))


def refusal(messages: Sequence[TooLarge], frame: int, tcp: Tcp, sent: Sent, ledger: Direction) -> Refusal | None:
    """What messages about the connection say of a segment that `frame` sends again; None where they say nothing of it.

    A message quotes the header of the refused packet, so the number at which that segment began; what the capture
    shows as one segment may have been cut into several on the way (offloading), so it need not be a copy's first.
    """
    earlier = sent.earlier
    if earlier is None:
        return None
    pieces = ledger.carriers(sent.start, sent.end)
    copies = [_last_copy(piece, frame, sent, ledger) for piece in pieces if piece.frame != frame]
    found: list[int] = []
    smaller = True
    for message in messages:
        if message.seq_raw is None:
            continue
        number = unwrap(message.seq_raw - tcp.seq_raw + sent.start, sent.start)
        inside = sent.start <= number < sent.end
        for copy, start, end in copies:
            if copy < message.frame and (number == start or (inside and start < number < end)):
                found.append(message.frame)
                smaller = smaller and end - start > sent.end - sent.start
    if found:
        return _refusal(tuple(dict.fromkeys(found)), True, smaller)
    latest = earlier.resent[-1] if earlier.resent else earlier.frame
    others = tuple(message.frame for message in messages if message.frame > latest)
    return _refusal(others, False, False) if others else None


def _refusal(frames: tuple[int, ...], quotes: bool, smaller: bool) -> Refusal:
    shown = frames if len(frames) <= _LISTED else (frames[0], frames[-1])
    return Refusal(quotes, smaller, len(frames), shown)


def _last_copy(piece: Piece, frame: int, sent: Sent, ledger: Direction) -> tuple[int, int, int]:
    """The last captured segment before `frame` that carried what `sent` carries of `piece`: its frame and numbers."""
    piece = piece.within(sent.start, sent.end)
    copies = [copy for copy in zip(piece.resent, piece.spans, strict=True) if copy[0] != frame]
    if copies:
        return copies[-1][0], *copies[-1][1]
    start, before = piece.start, ledger.covering(piece.start - 1)
    while before is not None and before.frame == piece.frame and not before.syn:
        start, before = before.start, ledger.covering(before.start - 1)  # an Ack has cut the segment in two
    return piece.frame, start, piece.end
