"""What a request asks: its method, its target, the host it names."""

from __future__ import annotations

from reporter.analyse.http import (
    host_of,
    is_chunked,
    length_line,
    lines_of,
    path_of,
    preflight,
)
from reporter.analyse.step import Asked
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, frame_of, known, word
from reporter.explain.registry import rule
from reporter.model.application import HttpRequest, head_length

_RANK = 30
_LINE = "http.request.line"
#: What the methods of RFC 9110 (and PATCH) mean for the server: safe, idempotent, or neither.
_KINDS = {
    "GET": "safe",
    "HEAD": "safe",
    "OPTIONS": "safe",
    "TRACE": "safe",
    "PUT": "idempotent",
    "DELETE": "idempotent",
    "POST": "neither",
    "PATCH": "neither",
    "CONNECT": "neither",
}


@rule(
    "P01",
    on="http",
    when="request",
    facts="sender receiver target version uri began place whole lines body more",
    rank=_RANK,
)
def get(at: At) -> Facts | None:
    """GET asks for the current representation of its target; it is safe and idempotent.

    `whole` is the payload of this frame, when start line and header lines (`lines` of them) are provably all
    of it; `place` counts the requests of a frame that holds several, `more` are the targets of its further GETs.

    Reference: RFC 9110, sections 9.3.1 and 9.2.1.
    """
    found = _by_method(at, "GET")
    if not found:
        return None
    request = found[0].request
    alone = at.tcp.length == head_length(request) and not at.tcp.segments
    content = _content(request, at.packet.frame)
    has_body = bool(content["length"] or content["chunked"]) and not content["empty"]
    return {
        **_request(at, request),
        "whole": at["tcp.len"] if alone and not is_chunked(request.headers) and not has_body else None,
        "lines": word(len(request.headers)),
        "body": word(has_body),
        "more": word(tuple(_target(each.request, at.packet.frame) for each in found[1:])),
    }


@rule("P02", on="http", when="request", facts="sender receiver target version uri began place", rank=_RANK)
def head(at: At) -> Facts | None:
    """HEAD asks for what GET would answer, without the body.

    Reference: RFC 9110, section 9.3.2.
    """
    found = _by_method(at, "HEAD")
    return _request(at, found[0].request) if found else None


@rule(
    "P03",
    on="http",
    when="request",
    facts="sender receiver target version uri began place length type chunked empty",
    rank=_RANK,
)
def post(at: At) -> Facts | None:
    """POST hands the enclosed content to the target, which decides what to do with it.

    `empty` tells that the body is there but has no bytes.

    Reference: RFC 9110, section 9.3.3.
    """
    found = _by_method(at, "POST")
    if not found:
        return None
    request = found[0].request
    return {**_request(at, request), **_content(request, at.packet.frame)}


@rule(
    "P04",
    on="http",
    when="request",
    facts="sender receiver target version uri began place method kind length type chunked empty wanted origin",
    rank=_RANK,
)
def other_method(at: At) -> Facts | None:
    """PUT, DELETE, OPTIONS, CONNECT, TRACE, PATCH, or a method that this report does not know (`kind`
    unknown).

    `wanted` is the method that a CORS preflight asks about, `origin` whose scripts would use it.

    Reference: RFC 9110, sections 9.2 and 9.3; RFC 5789 (PATCH); WHATWG Fetch (CORS-preflight fetch).
    """
    others = {each.request.method for each in at.step.asked} - {"GET", "HEAD", "POST"}
    found = _by_method(at, *others)
    if not found:
        return None
    request, frame = found[0].request, at.packet.frame
    asks = preflight(request)
    wanted, origin = (known(line.value, frame, _LINE, line.line) for line in asks) if asks else (None, None)
    return {
        **_request(at, request),
        **_content(request, frame),
        "method": known(request.method, frame, "http.request.method"),
        "kind": word(_KINDS.get(request.method, "unknown")),
        "wanted": wanted,
        "origin": origin,
    }


@rule("P05", on="http", when="request", facts="sender receiver version hosts", rank=31)
def host_missing(at: At) -> Facts | None:
    """An HTTP/1.1 request must name its host in exactly one Host field; the server must answer 400 otherwise.

    Silent when the frame was not captured whole or holds several requests: a line might belong to another
    one.

    Reference: RFC 9112, section 3.2.
    """
    if len(at.step.asked) != 1 or at.packet.captured < at.packet.length:
        return None
    request = at.step.asked[0].request
    hosts = lines_of(request.headers, "Host")
    if request.version != "HTTP/1.1" or not request.headers_known or len(hosts) == 1:
        return None
    return {
        **at.roles,
        "version": known(request.version, at.packet.frame, "http.request.version"),
        "hosts": word(tuple(known(line.value, at.packet.frame, _LINE, line.line) for line in hosts)),
    }


@rule("P36", on="http", when="request", facts="sender receiver method target rest", rank=31)
def request_line(at: At) -> Facts | None:
    """A request line with more parts than method, target and version: a space in the target, which is not allowed.

    `rest` is what Wireshark takes for the version.

    Reference: RFC 9112, section 3 (invalid request-line).
    """
    frame = at.packet.frame
    for request in (each.request for each in at.step.asked):
        if len(request.version.split()) > 1:
            return {
                **at.roles,
                "method": known(request.method, frame, "http.request.method"),
                "target": _target(request, frame),
                "rest": known(request.version, frame, "http.request.version"),
            }
    return None


@rule("P07", on="http", when="request", facts="target", over="P08", rank=31)
def favicon(at: At) -> Facts | None:
    """Browsers ask for /favicon.ico by themselves, to have an icon to show for the site.

    Reference: WHATWG HTML, link type "icon" (the default icon at /favicon.ico).
    """
    found = [each for each in _by_method(at, "GET", "HEAD") if path_of(each.request.target) == "/favicon.ico"]
    if not found:
        return None
    return {"target": _target(found[0].request, at.packet.frame)}


def _by_method(at: At, *methods: str) -> list[Asked]:
    """The requests with these methods whose request line was captured whole."""
    whole = at.packet.captured >= at.packet.length
    return [each for each in at.step.asked if each.request.method in methods and (whole or each.request.version)]


def _target(request: HttpRequest, frame: int) -> Fact:
    return known(request.target, frame, "http.request.uri")


def _request(at: At, request: HttpRequest) -> dict[str, Fact | None]:
    frame = at.packet.frame
    versioned = request.version.startswith("HTTP/")
    uri = None
    # Where the line has more than three parts, what Wireshark takes for the target need not be all of it.
    if versioned and host_of(request.full_uri) and request.target.startswith("/"):
        uri = known(request.full_uri, frame, "http.request.full_uri")
    return {
        **at.roles,
        "target": _target(request, frame),
        "version": known(request.version, frame, "http.request.version") if versioned else None,
        "uri": uri,
        "began": frame_of(request.first_frame) if request.first_frame != frame else None,
        "place": _place(at, request),
    }


def _place(at: At, request: HttpRequest) -> Fact | None:
    """Which request of the frame this is, from 1; None where it is the only one."""
    asked = [each.request for each in at.step.asked]
    return word(next(place for place, each in enumerate(asked, 1) if each is request)) if len(asked) > 1 else None


def _length(request: HttpRequest, frame: int) -> Fact | None:
    line = length_line(request.headers)
    return known(int(line.value), frame, _LINE, line.line) if line else None


def _content(request: HttpRequest, frame: int) -> dict[str, Fact | None]:
    line, length, chunks = request.header("Content-Type"), _length(request, frame), is_chunked(request.headers)
    return {
        "length": length,
        "type": known(line.value.partition(";")[0].strip(), frame, _LINE, line.line) if line else None,
        "chunked": word(chunks),
        "empty": word(request.chunk_sizes == (0,) if chunks else length is not None and length == 0),
    }
