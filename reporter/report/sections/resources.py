"""Resources: every exchange between the two ends, on which connection, and how large bodies were cut into segments."""

from __future__ import annotations

from typing import Any

from reporter.analyse.http import media_type
from reporter.explain.evidence import Evidence, Fact, derived, field
from reporter.explain.visible import visible
from reporter.explain.words import Rich
from reporter.model.stream import Exchange, Role, Stream
from reporter.report.document import Block, Bullets
from reporter.report.http2 import has_http2, table_of
from reporter.report.material import Story, Told
from reporter.report.sections import Context, Draft, section
from reporter.report.waterfall import waterfall

#: How many requests the waterfall has room for on one page.
_BARS = 24
#: Bytes of a TCP header without options.
_HEADER = 20
#: Widths of the columns in per cent; where nothing was answered, the addresses have the room of what is not there.
_ANSWERED, _UNANSWERED = (10, 22, 9, 15, 14, 14, 16), (10, 35, 9, 8, 15, 8, 15)
_SPEAKING = ("P07", "P12", "P14", "P15", "P17", "P18", "P22", "P23", "P25", "P37", "P38")


@section("resources")
def resources(context: Context) -> Draft | None:
    """A table of what was fetched over all connections between the same two hosts."""
    story = context.story
    if story is None:
        return None
    author = context.author
    streams = same_hosts(story)
    exchanges = sorted(
        (each for stream in streams for each in stream.exchanges),
        key=lambda each: each.request_frame or each.response_frame or 0,
    )
    source, title = context.source(), author.words.title("section-resources")
    several = _http2(context, story, streams)
    if not exchanges:
        return Draft("resources", title, tuple(several), source=source) if several else None
    used = [stream for stream in streams if stream.exchanges]
    idle = len([each for each in streams if not each.exchanges and not has_http2(story.capture, each.number)])
    most, fewer = context.theme.limit("requests"), context.theme.limit("requests-on-paper")
    caption = author.table("section-resources", "table-caption", file=story.capture.name)
    rows = [_row(context, each) for each in exchanges[:most]]
    figure = waterfall(author, story, used, min(fewer, _BARS))
    drawn = sum(len(lane.bars) for lane in figure.lanes) if figure is not None else 0
    # A response whose request cannot be told has its request in another row.
    count = len([each for each in exchanges if each.request_frame or not each.perhaps])
    facts = {"exchanges": count, "streams": len(used), "idle": idle, "drawn": drawn}
    labels = {"table": caption.label, "figure": figure.caption.label if figure else ""}
    blocks: list[Block] = [
        author.paragraph("section-resources", "intro", **facts, **labels),
        author.grid(
            caption,
            ("stream", "request", "status", "content-type", "content-length", "time-taken", "frames"),
            rows,
            _ANSWERED if any(each.response for each in exchanges[:most]) else _UNANSWERED,
            mono=(1,),
            paper=tuple(rows[:fewer]),
            omitted=author.rest(len(exchanges) - most),
            omitted_on_paper=author.rest(
                len(exchanges) - min(most, fewer), on_paper=fewer < most and len(exchanges) <= most
            ),
        ),
    ]
    if figure is not None:
        blocks.append(figure)
    blocks += several
    said = _said(context, story, streams)
    if said:
        blocks.append(Bullets(tuple(said)))
    drafts = [draft for draft in (_segments(context, story, exchanges),) if draft]
    return Draft("resources", title, tuple(blocks), tuple(drafts), source)


def _http2(context: Context, story: Story, streams: list[Stream]) -> list[Block]:
    """The exchanges of HTTP/2 where other connections than that of the story carry any: its own are shown with it."""
    used = [stream for stream in streams if stream.http2]
    if not used or used == [story.stream]:
        return []
    author, most = context.author, context.theme.limit("requests")
    table = table_of(author, "file-caption", used, most, file=story.capture.name)
    count = sum(len(stream.http2) for stream in used)
    facts = {"exchanges": count, "streams": len(used), "table": table.caption.label}
    return [author.paragraph("section-http2", "connections", **facts), table]


def same_hosts(story: Story) -> list[Stream]:
    """The connections of the capture between the same client and the same server, by number."""
    chosen = story.stream
    return [
        stream
        for stream in story.capture.streams
        if stream.server == chosen.server and stream.client.address == chosen.client.address
    ]


def _row(context: Context, each: Exchange) -> tuple[Rich, ...]:
    author = context.author
    none = author.text("—")
    request, response = each.request, each.response
    asked = none
    if request is not None and each.request_frame is not None:
        target = visible(request.target, 80)
        evidence = Evidence(each.request_frame, "http.request.uri", request.target)
        asked = (author.run(f"{request.method} "), author.run(target, evidence))
    status, kind, length = none, none, none
    if response is not None and each.response_frame is not None:
        frame = each.response_frame
        status = author.value(response.code, frame, "http.response.code")
        for name in ("Content-Type", "Content-Length"):
            header = response.header(name)
            if header is None:
                continue
            shown = media_type(header.value) if name == "Content-Type" else header.value
            cell = (author.run(visible(shown, 40), Evidence(frame, "http.response.line", header.line)),)
            kind, length = (cell, length) if name == "Content-Type" else (kind, cell)
    time = author.say("section-resources", "early") if each.early else none
    if each.time is not None:
        time = author.say("section-resources", "milliseconds", time=each.time)
    places = {"request": each.request_frame, "response": each.response_frame}
    frames = author.say(
        "section-resources", "frames", **places, begun=each.begun, unasked=each.unasked, perhaps=each.perhaps
    )
    return (author.text(each.stream), asked, status, kind, length, time, frames)


def _said(context: Context, story: Story, streams: list[Stream]) -> list[Rich]:
    """What the rules say of these exchanges, each situation once, in order of frames."""
    numbers = {stream.number for stream in streams}
    seen: set[str] = set()
    found: list[Rich] = []
    for told in story.capture.keeper.all():
        if told.packet.tcp is None or told.packet.tcp.stream not in numbers:
            continue
        for finding in told.findings:
            if finding.rule in _SPEAKING and finding.rule not in seen:
                seen.add(finding.rule)
                found.append(context.author.said_of(told.packet.frame, finding))
    return found


def _segments(context: Context, story: Story, exchanges: list[Exchange]) -> Draft | None:
    """The largest response that came in several segments: which frames carried it, with the sum."""
    best: Told | None = None
    for each in exchanges:
        told = _told(story, each)
        if told is None or len(told.packet.carriers) < 2:
            continue
        if best is None or _whole(told) > _whole(best):
            best = told
    most = context.theme.limit("pieces")
    if best is None or not most:
        return None
    author = context.author
    tcp = best.packet.tcp
    assert tcp is not None
    lengths = _lengths(context, tcp.stream, best.packet.carriers, story)
    rows = [
        (
            author.text(index + 1),
            author.text(frame),
            author.value(length, frame, "tcp.len") if length else author.text("—"),
        )
        for index, (frame, length) in enumerate(lengths[:most])
    ]
    own = tuple(frame for frame in best.packet.carriers if frame not in best.repeats)
    facts: dict[str, Any] = {
        "frame": best.packet.frame,
        "count": len(own),
        "repeats": len(best.packet.carriers) - len(own),
        "total": tcp.reassembled_length,
        "stream": tcp.stream,
        **_filled(story, tcp.stream, own),
    }
    closes = all(length for _, length in lengths) and sum(length for _, length in lengths) == tcp.reassembled_length
    blocks: list[Block] = [author.paragraph("section-resources", "segments-intro", **facts)]
    caption = author.table("section-resources", "segments-caption", **facts)
    omitted = author.rest(len(lengths) - most)
    blocks.append(author.grid(caption, ("piece", "frame", "tcp-len"), rows, (20, 30, 50), omitted=omitted))
    if closes and len(lengths) <= 8:
        parts = [Fact(length, (Evidence(frame, "tcp.len", str(length)),)) for frame, length in lengths]
        blocks.append(author.paragraph("section-resources", "segments-sum", total=tcp.reassembled_length, parts=parts))
    elif closes:
        blocks.append(
            author.paragraph("section-resources", "segments-closes", total=tcp.reassembled_length, count=len(lengths))
        )
    return Draft("segments", author.words.plain("section-resources", "segments-title", {}), tuple(blocks))


def _filled(story: Story, stream: int, frames: tuple[int, ...]) -> dict[str, Any]:
    """How many pieces but the last have `full` bytes, all that the MSS leaves room for, or (`joined`) a multiple of it.

    A sender that fills its segments cuts by count. Room is what the smaller MSS of both SYNs leaves beside the
    options (RFC 6691, section 2); a multiple is what offloading to the network card makes of it. `own` is that MSS
    where it is the sender's: the receiver's would allow more.
    """
    packets = {told.packet.frame: told.packet for told in story.capture.keeper.of_stream(stream)}
    syns = [each for each in packets.values() if each.tcp and each.tcp.syn and each.tcp.options.mss]
    if len({each.source for each in syns}) < len(Role):
        return {"filled": 0, "full": None, "joined": False, "own": None}
    smaller = min(syns, key=lambda each: each.tcp.options.mss or 0 if each.tcp else 0)
    least = field(smaller, "tcp.options.mss_val")
    pieces = [each for frame in frames[:-1] if (each := packets.get(frame)) is not None]
    cut = [each.tcp for each in pieces if each.tcp is not None]
    own = {each.source for each in pieces} == {smaller.source}
    larger = any(each.tcp and (each.tcp.options.mss or 0) > least.value for each in syns)
    room = max((least.value - (each.header_length - _HEADER) for each in cut), default=0)
    filled = [each.length for each in cut if room > 0 and each.length and not each.length % room]
    joined = any(each > room for each in filled)
    facts = {"filled": len(filled), "full": derived(room, least), "joined": joined}
    return {**facts, "own": least if own and larger else None}


def _told(story: Story, each: Exchange) -> Told | None:
    if each.response_frame is None:
        return None
    packets = story.capture.keeper.of_stream(each.stream)
    return next((told for told in packets if told.packet.frame == each.response_frame), None)


def _whole(told: Told) -> int:
    return (told.packet.tcp.reassembled_length or 0) if told.packet.tcp else 0


def _lengths(context: Context, stream: int, frames: tuple[int, ...], story: Story) -> list[tuple[int, int]]:
    wanted = {
        told.packet.frame: told.packet.tcp.length for told in story.capture.keeper.of_stream(stream) if told.packet.tcp
    }
    return [(frame, wanted.get(frame, 0)) for frame in frames]
