"""Before the connection: address resolution and name lookup, when they were captured."""

from __future__ import annotations

from collections.abc import Sequence

from reporter.report.choose import Part, lookups
from reporter.report.document import Block, Commentary, Paragraph
from reporter.report.material import Told
from reporter.report.named import server_told
from reporter.report.sections import Context, Draft, section

_MOST = 16


@section("before", Part.OUTSIDE)
def before(context: Context) -> Draft | None:
    """ARP and DNS packets up to the first packet of the connection, explained."""
    author, capture, story = context.author, context.main, context.story
    if not context.stories:
        return None
    found = lookups(capture, story.stream if story is not None else None)
    title = author.words.title("section-before")
    if not found:
        if context.chosen.why != "named":
            return None
        return Draft("before", title, (author.paragraph("section-before", "none"),), source=context.source())
    shown = found[:_MOST]
    rest = len(found) - len(shown)
    caption = "list-caption" if story is not None else "list-elsewhere"
    blocks: list[Block] = [
        _intro(context, found),
        author.packet_list([told.packet for told in shown], "section-before", caption, file=capture.name),
        Commentary(
            tuple(author.remark(told) for told in shown),
            author.say("report", "rows-omitted", count=rest) if rest else (),
        ),
    ]
    return Draft("before", title, tuple(blocks), source=context.source())


def _intro(context: Context, found: Sequence[Told]) -> Paragraph:
    """What the packets are, and how they lie to the connection: by frames, or by the times of two captures."""
    author, story, count = context.author, context.story, len(found)
    if story is not None:
        counts = {layer: sum(getattr(told.packet, layer) is not None for told in found) for layer in ("arp", "dns")}
        named = server_told((each.packet for each in found), story.stream.server.address)
        return author.paragraph("section-before", "intro", **counts, **named, opening=story.stream.first_frame)
    told = context.stories[0]
    opening = told.at(told.stream.first_frame)
    times = [each.packet.epoch for each in found if each.packet.timed]
    earlier = None
    if opening is not None and opening.packet.timed and len(times) == count:
        earlier = max(times) < opening.packet.epoch
    facts = {"count": count, "file": context.main.name, "earlier": earlier}
    facts |= server_told((each.packet for each in found), told.stream.server.address)
    return author.paragraph("section-before", "elsewhere", **facts)
