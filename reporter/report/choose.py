"""Which connection the report tells of, and why: openly, by the same measure every time."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.model.stream import Closing, Opening, Stream
from reporter.report.material import Capture, Story


def completeness(stream: Stream) -> int:
    """How much of a life the capture shows: opening, answered exchanges, closing (0 to 4)."""
    opened = stream.opening in (Opening.THREE_WAY, Opening.SIMULTANEOUS)
    closed = stream.closing not in (Closing.NOT_CAPTURED, Closing.HALF_CLOSED)
    answered = any(each.request_frame and each.response_frame for each in stream.exchanges)
    return 2 * answered + opened + closed


def _measure(stream: Stream) -> tuple[int, int, int, int]:
    answered = [each for each in stream.exchanges if each.request_frame and each.response_frame]
    page = any(
        each.response is not None
        and each.response.code == 200
        and (kind := each.response.header("Content-Type")) is not None
        and "html" in kind.value.lower()
        for each in answered
    )
    return (completeness(stream), int(page), len(answered), -stream.number)


def choose(captures: Sequence[Capture], wanted: int | None) -> Story | None:
    """The story of the report: stream `wanted` of the first capture that has it, else the most complete one.

    Streams that a display filter hides altogether are not considered, unless it hides all of them.
    """
    for capture in captures:
        stream = capture.stream(wanted) if wanted is not None else None
        if stream is not None:
            return Story(capture, stream, "asked")
    visible = [
        (capture, stream)
        for capture in captures
        for stream in capture.streams
        if capture.shown is None or capture.told(stream.number)
    ]
    everything = [(capture, stream) for capture in captures for stream in capture.streams]
    candidates = visible or everything
    if not candidates:
        return None
    capture, stream = max(candidates, key=lambda pair: _measure(pair[1]))
    if len(everything) == 1:
        why = "only"
    elif capture.shown is not None and len(visible) < len(everything):
        why = "filtered"
    else:
        why = "complete" if any(each.response_frame for each in stream.exchanges) else "no-http"
    return Story(capture, stream, why)


def opened_in(captures: Sequence[Capture], story: Story) -> Story:
    """The story for the handshake: the chosen one, or another capture's complete opening when it has none."""
    if story.stream.handshake or len(captures) == 1:
        return story
    return _elsewhere(captures, story, lambda stream: stream.opening is Opening.THREE_WAY)


def closed_in(captures: Sequence[Capture], story: Story) -> Story:
    """The story for the closing: the chosen one, or another capture's complete closing when it has none."""
    if story.stream.teardown or len(captures) == 1:
        return story
    complete = (Closing.FOUR_WAY, Closing.THREE_SEGMENT, Closing.SIMULTANEOUS)
    return _elsewhere(captures, story, lambda stream: stream.closing in complete)


def _elsewhere(captures: Sequence[Capture], story: Story, good: object) -> Story:
    assert callable(good)
    for capture in captures:
        if capture is story.capture:
            continue
        for stream in capture.streams:
            if good(stream):
                return Story(capture, stream, "elsewhere")
    return story
