"""Loss as the receiver tells it: gaps, duplicate ACKs, selective acknowledgment, gaps filled; ECN.

What happened is told by the ledger; tshark's labels only help where the bytes leave more than one reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from reporter.analyse.ledger import duplicate_block
from reporter.analyse.pieces import Piece
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.link import CE
from reporter.model.stream import Role

_WRAP = 1 << 32
_LISTED = 5


@rule(
    "L01",
    on="tcp",
    when="stale",
    facts="sender receiver ack first_frame number shown later_frame uncounted",
    over="D13",
    rank=20,
)
def duplicate_ack(at: At) -> Facts | None:
    """The same Ack once more, without data, while later data of the other end is under way or has arrived.

    `shown` tells how the gap is known: `sack` (a SACK block lies above the Ack), `gap` (the capture lacks
    the bytes at the Ack but has later ones), `likely` (later data had been sent). `later_frame` carried later data;
    None where that was captured more than once, so that it is not known which copy arrived. `uncounted` tells that
    the first Ack captured, `first_frame`, reported the gap already: there may have been duplicates before it.

    Reference: RFC 5681, sections 2 and 3.2; RFC 6675, section 2.
    """
    standing = at.conversation.acks.get(at.me)
    if at.step.repeat is None or standing is None or standing.last_duplicate != at.packet.frame:
        return None
    theirs = at.conversation.ledger[at.peer]
    blocks = [block for block in _blocks(at) if block[0] > standing.ack]
    if blocks:
        shown, later = "sack", theirs.covering(blocks[0][0])
    else:
        hole = bool(theirs.outstanding) and theirs.outstanding[0].start > standing.ack
        shown = "gap" if hole else "likely"
        later = next((piece for piece in theirs.outstanding if piece.start > standing.ack), None)
    labels = at.tcp.labels
    told = labels.duplicate_ack_num == standing.duplicates
    number = at["tcp.analysis.duplicate_ack_num"] if told else frame_of(at.packet.frame)
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "first_frame": frame_of(standing.frame),
        "number": derived(standing.duplicates, number, frame_of(standing.frame)),
        "shown": word(shown),
        "later_frame": frame_of(later.frame) if later and not later.resent else None,
        "uncounted": word(standing.uncounted),
    }


@rule("L02", on="tcp", when="gap", facts="sender receiver seq expected gap edge_frame edge_syn length wraps", rank=20)
def gap(at: At) -> Facts | None:
    """The segment begins above the number expected: what lies between was lost, is late, or not captured.

    Silent where SACK had reported the bytes right before this segment: they were sent before the capture began,
    and what is missing of them the SACK tells. `edge_syn` tells that its sender has sent only a SYN before.

    Reference: RFC 9293, section 3.4; tshark field tcp.analysis.lost_segment.
    """
    sent, tcp = at.step.sent, at.tcp
    if not sent.gap or sent.expected is None or tcp.rst or tcp.syn or at.step.keep_alive is not None:
        return None
    standing = at.conversation.acks.get(at.peer)
    if standing is not None and standing.sacked is not None and standing.sacked >= sent.start:
        return None
    edge, seq = sent.edge, at["tcp.seq"]
    sources: tuple[Fact, ...] = (seq,)
    if edge is not None and edge.whole:
        sources = (
            known(edge.start % _WRAP, edge.frame, "tcp.seq"),
            known(edge.payload, edge.frame, "tcp.len"),
        )
    expected = derived(sent.expected % _WRAP, *sources)
    return {
        **at.roles,
        "seq": seq,
        "expected": expected,
        "gap": derived(sent.gap, seq, expected),
        "edge_frame": frame_of(edge.frame) if edge is not None else None,
        "edge_syn": word(edge is not None and edge.syn and not edge.payload),
        "length": at["tcp.len"],
        "wraps": word(tcp.seq - sent.gap != sent.expected),
    }


@rule(
    "L06", on="tcp", when="sack", facts="sender receiver left right last ack frames inside syn", over="L01 D13", rank=21
)
def duplicate_sack(at: At) -> Facts | None:
    """The first SACK block lies below the Ack, or inside the second block: these bytes have arrived twice.

    `frames` are the captured frames that carried them, None when fewer than two are known. `syn` tells that
    it is no byte but the number of the SYN.

    Reference: RFC 2883, section 4; tshark fields tcp.options.sack.dsack_le, tcp.options.sack.dsack_re.
    """
    if not at.tcp.options.sack or not at.tcp.has_ack or at.step.keep_alive is not None:
        return None
    blocks = _blocks(at)
    theirs = at.conversation.ledger[at.peer]
    block = duplicate_block(blocks, theirs.unwrapped(at.tcp.ack))
    if block is None:
        return None
    left, right = (known(number, at.packet.frame, name) for number, name in _edges(at, 0))
    carriers = [piece.within(*block) for piece in theirs.carriers(*block)]
    frames = _copies(carriers)
    return {
        **at.roles,
        "left": left,
        "right": right,
        "last": derived((right.value - 1) % _WRAP, right),
        "ack": at["tcp.ack"],
        "frames": Fact(tuple(frame_of(frame) for frame in frames)) if 1 < len(frames) <= _LISTED else None,
        "inside": word(block[1] > theirs.unwrapped(at.tcp.ack)),
        "syn": word(block[1] - block[0] == 1 and any(piece.syn for piece in carriers)),
    }


@rule("L07", on="tcp", when="sack", facts="sender receiver ack blocks holes certain", rank=22)
def selective_ack(at: At) -> Facts | None:
    """SACK blocks above the Ack: these bytes are already there; what is missing begins at the Ack.

    `blocks` and `holes` are pairs of first and last byte. `certain` is False when the option may have had no
    room for all blocks (three or more); then only the first hole is given.

    Reference: RFC 2018, sections 3 and 4.
    """
    if not at.tcp.options.sack or not at.tcp.has_ack:
        return None
    blocks = _blocks(at)
    theirs = at.conversation.ledger[at.peer]
    ack = theirs.unwrapped(at.tcp.ack)
    first = 1 if duplicate_block(blocks, ack) is not None else 0
    above = [index for index in range(first, len(blocks)) if blocks[index][0] > ack]
    if not above:
        return None
    shown, holes = [], []
    reached, number = at["tcp.ack"], ack
    for index in sorted(above, key=lambda index: blocks[index]):
        left, right = (known(value, at.packet.frame, name) for value, name in _edges(at, index))
        shown.append((left, derived((right.value - 1) % _WRAP, right)))
        if blocks[index][0] > number:
            holes.append((reached, derived((left.value - 1) % _WRAP, left)))
        if blocks[index][1] > number:
            reached, number = right, blocks[index][1]
    certain = len(blocks) < 3
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "blocks": Fact(tuple(shown)),
        "holes": Fact(tuple(holes if certain else holes[:1])),
        "certain": word(certain),
    }


@rule("L09", on="tcp", when="confirms", facts="sender receiver ack before before_frame filler waiting more", rank=20)
def hole_filled(at: At) -> Facts | None:
    """The missing piece has arrived: the Ack jumps over it and over the later data that had been waiting.

    `filler` is the frame that brought the missing piece, `waiting` how many captured segments had been sent before it
    and are confirmed now, without a later copy that may be what arrived; `more` tells that SACK has reported data
    still above this Ack.

    Reference: RFC 5681, section 4.2; RFC 9293, section 3.4.
    """
    confirms, was = at.step.confirms, at.step.acked_before
    if confirms is None or was is None or not (was.duplicates or was.sacked is not None) or at.tcp.syn:
        return None
    if len(confirms.pieces) + int(confirms.partial is not None) < 2 or was.ack != confirms.before:
        return None
    filler = confirms.pieces[0].within(confirms.before, confirms.before + 1)
    if filler.start != confirms.before:
        return None
    came = filler.resent[-1] if filler.resent else filler.frame
    elapsed = at.elapsed(filler.times[-1], came) if filler.resent else None
    if filler.resent and (elapsed is None or elapsed < (at.conversation.trip.seconds or 0) / 2):
        # Too soon for the last copy to have been confirmed: which copy arrived is not known.
        return None
    waiting = [piece.frame for piece in confirms.pieces[1:] if max((piece.frame, *piece.resent)) < came]
    if not waiting:
        return None
    now = at.conversation.acks.get(at.me)
    return {
        **at.roles,
        "ack": at["tcp.ack"],
        "before": known(was.ack % _WRAP, was.frame, "tcp.ack"),
        "before_frame": frame_of(was.frame),
        "filler": frame_of(came),
        "waiting": derived(len(waiting), *(frame_of(frame) for frame in waiting[:_LISTED])),
        "more": word(now is not None and now.sacked is not None and now.sacked > confirms.ack),
    }


@rule("L11", on="tcp", when="ecn", facts="sender receiver flags echo reduced known marked", rank=24)
def congestion_signal(at: At) -> Facts | None:
    """ECE or CWR after the set-up: congestion is echoed to the sender, or the sender has slowed down.

    `known` tells that both SYNs were captured and agree on ECN, `marked` is the other end's last captured packet with
    CE before an echo. Silent where the SYNs show that the flags mean something else or nothing.

    Reference: RFC 3168, section 6.1.
    """
    tcp = at.tcp
    if not tcp.flag_bits & 0x0C0 or tcp.syn or tcp.rst or tcp.flag_bits & 0x100:
        return None
    agreed = _agreed(at)
    if agreed is _Agreed.NO:
        return None
    echo, marked = bool(tcp.flag_bits & 0x040), at.conversation.marked.get(at.peer)
    return {
        **at.roles,
        "flags": at["tcp.flags"],
        "echo": word(echo),
        "reduced": word(bool(tcp.flag_bits & 0x080)),
        "known": word(agreed is _Agreed.YES),
        "marked": frame_of(marked) if echo and marked is not None else None,
    }


@rule("L13", on="tcp", when="marked", facts="sender receiver ecn known", rank=24)
def congestion_experienced(at: At) -> Facts | None:
    """The IP header carries CE (ECN bits 3): a router on the way has marked the packet instead of dropping it.

    `known` as for the echo of it. Silent where the SYNs show that ECN was not agreed.

    Reference: RFC 3168, sections 5 and 6.1.2; tshark fields ip.dsfield.ecn and ipv6.tclass.ecn.
    """
    agreed = _agreed(at)
    if at.packet.ip is None or at.packet.ip.ecn != CE or at.tcp.syn or agreed is _Agreed.NO:
        return None
    return {
        **at.roles,
        "ecn": at["ip.dsfield.ecn" if at.packet.ip.version == 4 else "ipv6.tclass.ecn"],
        "known": word(agreed is _Agreed.YES),
    }


class _Agreed(Enum):
    """Whether the SYNs agree on ECN as RFC 3168 defines it; UNKNOWN where one was not captured."""

    YES = 1
    NO = 2
    UNKNOWN = 3


def _agreed(at: At) -> _Agreed:
    flags = at.conversation.syn_flags
    asked, accepted = flags.get(Role.CLIENT), flags.get(Role.SERVER)
    if asked is not None and (asked & 0x1C0) != 0x0C0:
        return _Agreed.NO
    if accepted is not None and (accepted & 0x1C0) != 0x040:
        return _Agreed.NO
    return _Agreed.UNKNOWN if asked is None or accepted is None else _Agreed.YES


def _blocks(at: At) -> list[tuple[int, int]]:
    """The SACK blocks of this segment as numbers of the other direction, unwrapped."""
    theirs = at.conversation.ledger[at.peer]
    return [(theirs.unwrapped(left), theirs.unwrapped(right)) for left, right in at.tcp.options.sack]


def _edges(at: At, index: int) -> tuple[tuple[int, str], tuple[int, str]]:
    left, right = at.tcp.options.sack[index]
    return (left, "tcp.options.sack_le"), (right, "tcp.options.sack_re")


def _copies(pieces: Iterable[Piece]) -> list[int]:
    """The frames that carried these pieces, if any of them was captured more than once."""
    found = list(pieces)
    if not any(piece.resent for piece in found):
        return []
    return sorted({frame for piece in found for frame in (piece.frame, *piece.resent)})
