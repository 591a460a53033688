"""HTTP messages of one row: request and status lines with the header lines that belong to them."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.extract.fields import AT, number, numbers, seconds, values
from reporter.extract.targets import whole_targets, with_target
from reporter.model.application import Header, HttpRequest, HttpResponse, header_value
from reporter.model.tcp import Tcp

_REQUEST = AT["http.request.method"]
_RESPONSE = AT["http.response.version"]
_INFO = AT["_ws.col.Info"]
_LENGTH, _CAPTURED = AT["frame.len"], AT["frame.cap_len"]
#: Fields that a message carries at most once, so that a second one begins another message.
_ONCE = frozenset(
    ("host", "user-agent", "referer", "date", "server", "content-type", "last-modified", "etag", "location")
)
_LINE_ENDS = ("\\r\\n", "\r\n", "\\n", "\n", "\\r")


def header_of(line: str) -> Header:
    """One printed header line (`Name: value\\r\\n`, ends escaped by tshark) into a Header."""
    text = line
    for end in _LINE_ENDS:
        if text.endswith(end):
            text = text[: -len(end)]
            break
    name, _, value = text.partition(":")
    return Header(name.strip(), value.strip(), line)


def split_headers(lines: list[str], messages: int) -> list[tuple[Header, ...]] | None:
    """Header lines of `messages` messages in one frame, shared out; None when the borders cannot be told.

    tshark prints the lines of all messages of a frame in one list. With one message they are all its own;
    with several, a border is where the first header name comes again, and only if that gives the right count
    and the name is one that a message has only once.
    """
    headers = [header_of(line) for line in lines]
    if messages == 1:
        return [tuple(headers)]
    if not headers:
        return None
    opening = headers[0].name.lower()
    if opening not in _ONCE:
        return None
    starts = [index for index, header in enumerate(headers) if header.name.lower() == opening]
    if len(starts) != messages:
        return None
    ends = [*starts[1:], len(headers)]
    return [tuple(headers[start:end]) for start, end in zip(starts, ends, strict=True)]


def _cut(row: Sequence[str]) -> bool:
    """Whether the file holds less of the frame than there was: its header may end within a line."""
    return (number(row[_CAPTURED]) or 0) < (number(row[_LENGTH]) or 0)


def _whole(lines: list[str]) -> list[str]:
    return [line for line in lines if line.endswith(_LINE_ENDS)]


def _first_frame(frame: int, tcp: Tcp | None, message: int) -> int:
    # Only the first message of a frame can have begun in an earlier segment.
    if tcp is None or message > 0 or not tcp.segments:
        return frame
    return min(*tcp.segments, frame)


def requests_of(row: Sequence[str], frame: int, tcp: Tcp | None, cut: bool = False) -> tuple[HttpRequest, ...]:
    """The HTTP requests that tshark reports on this frame, in order; with `cut`, text of the row was left out."""
    methods, printed, versions, full_uris, lines, answered = (values(text) for text in row[_REQUEST : _REQUEST + 6])
    targets = whole_targets(methods, printed, row[_INFO])
    cut = cut or _cut(row)
    lines = _whole(lines) if cut else lines
    shared = split_headers(lines, len(methods))
    chunks = numbers(row[AT["http.chunk_size"]])
    coded = [index for index, headers in enumerate(shared or ()) if header_value(headers, "Transfer-Encoding")]
    if cut and not any(header_of(line).name.lower() == "host" for line in lines):
        full_uris = []
    if len(full_uris) == len(printed):
        full_uris = [with_target(*each) for each in zip(full_uris, printed, targets, strict=True)]
    return tuple(
        HttpRequest(
            method=method,
            target=targets[index] if index < len(targets) else "",
            version=versions[index] if index < len(versions) else "",
            full_uri=full_uris[index] if len(full_uris) == len(methods) else "",
            headers=shared[index] if shared else (),
            headers_known=shared is not None and not cut,
            first_frame=_first_frame(frame, tcp, index),
            response_in=number(answered[index]) if len(answered) == len(methods) else None,
            chunk_sizes=chunks if coded == [index] else (),
        )
        for index, method in enumerate(methods)
    )


def responses_of(row: Sequence[str], frame: int, tcp: Tcp | None, cut: bool = False) -> tuple[HttpResponse, ...]:
    """The HTTP responses that tshark reports on this frame, in order; `cut` as for requests."""
    versions, codes, phrases, lines, asked, times = (values(text) for text in row[_RESPONSE : _RESPONSE + 6])
    chunks = numbers(row[AT["http.chunk_size"]])
    cut = cut or _cut(row)
    shared = split_headers(_whole(lines) if cut else lines, len(codes))
    return tuple(
        HttpResponse(
            version=versions[index] if index < len(versions) else "",
            code=number(code) or 0,
            phrase=phrases[index] if index < len(phrases) else "",
            headers=shared[index] if shared else (),
            headers_known=shared is not None and not cut,
            first_frame=_first_frame(frame, tcp, index),
            request_in=number(asked[index]) if len(asked) == len(codes) else None,
            time=seconds(times[index]) if len(times) == len(codes) else None,
            chunk_sizes=chunks if len(codes) == 1 else (),
        )
        for index, code in enumerate(codes)
    )
