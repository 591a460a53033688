"""The waterfall of the requests: for each connection its opening, and how long each answer was waited for and came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reporter.explain.visible import visible
from reporter.model.packet import Packet
from reporter.model.stream import Exchange, Opening, Stream
from reporter.report.author import Author
from reporter.report.drawings import Bar, Lane, Waterfall
from reporter.report.material import Story

#: Rows that fit on one page together with the caption: one a connection, one a request.
_ROWS = 40


def waterfall(author: Author, story: Story, streams: Sequence[Stream], limit: int) -> Waterfall | None:
    """The figure for these streams of one capture, at most `limit` requests; None without any timed request.

    Nor is there one where the timestamps go back among these streams.
    """
    timed = {each.number: [one for one in each.exchanges if one.request_time is not None] for each in streams}
    count = sum(map(len, timed.values()))
    if not count or not _on_one_axis(story, [each for each in streams if timed[each.number]]):
        return None
    lanes: list[Lane] = []
    shown, room = 0, _ROWS
    for stream in sorted(streams, key=lambda each: each.first_frame):
        bars = timed[stream.number][: max(min(limit - shown, room - 1), 0)]
        if not bars:
            continue
        shown += len(bars)
        room -= 1 + len(bars)
        packets = {told.packet.frame: told.packet for told in story.capture.keeper.of_stream(stream.number)}
        label = author.words.plain("section-resources", "lane", {"stream": stream.number, "client": str(stream.client)})
        lanes.append(Lane(label, _opening(author, stream, packets), tuple(_bar(each, packets) for each in bars)))
    caption = author.figure("section-resources", "waterfall-caption", file=story.capture.name)
    facts = {"count": shown, "streams": len(lanes)}
    description = author.words.plain("section-resources", "waterfall-description", facts)
    return Waterfall(caption, tuple(lanes), description, author.rest(count - shown))


def _on_one_axis(story: Story, streams: Sequence[Stream]) -> bool:
    """Whether the times of these streams may be compared with each other."""
    first, last = min(streams, key=lambda each: each.first_frame), max(streams, key=lambda each: each.last_frame)
    clock = story.capture.keeper.clock
    return clock.between(first.first_frame, first.start, last.last_frame, last.end) is not None


def _opening(author: Author, stream: Stream, packets: Mapping[int, Packet]) -> Bar | None:
    if stream.opening is not Opening.THREE_WAY or not stream.handshake:
        return None
    first, last = packets.get(stream.handshake[0]), packets.get(stream.handshake[-1])
    if first is None or last is None:
        return None
    return Bar(author.label("opening"), "", first.time, last.time, last.time, first.frame, None)


def _bar(each: Exchange, packets: Mapping[int, Packet]) -> Bar:
    assert each.request is not None
    assert each.request_time is not None
    first: Decimal | None = None
    start = each.request_time
    if each.early:
        packet = packets.get(each.request.first_frame)
        start = packet.time if packet is not None else start
    if each.response is not None and each.response_time is not None:
        packet = packets.get(each.response.first_frame)
        begun = packet is not None and start <= packet.time <= each.response_time
        first = packet.time if packet is not None and begun else each.response_time
    return Bar(
        label=visible(f"{each.request.method} {each.request.target}", 60),
        status=str(each.response.code) if each.response else "",
        start=start,
        first=first,
        end=each.response_time,
        request=each.request_frame,
        response=each.response_frame,
    )
