"""The course of the connection: its packet list and its ladder diagram."""

from __future__ import annotations

from reporter.report.document import Block
from reporter.report.ladder import ladder
from reporter.report.material import Story
from reporter.report.sections import Context, Draft, section


@section("overview")
def overview(context: Context) -> Draft | None:
    """All packets of the connection as Wireshark lists them, then the same as a ladder; of each, when several."""
    title = context.author.words.title("section-overview")
    stories = [story for story in context.told_here() if story.told()]
    if len(stories) == 1:
        here = context.about(stories[0])
        return Draft("overview", title, tuple(_course(here, stories[0])), source=here.source())
    drafts = []
    for number, story in enumerate(stories, 1):
        here = context.about(story)
        name = here.author.words.plain("report", "story-title", {"stream": context.stream(story)})
        drafts.append(Draft(f"overview-{number}", name, tuple(_course(here, story)), source=here.source()))
    return Draft("overview", title, (), tuple(drafts)) if drafts else None


def _course(context: Context, story: Story) -> list[Block]:
    author, told, stream, limits = context.author, story.told(), story.stream, context.theme.limit
    rows = author.packet_list(
        [each.packet for each in told],
        "section-overview",
        "list-caption",
        limit=limits("packet-list"),
        paper=limits("packet-list-on-paper"),
        stream=stream.number,
    )
    figure = ladder(
        author, stream, told, "section-overview", "ladder-caption", limit=limits("rungs"), stream=stream.number
    )
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
