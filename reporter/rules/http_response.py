"""What a response says: which request it answers, after what time, and what its status code means."""

from __future__ import annotations

from reporter.analyse.http import is_chunked, length_line, lengths_in_doubt, lines_of, path_of, without_body
from reporter.analyse.step import Answered
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import Header, HttpRequest, HttpResponse

_RANK = 31
_LINE = "http.response.line"
#: Up to how many times are named as the evidence of a sum.
_TIMES = 6
#: Header fields that a response with this code must have, and the section of RFC 9110 that says so.
_DEMANDED = {
    401: ("WWW-Authenticate", "15.5.2"),
    405: ("Allow", "15.5.6"),
    407: ("Proxy-Authenticate", "15.5.8"),
    426: ("Upgrade", "15.5.22"),
}
_OPEN: dict[str, Fact | None] = dict.fromkeys(("shut", "shut_times", "shut_from", "shut_to"))
#: Success codes that have a rule of their own.
_OWN = (204, 205, 206)


@rule(
    "P09",
    on="http",
    when="response",
    facts="sender receiver code phrase method target request_frame spread time resent began more among data ack"
    " shut shut_times shut_from shut_to ended ended_time total",
    rank=30,
)
def answers(at: At) -> Facts | None:
    """A final response answers the oldest request of its connection that is still without one.

    `time` runs from the frame that completed the request to this one, as the place of capture saw them; `spread`
    tells that the request began in an earlier frame than `request_frame`. Where the receiver's window was 0 in
    between, it was so `shut_times` times, `shut` seconds in all, from the frame `shut_from` to `shut_to` (None where
    it still is); times too many to be counted are 0, and `shut` is then None. `resent` is the last frame before the
    response that carried the request, or a part of it, again. `began` is the frame of the response's first byte when
    that is another. Where this frame only carries the FIN that ends the body, `ended` is the frame of its last byte,
    `ended_time` the time up to it, and `total` the bytes of the response, None where the frame holds more than one.
    Without a known request the facts about it are None. `among` are then the requests of which it answers one, `data`
    is the first frame of data in which no whole request was recognised, and `ack` confirms that the client has sent
    nothing but its SYN.

    Reference: RFC 9112, section 9.3.2; tshark fields http.request_in and http.time.
    """
    final = [each for each in at.step.answered if not each.response.interim]
    if not final:
        return None
    first, frame = final[0], at.packet.frame
    response, exchange = first.response, first.exchange
    asked = exchange.request if exchange is not None else None
    request_frame = exchange.request_frame if exchange is not None else None
    target = None
    if asked is not None and request_frame is not None:
        target = known(asked.target, request_frame, "http.request.uri")
    time = _time(at, first)
    return {
        **at.roles,
        **_status(response, frame),
        "method": known(asked.method, request_frame, "http.request.method") if asked and request_frame else None,
        "target": target,
        "request_frame": frame_of(request_frame) if request_frame else None,
        "spread": _spread(first),
        "time": time,
        "resent": _sent_again(at, first) if time is not None else None,
        **(_shut(at, first) if time is not None else _OPEN),
        **_ended(at, first, time),
        "began": frame_of(response.first_frame) if response.first_frame != frame else None,
        "among": word(tuple(frame_of(each) for each in first.among)),
        "data": frame_of(first.begun) if first.begun is not None else None,
        "ack": at["tcp.ack"] if first.unasked else None,
        "more": word(tuple(known(each.response.code, frame, "http.response.code") for each in final[1:])),
    }


@rule("P10", on="http", when="response", facts="code method type length chunked stated close bodiless", rank=_RANK)
def success(at: At) -> Facts | None:
    """A 2xx success; the size of the body as Content-Length gives it (200 above all).

    `stated` tells that there is a Content-Length, which counts for nothing where the body comes in chunks.
    `close` tells that the body ends where the server closes; `bodiless` that there is none: HEAD, or CONNECT
    accepted.

    Reference: RFC 9110, sections 15.3.1 to 15.3.4 and 9.3.6; RFC 9112, section 6.3.
    """
    found = next(
        (each for each in at.step.answered if 200 <= each.response.code < 300 and each.response.code not in _OWN),
        None,
    )
    if found is None:
        return None
    response, frame = found.response, at.packet.frame
    method = _method(found)
    bodiless = without_body(response.code, str(method.value) if method else None)
    chunked = is_chunked(response.headers)
    length = length_line(response.headers)
    undelimited = not chunked and response.header("Content-Length") is None
    undelimited = undelimited and response.header("Transfer-Encoding") is None
    return {
        "code": known(response.code, frame, "http.response.code"),
        "method": method,
        "type": _fact(response.header("Content-Type"), frame),
        "length": _length(length, frame) if not chunked else None,
        "chunked": word(chunked),
        "stated": word(response.header("Content-Length") is not None),
        "close": word(response.headers_known and undelimited and method is not None and not bodiless),
        "bodiless": word(bodiless),
    }


@rule("P11", on="http", when="response", facts="code phrase length", rank=_RANK)
def no_content(at: At) -> Facts | None:
    """204 and 205: success with nothing to send. A 204 has no body by definition; a 205 must not have one.

    `length` is a Content-Length above 0, which contradicts that.

    Reference: RFC 9110, sections 15.3.5 and 15.3.6; RFC 9112, section 6.3.
    """
    found = next((each.response for each in at.step.answered if each.response.code in (204, 205)), None)
    if found is None:
        return None
    length = _length(length_line(found.headers), at.packet.frame)
    return {**_status(found, at.packet.frame), "length": length if length else None}


@rule(
    "P17",
    on="http",
    when="response",
    facts="code phrase favicon challenge allow retry length lacks section",
    rank=_RANK,
)
def client_error(at: At) -> Facts | None:
    """4xx: the server finds the fault with the request, or refuses it. 416 has a rule of its own.

    `lacks` is a header field that RFC 9110 (`section`) demands of this code and that the response does not have.

    Reference: RFC 9110, section 15.5; RFC 6585, section 4 (429).
    """
    found = next((each for each in at.step.answered if _in_class(each, 4) and each.response.code != 416), None)
    if found is None:
        return None
    response, frame = found.response, at.packet.frame
    exchange = found.exchange
    target = exchange.request.target if exchange is not None and exchange.request is not None else ""
    challenge = response.header("Proxy-Authenticate" if response.code == 407 else "WWW-Authenticate")
    field, section = _DEMANDED.get(response.code, ("", ""))
    lacking = bool(field) and response.headers_known and response.header(field) is None
    return {
        **_status(response, frame),
        "favicon": word(path_of(target) == "/favicon.ico"),
        "challenge": _fact(challenge, frame) if response.code in (401, 407) else None,
        "allow": _fact(response.header("Allow"), frame) if response.code == 405 else None,
        "retry": _fact(response.header("Retry-After"), frame),
        "length": _length(length_line(response.headers), frame) if _method(found) != "HEAD" else None,
        "lacks": word(field) if lacking else None,
        "section": word(section) if lacking else None,
    }


@rule("P18", on="http", when="response", facts="code phrase request_frame spread retry gateway faulty", rank=_RANK)
def server_error(at: At) -> Facts | None:
    """5xx: the request looked valid, the server (or one behind it) failed to carry it out.

    `faulty` tells that the request is wrong by the standard: its length cannot be told, or it names no host.

    Reference: RFC 9110, section 15.6.
    """
    found = next((each for each in at.step.answered if _in_class(each, 5)), None)
    if found is None:
        return None
    request = found.exchange.request if found.exchange is not None else None
    return {
        **_status(found.response, at.packet.frame),
        "request_frame": _request_frame(found),
        "spread": _spread(found),
        "retry": _fact(found.response.header("Retry-After"), at.packet.frame),
        "gateway": word(found.response.code in (502, 504)),
        "faulty": word(request is not None and _faulty(request)),
    }


def _faulty(request: HttpRequest) -> bool:
    """Whether the header of a request breaks the standard (RFC 9112, sections 3.2 and 6.3)."""
    length = request.header("Transfer-Encoding") is None and lengths_in_doubt(request.headers)
    host = request.version == "HTTP/1.1" and request.headers_known and len(lines_of(request.headers, "Host")) != 1
    return bool(length) or host


@rule("P19", on="http", when="response", facts="sender receiver code phrase request_frame spread", rank=_RANK)
def interim(at: At) -> Facts | None:
    """100, 102, 103: an interim answer; the final one follows.

    `request_frame` is None when the request is not complete before this frame, as with a body that waits for
    100.

    Reference: RFC 9110, sections 15.2 and 10.1.1; RFC 8297 (103).
    """
    found = next((each for each in at.step.answered if each.response.interim), None)
    if found is None:
        return None
    return {
        **at.roles,
        **_status(found.response, at.packet.frame),
        "request_frame": _request_frame(found),
        "spread": _spread(found),
    }


@rule("P20", on="http", when="response", facts="sender receiver protocol asked request_frame spread", rank=_RANK)
def switching_protocols(at: At) -> Facts | None:
    """101: from here on this connection speaks another protocol, which the request asked for by Upgrade.

    Reference: RFC 9110, sections 15.2.2 and 7.8.
    """
    found = next((each for each in at.step.answered if each.response.code == 101), None)
    if found is None:
        return None
    exchange = found.exchange
    asked = exchange.request.header("Upgrade") if exchange is not None and exchange.request is not None else None
    request_frame = exchange.request_frame if exchange is not None else None
    return {
        **at.roles,
        "protocol": _fact(found.response.header("Upgrade"), at.packet.frame),
        "asked": known(asked.value, request_frame, "http.request.line", asked.line)
        if asked and request_frame
        else None,
        "request_frame": frame_of(request_frame) if request_frame else None,
        "spread": _spread(found),
    }


def _in_class(each: Answered, digit: int) -> bool:
    return each.response.code // 100 == digit


def _status(response: HttpResponse, frame: int) -> dict[str, Fact | None]:
    phrase = response.phrase
    return {
        "code": known(response.code, frame, "http.response.code"),
        "phrase": known(phrase, frame, "http.response.phrase") if phrase else None,
    }


def _fact(header: Header | None, frame: int) -> Fact | None:
    return known(header.value, frame, _LINE, header.line) if header is not None and header.value else None


def _length(header: Header | None, frame: int) -> Fact | None:
    return known(int(header.value), frame, _LINE, header.line) if header is not None else None


def _method(found: Answered) -> Fact | None:
    exchange = found.exchange
    if exchange is None or exchange.request is None or exchange.request_frame is None:
        return None
    return known(exchange.request.method, exchange.request_frame, "http.request.method")


def _request_frame(found: Answered) -> Fact | None:
    frame = found.exchange.request_frame if found.exchange is not None else None
    return frame_of(frame) if frame is not None else None


def _spread(found: Answered) -> Fact:
    return word(found.exchange is not None and found.exchange.spread)


def _ended(at: At, found: Answered, time: Fact | None) -> dict[str, Fact | None]:
    """The frame of the last byte of a response that a FIN without data completes, and the time up to it."""
    facts: dict[str, Fact | None] = dict.fromkeys(("ended", "ended_time", "total"))
    carriers = at.packet.carriers
    if at.tcp.length or not at.tcp.fin or not carriers:
        return facts
    facts["ended"] = frame_of(carriers[-1])
    if len(at.step.answered) == 1 and at.tcp.reassembled_length:
        facts["total"] = at["tcp.reassembled.length"]
    edge, exchange = at.step.sent.edge, found.exchange
    if time is None or edge is None or edge.frame != carriers[-1] or exchange is None or exchange.request_frame is None:
        return facts
    begun, asked = exchange.request_time, exchange.request_frame
    seconds = at.seen.clock.between(asked, begun, edge.frame, edge.time) if begun is not None else None
    if seconds is not None and begun is not None:
        facts["ended_time"] = derived(seconds, *at.moments((begun, asked), (edge.time, edge.frame))[:2])
    return facts


def _shut(at: At, found: Answered) -> dict[str, Fact | None]:
    """How long the receiver's window was closed between request and response."""
    exchange, shut = found.exchange, at.conversation.shut.get(at.peer)
    if exchange is None or exchange.request_frame is None or exchange.request_time is None or shut is None:
        return _OPEN
    asked, begun = exchange.request_frame, exchange.request_time
    spans = shut.since(asked)
    if not spans:
        return _OPEN if spans is not None else {**_OPEN, "shut_times": word(0)}
    lengths, times = [], []
    for span in spans:
        start, end = max((span.frame, span.time), (asked, begun)), (span.until or at.packet.frame, span.end)
        if span.until is None:
            end = at.packet.frame, at.packet.time
        lengths.append(at.seen.clock.between(*start, *end))
        times += [start, end]
    seconds = None
    if all(length is not None for length in lengths):
        moments = at.moments(*((time, frame) for frame, time in times[:_TIMES]))
        seconds = derived(sum(length for length in lengths if length is not None), *moments)
    last = spans[-1].until
    return {
        "shut": seconds,
        "shut_times": word(len(spans)),
        "shut_from": frame_of(spans[0].frame),
        "shut_to": frame_of(last) if last is not None else None,
    }


def _time(at: At, found: Answered) -> Fact | None:
    exchange, response = found.exchange, found.response
    if exchange is None or exchange.request_frame is None or exchange.time is None:
        return None
    frame = exchange.request_frame
    if response.time is not None and response.request_in == frame:
        trusted = at.seen.clock.trusts(frame, at.packet.frame, response.time)
        return known(response.time, at.packet.frame, "http.time") if trusted else None
    start = at.packet.epoch - exchange.time
    return derived(exchange.time, known(start, frame, "frame.time_epoch"), at["frame.time_epoch"])


def _sent_again(at: At, found: Answered) -> Fact | None:
    """The last frame, before the response began, that carried anything of the request again."""
    exchange = found.exchange
    if exchange is None or exchange.request is None or exchange.request_frame is None:
        return None
    asked, began = range(exchange.request.first_frame, exchange.request_frame + 1), found.response.first_frame
    numbers = at.conversation.ledger[at.peer]
    copies = [
        frame
        for piece in (*numbers.history, *numbers.outstanding)
        if piece.frame in asked and piece.payload
        for frame in piece.resent
        if exchange.request_frame < frame < began
    ]
    return frame_of(max(copies)) if copies else None
