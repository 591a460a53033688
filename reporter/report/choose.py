"""Which connection each part of the report tells of, and why: openly, by the same measure every time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reporter.model.stream import BOTH_ASK, Closing, Opening, Stream
from reporter.report.material import Capture, Story, Told

_CLOSED = (Closing.FOUR_WAY, Closing.THREE_SEGMENT, Closing.SIMULTANEOUS)
#: Closings of which a part is missing, or all.
_LACKING = (
    Closing.NEVER_OPEN,
    Closing.NOT_SEEN_OPEN,
    Closing.DOUBTFUL_RESET,
    Closing.NOT_CAPTURED,
    Closing.HALF_CLOSED,
    Closing.ONE_FIN,
)


class Part(StrEnum):
    """What of a connection a section shows: by this it is found in a capture."""

    WHOLE = "whole"
    OPENING = "opening"
    CLOSING = "closing"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a section tells of. `why` is the key of the reason; `named` when the capture was named for it."""

    capture: Capture
    story: Story | None
    why: str


def completeness(stream: Stream) -> int:
    """How much of a life the capture shows: opening, answered exchanges, closing (0 to 4)."""
    opened = stream.opening in (Opening.THREE_WAY, *BOTH_ASK)
    closed = stream.closing not in _LACKING
    return 2 * bool(stream.answered) + opened + closed


def _measure(stream: Stream) -> tuple[int, int, int, int]:
    page = any(each.page and each.answered for each in stream.http2) or any(
        each.response is not None
        and each.response.code == 200
        and (kind := each.response.header("Content-Type")) is not None
        and "html" in kind.value.lower()
        for each in stream.exchanges
        if each.request_frame and each.response_frame
    )
    return (completeness(stream), int(page), stream.answered, -stream.number)


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
        answered = any(each.response_frame for each in stream.exchanges) or stream.answered
        why = "complete" if answered else "no-http"
    return Story(capture, stream, why)


def choose_part(captures: Sequence[Capture], story: Story | None, part: Part) -> Chosen:
    """What a section of this part tells of: the story, or another capture's when the story does not show the part."""
    if story is None:
        return Chosen(captures[0], None, "")
    shown = story
    if part is Part.OPENING and not story.stream.handshake:
        shown = _elsewhere(captures, story, lambda stream: stream.opening is Opening.THREE_WAY)
    if part is Part.CLOSING and not story.stream.teardown:
        shown = _elsewhere(captures, story, lambda stream: stream.closing in _CLOSED)
    if part is Part.OUTSIDE and not lookups(story.capture, story.stream):
        for capture in captures:
            if capture is not story.capture and lookups(capture, None):
                return Chosen(capture, None, "elsewhere")
    return Chosen(shown.capture, shown, shown.why)


def choose_named(capture: Capture, stream: Stream | None, story: Story | None, part: Part) -> Chosen:
    """What a section tells of when its capture is named: that stream of it, else the one that shows the part best."""
    if part is Part.OUTSIDE:
        return Chosen(capture, story if story is not None and story.capture is capture else None, "named")
    found = stream or best_of(capture, part, story)
    return Chosen(capture, Story(capture, found, "named") if found is not None else None, "named")


def best_of(capture: Capture, part: Part, story: Story | None) -> Stream | None:
    """The stream of a capture that shows a part best, the chosen one where it does as well; None without TCP."""
    chosen = story.stream.number if story is not None and story.capture is capture else -1

    def worth(stream: Stream) -> tuple[object, ...]:
        shows = {
            Part.OPENING: stream.opening is Opening.THREE_WAY,
            Part.CLOSING: stream.closing in _CLOSED,
        }.get(part, False)
        return (shows, stream.number == chosen, *_measure(stream))

    return max(capture.streams, key=worth, default=None)


def lookups(capture: Capture, stream: Stream | None) -> list[Told]:
    """The packets of address resolution and name lookup to be shown, before the stream begins where there is one."""
    end = None if stream is None else stream.first_frame
    return [
        told
        for told in capture.keeper.outside()
        if (told.packet.arp or told.packet.dns)
        and (end is None or told.packet.frame < end)
        and (capture.shown is None or told.packet.frame in capture.shown)
    ]


def _elsewhere(captures: Sequence[Capture], story: Story, good: Callable[[Stream], bool]) -> Story:
    """A good stream of another capture: to the same server before others."""
    found = [
        Story(capture, stream, "elsewhere")
        for capture in captures
        if capture is not story.capture
        for stream in capture.streams
        if good(stream)
    ]
    return next((each for each in found if each.stream.server == story.stream.server), found[0] if found else story)
