"""Where a body ends and in what form it travels: Content-Length, chunks, close, compression."""

from __future__ import annotations

from reporter.analyse.http import body_length, is_chunked, length_line, lengths_in_doubt, members, without_body
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import Header, HttpRequest, HttpResponse, head_length
from reporter.model.role import Role

_RANK = 32
#: Chunks that are written out as a sum; more would not be read.
_SUMMED = 8


@rule("P21", on="http", facts="answer length total head segments first_segment state repeats", rank=_RANK)
def content_length(at: At) -> Facts | None:
    """Content-Length says how many bytes the body has; with the header they make up the whole message.

    `total` is the payload of the message in this capture: `tcp.len`, or what was put together from `segments`, of which
    `repeats` only carried again what others had carried. `head` is only given when header and body add up to it
    exactly. `state`: `whole`, `cut` (fewer bytes than announced) or `unknown`. Silent when the frame holds several
    messages.

    Reference: RFC 9112, section 6.3; RFC 9110, section 8.6.
    """
    if len(at.step.asked) + len(at.step.answered) != 1:
        return None
    for message, kind, method in _messages(at):
        line = length_line(message.headers)
        code = message.code if isinstance(message, HttpResponse) else 0
        if line is None or not int(line.value) or is_chunked(message.headers):
            continue
        if isinstance(message, HttpResponse) and without_body(code, method):
            continue
        length = known(int(line.value), at.packet.frame, f"http.{kind}.line", line.line)
        segments = at.tcp.segments
        total = at["tcp.reassembled.length"] if segments and at.tcp.reassembled_length else at["tcp.len"]
        counted = head_length(message)
        state = "unknown"
        if counted is not None and at.packet.captured >= at.packet.length:
            whole = counted + length.value
            state = "whole" if total == whole else "cut" if total < whole else "unknown"
        if state != "whole" and isinstance(message, HttpResponse) and method is None:
            continue  # it may answer a HEAD, and then there is no body
        first = min((*segments, at.packet.frame))
        return {
            "answer": word(kind == "response"),
            "length": length,
            "total": total,
            "head": derived(counted, total, length) if state == "whole" else None,
            "segments": _count(at) if at.packet.carriers else None,
            "repeats": word(len(at.step.whole.repeats)) if at.step.whole is not None else None,
            "first_segment": frame_of(first) if first != at.packet.frame else None,
            "state": word(state),
        }
    return None


@rule("P22", on="http", facts="answer chunks total count ended listed place", rank=_RANK)
def chunked(at: At) -> Facts | None:
    """Chunked transfer coding: each chunk tells its own size, a chunk of size 0 ends the body.

    `chunks` are the sizes without the last 0 as tshark read them, `ended` whether that 0 is there; `listed`
    tells that they are few enough to be added up in writing. All are None when tshark gives no sizes. `place`
    counts the messages of a frame that holds several.

    Reference: RFC 9112, section 7.1.
    """
    messages = _messages(at)
    for place, (message, kind, method) in enumerate(messages, 1):
        if not is_chunked(message.headers):
            continue
        if isinstance(message, HttpResponse) and without_body(message.code, method):
            continue
        sizes = message.chunk_sizes
        data = [known(size, at.packet.frame, "http.chunk_size") for size in sizes if size > 0]
        return {
            "answer": word(kind == "response"),
            "chunks": word(tuple(data)) if sizes else None,
            "total": derived(sum(size for size in sizes if size > 0), *data[:_SUMMED]) if sizes else None,
            "count": word(len(data)) if sizes else None,
            "ended": word(0 in sizes),
            "listed": word(2 <= len(data) <= _SUMMED),
            "place": word(place) if len(messages) > 1 else None,
        }
    return None


@rule("P23", on="http", facts="coding length accepted request_frame spread", rank=33)
def compressed(at: At) -> Facts | None:
    """Content-Encoding: the body travels compressed, so sizes on the wire are those of the compressed bytes.

    `accepted` is the Accept-Encoding with which the request allowed it, `spread` tells that it began before
    `request_frame`.

    Reference: RFC 9110, sections 8.4 and 12.5.3.
    """
    for message, kind, method in _messages(at):
        codings = [each for each in members(message.headers, "Content-Encoding") if each.lower() != "identity"]
        line = message.header("Content-Encoding")
        if not codings or line is None:
            continue
        if isinstance(message, HttpResponse) and without_body(message.code, method):
            continue
        length = None if is_chunked(message.headers) else length_line(message.headers)
        request, frame = _asked(at, message)
        accepted = request.header("Accept-Encoding") if request is not None else None
        field = f"http.{kind}.line"
        return {
            "coding": known(line.value, at.packet.frame, field, line.line),
            "length": _length(length, at.packet.frame, field),
            "accepted": _accepted(accepted, frame),
            "request_frame": frame_of(frame) if accepted is not None and frame else None,
            "spread": word(request is not None and request.first_frame != frame),
        }
    return None


@rule("P24", on="http", facts="sender receiver fin total head body empty", rank=_RANK)
def until_close(at: At) -> Facts | None:
    """Neither Content-Length nor Transfer-Encoding: the body lasts until the server closes the connection.

    `fin` tells that this frame carries that close; then `body` is what is left of the message after its
    header, and `empty` tells that nothing is. Silent when the request is not known: a response to HEAD would have no
    body at all.

    Reference: RFC 9112, section 6.3.
    """
    for message, _, method in _messages(at):
        if not isinstance(message, HttpResponse) or method is None or without_body(message.code, method):
            continue
        named = {header.name.lower() for header in message.headers}
        if not message.headers_known or named & {"content-length", "transfer-encoding"} or message.code == 205:
            continue
        if len(at.step.answered) != 1:
            continue
        segments = at.tcp.segments
        total = at["tcp.reassembled.length"] if segments and at.tcp.reassembled_length else at["tcp.len"]
        head = head_length(message)
        closed = at.tcp.fin and head is not None and total > head
        return {
            **at.roles,
            "fin": word(at.tcp.fin),
            "total": total if closed else None,
            "head": derived(head, total) if closed else None,
            "body": derived(total.value - (head or 0), total) if closed else None,
            "empty": word(at.tcp.fin and total == head),
        }
    return None


@rule("P30", on="http", facts="sender receiver answer length coding lengths place", rank=33)
def length_in_doubt(at: At) -> Facts | None:
    """A length that can be read in two ways, which makes the message suspicious.

    Both Transfer-Encoding (`coding`) and Content-Length (`length`), where the coding decides; or, without `coding`,
    Content-Length `lengths` that are not one valid number, where nothing decides. `place` counts the messages of a
    frame that holds several.

    Reference: RFC 9112, sections 6.1 and 6.3.
    """
    messages = _messages(at)
    for place, (message, kind, _) in enumerate(messages, 1):
        length, coding = message.header("Content-Length"), message.header("Transfer-Encoding")
        lines = lengths_in_doubt(message.headers) if coding is None else (length,) if length is not None else ()
        if not lines:
            continue
        field = f"http.{kind}.line"
        return {
            **at.roles,
            "answer": word(kind == "response"),
            "length": known(lines[0].value, at.packet.frame, field, lines[0].line),
            "coding": known(coding.value, at.packet.frame, field, coding.line) if coding is not None else None,
            "place": word(place) if len(messages) > 1 else None,
            "lengths": word(tuple(known(each.value, at.packet.frame, field, each.line) for each in lines[:_SUMMED])),
        }
    return None


@rule("P38", on="tcp", when="data", facts="sender receiver answer here frame length total head body waiting", rank=33)
def beyond_message(at: At) -> Facts | None:
    """Bytes behind a message whose end its header tells, in which tshark recognises no other message (Continuation).

    `here` tells that the message is in this frame too, and `total` all its payload; else `frame` had completed it with
    `total` bytes. `head` and `body` are those of the message, `waiting` that another request waits for its response.

    Reference: RFC 9112, sections 2.2, 6.3 and 9.2.
    """
    packet, step = at.packet, at.step
    if "http" not in packet.protocols or packet.tls is not None or at.tcp.reassembled_in is not None:
        return None
    here = bool(step.asked or step.answered)
    pairing, last = at.conversation.pairing, at.conversation.pairing.beyond(at.me)
    if here:
        # Without tshark's word for it, the rest may be the beginning of a message that is not captured to its end.
        last = pairing.ended(at.me) if packet.info.endswith("Continuation") and not at.tcp.segments else None
    if last is None or step.sent.fresh != at.tcp.length:
        return None
    completed = pairing.last_response
    asked = completed.request if completed is not None and completed.response is last.message else None
    if isinstance(last.message, HttpRequest):
        asked = last.message
    head, body = head_length(last.message), body_length(last.message, asked.method if asked is not None else None)
    total = known(last.total, last.frame, "tcp.reassembled.length" if last.reassembled else "tcp.len")
    if head is None or body is None or not (total > head + body if here else total == head + body):
        return None
    return {
        **at.roles,
        "answer": word(at.me is Role.SERVER),
        "here": word(here),
        "frame": frame_of(last.frame),
        "length": derived(total.value - head - body, total) if here else at["tcp.len"],
        "total": total,
        "head": derived(head, total),
        "body": derived(body, total),
        "waiting": word(pairing.waiting > 0),
    }


def _messages(at: At) -> list[tuple[HttpRequest | HttpResponse, str, str | None]]:
    """The messages of this frame, each with its kind and the method it belongs to (None when not known)."""
    found: list[tuple[HttpRequest | HttpResponse, str, str | None]] = [
        (each.request, "request", each.request.method) for each in at.step.asked
    ]
    for each in at.step.answered:
        asked = each.exchange.request if each.exchange is not None else None
        found.append((each.response, "response", asked.method if asked is not None else None))
    return found


def _asked(at: At, message: HttpRequest | HttpResponse) -> tuple[HttpRequest | None, int | None]:
    for each in at.step.answered:
        if each.response is message and each.exchange is not None:
            return each.exchange.request, each.exchange.request_frame
    return None, None


def _accepted(header: Header | None, frame: int | None) -> Fact | None:
    if header is None or frame is None or not header.value:
        return None
    return known(header.value, frame, "http.request.line", header.line)


def _length(header: Header | None, frame: int, field: str) -> Fact | None:
    return known(int(header.value), frame, field, header.line) if header is not None else None


def _count(at: At) -> Fact:
    """How many segments tshark put the message together from; the first and the last are its evidence."""
    segments = at.packet.carriers
    ends = [known(each, at.packet.frame, "tcp.segment") for each in sorted({segments[0], segments[-1]})]
    return derived(len(segments), *ends)
