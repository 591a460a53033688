"""Parts of a resource: Range, 206 Partial Content and 416 Range Not Satisfiable."""

from __future__ import annotations

from reporter.analyse.http import (
    is_chunked,
    length_line,
    media_type,
    parse_content_range,
    parse_range,
    parse_unsatisfied,
)
from reporter.analyse.step import Answered
from reporter.explain.at import At
from reporter.explain.evidence import Fact, Facts, derived, frame_of, known, word
from reporter.explain.registry import rule

_RANK = 31
_LINE = "http.response.line"


@rule(
    "P12",
    on="http",
    when="response",
    facts="asked request_frame spread open_ended content_range first last size count all agrees several chunked",
    rank=_RANK,
)
def partial_content(at: At) -> Facts | None:
    """206: the bytes `first` to `last` of a resource of `size` bytes, because the request asked by Range.

    `content_range` is the field as sent; `first`, `last` and `count` are None when it is missing or makes no
    sense. `several` tells of multipart/byteranges; `agrees` that Content-Length is the count; `all` that the
    range is everything, `spread` that the request began before `request_frame`.

    Reference: RFC 9110, sections 15.3.7, 14.2 and 14.4.
    """
    found = next((each for each in at.step.answered if each.response.code == 206), None)
    if found is None:
        return None
    response, frame = found.response, at.packet.frame
    asked, request_frame = _asked(found)
    wanted = parse_range(str(asked.value)) if asked is not None else None
    line, type_line = response.header("Content-Range"), response.header("Content-Type")
    part = parse_content_range(line.value) if line is not None else None
    if line is None and not response.headers_known:
        return None
    shown = known(line.value, frame, _LINE, line.line) if line is not None and line.value else None
    length = length_line(response.headers)
    count = derived(part.last - part.first + 1, shown) if part else None
    return {
        "asked": asked,
        "request_frame": request_frame,
        "spread": word(found.exchange is not None and found.exchange.spread),
        "open_ended": word(wanted is not None and wanted == (0, None)),
        "content_range": shown,
        "first": derived(part.first, shown) if part else None,
        "last": derived(part.last, shown) if part else None,
        "size": derived(part.total, shown) if part and part.total is not None else None,
        "count": count,
        "all": word(part is not None and part.total is not None and (part.first, part.last + 1) == (0, part.total)),
        "agrees": word(count is not None and length is not None and int(length.value) == count),
        "several": word(type_line is not None and media_type(type_line.value) == "multipart/byteranges"),
        "chunked": word(is_chunked(response.headers)),
    }


@rule("P13", on="http", when="response", facts="asked request_frame size", rank=_RANK)
def not_satisfiable(at: At) -> Facts | None:
    """416: none of the ranges asked for lies inside the resource; Content-Range may tell its size.

    Reference: RFC 9110, section 15.5.17.
    """
    found = next((each for each in at.step.answered if each.response.code == 416), None)
    if found is None:
        return None
    asked, request_frame = _asked(found)
    line = found.response.header("Content-Range")
    size = parse_unsatisfied(line.value) if line is not None else None
    return {
        "asked": asked,
        "request_frame": request_frame,
        "size": known(size, at.packet.frame, _LINE, line.line) if line is not None and size is not None else None,
    }


def _asked(found: Answered) -> tuple[Fact | None, Fact | None]:
    """The Range of the request and its frame, as far as they are known."""
    exchange = found.exchange
    if exchange is None or exchange.request is None or exchange.request_frame is None:
        return None, None
    line, frame = exchange.request.header("Range"), exchange.request_frame
    asked = known(line.value, frame, "http.request.line", line.line) if line is not None and line.value else None
    return (asked, frame_of(frame)) if asked is not None or exchange.request.headers_known else (None, None)
