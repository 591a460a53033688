"""The handshake: each of its segments with its window, and what its numbers mean."""

from __future__ import annotations

from reporter.explain.engine import Finding
from reporter.explain.evidence import Fact, field, frame_of
from reporter.explain.words import Rich
from reporter.model.packet import Packet
from reporter.model.stream import Closing, Opening
from reporter.report.choose import Part
from reporter.report.document import Block, Bullets, Pairs
from reporter.report.ladder import ladder
from reporter.report.material import Story, Told
from reporter.report.sections import Context, Draft, section
from reporter.report.syns import syns_of

_MARKED = (
    "tcp.flags",
    "tcp.seq",
    "tcp.ack",
    "tcp.flags.syn",
    "tcp.flags.ack",
    "tcp.flags.fin",
    "tcp.flags.reset",
)
_FIELDS = (
    ("src-port", "tcp.srcport"),
    ("dst-port", "tcp.dstport"),
    ("length", "tcp.len"),
    ("seq", "tcp.seq"),
    ("seq-raw", "tcp.seq_raw"),
    ("ack", "tcp.ack"),
    ("ack-raw", "tcp.ack_raw"),
    ("window", "tcp.window_size_value"),
)


@section("handshake", Part.OPENING, windows=lambda story: story.stream.handshake)
def handshake(context: Context) -> Draft | None:
    """The opening of the connection, or why it cannot be shown."""
    story = context.story
    if story is None:
        return None
    author, stream = context.author, story.stream
    syns = syns_of(story)
    carrying = syns.carrying()
    blocks: list[Block] = [author.paragraph("section-handshake", "intro", seen=bool(syns.sent), carrying=carrying)]
    frames = stream.handshake
    told = [each for frame in frames if (each := story.at(frame)) is not None]
    facts = {"stream": stream.number, "file": story.capture.name, "one_way": stream.one_way}
    facts |= {"heard": stream.heard, "told": stream.answer_told, "refusals": list(stream.refusals)}
    facts |= {"again": stream.repeated_answer, "open": stream.closing is not Closing.NEVER_OPEN, "frames": frames}
    facts |= {
        "wrong": list(stream.wrong_answers),
        "asked": [frame for frame in frames if frame not in stream.wrong_answers],
    }
    facts["late"] = [frame_of(packet.frame) for packet in syns.both] if syns.both is not None and syns.late else None
    facts |= {"late_third": stream.late_third, "third": frames[-1] if frames else None}
    blocks.append(author.paragraph("section-handshake", str(stream.opening), **facts))
    if told and stream.opening is Opening.THREE_WAY:
        blocks.append(Bullets(tuple(author.say("section-handshake", f"step-{n}") for n in (1, 2, 3)), ordered=True))
    if told:
        blocks.append(ladder(author, stream, told, "section-handshake", "ladder-caption", stream=context.stream(story)))
    drafts = [step_of(context, story, each, "handshake") for each in told]
    return Draft(
        "handshake",
        author.words.title("section-handshake"),
        tuple(blocks),
        tuple(drafts),
        context.source(story),
    )


def step_of(context: Context, story: Story, told: Told, part: str) -> Draft:
    """One segment of a handshake or teardown: its window, its numbers, what is said of it."""
    author, packet = context.author, told.packet
    blocks: list[Block] = []
    detail = story.capture.details([packet.frame]).get(packet.frame)
    if detail is not None:
        blocks.append(author.window(packet, detail, "tcp", _MARKED, "report", "window-caption"))
    blocks.append(Pairs(tuple(_numbers(context, packet)), columns=3))
    blocks.append(Bullets(tuple(author.said(finding).text for finding in told.findings)))
    title = author.words.title(_leading(told).rule)
    facts = {"frame": packet.frame, "title": title}
    return Draft(f"{part}-{packet.frame}", author.words.plain("report", "step-title", facts), tuple(blocks))


def _leading(told: Told) -> Finding:
    """The finding that says what part the segment plays: of the opening (H) or the closing (T)."""
    return next((finding for finding in told.findings if finding.rule[0] in "HT"), told.findings[0])


def _numbers(context: Context, packet: Packet) -> list[tuple[str, Rich]]:
    author, tcp = context.author, packet.tcp
    assert tcp is not None
    flags = field(packet, "tcp.flags")
    rows = [
        (
            author.label("flags"),
            author.fact(Fact(f"{tcp.flag_names} (0x{tcp.flag_bits:04x})", flags.evidence)),
        )
    ]
    for label, name in _FIELDS:
        if name.startswith("tcp.ack") and not tcp.has_ack:
            if name == "tcp.ack":
                rows.append((author.label(label), author.say("report", "no-ack")))
            continue
        rows.append((author.label(label), author.fact(field(packet, name))))
    return rows
