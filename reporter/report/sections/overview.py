"""The course of the connection: its packet list and its ladder diagram."""

from __future__ import annotations

from reporter.report.document import Block
from reporter.report.ladder import ladder
from reporter.report.sections import Context, Draft, section


@section("overview")
def overview(context: Context) -> Draft | None:
    """All packets of the connection as Wireshark lists them, then the same as a ladder."""
    story = context.story
    if story is None:
        return None
    author, told = context.author, story.told()
    if not told:
        return None
    stream = story.stream
    blocks: list[Block] = [
        author.paragraph(
            "section-overview",
            "intro",
            stream=stream.number,
            packets=stream.packets,
            client=str(stream.client),
            server=str(stream.server),
            first=stream.first_frame,
            last=stream.last_frame,
            seconds=stream.end - stream.start,
        ),
        author.packet_list(
            [each.packet for each in told], "section-overview", "list-caption", limit=30, stream=stream.number
        ),
        ladder(author, stream, told, "section-overview", "ladder-caption", stream=stream.number),
        author.note("section-overview", "states-note"),
    ]
    return Draft("overview", author.words.title("section-overview"), tuple(blocks), source=context.source(story))
