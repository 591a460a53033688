"""The course of the connection: its packet list and its ladder diagram."""

from __future__ import annotations

from reporter.report.document import Block
from reporter.report.ladder import ladder
from reporter.report.material import Story
from reporter.report.sections import Context, Draft, section, told_of_each


@section("overview")
def overview(context: Context) -> Draft | None:
    """All packets of the connection as Wireshark lists them, then the same as a ladder; of each, when several."""
    return told_of_each(context, "overview", context.author.words.title("section-overview"), _course)


def _course(context: Context, story: Story) -> list[Block]:
    author, told, stream, limits = context.author, story.told(), story.stream, context.theme.limit
    if not told:
        return []
    name = context.stream(story)
    rows = author.packet_list(
        [each.packet for each in told],
        "section-overview",
        "list-caption",
        limit=limits("packet-list"),
        paper=limits("packet-list-on-paper"),
        stream=name,
    )
    figure = ladder(author, stream, told, "section-overview", "ladder-caption", limit=limits("rungs"), stream=name)
    intro = author.paragraph(
        "section-overview",
        "intro",
        stream=stream.number,
        packets=stream.packets,
        client=str(stream.client),
        server=str(stream.server),
        first=stream.first_frame,
        last=stream.last_frame,
        seconds=stream.seconds,
        list=rows.caption.label,
        ladder=figure.caption.label,
    )
    return [intro, rows, figure, author.note("section-overview", "states-note")]
