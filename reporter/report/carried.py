"""How HTTP messages lie in TCP segments: whether a response came whole, and what the Ack of a request adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reporter.analyse.http import is_chunked, length_line, without_body
from reporter.analyse.pieces import Confirmation
from reporter.explain.evidence import Fact, derived, field, frame_of, known
from reporter.model.application import head_length
from reporter.model.packet import Packet
from reporter.model.stream import Exchange
from reporter.report.material import Story, Told

#: Up to how many frames are named, and how many terms of a sum are written out.
_NAMED, _TERMS = 8, 6


def whole(page: Exchange, done: Packet, length: int) -> bool:
    """Whether the response that the packet `done` completes, with `length` bytes of TCP data, is known to be complete.

    Reference: RFC 9112, section 6.3.
    """
    response, method = page.response, page.request.method if page.request else None
    if response is None:
        return False
    if without_body(response.code, method):
        return True
    if is_chunked(response.headers):
        return 0 in response.chunk_sizes
    if response.header("Content-Length") is None and response.header("Transfer-Encoding") is None:
        return response.headers_known and done.tcp is not None and done.tcp.fin
    size = length_line(response.headers)
    return size is not None and int(size.value) < length


def more_than(page: Exchange, bearer: Packet) -> bool:
    """Whether a response without a body shares the segment that carries it with other data; False where not known."""
    response, method = page.response, page.request.method if page.request else None
    if response is None or not without_body(response.code, method) or "tls" in bearer.protocols:
        return False
    head = head_length(response)
    return head is not None and bearer.tcp is not None and head < bearer.tcp.length


def growth(story: Story, told: Told) -> dict[str, Any] | None:
    """What the Ack grows by for the request that this packet completes, and the first Ack that covers it.

    `end` = `seq` + `length`, and one each for `syn` and `fin`, where `seq` is that of the first of `count` segments
    (`carriers`) and `length` their bytes: `parts` where they are few, with those sent again counted once (`repeated`).
    `ack`, in `frame`, is the first that reaches `end`. Where it confirms more at once, it grows by `jump` from
    `before` (None where no such Ack was captured): `pieces` are the terms of that, `others` the frames, `unseen` the
    numbers that no captured frame carried.
    None where the capture lacks a segment, or an Ack. Reference: RFC 9293, section 3.4.
    """
    found = [story.at(frame) for frame in told.packet.carriers or (told.packet.frame,)]
    carriers = [each for each in found if each is not None and each.packet.tcp is not None and each.packet.tcp.length]
    if len(carriers) < len(found) or any(each.seen.step is None for each in carriers):
        return None
    sent = [each.seen.step.sent for each in carriers if each.seen.step is not None]
    start, end = min(each.start for each in sent), max(each.end for each in sent)
    answer = _covering(story, told, end)
    if answer is None or answer.seen.step is None or answer.seen.step.confirms is None:
        return None
    ends = [each.packet for each, one in zip(carriers, sent, strict=True) if one.start == start or one.end == end]
    syn, fin = (any(getattr(each.tcp, name) for each in ends) for name in ("syn", "fin"))
    lengths = [field(each.packet, "tcp.len") for each in carriers]
    length, total = end - start - syn - fin, sum(each.value for each in lengths)
    if total < length:
        return None
    first = next(each.packet for each, one in zip(carriers, sent, strict=True) if one.start == start)
    seq, ack = field(first, "tcp.seq"), field(answer.packet, "tcp.ack")
    if ack.value - seq.value != answer.seen.step.confirms.ack - start:
        return None
    terms = lengths if 1 < len(lengths) <= _TERMS and total == length else []
    return {
        "syn": syn,
        "fin": fin,
        "seq": seq,
        "length": lengths[0] if len(lengths) == 1 else derived(length, *lengths[:_TERMS]),
        "parts": terms,
        "repeated": total > length,
        "end": ack
        if ack.value == seq.value + end - start
        else derived(seq.value + end - start, seq, *lengths[:_TERMS]),
        "count": len(carriers),
        "carriers": [frame_of(each.packet.frame) for each in carriers[:_NAMED]],
        "request": frame_of(first.frame),
        "ack": ack,
        "frame": frame_of(answer.packet.frame),
        **_more(answer, answer.seen.step.confirms, start, end, {each.packet.frame for each in carriers}),
    }


def _covering(story: Story, told: Told, end: int) -> Told | None:
    """The first segment of the other end whose Ack newly confirms all below `end`."""
    for each in story.capture.keeper.of_stream(story.stream.number):
        step = each.seen.step
        if step is None or told.seen.step is None or step.sender is told.seen.step.sender:
            continue
        if step.confirms is not None and step.confirms.ack >= end:
            return each
    return None


def _more(answer: Told, confirms: Confirmation, start: int, end: int, carriers: set[int]) -> dict[str, Any]:
    """What an Ack confirms at once besides the segments of a request."""
    none: dict[str, Any] = {"jump": None, "before": None, "pieces": [], "others": [], "more": False, "unseen": 0}
    if confirms.before >= start and confirms.ack == end:
        return none
    ack = field(answer.packet, "tcp.ack")
    jump = confirms.ack - confirms.before
    last = answer.seen.step.acked_before if answer.seen.step is not None else None
    before = None
    if last is not None and last.ack == confirms.before:
        before = known(ack.value - jump, last.frame, "tcp.ack")
    pieces = [*confirms.pieces, *([confirms.partial] if confirms.partial is not None else [])]
    others = sorted({piece.frame for piece in pieces} - carriers)
    plain = not confirms.unseen and confirms.partial is None and confirms.payload == jump
    facts = {"jump": derived(jump, ack, before), "before": before, "others": list(map(frame_of, others[:_NAMED]))}
    terms = _terms(confirms) if plain and 1 < len(pieces) <= _TERMS else []
    return {**none, **facts, "pieces": terms, "more": len(others) > _NAMED, "unseen": confirms.unseen}


def _terms(confirms: Confirmation) -> Sequence[Fact]:
    """The bytes of each piece, where every one is all that its frame carried."""
    if not all(piece.whole for piece in confirms.pieces):
        return []
    return [known(piece.payload, piece.frame, "tcp.len") for piece in confirms.pieces]
