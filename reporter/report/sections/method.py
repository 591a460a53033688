"""Method: what was captured and how it is shown; which connection and why; layers of a frame; flags."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal
from math import floor

from reporter.explain.evidence import frame_of
from reporter.explain.words import Ours, Rich
from reporter.model.detail import Detail
from reporter.model.packet import Packet
from reporter.model.stream import Opening, Stream
from reporter.report.choose import Chosen
from reporter.report.document import Block, Bullets, ByteMap, FlagBit, FlagBits, Pairs
from reporter.report.http2 import has_http2
from reporter.report.layers import layers_in
from reporter.report.material import Story
from reporter.report.sections import Context, Draft, section
from reporter.report.syns import syns_of

_MOST_STREAMS = 30
#: Up to how many streams are named that pass the same filter.
_MOST_NAMED = 8
_NAMES = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")


def _sample(story: Story) -> Packet | None:
    told = story.told() or story.capture.keeper.of_stream(story.stream.number)
    whole = [each.packet for each in told if each.packet.requests and each.packet.tcp and not each.packet.tcp.segments]
    return whole[0] if whole else (told[0].packet if told else None)


def _windows(story: Story) -> list[int]:
    shown = _sample(story)
    return [shown.frame] if shown else []


@section("method", None, windows=_windows)
def method(context: Context) -> Draft | None:
    """The captures, the filter, the choice of the connection, then one frame taken apart."""
    author = context.author
    blocks: list[Block] = [author.paragraph("section-method", "intro")]
    blocks += [_particulars(context.about(capture)) for capture in context.captures]
    blocks.append(author.paragraph("section-method", "redacted" if context.main.guard.redact else "not-redacted"))
    if context.main.guard.anonymize:
        blocks.append(author.paragraph("section-method", "anonymized"))
    drafts = [_choice(context)] if context.story else []
    here = context.about(context.story or context.main)
    frame = _sample(context.story) if context.story else None
    if context.story is not None and frame is not None:
        detail = context.story.capture.details([frame.frame]).get(frame.frame)
        if detail is not None:
            drafts.append(_layers(here, frame, detail))
        drafts.append(_flags(here, context.story))
    title = author.words.title("section-method")
    return Draft("method", title, tuple(blocks), tuple(drafts))


def _particulars(context: Context) -> Pairs:
    author, capture = context.author, context.main
    first, missing = capture.keeper.first, author.say("section-method", "not-recorded")
    rows: list[tuple[str, Rich]] = [(author.label("file"), author.text(capture.name))]
    if first is not None:
        rows += [
            (author.label("packets"), author.say("section-method", "packets", count=capture.keeper.count)),
            (author.label("start"), _start(context) or missing),
            (author.label("duration"), _duration(context) or missing),
            (author.label("link"), _link(context, first)),
        ]
    interfaces = capture.particulars.interfaces
    names = [name for name, _ in interfaces or () if name]
    filters = [text for _, text in interfaces or () if text]
    lacking = missing if interfaces is not None else author.say("section-method", "not-read")
    rows.append((author.label("interface"), author.text(", ".join(names)) or lacking))
    rows.append((author.label("capture-filter"), author.text(", ".join(filters)) or lacking))
    return Pairs(tuple(rows), author.table("section-method", "particulars-caption", file=capture.name))


def _start(context: Context) -> Rich | None:
    """When the first packet that has a time was captured; None where none has."""
    began = context.main.keeper.began
    if began is None:
        return None
    shown = _moment(began.epoch, context.zone)
    return context.author.value(shown, began.frame, "frame.time_epoch", format(began.epoch, "f"))


def _duration(context: Context) -> Rich | None:
    keeper = context.main.keeper
    first, last = keeper.began, keeper.ended
    if first is None or last is None:
        return None
    seconds = keeper.clock.between(first.frame, first.time, last.frame, last.time)
    return context.author.say("section-method", "duration", seconds=seconds)


def _moment(epoch: Decimal, zone: tzinfo) -> str:
    """Seconds since 1970 as date and time of day; as they are where the calendar does not reach."""
    try:
        time = datetime.fromtimestamp(floor(epoch), zone)
    except (ValueError, OverflowError, OSError):
        return f"{epoch:f} s"
    return f"{time:%Y-%m-%d %H:%M:%S} {_zone(time)}"


def _zone(time: datetime) -> str:
    """`UTC`, or the zone as it was asked for with its distance from UTC at that time."""
    distance = f"{time:%z}"
    name = str(time.tzinfo)
    return name if name == "UTC" else f"{name} (UTC{distance[:3]}:{distance[3:]})"


def _link(context: Context, packet: Packet) -> Rich:
    links = context.author.words.lexicon["links"]
    known = links.get(packet.link, links["other"])
    return context.author.value(
        f"{packet.link}：{known}" if context.author.language == "zh" else f"{packet.link}: {known}",
        packet.frame,
        "frame.protocols",
        packet.stack,
    )


def _choice(context: Context) -> Draft:
    author, story = context.author, context.story
    assert story is not None
    shown = f"tcp.stream eq {story.stream.number}"
    blocks: list[Block] = [
        author.paragraph(
            "section-method",
            f"why-{story.why}",
            stream=story.stream.number,
            file=story.capture.name,
            streams=sum(len(capture.streams) for capture in context.captures),
            http2=any(has_http2(capture) for capture in context.captures),
        ),
        _basis(context, story),
        Pairs(
            (
                (author.label("display-filter"), author.text(shown)),
                _by_ends(context, story),
            )
        ),
    ]
    others = tuple(
        _other(context, name, chosen) for name, chosen in context.chosen_for.items() if _is_other(context, chosen)
    )
    if others:
        blocks += [author.paragraph("section-method", "others"), Bullets(others)]
    for capture in context.captures:
        if capture.streams:
            blocks.append(_streams(context.about(capture)))
    return Draft("choice", author.words.plain("section-method", "choice-title", {}), tuple(blocks))


def _by_ends(context: Context, story: Story) -> tuple[str, Rich]:
    """The display filter by addresses and ports; where more streams pass it, its label names them."""
    author, ends = context.author, (story.stream.client, story.stream.server)
    family = "ipv6" if ":" in ends[0].address else "ip"
    tests = (*(f"{family}.addr == {end.address}" for end in ends), *(f"tcp.port == {end.port}" for end in ends))
    passing = [each.number for each in story.capture.streams if _passes(each, story.stream)]
    label = author.label("same-filter")
    if len(passing) > 1:
        facts = {"streams": passing[:_MOST_NAMED], "more": len(passing) > _MOST_NAMED}
        label = author.words.plain("section-method", "same-ends", facts)
    return label, author.text(" && ".join(dict.fromkeys(tests)))


def _passes(stream: Stream, told: Stream) -> bool:
    """Whether the packets of a stream pass the filter by the addresses and ports of another."""
    mine, theirs = ((each.client, each.server) for each in (stream, told))
    addresses = {end.address for end in theirs} <= {end.address for end in mine}
    return addresses and {end.port for end in theirs} <= {end.port for end in mine}


def _basis(context: Context, story: Story) -> Block:
    """How client and server were told apart."""
    stream, syns = story.stream, syns_of(story)
    key, frames = f"basis-{stream.basis}", {}
    if syns.both is not None:
        frames = {"syn": frame_of(syns.both[0].frame), "other": frame_of(syns.both[1].frame)}
        key = "basis-both" if stream.opening is Opening.SIMULTANEOUS else "basis-late" if syns.late else key
    facts = {"client": str(stream.client), "server": str(stream.server)}
    return context.author.paragraph("section-method", key, **facts, **frames)


def _is_other(context: Context, chosen: Chosen) -> bool:
    same = chosen.story is not None and context.story is not None and chosen.story.stream is context.story.stream
    return chosen.why in ("elsewhere", "named") and not same


def _other(context: Context, name: str, chosen: Chosen) -> Rich:
    """A section that tells of something else than the connection of the report, and why."""
    facts = {
        "title": context.author.words.title(f"section-{name}"),
        "file": chosen.capture.name,
        "stream": chosen.story.stream.number if chosen.story else None,
        "why": Ours(replace(context, chosen=chosen).why(chosen.story)),
    }
    return context.author.say("section-method", "other", **facts)


def _streams(context: Context) -> Block:
    author, capture = context.author, context.main
    rows = tuple(_stream_row(context, stream) for stream in capture.streams[:_MOST_STREAMS])
    return author.grid(
        author.table("section-method", "streams-caption", file=capture.name),
        ("stream", "client", "server", "opening", "closing", "requests"),
        rows,
        (11, 23, 23, 16, 14, 13),
        mono=(1, 2),
        omitted=author.rest(len(capture.streams) - _MOST_STREAMS),
    )


def _stream_row(context: Context, stream: Stream) -> tuple[Rich, ...]:
    author = context.author
    requests = sum(1 for each in stream.exchanges if each.request_frame)
    requests += sum(1 for each in stream.http2 if each.request is not None and each.request.frame is not None)
    return (
        author.text(stream.number),
        author.text(stream.client),
        author.text(stream.server),
        author.text(author.words.lexicon["openings"][stream.opening]),
        author.text(author.words.lexicon["closings"][stream.closing]),
        author.text("HTTP/2" if not requests and has_http2(context.main, stream.number) else requests),
    )


def _layers(context: Context, packet: Packet, detail: Detail) -> Draft:
    author = context.author
    figure = ByteMap(
        caption=author.figure("section-method", "layers-caption", frame=packet.frame),
        frame=packet.frame,
        size=len(detail.data),
        layers=layers_in(author, detail),
        description=author.words.plain("section-method", "layers-caption", {"frame": packet.frame}),
        file=author.file,
    )
    intro = author.paragraph(
        "section-method", "layers-intro", frame=packet.frame, length=packet.length, captured=packet.captured
    )
    title = author.words.plain("section-method", "layers-title", {})
    return Draft("layers", title, (intro, figure), source=_file(context))


def _file(context: Context) -> str:
    """The line that names the file, where there are several."""
    return context.source() if len(context.captures) > 1 else ""


def _flags(context: Context, story: Story) -> Draft:
    author = context.author
    told = story.capture.keeper.of_stream(story.stream.number)
    packet = next(
        (each.packet for each in told if each.packet.tcp and each.packet.tcp.syn and each.packet.tcp.has_ack),
        None,
    )
    packet = packet or told[0].packet
    tcp = packet.tcp
    assert tcp is not None
    meanings = author.words.lexicon["flags"]
    bits = tuple(
        FlagBit(name, index, bool(tcp.flag_bits >> index & 1), author.text(meanings[name]))
        for index, name in reversed(list(enumerate(_NAMES)))
    )
    value = f"0x{tcp.flag_bits:04x}"
    facts = {"frame": packet.frame, "value": value, "names": tcp.flag_names}
    figure = FlagBits(
        caption=author.figure("section-method", "flags-caption", **facts),
        value=value,
        bits=bits,
        description=author.words.plain("section-method", "flags-caption", facts),
    )
    intro = author.paragraph("section-method", "flags-intro", **facts)
    return Draft(
        "flags", author.words.plain("section-method", "flags-title", {}), (intro, figure), source=_file(context)
    )
