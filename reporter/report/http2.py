"""HTTP/2 on a connection: what was recognised of it, and where; its messages are not taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reporter.explain.evidence import frame_of, known
from reporter.model.stream import Role
from reporter.report.material import HEAD, Capture, Story, Told

#: The frame type that begins the fields of a message (RFC 9113, section 6.2; `http2.type`).
_HEADERS = 1


def http2_of(story: Story | None) -> dict[str, Any] | None:
    """Facts of the HTTP/2 frames of a connection, None where none was recognised.

    How many packets carry any, the first and the last of them. `asked` is the packet with the client's first HEADERS,
    `asked_on` their HTTP/2 stream (`http2.streamid`); `answered` is the packet with the server's first HEADERS on that
    stream, and its first of all where none of the client was recognised. `whole` tells that no packet was let go.
    """
    told = story.capture.keeper.of_stream(story.stream.number) if story is not None else []
    found = [each for each in told if each.packet.http2 is not None]
    if story is None or not found:
        return None
    whole = not story.capture.keeper.dropped(story.stream.number)
    # Behind a gap the first HEADERS of a stream may be those after its data.
    headers = list(_headers(told if whole else told[:HEAD]))
    asked = next(((frame, on) for role, frame, on in headers if role is Role.CLIENT), None)
    answered = (frame for role, frame, on in headers if role is Role.SERVER and (asked is None or on == asked[1]))
    first = next(answered, None)
    return {
        "count": len(found),
        "first": frame_of(found[0].packet.frame),
        "last": frame_of(found[-1].packet.frame),
        "asked": frame_of(asked[0]) if asked is not None else None,
        "asked_on": known(asked[1], asked[0], "http2.streamid") if asked is not None else None,
        "answered": frame_of(first) if first is not None else None,
        "whole": whole,
    }


def _headers(told: Sequence[Told]) -> Iterator[tuple[Role, int, int]]:
    """Of each HEADERS frame who sent it, in which packet and on which HTTP/2 stream, in order."""
    for each in told:
        http2, step = each.packet.http2, each.seen.step
        if http2 is None or step is None or len(http2.types) != len(http2.stream_ids):
            continue
        for kind, number in zip(http2.types, http2.stream_ids, strict=True):
            if kind == _HEADERS:
                yield step.sender, each.packet.frame, number


def has_http2(capture: Capture, stream: int | None = None) -> bool:
    """Whether HTTP/2 was recognised in a capture, or on one stream of it."""
    numbers = [each.number for each in capture.streams] if stream is None else [stream]
    return any(told.packet.http2 is not None for each in numbers for told in capture.keeper.of_stream(each))
