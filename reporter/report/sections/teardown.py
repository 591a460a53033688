"""The teardown: who closed, in how many segments, with the states of both ends after each."""

from __future__ import annotations

from typing import Any

from reporter.explain.evidence import derived, frame_of, known
from reporter.explain.words import Rich
from reporter.model.stream import Closing, Role, Stream
from reporter.report.choose import Part
from reporter.report.document import Block
from reporter.report.ladder import ladder
from reporter.report.material import Told
from reporter.report.sections import Context, Draft, section
from reporter.report.sections.handshake import step_of

_WRAP = 1 << 32


@section("teardown", Part.CLOSING, windows=lambda story: story.stream.teardown)
def teardown(context: Context) -> Draft | None:
    """The closing of the connection, or that it is not in the capture."""
    story = context.story
    if story is None:
        return None
    author, stream = context.author, story.stream
    key = str(stream.closing)
    facts = {
        "stream": stream.number,
        "file": story.capture.name,
        "closer": stream.closed_first,
        "tail": story.capture.tail,
    }
    if stream.closing is Closing.ONE_FIN:
        facts |= one_fin(stream)
    facts |= reset_fin(stream)
    blocks: list[Block] = [author.paragraph("section-teardown", "intro")]
    blocks.append(author.paragraph("section-teardown", key, **facts))
    if stream.doubtful_reset is not None and stream.closing is not Closing.DOUBTFUL_RESET:
        blocks.append(author.paragraph("section-teardown", "doubtful-too", **facts))
    told = [each for frame in stream.teardown if (each := story.at(frame)) is not None]
    if told:
        blocks.append(ladder(author, stream, told, "section-teardown", "ladder-caption", stream=context.stream(story)))
        blocks.append(_states(context, told))
        if stream.missed_fin is not None and not stream.one_way:
            blocks.append(author.paragraph("section-teardown", "states-supposed", told=stream.missed_fin.frame))
    drafts = tuple(step_of(context, story, each, "teardown") for each in told[: context.theme.limit("windows")])
    return Draft("teardown", author.words.title("section-teardown"), tuple(blocks), drafts, context.source(story))


def one_fin(stream: Stream) -> dict[str, Any]:
    """What can be said of a closing of which one FIN was captured and the other may have been missed."""
    sender, missed = stream.fin_sender, stream.missed_fin
    assert sender is not None
    facts: dict[str, Any] = {
        "sender": sender,
        "peer": sender.other,
        "fin": stream.fin_frame,
        "one_way": stream.one_way,
        "missed": missed is not None,
        **dict.fromkeys(("by_ack", "answered", "told", "number")),
    }
    if missed is None:
        return facts
    name = "tcp.ack" if missed.by_ack else "tcp.seq"
    number = derived(missed.number, known((missed.number + 1) % _WRAP, missed.frame, name))
    told = frame_of(missed.frame)
    return {**facts, "by_ack": missed.by_ack, "answered": missed.answered, "told": told, "number": number}


def reset_fin(stream: Stream) -> dict[str, Any]:
    """Who very likely sent a FIN that was not captured, before the RST, its frame, and a RST in doubt."""
    role, frame = stream.reset_fin or (None, None)
    doubtful = stream.doubtful_reset
    return {
        "fin_by": role,
        "told": frame_of(frame) if frame is not None else None,
        "doubtful": frame_of(doubtful) if doubtful is not None else None,
    }


def _states(context: Context, told: list[Told]) -> Block:
    author = context.author

    def cells(each: Told) -> tuple[Rich, ...]:
        step, tcp = each.seen.step, each.packet.tcp
        assert step is not None
        assert tcp is not None
        unknown = author.label("unknown-state")
        return (
            author.text(each.packet.frame),
            author.text(author.term(step.sender)),
            author.value(tcp.flag_names, each.packet.frame, "tcp.flags", f"0x{tcp.flag_bits:04x}"),
            author.text(step.after.of(Role.CLIENT) or unknown),
            author.text(step.after.of(Role.SERVER) or unknown),
        )

    return author.grid(
        author.table("section-teardown", "states-caption"),
        ("frame", "sender", "flags", "client-state", "server-state"),
        [cells(each) for each in told],
        (12, 16, 24, 24, 24),
    )
