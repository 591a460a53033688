"""Before the connection: address resolution and name lookup, when they were captured."""

from __future__ import annotations

from reporter.report.choose import Part
from reporter.report.document import Block, Commentary
from reporter.report.sections import Context, Draft, section

_MOST = 16


@section("before", Part.OUTSIDE)
def before(context: Context) -> Draft | None:
    """ARP and DNS packets up to the first packet of the connection, explained."""
    author, story = context.author, context.story
    if story is None:
        return None
    capture, opening = context.main, story.stream.first_frame
    found = [
        told
        for told in capture.keeper.outside()
        if (told.packet.arp or told.packet.dns)
        and told.packet.frame < opening
        and (capture.shown is None or told.packet.frame in capture.shown)
    ]
    if not found:
        return None
    shown = found[:_MOST]
    rest = len(found) - len(shown)
    counts = {layer: sum(getattr(told.packet, layer) is not None for told in found) for layer in ("arp", "dns")}
    blocks: list[Block] = [
        author.paragraph("section-before", "intro", **counts, opening=opening),
        author.packet_list([told.packet for told in shown], "section-before", "list-caption", file=capture.name),
        Commentary(
            tuple(author.remark(told) for told in shown),
            author.say("report", "rows-omitted", count=rest) if rest else (),
        ),
    ]
    return Draft("before", author.words.title("section-before"), tuple(blocks), source=context.source())
