"""HTTP/2 on a connection: where it was recognised, and its exchanges, one HTTP/2 stream a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reporter.analyse.http import media_type
from reporter.explain.evidence import Evidence, Fact, frame_of, known
from reporter.explain.visible import visible
from reporter.explain.words import Rich
from reporter.model.http2 import Http2Exchange, Http2Message
from reporter.model.stream import Exchange, Stream
from reporter.report.author import Author
from reporter.report.document import Table
from reporter.report.material import Capture, Story

#: Widths of the columns in per cent, of one connection and of several.
_OF_ONE, _OF_SEVERAL = (10, 23, 9, 15, 14, 12, 17), (7, 9, 19, 10, 15, 13, 12, 15)


def http2_of(story: Story | None) -> dict[str, Any] | None:
    """Facts of the HTTP/2 frames of a connection, None where none was recognised.

    How many packets carry any, the first and the last of them, and how many exchanges they are; `unread` tells that
    fields of some cannot be read. `asked` and `answered` are the packets with the HEADERS of the exchange to show,
    which is that of HTTP/2 stream `on`, `method`, `path`, `code` and `time` are of it.
    """
    told = story.capture.keeper.of_stream(story.stream.number) if story is not None else []
    found = [each for each in told if each.packet.http2 is not None]
    if story is None or not found:
        return None
    exchanges = story.stream.http2
    return {
        "count": len(found),
        "first": frame_of(found[0].packet.frame),
        "last": frame_of(found[-1].packet.frame),
        "exchanges": len(exchanges),
        "unread": any(_unread(each.request) or _unread(each.response) for each in exchanges),
        **_shown(shown_of(story.stream)),
    }


def shown_of(stream: Stream) -> Http2Exchange | None:
    """The exchange to show: the first answered 200 with HTML, else the first answered, else the first."""
    answered = [each for each in stream.http2 if each.answered]
    page = next((each for each in answered if each.page), None)
    return page or next(iter(answered), None) or next(iter(stream.http2), None)


def _shown(each: Http2Exchange | None) -> dict[str, Any]:
    request, response = (each.request, each.response) if each is not None else (None, None)
    asked = request.fields if request is not None else None
    answered = response.fields if response is not None else None
    return {
        "on": each.number if each is not None else None,
        "asked": frame_of(request.frame) if request is not None and request.frame is not None else None,
        "answered": frame_of(response.frame) if response is not None and response.frame is not None else None,
        "ended": frame_of(response.last) if response is not None and response.ended else None,
        "sent": frame_of(request.last) if request is not None and request.ended else None,
        "method": _fact(asked.method, request, "http2.headers.method") if asked is not None else None,
        "path": _fact(asked.path, request, "http2.headers.path") if asked is not None else None,
        "code": _fact(answered.status, response, "http2.headers.status") if answered is not None else None,
        "length": _fact(answered.content_length, response, "http2.header.value") if answered is not None else None,
        "time": each.time if each is not None else None,
    }


def _fact(text: str | int | None, message: Http2Message | None, field: str) -> Fact | None:
    if text is None or text == "" or message is None or message.frame is None:
        return None
    return Fact(text, ()) if message.split else known(text, message.frame, field)


def has_http2(capture: Capture, stream: int | None = None) -> bool:
    """Whether HTTP/2 was recognised in a capture, or on one stream of it."""
    numbers = [each.number for each in capture.streams] if stream is None else [stream]
    return any(told.packet.http2 is not None for each in numbers for told in capture.keeper.of_stream(each))


def table_of(author: Author, key: str, streams: Sequence[Stream], most: int, /, **facts: Any) -> Table:
    """The HTTP/2 exchanges of connections between the same ends, at most so many; `key` is that of the caption."""
    rows = []
    for stream in streams:
        for each in stream.http2:
            row = _row(author, each, stream.upgrade if each.number == 1 and each.request is None else None)
            rows.append((author.text(stream.number), *row) if len(streams) > 1 else row)
    head = ("http2-stream", "request", "status", "content-type", "http2-length", "time-taken", "http2-frames")
    return author.grid(
        author.table("section-http2", key, **facts),
        ("stream", *head) if len(streams) > 1 else head,
        rows[:most],
        _OF_SEVERAL if len(streams) > 1 else _OF_ONE,
        mono=(2,) if len(streams) > 1 else (1,),
        omitted=author.rest(len(rows) - most),
    )


def _row(author: Author, each: Http2Exchange, upgrade: Exchange | None) -> tuple[Rich, ...]:
    """The cells of one exchange; `upgrade` is that of HTTP/1 whose request it answers (RFC 7540, section 3.2)."""
    none = author.text("—")
    request, response = each.request, each.response
    asked, status, kind, length = none, none, none, none
    if request is not None and request.fields is not None and request.frame is not None:
        asked = (
            *_cell(
                author, f"{visible(request.fields.method, 20)} ", request, "http2.headers.method", request.fields.method
            ),
            *_cell(author, visible(request.fields.path, 80), request, "http2.headers.path", request.fields.path),
        )
    elif upgrade is not None and upgrade.request is not None and upgrade.request_frame is not None:
        evidence = Evidence(upgrade.request_frame, "http.request.uri", upgrade.request.target)
        target = author.run(visible(upgrade.request.target, 80), evidence)
        asked = (author.run(f"{upgrade.request.method} "), target)
    elif request is not None and request.frame is not None:
        asked = author.say("section-http2", "unreadable")
    fields = response.fields if response is not None else None
    if response is not None and response.frame is not None and fields is None:
        status = author.say("section-http2", "unreadable")
    if response is not None and fields is not None and fields.status is not None:
        status = _cell(author, str(fields.status), response, "http2.headers.status", str(fields.status))
        if fields.content_type:
            shown = visible(media_type(fields.content_type), 40)
            kind = _cell(author, shown, response, "http2.header.value", fields.content_type)
        if fields.content_length:
            shown = visible(fields.content_length, 40)
            length = _cell(author, shown, response, "http2.header.value", fields.content_length)
        elif response.data is not None and response.ended:
            length = author.say("section-http2", "data", data=response.data)
    time = author.say("section-resources", "early") if each.early else none
    if each.time is not None:
        time = author.say("section-resources", "milliseconds", time=each.time)
    frames = author.say(
        "section-http2",
        "frames",
        asked=_ends(request),
        answered=_ends(response),
        complete=response is not None and response.ended,
        pushed=each.pushed,
        upgrade=upgrade.request_frame if upgrade is not None else None,
        reset_by=each.reset[0] if each.reset is not None else None,
        reset=each.reset[1] if each.reset is not None else None,
    )
    return (author.text(each.number), asked, status, kind, length, time, frames)


def _cell(author: Author, text: str, message: Http2Message, field: str, printed: str) -> Rich:
    if message.split or message.frame is None or not printed:
        return author.text(text)
    return (author.run(text, Evidence(message.frame, field, printed)),)


def _ends(message: Http2Message | None) -> tuple[int, ...]:
    """The first packet of a message that is told of, and the last where it is another."""
    if message is None:
        return ()
    return tuple(dict.fromkeys((message.frame or message.last, message.last)))


def _unread(message: Http2Message | None) -> bool:
    return message is not None and message.frame is not None and message.fields is None
