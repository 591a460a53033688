"""HTTP/2 on a connection: what was recognised of it, and where; its messages are not taken apart."""

from __future__ import annotations

from typing import Any

from reporter.explain.evidence import frame_of
from reporter.model.stream import Role
from reporter.report.material import Capture, Story

#: The frame type that begins the fields of a message (RFC 9113, section 6.2; `http2.type`).
_HEADERS = 1


def http2_of(story: Story | None) -> dict[str, Any] | None:
    """Facts of the HTTP/2 frames of a connection, None where none was recognised.

    How many packets carry any, the first and the last of them, and of each end the first that carries HEADERS: `asked`
    of the client, `answered` of the server.
    """
    told = story.capture.keeper.of_stream(story.stream.number) if story is not None else []
    found = [each for each in told if each.packet.http2 is not None]
    if not found:
        return None
    first: dict[Role, int] = {}
    for each in found:
        if each.seen.step is not None and each.packet.http2 is not None and _HEADERS in each.packet.http2.types:
            first.setdefault(each.seen.step.sender, each.packet.frame)
    return {
        "count": len(found),
        "first": frame_of(found[0].packet.frame),
        "last": frame_of(found[-1].packet.frame),
        "asked": frame_of(first[Role.CLIENT]) if Role.CLIENT in first else None,
        "answered": frame_of(first[Role.SERVER]) if Role.SERVER in first else None,
    }


def has_http2(capture: Capture, stream: int | None = None) -> bool:
    """Whether HTTP/2 was recognised in a capture, or on one stream of it."""
    numbers = [each.number for each in capture.streams] if stream is None else [stream]
    return any(told.packet.http2 is not None for each in numbers for told in capture.keeper.of_stream(each))
