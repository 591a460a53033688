"""Summary: the course of events in this capture, its figures, and what it does not show."""

from __future__ import annotations

from decimal import Decimal

from reporter.explain.evidence import Fact, derived, field
from reporter.explain.words import Rich
from reporter.model.stream import Closing, Opening, Role, RoleBasis
from reporter.report.document import Block, Bullets, Pairs
from reporter.report.material import Story
from reporter.report.sections import Context, Draft, section
from reporter.report.sections.exchange import page_of


@section("summary")
def summary(context: Context) -> Draft | None:
    """What was seen, in order, each with its frames."""
    author = context.author
    title = author.words.title("section-summary")
    if context.story is None:
        return Draft("summary", title, (author.paragraph("section-summary", "no-tcp"),))
    items = [*_before(context), *_course(context, context.story)]
    blocks: list[Block] = [author.paragraph("section-summary", "intro"), Bullets(tuple(items), ordered=True)]
    figures = _figures(context, context.story)
    if figures:
        blocks.append(
            Pairs(
                tuple(figures),
                author.table("section-summary", "figures-caption", stream=context.story.stream.number),
            )
        )
    return Draft("summary", title, tuple(blocks), source=context.source(context.story))


def _before(context: Context) -> list[Rich]:
    story = context.story
    assert story is not None
    outside = [told.packet for told in story.capture.keeper.outside() if told.packet.frame < story.stream.first_frame]
    found = []
    for key, layer in (("arp", "arp"), ("dns", "dns")):
        frames = [packet.frame for packet in outside if getattr(packet, layer) is not None]
        if frames:
            found.append(
                context.author.say("section-summary", key, first=frames[0], last=frames[-1], count=len(frames))
            )
    return found


def _course(context: Context, story: Story) -> list[Rich]:
    author, stream = context.author, story.stream
    say = author.say
    opening = context.opening or story
    items = [
        say(
            "section-summary",
            f"opened-{opening.stream.opening}",
            frames=list(opening.stream.handshake),
            stream=opening.stream.number,
            span=_span(opening, opening.stream.handshake),
        )
    ]
    answered = [each for each in stream.exchanges if each.request_frame and each.response_frame]
    page = page_of(stream)
    if page is not None and page.request and page.response and page.time is not None:
        items.append(
            say(
                "section-summary",
                "page",
                method=page.request.method,
                target=page.request.target,
                code=page.response.code,
                request=page.request_frame,
                response=page.response_frame,
                time=page.time,
            )
        )
    if len(answered) > 1:
        items.append(say("section-summary", "more", count=len(answered), stream=stream.number))
    elif not stream.exchanges:
        items.append(say("section-summary", "no-exchange", stream=stream.number))
    waiting = len([each for each in stream.exchanges if each.request_frame and not each.response_frame])
    if waiting:
        items.append(say("section-summary", "waiting", count=waiting))
    trouble = _trouble(story)
    if trouble:
        items.append(say("section-summary", "trouble", codes=trouble, count=sum(trouble.values())))
    closing = context.closing or story
    items.append(
        say(
            "section-summary",
            f"closed-{closing.stream.closing}",
            frames=list(closing.stream.teardown),
            closer=closing.stream.closed_first,
            stream=closing.stream.number,
        )
    )
    return items


def _span(story: Story, frames: tuple[int, ...]) -> Fact | None:
    """Seconds from the first to the last of these frames, with both times as evidence."""
    ends = [story.at(frame) for frame in (frames[:1] + frames[-1:])]
    if len(frames) < 2 or None in ends:
        return None
    first, last = (field(told.packet, "frame.time_epoch") for told in ends if told is not None)
    return derived(last.value - first.value, first, last)


def _round_trip(story: Story) -> Fact | None:
    """The handshake's round trip, where the rule about it found it safe to tell."""
    for frame in story.stream.handshake:
        told = story.at(frame)
        for finding in told.findings if told else ():
            if finding.rule == "H08":
                return finding.facts["rtt"]
    return None


def _trouble(story: Story) -> dict[str, int]:
    """How many packets of the story were sent again, by the rule that says so."""
    found: dict[str, int] = {}
    for told in story.capture.keeper.of_stream(story.stream.number):
        codes = {finding.rule for finding in told.findings} & {"L03", "L04", "L05", "H09", "H11", "L12"}
        for code in sorted(codes)[:1]:
            found[code] = found.get(code, 0) + 1
    return found


def _figures(context: Context, story: Story) -> list[tuple[str, Rich]]:
    author, stream = context.author, story.stream
    rows: list[tuple[str, Rich]] = []
    rtt = _round_trip(story)
    if rtt is not None:
        rows.append((author.label("handshake-rtt"), author.say("section-summary", "ms", time=rtt)))
    for role in (Role.CLIENT, Role.SERVER):
        label = author.label(f"payload-{role}")
        rows.append((label, author.say("section-summary", "bytes", count=stream.payload[role])))
    length = stream.end - stream.start
    rows.append((author.label("stream-duration"), author.say("section-summary", "seconds", time=length)))
    best = _throughput(story)
    if best is not None:
        rows.append((author.label("throughput"), author.say("section-summary", "throughput", **best)))
    return rows


def _throughput(story: Story) -> dict[str, object] | None:
    """The largest body of the stream: bytes of its segments over the time from the first to the last of them."""
    best: dict[str, object] | None = None
    largest = 0
    packets = {told.packet.frame: told.packet for told in story.capture.keeper.of_stream(story.stream.number)}
    for packet in packets.values():
        tcp = packet.tcp
        if not packet.responses or tcp is None or len(tcp.segments) < 3 or not tcp.reassembled_length:
            continue
        first = packets.get(min(tcp.segments))
        if first is None or packet.time <= first.time or tcp.reassembled_length <= largest:
            continue
        largest = tcp.reassembled_length
        seconds = packet.time - first.time
        rate, unit = Decimal(largest * 8) / seconds / 1000, "kbit/s"
        if rate >= 1000:
            rate, unit = rate / 1000, "Mbit/s"
        best = {
            "size": largest,
            "seconds": seconds,
            "rate": rate.quantize(Decimal("0.01")),
            "unit": unit,
            "first": first.frame,
            "last": packet.frame,
        }
    return best


@section("limits")
def limits(context: Context) -> Draft | None:
    """What this capture does not show, and how to capture it."""
    author, story = context.author, context.story
    items: list[Rich] = []

    def add(key: str, /, **facts: object) -> None:
        items.append(author.say("section-limits", key, **facts))

    for capture in context.captures:
        if capture.tail:
            add(
                "tail-cut" if capture.tail == "cut short" else "tail-damaged",
                file=capture.name,
                count=capture.keeper.count,
            )
    if story is None:
        add("no-tcp")
    else:
        stream = story.stream
        if stream.opening is Opening.NOT_CAPTURED and (context.opening or story) is story:
            add("no-opening", stream=stream.number)
        if stream.basis is RoleBasis.PORT:
            add("roles-assumed", client=str(stream.client))
        if stream.closing is Closing.NOT_CAPTURED and stream.opening not in (
            Opening.REFUSED,
            Opening.UNANSWERED,
        ):
            add("no-closing", stream=stream.number)
        if stream.closing is Closing.HALF_CLOSED:
            add("half-closed", stream=stream.number)
        if not stream.exchanges:
            layers = {n for each in story.capture.keeper.of_stream(stream.number) for n in each.packet.protocols}
            add("only-tls" if "tls" in layers else "no-http", stream=stream.number)
        if any(each.packet.captured < each.packet.length for each in story.capture.keeper.of_stream(stream.number)):
            add("snaplen")
        outside = story.capture.keeper.outside()
        if ":" not in stream.client.address and not any(told.packet.arp for told in outside):
            add("no-arp")
        if not any(told.packet.dns for told in outside):
            add("no-dns")
        others = len(story.capture.streams) - 1
        if others > 0:
            add("other-streams", count=others)
    add("one-place")
    title = author.words.title("section-limits")
    return Draft("limits", title, (author.paragraph("section-limits", "intro"), Bullets(tuple(items))))
