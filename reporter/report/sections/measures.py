"""Round trips and rates: from which fields of which frames, over which bytes and which time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reporter.analyse.clock import Clock
from reporter.analyse.pieces import Sent
from reporter.explain.evidence import Fact, derived, field, frame_of
from reporter.explain.words import Rich
from reporter.model.packet import Packet
from reporter.model.stream import Role
from reporter.model.tcp import TcpLabels
from reporter.report.document import Block, Table
from reporter.report.material import Story, Told
from reporter.report.roundtrip import round_trip
from reporter.report.sections import Context, Draft, section, told_of_each

#: Fewer samples than this have no middle worth telling.
_FEW = 3


@section("measures")
def measures(context: Context) -> Draft | None:
    """A table: what was measured, its value, and from where it comes."""
    return told_of_each(context, "measures", context.author.words.title("section-measures"), _blocks)


def _blocks(context: Context, story: Story) -> list[Block]:
    told = story.capture.keeper.of_stream(story.stream.number)
    rows = [*_round_trips(context, story, told), *_amounts(context, story, told)]
    author = context.author
    caption = author.table("section-measures", "caption", stream=context.stream(story))
    table: Table = author.grid(caption, ("measure", "measured", "measured-from"), rows, (29, 21, 50))
    blocks: list[Block] = [author.paragraph("section-measures", "intro", table=caption.label), table]
    if any(len(_samples(told, role)) >= _FEW for role in Role):
        blocks.append(author.note("section-measures", "rtt-note"))
    return blocks


def _line(context: Context, key: str, value: Rich, **facts: Any) -> tuple[Rich, ...]:
    author = context.author
    return (author.say("section-measures", key, **facts), value, author.say("section-measures", f"{key}-from", **facts))


def _round_trips(context: Context, story: Story, told: Sequence[Told]) -> list[tuple[Rich, ...]]:
    author = context.author
    rows: list[tuple[Rich, ...]] = []
    trip = round_trip(story)
    aside = trip.aside if trip is not None else None
    if trip is not None and trip.seconds is not None and not (aside and aside["likely"]):
        frames = [frame_of(frame) for frame in story.stream.handshake]
        rows.append(_line(context, "handshake", _ms(context, trip.seconds), frames=frames))
    first = next((each.packet for each in told if each.packet.tcp and each.packet.tcp.initial_rtt is not None), None)
    # Wireshark measures any handshake: from a copy, an attempt that was refused, a SYN that crossed the other, too.
    if first is not None and trip is not None and trip.seconds is not None and aside is None:
        initial = field(first, "tcp.analysis.initial_rtt")
        rows.append(_line(context, "initial", _ms(context, initial), frame=frame_of(first.frame)))
    for role in Role:
        samples = _samples(told, role)
        if len(samples) < _FEW:
            continue
        middle, frames = median(samples)
        value = author.say(
            "section-measures",
            "spread",
            least=samples[0][0],
            middle=middle,
            most=samples[-1][0],
        )
        facts = {"sender": role, "count": len(samples), "middle": frames}
        facts |= {"least": frame_of(samples[0][1].frame), "most": frame_of(samples[-1][1].frame)}
        rows.append(_line(context, "acks", value, **facts))
    return rows


def _samples(told: Sequence[Told], role: Role) -> list[tuple[Fact, Packet]]:
    """`tcp.analysis.ack_rtt` of the segments of one end that carry it, those with SYN aside, shortest first.

    Nor does a third segment count that waited for the application's data.
    """
    found = [
        (field(each.packet, "tcp.analysis.ack_rtt"), each.packet)
        for each in told
        if each.seen.step is not None
        and each.seen.step.sender is role
        and each.packet.tcp is not None
        and not each.packet.tcp.syn
        and not _waited(each)
        and _trusted(each.seen.clock, each.packet.frame, each.packet.tcp.labels)
    ]
    return sorted(found, key=lambda pair: (pair[0].value, pair[1].frame))


def median(samples: Sequence[tuple[Fact, Packet]]) -> tuple[Fact, list[Fact]]:
    """The median of samples in order of size, and the frames it is of: of an even number the mean of the middle two."""
    half = len(samples) // 2
    middle = samples[half : half + 1] if len(samples) % 2 else samples[half - 1 : half + 1]
    facts, frames = [fact for fact, _ in middle], [frame_of(packet.frame) for _, packet in middle]
    return (facts[0] if len(facts) == 1 else derived(sum(fact.value for fact in facts) / 2, *facts)), frames


def _waited(told: Told) -> bool:
    conversation = told.seen.conversation
    return conversation is not None and conversation.late_third and conversation.third_ack == told.packet.frame


def _trusted(clock: Clock, frame: int, labels: TcpLabels) -> bool:
    """Whether this frame has a sample of the round trip, and its times can be right."""
    if labels.ack_rtt is None:
        return False
    return labels.acks_frame is None or clock.trusts(labels.acks_frame, frame, labels.ack_rtt)


def _ms(context: Context, time: Fact) -> Rich:
    return context.author.say("section-measures", "ms", time=time)


def _amounts(context: Context, story: Story, told: Sequence[Told]) -> list[tuple[Rich, ...]]:
    author, stream = context.author, story.stream
    rows: list[tuple[Rich, ...]] = []
    ends = {"first": frame_of(stream.first_frame), "last": frame_of(stream.last_frame)}
    timed = story.capture.keeper.clock.tells(stream.first_frame, stream.last_frame)
    length = author.say("section-measures", "seconds", time=stream.seconds, timed=timed)
    rows.append(_line(context, "duration", length, **ends))
    for role in Role:
        carrying = [
            each.packet
            for each in told
            if each.seen.step is not None and each.seen.step.sender is role and _new(each.seen.step.sent)
        ]
        if not carrying:
            continue
        first, last = carrying[0], carrying[-1]
        facts: dict[str, Any] = {
            "sender": role,
            "count": len(carrying),
            "whole": not story.capture.keeper.dropped(stream.number),
            "first": frame_of(first.frame),
            "last": frame_of(last.frame),
        }
        size = stream.payload[role]
        rows.append(_line(context, "data", author.say("section-measures", "bytes", size=size), **facts))
        if len(carrying) >= _FEW:
            rows += _rate(context, story, "rate", size, first, last, **facts)
    best = _largest(told)
    if best is not None:
        size, first, last = best
        facts = {"first": frame_of(first.frame), "last": frame_of(last.frame)}
        rows += _rate(context, story, "largest", size, first, last, **facts)
    return rows


def _new(sent: Sent) -> int:
    """How many bytes of data were captured for the first time, those recorded after their confirmation included."""
    return sent.fresh + sent.late


def _rate(
    context: Context, story: Story, key: str, size: int, start: Packet, end: Packet, **facts: Any
) -> list[tuple[Rich, ...]]:
    """The row of a rate; none where the time from `start` to `end` is 0 or may not be told."""
    seconds = story.capture.keeper.clock.between(start.frame, start.time, end.frame, end.time)
    if not seconds:
        return []
    rate, unit = Decimal(size * 8) / seconds / 1000, "kbit/s"
    if rate >= 1000:
        rate, unit = rate / 1000, "Mbit/s"
    value = context.author.say("section-measures", "per-second", rate=rate.quantize(Decimal("0.01")), unit=unit)
    return [_line(context, key, value, size=size, seconds=seconds, **facts)]


def _largest(told: Sequence[Told]) -> tuple[int, Packet, Packet] | None:
    """The largest response in several segments: its length, the first and the last frame that carried it."""
    packets = {each.packet.frame: each.packet for each in told}
    best: tuple[int, Packet, Packet] | None = None
    for packet in packets.values():
        tcp = packet.tcp
        if not packet.responses or tcp is None or len(tcp.segments) < _FEW or not tcp.reassembled_length:
            continue
        first = packets.get(min(tcp.segments))
        if first is None or packet.time <= first.time or (best is not None and tcp.reassembled_length <= best[0]):
            continue
        best = tcp.reassembled_length, first, packet
    return best
